"""The wire format of chat completions: OpenAI's, and that of every server that follows it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from dbt_docsmith.errors import ProviderError
from dbt_docsmith.llm.providers.base import Abilities
from dbt_docsmith.llm.providers.http_errors import Endpoint, Refusal, declined, unreadable
from dbt_docsmith.llm.providers.wire_answer import WireAnswer
from dbt_docsmith.llm.providers.wording import any_words
from dbt_docsmith.llm.retry import read_retry_after
from dbt_docsmith.types import CompletionRequest, Usage

if TYPE_CHECKING:
    from openai import APIStatusError


def build_request(request: CompletionRequest, abilities: Abilities) -> dict[str, Any]:
    """The body of a chat completion, as far as the server's ``abilities`` go. Pure."""
    body: dict[str, Any] = {
        "model": request.model,
        "messages": [
            {"role": "system", "content": request.prompt.system},
            {"role": "user", "content": request.prompt.user},
        ],
        abilities.token_limit: request.max_tokens,
    }
    if abilities.schema == "json_schema":
        schema = {"name": "documentation", "strict": True, "schema": request.prompt.schema}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    elif abilities.schema == "json_object":
        body["response_format"] = {"type": "json_object"}
    if request.temperature is not None and abilities.temperature:
        body["temperature"] = request.temperature
    return body


class _Part(Struct):
    text: str = ""


class _Message(Struct):
    content: str | list[_Part] | None = None
    refusal: str | None = None


class _Choice(Struct):
    message: _Message | None = None
    finish_reason: str | None = None


class _ChatCompletion(Struct):
    choices: list[_Choice] | None = None
    usage: Any = None


class _TokenDetails(Struct):
    cached_tokens: int | None = None


class _Tokens(Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _TokenDetails | None = None


def read_answer(content: bytes, endpoint: Endpoint) -> WireAnswer:
    """A chat completion's bytes. Raises ServerFailed where nothing in them says that anything was billed."""
    try:
        completion = msgspec.json.decode(content, type=_ChatCompletion)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise unreadable(endpoint, content.decode(errors="replace")) from None
    choice = completion.choices[0] if completion.choices else _Choice()
    return WireAnswer(
        text=_text(choice),
        finish_reason=choice.finish_reason or "stop",
        usage=_usage(completion.usage),
        fault=_fault(choice, endpoint, content),
    ).or_raise()


def _fault(choice: _Choice, endpoint: Endpoint, content: bytes) -> ProviderError | None:
    """Why an answer is none: the model or a filter declined, or there is no text."""
    if choice.message is None:
        return unreadable(endpoint, content.decode(errors="replace"))
    if choice.message.refusal or choice.finish_reason == "content_filter":
        return declined(endpoint, choice.message.refusal or "")
    if not _text(choice).strip() and choice.finish_reason != "length":
        return unreadable(endpoint, "it holds no text")
    return None


def read_refusal(error: APIStatusError, now: float) -> Refusal:
    """The SDK's status error as plain data. ``now`` is in seconds since 1970."""
    return Refusal(
        status=error.status_code,
        said=any_words(error.body),
        codes=frozenset(str(code).lower() for code in (error.code, error.type) if code),
        parameter=error.param if isinstance(error.param, str) else "",
        retry_after=read_retry_after(error.response.headers, now),
    )


def _text(choice: _Choice) -> str:
    content = choice.message.content if choice.message else None
    return content if isinstance(content, str) else "".join(part.text for part in content or ())


def _usage(reported: object) -> Usage:
    try:
        tokens = msgspec.convert(reported, _Tokens | None, strict=False)
    except msgspec.ValidationError:
        tokens = None
    if tokens is None:
        return Usage()
    details = tokens.prompt_tokens_details
    return Usage(
        prompt_tokens=tokens.prompt_tokens or 0,
        cached_prompt_tokens=(details.cached_tokens if details else None) or 0,
        completion_tokens=tokens.completion_tokens or 0,
    )
