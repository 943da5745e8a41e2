"""The wire format of messages: Anthropic's, and that of every gateway that follows it. Pure."""

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
    from anthropic import APIStatusError

_TOOL = "write_documentation"
_CUT = {"max_tokens", "model_context_window_exceeded", "pause_turn"}


def build_request(request: CompletionRequest, abilities: Abilities) -> dict[str, Any]:
    """The body of a message, as far as the server's ``abilities`` go. Pure.

    What all requests begin with, the system message, is marked to be served from the provider's cache.
    """
    body: dict[str, Any] = {
        "model": request.model,
        "max_tokens": request.max_tokens,
        "messages": [{"role": "user", "content": request.prompt.user}],
    }
    if request.prompt.system.strip():
        mark = {"cache_control": {"type": "ephemeral"}} if abilities.prompt_caching == "marked" else {}
        body["system"] = [{"type": "text", "text": request.prompt.system, **mark}]
    if abilities.schema == "json_schema":
        body["output_config"] = {"format": {"type": "json_schema", "schema": request.prompt.schema}}
    elif abilities.schema == "tool":
        what = "Hand over the documentation that was asked for."
        body["tools"] = [{"name": _TOOL, "description": what, "input_schema": request.prompt.schema}]
        body["tool_choice"] = {"type": "tool", "name": _TOOL}
    if request.temperature is not None and abilities.temperature:
        body["temperature"] = request.temperature
    return body


def sent_names(body: dict[str, Any]) -> set[str]:
    """What a server may refuse of a body and can be asked without, by name."""
    marked = any("cache_control" in block for block in body.get("system", ()))
    return {"temperature", "output_config", "tool_choice"} & body.keys() | ({"cache_control"} if marked else set())


class _Block(Struct):
    type: str = ""
    text: str | None = None
    input: Any = None


class _StopDetails(Struct):
    explanation: str | None = None


class _Message(Struct):
    content: Any = None
    stop_reason: str | None = None
    stop_details: _StopDetails | None = None
    usage: Any = None


class _Tokens(Struct):
    input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    output_tokens: int | None = None


def read_answer(content: bytes, endpoint: Endpoint) -> WireAnswer:
    """A message's bytes. Raises ServerFailed where nothing in them says that anything was billed."""
    try:
        message = msgspec.json.decode(content, type=_Message)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise unreadable(endpoint, content.decode(errors="replace")) from None
    return WireAnswer(
        text=_text(message),
        finish_reason="length" if message.stop_reason in _CUT else "stop",
        usage=_usage(message.usage),
        fault=_fault(message, endpoint, content),
    ).or_raise()


def _fault(message: _Message, endpoint: Endpoint, content: bytes) -> ProviderError | None:
    """Why an answer is none: the model declined, or there is no text."""
    if message.stop_reason == "refusal":
        said = (message.stop_details and message.stop_details.explanation) or _text(message)
        return declined(endpoint, said)
    if _blocks(message) is None:
        return unreadable(endpoint, content.decode(errors="replace"))
    if not _text(message).strip() and message.stop_reason not in _CUT:
        return unreadable(endpoint, "it holds no text")
    return None


def _text(message: _Message) -> str:
    """What the tool was handed, else the text; what the model thought is neither."""
    blocks = _blocks(message) or []
    for block in blocks:
        if block.type == "tool_use":
            return msgspec.json.encode(block.input).decode()
    return "".join(block.text or "" for block in blocks if block.type == "text")


def _blocks(message: _Message) -> list[_Block] | None:
    """None where the content is none that can be read; a text alone is taken for one block."""
    if isinstance(message.content, str):
        return [_Block(type="text", text=message.content)]
    try:
        return msgspec.convert(message.content, list[_Block])
    except msgspec.ValidationError:
        return None


def _usage(reported: object) -> Usage:
    try:
        tokens = msgspec.convert(reported, _Tokens | None, strict=False) or _Tokens()
    except msgspec.ValidationError:
        return Usage()
    cached, written = tokens.cache_read_input_tokens or 0, tokens.cache_creation_input_tokens or 0
    return Usage(
        prompt_tokens=(tokens.input_tokens or 0) + cached + written,
        cached_prompt_tokens=cached,
        completion_tokens=tokens.output_tokens or 0,
        cache_write_tokens=written,
    )


class _Details(Struct):
    error_code: str | None = None


class _Error(Struct):
    message: str | None = None
    type: str | None = None
    details: _Details | None = None


class _ErrorBody(Struct):
    error: _Error


def read_refusal(error: APIStatusError, now: float) -> Refusal:
    """The SDK's status error as plain data. ``now`` is in seconds since 1970."""
    try:
        said = msgspec.convert(error.body, _ErrorBody).error
    except msgspec.ValidationError:
        said = _Error(message=any_words(error.body))
    codes = (said.type, said.details.error_code if said.details else None)
    return Refusal(
        status=error.status_code,
        said=said.message or "",
        codes=frozenset(code.lower() for code in codes if code),
        retry_after=read_retry_after(error.response.headers, now),
    )
