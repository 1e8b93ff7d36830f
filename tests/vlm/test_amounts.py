import pytest

from vlm import amounts
from vlm.amounts import Pace


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (512_400_000, "512 MB"),
        (999_900_000, "1.0 GB"),
        (4_512_000_000, "4.5 GB"),
        (9_960_000_000, "10 GB"),
        (2e12, "2.0 TB"),
    ],
)
def test_sizes_read_as_on_a_disk(count: int, text: str) -> None:
    assert amounts.size(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "1 second"), (12, "12 seconds"), (180, "about 3 minutes"), (7200, "about 2 hours")],
)
def test_durations_are_words(seconds: float, text: str) -> None:
    assert amounts.duration(seconds) == text


def test_pace_is_that_of_the_last_seconds() -> None:
    pace = Pace()
    assert pace.bytes_per_second == 0.0
    assert pace.seconds_left(100) is None
    for second in range(20):
        pace.note(second, 10 * second if second < 10 else 100 + 100 * (second - 10))
    assert pace.bytes_per_second == pytest.approx(100)
    assert pace.seconds_left(1500) == pytest.approx(5)


def test_starting_again_from_less_starts_the_pace_anew() -> None:
    pace = Pace()
    pace.note(0, 100)
    pace.note(1, 50)
    assert pace.bytes_per_second == 0.0
