"""Base URLs as people write them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, urlsplit

from msgspec import Struct

from dbt_docsmith.errors import ConfigError

_HOST = re.compile(r"(?:[\w.-]+|\[[0-9a-fA-F:.]+\])(?::\d+)?")
_ENDPOINTS = ("/chat/completions", "/completions", "/messages", "/models")


class BaseUrl(Struct, frozen=True):
    """Where a provider's requests go. ``host`` is for showing: no user name, no path."""

    url: str
    host: str
    query: Mapping[str, str] = {}


def read_base_url(text: str, suffixes: Sequence[str], named: str) -> BaseUrl:
    """The base URL, completed where a known suffix, or part of one, is missing; any other path is kept.

    ``named`` says where it was set. Raises ConfigError where it is no URL.
    """
    try:
        parts = urlsplit(text.strip())
        host = parts.netloc.rpartition("@")[2]
        valid = bool(_HOST.fullmatch(host)) and parts.port != 0
    except ValueError:
        valid = False
    if not valid or parts.scheme not in ("http", "https"):
        raise ConfigError(f"{named} is not a base URL: it needs http:// or https:// and a host")
    path = _complete(_without_endpoint(parts.path.rstrip("/")), suffixes)
    return BaseUrl(f"{parts.scheme}://{parts.netloc}{path}", host, dict(parse_qsl(parts.query)))


def _without_endpoint(path: str) -> str:
    for endpoint in _ENDPOINTS:
        if path.endswith(endpoint):
            return path.removesuffix(endpoint)
    return path


def _complete(path: str, suffixes: Sequence[str]) -> str:
    for suffix in suffixes:
        if suffix.startswith(f"{path}/"):
            return suffix
    return path
