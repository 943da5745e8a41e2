"""The most tokens that a request and its answer can take: what a budget must set aside before it leaves."""

from __future__ import annotations

import msgspec

from dbt_docsmith.types import Prompt, Usage

_FEWEST_CHARS_PER_TOKEN = 2
_FRAMING_TOKENS = 600  # what providers add by themselves for tools and schemas among them
_MARGIN = 1.1


class TokenCeiling:
    """The ceiling of each request to one provider, raised where an answer took more than it foretold."""

    def __init__(self) -> None:
        self._correction = 1.0

    def of(self, prompt: Prompt, max_tokens: int) -> Usage:
        """The most tokens of a prompt and of an answer bounded by ``max_tokens``, all of them at their dearest."""
        prompt_tokens = round(self._correction * most_prompt_tokens(prompt))
        return Usage(
            prompt_tokens=prompt_tokens,
            cache_write_tokens=prompt_tokens,
            completion_tokens=round(self._correction * max_tokens),
        )

    def learn(self, prompt: Prompt, max_tokens: int, used: Usage) -> None:
        """Set more aside for a provider that counts otherwise, or answers beyond the limit it was given."""
        worst = max(
            used.prompt_tokens / most_prompt_tokens(prompt),
            used.completion_tokens / max(1, max_tokens),
        )
        if worst > 1:
            self._correction = max(self._correction, worst * _MARGIN)


def most_prompt_tokens(prompt: Prompt) -> int:
    """More tokens than any provider counts for a prompt, its schema and what frames them.

    No tokenizer in use makes more than a token of two ASCII characters of prose and SQL, or of one byte elsewhere.
    """
    text = f"{prompt.system}{prompt.user}{msgspec.json.encode(prompt.schema).decode()}"
    plain = len(text.encode("ascii", "ignore"))
    return plain // _FEWEST_CHARS_PER_TOKEN + (len(text.encode("utf-8", "replace")) - plain) + _FRAMING_TOKENS
