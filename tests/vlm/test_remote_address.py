import pytest

from vlm.errors import RemoteFailed
from vlm.remote_address import Address, parse


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("localhost:8000", Address("http://localhost:8000/v1", "localhost:8000", True, False)),
        ("127.0.0.1", Address("http://127.0.0.1/v1", "127.0.0.1", True, False)),
        ("[::1]:8000", Address("http://[::1]:8000/v1", "[::1]:8000", True, False)),
        (" gpu-box:8000/ ", Address("http://gpu-box:8000/v1", "gpu-box:8000", False, False)),
        ("192.168.1.9:80", Address("http://192.168.1.9:80/v1", "192.168.1.9:80", False, False)),
        ("box.lan/api", Address("http://box.lan/api", "box.lan", False, False)),
        ("api.example.com", Address("https://api.example.com/v1", "api.example.com", False, True)),
        (
            "https://api.example.com/openai/v1/",
            Address("https://api.example.com/openai/v1", "api.example.com", False, True),
        ),
    ],
)
def test_an_address_is_completed(typed: str, found: Address) -> None:
    assert parse(typed) == found


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "no address"),
        ("two words", "no address"),
        ("box:port", "no address"),
        ("ftp://box", "no address"),
        ("http://[::1", "no address"),
        ("box\u2100.example.com", "no address"),
        ("file:///etc/passwd", "no address"),
        ("https://me:secret@box", "Leave names"),
        ("https://box/v1?key=1", "Leave names"),
        ("http://api.example.com", "without encryption"),
        ("http://8.8.8.8", "without encryption"),
    ],
)
def test_what_is_no_address_is_refused(typed: str, said: str) -> None:
    with pytest.raises(RemoteFailed, match=said):
        parse(typed)
