"""The wire format of generated content: Gemini's. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from dbt_docsmith.errors import ProviderError
from dbt_docsmith.llm.providers.base import Abilities
from dbt_docsmith.llm.providers.http_errors import Endpoint, Refusal, declined, unreadable
from dbt_docsmith.llm.providers.spent import DAILY_QUOTA
from dbt_docsmith.llm.providers.wire_answer import WireAnswer
from dbt_docsmith.llm.providers.wording import any_words
from dbt_docsmith.llm.retry import read_retry_after
from dbt_docsmith.types import CompletionRequest, Usage

if TYPE_CHECKING:
    from google.genai.errors import APIError

_CUT = {"MAX_TOKENS", "CONTINUATION"}
_REFUSED = {"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE"}
_SECONDS = re.compile(r"\d+(?:\.\d+)?(?=s$)")


def build_request(request: CompletionRequest, abilities: Abilities) -> dict[str, Any]:
    """What the SDK is asked with, as far as the server's ``abilities`` go. Pure."""
    prompt = request.prompt
    config: dict[str, Any] = {"max_output_tokens": request.max_tokens}
    if abilities.system and prompt.system.strip():
        config["system_instruction"] = prompt.system
    if abilities.schema != "none":
        config["response_mime_type"] = "application/json"
    if abilities.schema == "json_schema":
        config["response_json_schema"] = prompt.schema
    if request.temperature is not None and abilities.temperature:
        config["temperature"] = request.temperature
    contents = prompt.user if abilities.system else f"{prompt.system}\n\n{prompt.user}".lstrip()
    return {"model": request.model, "contents": contents, "config": config}


def sent_names(config: dict[str, Any]) -> set[str]:
    """What a server may refuse of a request and can be asked without, by name."""
    system = {"system"} if "system_instruction" in config else set()
    return {"temperature", "response_json_schema", "response_mime_type"} & config.keys() | system


class _Part(Struct):
    text: str | None = None
    thought: bool | None = None


class _Content(Struct):
    parts: list[_Part] | None = None


class _Candidate(Struct, rename="camel"):
    content: _Content | None = None
    finish_reason: str | None = None
    finish_message: str | None = None


class _Feedback(Struct, rename="camel"):
    block_reason: str | None = None
    block_reason_message: str | None = None


class _Response(Struct, rename="camel"):
    candidates: list[_Candidate] | None = None
    prompt_feedback: _Feedback | None = None
    usage_metadata: Any = None


class _Tokens(Struct, rename="camel"):
    prompt_token_count: int | None = None
    cached_content_token_count: int | None = None
    candidates_token_count: int | None = None
    thoughts_token_count: int | None = None


def read_answer(content: bytes, endpoint: Endpoint) -> WireAnswer:
    """A response's bytes. Raises ServerFailed where nothing in them says that anything was billed."""
    try:
        response = msgspec.json.decode(content, type=_Response)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise unreadable(endpoint, content.decode(errors="replace")) from None
    candidate = response.candidates[0] if response.candidates else _Candidate()
    return WireAnswer(
        text=_text(candidate),
        finish_reason="length" if candidate.finish_reason in _CUT else "stop",
        usage=_usage(response.usage_metadata),
        fault=_fault(response, candidate, endpoint, content),
    ).or_raise()


def _fault(response: _Response, candidate: _Candidate, endpoint: Endpoint, content: bytes) -> ProviderError | None:
    """Why an answer is none: a filter stopped the prompt or the answer, or there is no text."""
    feedback = response.prompt_feedback
    if feedback is not None and feedback.block_reason:
        said = _words(feedback.block_reason, feedback.block_reason_message)
        return declined(endpoint, said, "a content filter declined the request")
    reason = candidate.finish_reason or ""
    if reason in _REFUSED:
        said = _words(reason, candidate.finish_message)
        return declined(endpoint, said)
    if not response.candidates:
        return unreadable(endpoint, content.decode(errors="replace"))
    if not _text(candidate).strip() and reason not in _CUT:
        return unreadable(endpoint, f"it holds no text, {_words(reason, candidate.finish_message)}".rstrip(", "))
    return None


def _words(reason: str, message: str | None) -> str:
    return f"{reason}, {message}" if message else reason


def _text(candidate: _Candidate) -> str:
    """The answer's own parts; what the model thought is none of it."""
    parts = (candidate.content.parts if candidate.content else None) or ()
    return "".join(part.text or "" for part in parts if not part.thought)


def _usage(reported: object) -> Usage:
    try:
        tokens = msgspec.convert(reported, _Tokens | None, strict=False) or _Tokens()
    except msgspec.ValidationError:
        return Usage()
    return Usage(
        prompt_tokens=tokens.prompt_token_count or 0,
        cached_prompt_tokens=tokens.cached_content_token_count or 0,
        completion_tokens=(tokens.candidates_token_count or 0) + (tokens.thoughts_token_count or 0),
    )


class _Violation(Struct, rename="camel"):
    quota_id: str = ""


class _Detail(Struct, rename="camel"):
    reason: str = ""
    retry_delay: str = ""
    violations: list[_Violation] = []


class _Error(Struct):
    message: str = ""
    status: str = ""
    details: list[_Detail] = []


class _ErrorBody(Struct):
    error: _Error


def read_refusal(error: APIError, now: float) -> Refusal:
    """The SDK's error as plain data. ``now`` is in seconds since 1970."""
    try:
        said = msgspec.convert(error.details, _ErrorBody | list[_ErrorBody])
        told = said.error if isinstance(said, _ErrorBody) else said[0].error
    except (msgspec.ValidationError, IndexError):
        told = _Error(message=any_words(error.details) if error.message is None else error.message)
    headers = getattr(error.response, "headers", {})
    after = read_retry_after(headers, now)
    return Refusal(
        status=error.code,
        said=told.message,
        codes=_codes(told),
        retry_after=_retry_delay(told.details) if after is None else after,
    )


def _codes(told: _Error) -> frozenset[str]:
    codes = {told.status.lower(), *(detail.reason.lower() for detail in told.details)}
    quotas = [violation.quota_id for detail in told.details for violation in detail.violations]
    if any("PerDay" in quota for quota in quotas):
        codes.add(DAILY_QUOTA)
    return frozenset(codes - {""})


def _retry_delay(details: list[_Detail]) -> float | None:
    """Seconds, of a delay such as ``34.07s``."""
    found = [match for detail in details if (match := _SECONDS.match(detail.retry_delay))]
    return float(found[0].group()) if found else None
