"""What the host of a URL is. Pure."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit


def host_of(url: str) -> str:
    """Host and port of a URL, without the name and the password that may stand before them."""
    return urlsplit(url).netloc.rpartition("@")[2]


def is_loopback(host: str) -> bool:
    """Whether a ``host`` or ``host:port`` is this machine itself."""
    name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def is_private(host: str) -> bool:
    """Whether a ``host`` or ``host:port`` is this machine or one of its network, by its address or its name."""
    name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    try:
        return not ip_address(name).is_global
    except ValueError:
        return "." not in name or name.endswith((".local", ".internal", ".lan", ".localhost"))
