"""A provider that bills as it likes, and remembers to the last moment what it has billed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal

from dbt_docsmith.errors import (
    AuthenticationFailed,
    ConnectionFailed,
    DeadlineExceeded,
    ProviderError,
    RateLimited,
    ServerFailed,
    Unreachable,
)
from dbt_docsmith.llm.prices import TokenPrice
from dbt_docsmith.llm.server_limits import ServerLimits
from dbt_docsmith.types import Completion, CompletionRequest, Usage

ERRORS: dict[str, Callable[[], ProviderError]] = {
    "429": lambda: RateLimited("slow down"),
    "500": lambda: ServerFailed("oh"),
    "deadline": lambda: DeadlineExceeded("too late"),
    "drop": lambda: ConnectionFailed("gone"),
    "refused": lambda: Unreachable("nobody"),
    "401": lambda: AuthenticationFailed("who?"),
}
BILLED_ALL_THE_SAME = {"500", "deadline", "drop"}


class BillingProvider:
    """Answers after ``turns`` of the loop, with the tokens and the end that ``choose`` says for each request.

    ``billed`` is what its owner will have to pay by now, ``most_billed`` what it was at most, ``at_once`` the most
    requests that were here at a time.
    """

    offline = False
    limits = ServerLimits()

    def __init__(
        self, name: str, price: TokenPrice, choose: Callable[[int], tuple[str, Usage]], turns: int = 3
    ) -> None:
        self.name = name
        self.model = f"{name}-model"
        self.host = f"{name}.example"
        self.price = price
        self.billed = Decimal(0)
        self.seen = 0
        self.at_once = 0
        self._here = 0
        self._choose = choose
        self._turns = turns

    async def complete(self, request: CompletionRequest) -> Completion:
        end, usage = self._choose(self.seen)
        self.seen += 1
        self._here += 1
        self.at_once = max(self.at_once, self._here)
        try:
            for _ in range(self._turns):
                await asyncio.sleep(0)
        finally:
            self._here -= 1
        if end == "answer" or end in BILLED_ALL_THE_SAME:
            self.billed += self.price.cost(usage)
        if end != "answer":
            raise ERRORS[end]()
        return Completion(text="{}", provider=self.name, model=self.model, usage=usage)

    async def aclose(self) -> None:
        """Nothing to let go of."""
