"""How many tokens a request will take: a guess that learns from the usage that comes back. Pure."""

from __future__ import annotations

from dbt_docsmith.types import CompletionRequest, Usage

CHARS_PER_TOKEN = 3.5

_GAIN = 1 / 8
_DEVIATIONS = 2.0


class TokenEstimate:
    """Begins with 3.5 characters a token and the longest answer allowed.

    From then on answers are expected to be as long as of late, and two mean deviations longer: the way TCP expects
    round trips.
    """

    def __init__(self) -> None:
        self._chars = 0
        self._prompt_tokens = 0
        self._answer: float | None = None
        self._deviation = 0.0

    def of(self, request: CompletionRequest) -> int:
        """Tokens of a request and its answer together."""
        chars_per_token = self._chars / self._prompt_tokens if self._prompt_tokens else CHARS_PER_TOKEN
        answer = float(request.max_tokens)
        if self._answer is not None:
            answer = min(answer, self._answer + _DEVIATIONS * self._deviation)
        return round(_chars(request) / chars_per_token + answer)

    def learn(self, request: CompletionRequest, usage: Usage) -> None:
        """Take note of what a request really took; nothing is learned where the provider did not say."""
        if not usage.prompt_tokens:
            return
        self._chars += _chars(request)
        self._prompt_tokens += usage.prompt_tokens
        if self._answer is None:
            self._answer, self._deviation = float(usage.completion_tokens), usage.completion_tokens / 2
            return
        error = usage.completion_tokens - self._answer
        self._deviation += _GAIN * (abs(error) - self._deviation)
        self._answer += _GAIN * error


def _chars(request: CompletionRequest) -> int:
    return len(request.prompt.system) + len(request.prompt.user)
