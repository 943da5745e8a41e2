"""What a provider's headers say it allows in a minute. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class ServerLimits(Struct, frozen=True, kw_only=True):
    """Requests and tokens a minute. None: the provider does not say."""

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None


def read_limits(headers: Mapping[str, str]) -> ServerLimits:
    """The limits in a response's headers, keyed in lower case or without regard to case."""
    return ServerLimits(
        requests_per_minute=_count(headers.get("x-ratelimit-limit-requests", "")),
        tokens_per_minute=_count(headers.get("x-ratelimit-limit-tokens", "")),
    )


def _count(text: str) -> int | None:
    return int(text) if text.isdecimal() and int(text) > 0 else None
