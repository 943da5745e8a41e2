"""The wire format of Ollama's own chat: its ``/v1`` cannot be told the context, and cuts prompts unsaid. Pure."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import Struct

from dbt_docsmith.errors import ProviderError, RequestRejected, ServerFailed
from dbt_docsmith.llm.providers.base import Abilities
from dbt_docsmith.llm.providers.http_calls import HttpAnswer
from dbt_docsmith.llm.providers.http_errors import RUN_AGAIN, Endpoint, Refusal, http_error, unreadable
from dbt_docsmith.llm.providers.wire_answer import WireAnswer
from dbt_docsmith.llm.retry import read_retry_after
from dbt_docsmith.types import CompletionRequest, Usage

_BYTES_PER_TOKEN = 3
_LEAST_CONTEXT = 4096
_OF_THE_TEMPLATE = 256
_NOT_PULLED = re.compile(r"model .*not found", re.IGNORECASE)
_NO_CHAT = re.compile(r"does not support (?:chat|generate)", re.IGNORECASE)
_NO_MEMORY = re.compile(r"requires more system memory", re.IGNORECASE)


def context_for(request: CompletionRequest, most: int) -> int:
    """Tokens that hold the prompt and its answer, at most ``most``.

    Doubled steps: the server loads its model anew whenever this number changes.
    """
    prompt = len((request.prompt.system + request.prompt.user).encode()) // _BYTES_PER_TOKEN
    needed, context = prompt + _OF_THE_TEMPLATE + request.max_tokens, _LEAST_CONTEXT
    while context < needed:
        context *= 2
    return min(context, most)


def build_request(request: CompletionRequest, abilities: Abilities, num_ctx: int) -> dict[str, Any]:
    """The body of a chat, as far as the server's ``abilities`` go. Pure.

    ``truncate`` and ``shift``: a prompt that is too long is an error, never cut; older servers overlook both.
    """
    body: dict[str, Any] = {
        "model": request.model,
        "messages": [
            {"role": "system", "content": request.prompt.system},
            {"role": "user", "content": request.prompt.user},
        ],
        "stream": False,
        "truncate": False,
        "shift": False,
        "options": {"num_ctx": num_ctx, "num_predict": request.max_tokens},
    }
    if abilities.schema != "none":
        body["format"] = request.prompt.schema if abilities.schema == "json_schema" else "json"
    if abilities.thinking_off:
        body["think"] = False
    if request.temperature is not None and abilities.temperature:
        body["options"]["temperature"] = request.temperature
    return body


def sent_parameters(body: dict[str, Any]) -> set[str]:
    """The names of all that could be left out of a body."""
    return set(body) | set(body["options"])


class _Message(Struct):
    content: str | None = None


class _Chat(Struct):
    message: _Message | None = None
    done_reason: str | None = None
    prompt_eval_count: Any = None
    eval_count: Any = None
    error: Any = None


def read_answer(content: bytes, endpoint: Endpoint) -> WireAnswer:
    """A response's bytes. Raises ServerFailed where nothing in them says that anything was computed."""
    try:
        said = msgspec.json.decode(content, type=_Chat)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise unreadable(endpoint, content.decode(errors="replace")) from None
    text, reason = (said.message.content if said.message else None) or "", said.done_reason or "stop"
    return WireAnswer(
        text=text,
        finish_reason=reason,
        usage=Usage(prompt_tokens=_count(said.prompt_eval_count), completion_tokens=_count(said.eval_count)),
        fault=_fault(said, text, reason, endpoint, content),
    ).or_raise()


def _fault(said: _Chat, text: str, reason: str, endpoint: Endpoint, content: bytes) -> ProviderError | None:
    if said.error:
        return ServerFailed(endpoint.failure("the server failed", said=_words(said.error), cure=RUN_AGAIN))
    if said.message is None:
        return unreadable(endpoint, content.decode(errors="replace"))
    if not text.strip() and reason != "length":
        return unreadable(endpoint, "it holds no text")
    return None


def _count(reported: object) -> int:
    return reported if isinstance(reported, int) else 0


def read_refusal(answer: HttpAnswer, now: float) -> Refusal:
    """An error answer as plain data. ``now`` is in seconds since 1970."""
    said = answer.content.decode(errors="replace")
    return Refusal(status=answer.status, said=_words(said), retry_after=read_retry_after(answer.headers, now))


def _words(error: object) -> str:
    """The innermost words of an error: a runner's own comes as JSON inside JSON."""
    if isinstance(error, str):
        try:
            inner = msgspec.json.decode(error)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return error
        return _words(inner) if isinstance(inner, dict) else error
    if isinstance(error, dict) and (error.get("error") or error.get("message")):
        return _words(error.get("error") or error.get("message"))
    return msgspec.json.encode(error).decode()


def status_error(refusal: Refusal, endpoint: Endpoint) -> ProviderError:
    """The error of errors.py that an error answer stands for, with what can be done at an Ollama server."""
    said = refusal.said
    if refusal.status == 404 and _NOT_PULLED.search(said):
        return _unfit(endpoint, f"no model '{endpoint.model}' there", said, f"ollama pull {endpoint.model}")
    if _NO_CHAT.search(said):
        return _unfit(endpoint, f"model '{endpoint.model}' cannot chat", said, "choose another --model")
    if _NO_MEMORY.search(said):
        cure = "choose a smaller --model, or less context_tokens in dbt-docsmith.yml"
        return _unfit(endpoint, f"model '{endpoint.model}' does not fit", said, cure)
    return http_error(refusal, endpoint)


def _unfit(endpoint: Endpoint, what: str, said: str, cure: str) -> RequestRejected:
    """No request to that model will be served."""
    error = RequestRejected(endpoint.failure(what, said=said, cure=cure))
    error.fatal = True
    return error
