"""The address of a server that a person types, checked and completed. Pure."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from vlm.errors import RemoteFailed

EXAMPLE = "Type an address like gpu-box:8000 or https://models.example.com/v1."
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")
_OWN_ENDINGS = (".local", ".lan", ".home", ".internal", ".localdomain")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is.

    Attributes:
        url: Scheme, host, port and path, without a slash at its end.
        host: With its port when one was given.
        here: Whether it is this computer itself.
        encrypted: Whether nobody in between can read what is sent.
    """

    url: str
    host: str
    here: bool
    encrypted: bool


def parse(text: str) -> Address:
    """Read an address; without a scheme http is meant on one's own network, else https.

    Raises:
        RemoteFailed: If it is none, names a person, or would send pages unencrypted abroad.
    """
    wanted = text.strip()
    try:
        parts = urlsplit(wanted if "://" in wanted else f"//{wanted}")
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise RemoteFailed(f"{wanted} is no address. {EXAMPLE}") from error
    named = f"[{host}]" if ":" in host else host
    if not _HOST.fullmatch(named) or parts.scheme not in ("", "http", "https"):
        raise RemoteFailed(f"{wanted or 'This'} is no address. {EXAMPLE}")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise RemoteFailed(f"Leave names, keys and options out of the address. {EXAMPLE}")
    own = _is_own(host)
    scheme = parts.scheme or ("http" if own else "https")
    if scheme == "http" and not own:
        raise RemoteFailed(
            f"{host} is not on your own network, so pages must not be sent there without "
            "encryption. Use an address that begins with https."
        )
    shown = named if port is None else f"{named}:{port}"
    path = parts.path.rstrip("/") or "/v1"
    return Address(f"{scheme}://{shown}{path}", shown, _is_here(host), scheme == "https")


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_own(host: str) -> bool:
    """Tell whether a host is this computer or one of the person's own network."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.lower().endswith(_OWN_ENDINGS)
