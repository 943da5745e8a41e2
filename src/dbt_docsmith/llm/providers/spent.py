"""How servers say that an account gets no further answer before somebody pays or a day goes by. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection

DAILY_QUOTA = "daily_quota"
"""The code for a quota of the day, whatever the vendor calls it."""

_CODES = {
    "insufficient_quota",
    "insufficient_balance",
    "billing_hard_limit_reached",
    "billing_not_active",
    "billing_error",
    "enforced_spend_limit_reached",  # Anthropic, of a tier, of a contract, of a linked organization
    "contract_spend_limit_reached",
    "linked_organization_spend_limit_reached",
    "linked_organization_billing_unavailable",
    DAILY_QUOTA,
}
_WORDINGS = re.compile(
    r"credit balance is too low"  # Anthropic, as a 400
    r"|reached your specified (?:\w+ )?api usage limits"
    r"|credits? (?:are|is|have been) depleted"  # Gemini, as a 429
    r"|\bspend(?:ing)? (?:cap|limit)"
    r"|quota exceeded for .*\blimit: 0\b",
    re.IGNORECASE | re.DOTALL,
)


def is_spent(status: int, said: str, codes: Collection[str]) -> bool:
    """Whether an error with this status says so. ``codes`` are the vendor's own words, in lower case."""
    if status == 402 or not _CODES.isdisjoint(codes):
        return True
    return status in (400, 403, 429) and bool(_WORDINGS.search(said))
