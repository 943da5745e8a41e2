"""How servers say that a prompt does not fit in their model's context, in every vendor's words. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection

_CODES = {"context_length_exceeded", "request_too_large", "string_above_max_length"}
_WORDINGS = re.compile(
    r"context[ _-]?(?:length|window|size|limit)"  # OpenAI, Azure, vLLM, llama.cpp, LM Studio, Ollama, Mistral
    r"|(?:prompt|input|request)(?: \w+)? (?:is|are|was) too (?:long|large)"  # Anthropic, Bedrock
    r"|request too large"  # OpenAI and Groq, of the tokens in one minute
    r"|too many (?:\w+ )?tokens"
    r"|(?<!_)(?:tokens?|token count)\b.{0,40}\bexceeds?\b"  # Gemini
    r"|max(?:imum)? (?:input )?tokens? (?:of \d+ )?(?:was )?exceeded"  # Snowflake Cortex
    r"|tokens`? must be <=",  # Together, TGI
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.-])\d{1,3}(?:,\d{3})+(?![\w.])|(?<![\w.-])\d+(?!\w|\.\d)")
_SUM = re.compile(r"(\d+) \+ (\d+) > (\d+)")
_LEAST_CONTEXT = 256


def is_too_long(status: int, said: str, codes: Collection[str] = ()) -> bool:
    """Whether an error with this status says that a shorter prompt would be served.

    ``codes`` are the vendor's own words for it, in lower case.
    """
    if status == 413 or not _CODES.isdisjoint(codes):
        return True
    if status == 429:  # a request that is larger than a whole minute's tokens never passes
        return "request too large" in said.lower()
    return status in (400, 422) and bool(_WORDINGS.search(said))


def excess_tokens(said: str) -> int | None:
    """How many tokens are too many: the largest number of what the server said over the next one."""
    if found := _SUM.search(said):  # Anthropic: prompt + answer > context
        prompt, answer, context = map(int, found.groups())
        return prompt + answer - context
    numbers = sorted({int(found.replace(",", "")) for found in _NUMBER.findall(said)}, reverse=True)
    if len(numbers) < 2 or numbers[1] < _LEAST_CONTEXT:
        return None
    return numbers[0] - numbers[1]
