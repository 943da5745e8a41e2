"""What a whole response says, whatever its wire format. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from dbt_docsmith.errors import ProviderError
from dbt_docsmith.llm.providers.wording import scrub, unmistakable
from dbt_docsmith.types import Completion, Usage


class WireAnswer(Struct, frozen=True, kw_only=True):
    """An answer as it came. ``fault``: it was billed and is no answer."""

    text: str = ""
    finish_reason: str = "stop"
    usage: Usage = Usage()
    fault: ProviderError | None = None

    def or_raise(self) -> WireAnswer:
        """The answer; raises its fault where nothing says that anything was billed."""
        if self.fault is not None and self.usage == Usage():
            raise self.fault
        return self

    def completion(self, provider: str, model: str, secrets: Iterable[str]) -> Completion:
        """What the client is given: without the secrets that a model may echo."""
        return Completion(
            text=scrub(self.text, unmistakable(secrets)),
            provider=provider,
            model=model,
            usage=self.usage,
            finish_reason=self.finish_reason,
            fault=self.fault,
        )
