"""What one request came to, as whoever looks for a fault reads it. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator

from msgspec.structs import asdict

from dbt_docsmith.llm.attempts import Attempt


def attempt_line(attempt: Attempt) -> str:
    """``openai gpt-x at api.openai.com about model.shop.orders: 812 + 120 tokens, 1,340 ms, attempt 1``."""
    who = f"{attempt.provider} {attempt.model} at {attempt.host} about {attempt.node}"
    if attempt.stored:
        return f"{who}: stored"
    came = attempt.error or f"{attempt.prompt_tokens:,} + {attempt.completion_tokens:,} tokens"
    return f"{who}: {came}, {attempt.milliseconds:,} ms, attempt {attempt.attempt}"


def attempt_fields(attempt: Attempt) -> dict[str, object]:
    """The same for programs, without what was asked and answered."""
    return {name: value for name, value in asdict(attempt).items() if name not in ("prompt", "answer")}


def spoken(attempt: Attempt) -> Iterator[str]:
    """What was asked and answered, word for word."""
    asked = {"system": attempt.prompt.system, "user": attempt.prompt.user}
    yield f"asked about {attempt.node}: {json.dumps(asked, ensure_ascii=False)}"
    if attempt.answer:
        yield f"answered about {attempt.node}: {json.dumps(attempt.answer, ensure_ascii=False)}"
