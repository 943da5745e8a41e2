"""The wire format of Bedrock's Converse: one for Claude, Llama, Mixtral, Nova and all others there. Pure."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import Struct

from dbt_docsmith.errors import ProviderError, ServerFailed
from dbt_docsmith.llm.providers.base import Abilities
from dbt_docsmith.llm.providers.http_errors import RUN_AGAIN, Endpoint, declined, unreadable
from dbt_docsmith.llm.providers.wire_answer import WireAnswer
from dbt_docsmith.types import CompletionRequest, Usage

_NAME = "documentation"
_TAKES_CACHE_POINTS = re.compile(r"anthropic\.claude|amazon\.nova", re.IGNORECASE)
_REFUSED = {"guardrail_intervened", "content_filtered", "refusal"}
_CUT = {"max_tokens", "model_context_window_exceeded"}


def takes_cache_points(model: str) -> bool:
    """Whether a model's id says that its prompts may be marked for the cache."""
    return bool(_TAKES_CACHE_POINTS.search(model))


def build_request(request: CompletionRequest, abilities: Abilities) -> dict[str, Any]:
    """The body of a Converse call, as far as the model's ``abilities`` go. Pure."""
    system, user = request.prompt.system, request.prompt.user
    body: dict[str, Any] = {"inferenceConfig": {"maxTokens": request.max_tokens}}
    if system and abilities.system:
        marked = abilities.prompt_caching == "marked"
        body["system"] = [{"text": system}] + ([{"cachePoint": {"type": "default"}}] if marked else [])
    elif system:
        user = f"{system}\n\n{user}"
    body["messages"] = [{"role": "user", "content": [{"text": user}]}]
    if request.temperature is not None and abilities.temperature:
        body["inferenceConfig"]["temperature"] = request.temperature
    if abilities.schema == "json_schema":
        schema = msgspec.json.encode(request.prompt.schema).decode()
        text_format = {"type": "json_schema", "structure": {"jsonSchema": {"name": _NAME, "schema": schema}}}
        body["outputConfig"] = {"textFormat": text_format}
    elif abilities.schema == "tool":
        tool = {"name": _NAME, "description": "Takes the answer.", "inputSchema": {"json": request.prompt.schema}}
        body["toolConfig"] = {"tools": [{"toolSpec": tool}], "toolChoice": {"tool": {"name": _NAME}}}
    return body


def sent_parameters(body: dict[str, Any]) -> set[str]:
    """The names of all that could be left out of a body."""
    cached = any("cachePoint" in block for block in body.get("system", ()))
    return set(body) | set(body["inferenceConfig"]) | ({"cachePoint"} if cached else set())


class _ToolUse(Struct):
    input: Any = None


class _Block(Struct, rename="camel"):
    text: str | None = None
    tool_use: _ToolUse | None = None


class _Message(Struct):
    content: list[_Block] | None = None


class _Output(Struct):
    message: _Message | None = None


class _Converse(Struct, rename="camel"):
    output: _Output | None = None
    stop_reason: str | None = None
    usage: Any = None


class _Tokens(Struct, rename="camel"):
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_write_input_tokens: int | None = None


def read_answer(content: bytes, endpoint: Endpoint) -> WireAnswer:
    """A response's bytes. Raises ServerFailed where nothing in them says that anything was billed."""
    try:
        said = msgspec.json.decode(content, type=_Converse)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise unreadable(endpoint, content.decode(errors="replace")) from None
    text, reason = _text(said), said.stop_reason or "end_turn"
    return WireAnswer(
        text=text,
        finish_reason="length" if reason in _CUT else "stop",
        usage=_usage(said.usage),
        fault=_fault(said, text, reason, endpoint),
    ).or_raise()


def _text(said: _Converse) -> str:
    """The input of the tool where the model called it, else what it said."""
    message = said.output.message if said.output else None
    blocks = (message.content if message else None) or []
    for block in blocks:
        if block.tool_use is not None:
            return msgspec.json.encode(block.tool_use.input).decode()
    return "".join(block.text or "" for block in blocks)


def _fault(said: _Converse, text: str, reason: str, endpoint: Endpoint) -> ProviderError | None:
    if reason in _REFUSED:
        words = f"{reason}, {text}" if text else reason
        return declined(endpoint, words)
    if reason.startswith("malformed"):
        what = "the model's answer was not well formed"
        return ServerFailed(endpoint.failure(what, said=reason, cure=RUN_AGAIN))
    if said.output is None or said.output.message is None:
        return unreadable(endpoint, "it has no output")
    if not text.strip() and reason not in _CUT:
        return unreadable(endpoint, "it holds no text")
    return None


def _usage(reported: object) -> Usage:
    try:
        tokens = msgspec.convert(reported, _Tokens | None, strict=False)
    except msgspec.ValidationError:
        tokens = None
    if tokens is None:
        return Usage()
    cached, written = tokens.cache_read_input_tokens or 0, tokens.cache_write_input_tokens or 0
    return Usage(
        prompt_tokens=(tokens.input_tokens or 0) + cached + written,
        cached_prompt_tokens=cached,
        completion_tokens=tokens.output_tokens or 0,
        cache_write_tokens=written,
    )
