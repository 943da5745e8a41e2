"""What a provider's headers say it allows in a minute. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

_REQUESTS = ("x-ratelimit-limit-requests", "anthropic-ratelimit-requests-limit")
_TOKENS = ("x-ratelimit-limit-tokens", "anthropic-ratelimit-tokens-limit")
_TOKENS_APART = ("anthropic-ratelimit-input-tokens-limit", "anthropic-ratelimit-output-tokens-limit")
_DAY = 86_400.0
_LONGEST_RESET = 300.0
_SECONDS = {"d": _DAY, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


class ServerLimits(Struct, frozen=True, kw_only=True):
    """Requests and tokens a minute. None: the provider does not say."""

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None


def read_limits(headers: Mapping[str, str], *, daily_requests: bool = False) -> ServerLimits:
    """The limits in a response's headers, keyed in lower case or without regard to case.

    ``daily_requests``: this provider counts requests by the day (Groq does), which says nothing of a minute.
    """
    daily = daily_requests or _resets_as_a_day_does(headers)
    return ServerLimits(
        requests_per_minute=None if daily else _first(headers, _REQUESTS),
        tokens_per_minute=_first(headers, _TOKENS) or _sum(headers),
    )


def _sum(headers: Mapping[str, str]) -> int | None:
    """Where prompts and answers have a limit each and no common one, as behind some gateways of Anthropic's."""
    prompts, answers = (_count(headers.get(name, "")) for name in _TOKENS_APART)
    return prompts + answers if prompts and answers else None


def _resets_as_a_day_does(headers: Mapping[str, str]) -> bool:
    """OpenAI gives the limit of a day under the same name: then 1 request of 10,000 is back after 8.64 s."""
    limit = _count(headers.get("x-ratelimit-limit-requests", ""))
    left = headers.get("x-ratelimit-remaining-requests", "")
    reset = _duration(headers.get("x-ratelimit-reset-requests", ""))
    if limit is None or reset is None:
        return False
    used = limit - int(left) if left.isdecimal() else 0
    period = reset * limit / used if used > 0 else 0.0
    return reset > _LONGEST_RESET or abs(period - _DAY) < 0.02 * _DAY


def _first(headers: Mapping[str, str], names: tuple[str, ...]) -> int | None:
    counts = (_count(headers.get(name, "")) for name in names)
    return next((count for count in counts if count is not None), None)


def _count(text: str) -> int | None:
    return int(text) if text.isdecimal() and int(text) > 0 else None


def _duration(text: str) -> float | None:
    """Seconds in ``2m59.56s``, ``120ms``, ``1d2h``; None where it is none."""
    if not re.fullmatch(r"(?:[\d.]+(?:ms|[dhms]))+", text):
        return None
    try:
        return sum(float(number) * _SECONDS[unit] for number, unit in re.findall(r"([\d.]+)(ms|[dhms])", text))
    except ValueError:
        return None
