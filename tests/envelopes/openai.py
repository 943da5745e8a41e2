"""Chat completions, as OpenAI says them and every server that follows it."""

from __future__ import annotations

from collections.abc import Mapping

from tests.envelopes.base import KEY, Trouble
from tests.wire_server import Body, Reply, answering, failing

TROUBLES: dict[Trouble, tuple[int, str, dict[str, str]]] = {
    "too many": (429, "Rate limit reached for m-1 on requests per min (RPM).", {"type": "requests"}),
    "no quota": (
        429,
        "You exceeded your current quota, please check your plan and billing details.",
        {"code": "insufficient_quota", "type": "insufficient_quota"},
    ),
    "failed": (500, "The server had an error while processing your request.", {"type": "server_error"}),
    "busy": (503, "The engine is currently overloaded, please try again later.", {"type": "server_error"}),
    "overloaded": (529, "Overloaded", {}),
    "bad key": (401, f"Incorrect API key provided: {KEY}.", {"code": "invalid_api_key"}),
    "not allowed": (403, "Country, region, or territory not supported", {"code": "unsupported_country"}),
    "too long": (
        400,
        "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.",
        {"code": "context_length_exceeded", "param": "messages", "type": "invalid_request_error"},
    ),
    "unsupported": (
        400,
        "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
        {"param": "response_format", "type": "invalid_request_error"},
    ),
    "filtered": (400, "Your request was rejected by our safety system.", {"code": "content_policy_violation"}),
}


class ChatCompletions:
    """``POST /chat/completions``."""

    def question(self, body: Body) -> str:
        return str(body["messages"][-1]["content"])

    def answer(self, text: str | None) -> Reply:
        return answering(text)

    def cut(self, text: str) -> Reply:
        return answering(text, finish_reason="length")

    def refusal(self, words: str) -> Reply:
        return answering(None, refusal=words)

    def filtered(self) -> Reply:
        return answering("", finish_reason="content_filter")

    def trouble(self, trouble: Trouble, **headers: str) -> Reply:
        status, message, error = TROUBLES[trouble]
        return failing(status, message, headers=headers, **error)

    def failing(self, status: int, message: str, **headers: str) -> Reply:
        return failing(status, message, headers=headers)

    def limits(self, requests: int, tokens: int) -> Mapping[str, str]:
        return {"x-ratelimit-limit-requests": str(requests), "x-ratelimit-limit-tokens": str(tokens)}
