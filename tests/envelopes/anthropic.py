"""Messages, as Anthropic says them."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tests.envelopes.base import KEY, Trouble
from tests.wire_server import Body, Reply, sending

TROUBLES: dict[Trouble, tuple[int, str, str]] = {
    "too many": (429, "rate_limit_error", "This request would exceed your organization's rate limit."),
    "no quota": (
        400,
        "invalid_request_error",
        "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.",
    ),
    "failed": (500, "api_error", "Internal server error"),
    "busy": (503, "api_error", "Service unavailable"),
    "overloaded": (529, "overloaded_error", "Overloaded"),
    "bad key": (401, "authentication_error", f"invalid x-api-key: {KEY}"),
    "not allowed": (403, "permission_error", "Your API key does not have permission to use this resource."),
    "too long": (400, "invalid_request_error", "prompt is too long: 209045 tokens > 200000 maximum"),
    "unsupported": (400, "invalid_request_error", "output_config.format: Extra inputs are not permitted"),
    "filtered": (400, "invalid_request_error", "Output blocked by content filtering policy"),
}


def anthropic_answering(
    content: object, *, stop_reason: str = "end_turn", headers: Mapping[str, str] | None = None, **message: object
) -> Reply:
    """A message that says ``content``: text as it is, a list as content blocks, anything else as JSON."""
    blocks = content if isinstance(content, list) else [{"type": "text", "text": _text(content)}]
    usage = {
        "input_tokens": 50,
        "cache_creation_input_tokens": 10,
        "cache_read_input_tokens": 40,
        "output_tokens": 20,
    }
    said = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": blocks}
    said |= {"stop_reason": stop_reason, "stop_sequence": None, "usage": usage}
    return sending(said | message, **dict(headers or {}))


def anthropic_failing(
    status: int,
    message: str,
    kind: str = "api_error",
    *,
    headers: Mapping[str, str] | None = None,
    **error: object,
) -> Reply:
    """An error as Anthropic words it; ``error`` goes beside its message."""
    said = {"type": "error", "error": {"type": kind, "message": message, **error}, "request_id": "req_1"}
    return sending(said, status=status, **dict(headers or {}))


def _text(content: object) -> str | None:
    return content if isinstance(content, str | None) else json.dumps(content)


class Messages:
    """``POST /v1/messages``."""

    def question(self, body: Body) -> str:
        return str(body["messages"][-1]["content"])

    def answer(self, text: str | None) -> Reply:
        return anthropic_answering(text)

    def cut(self, text: str) -> Reply:
        return anthropic_answering(text, stop_reason="max_tokens")

    def refusal(self, words: str) -> Reply:
        details = {"type": "refusal", "category": "general_harms", "explanation": words}
        return anthropic_answering([], stop_reason="refusal", stop_details=details)

    def filtered(self) -> None:
        return None

    def trouble(self, trouble: Trouble, **headers: str) -> Reply:
        status, kind, message = TROUBLES[trouble]
        return anthropic_failing(status, message, kind, headers=headers)

    def failing(self, status: int, message: str, **headers: str) -> Reply:
        return anthropic_failing(status, message, headers=headers)

    def limits(self, requests: int, tokens: int) -> Mapping[str, str]:
        return {
            "anthropic-ratelimit-requests-limit": str(requests),
            "anthropic-ratelimit-tokens-limit": str(tokens),
            "anthropic-ratelimit-input-tokens-limit": str(tokens - tokens // 5),
            "anthropic-ratelimit-output-tokens-limit": str(tokens // 5),
        }
