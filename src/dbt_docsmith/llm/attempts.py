"""What one request came to, for whoever watches a run."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from dbt_docsmith.errors import ProviderError
from dbt_docsmith.llm.providers.base import Provider
from dbt_docsmith.types import Completion, CompletionRequest, Prompt


class Attempt(Struct, frozen=True, kw_only=True):
    """One request on the wire, or one answer out of the store.

    ``node`` is the unique id it was about; ``attempt`` counts from 1; ``error`` is a class name of errors.py, ""
    where an answer came. ``prompt`` and ``answer`` are for those who ask to see them.
    """

    provider: str
    host: str
    model: str
    node: str
    attempt: int = 1
    milliseconds: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    stored: bool = False
    error: str = ""
    prompt: Prompt
    answer: str = ""


Watch = Callable[[Attempt], None]


def attempted(
    provider: Provider, request: CompletionRequest, retries: int, seconds: float, came: Completion | ProviderError
) -> Attempt:
    """The attempt that ended with ``came`` after so many ``retries``."""
    answered = came if isinstance(came, Completion) else None
    fault = came.fault if isinstance(came, Completion) else came
    return Attempt(
        provider=provider.name,
        host=provider.host,
        model=provider.model,
        node=request.evidence.unique_id if request.evidence else "",
        attempt=retries + 1,
        milliseconds=round(seconds * 1000),
        prompt_tokens=answered.usage.prompt_tokens if answered else 0,
        completion_tokens=answered.usage.completion_tokens if answered else 0,
        stored=answered.stored if answered else False,
        error=type(fault).__name__ if fault else "",
        prompt=request.prompt,
        answer=answered.text if answered else "",
    )
