"""Bedrock's Converse, as it answers for every model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.envelopes.base import KEY, Trouble
from tests.wire_server import Body, Reply, sending

ACCESS_KEY = "AKIAPLANTEDACCESSKEY"
USAGE = {"inputTokens": 60, "cacheReadInputTokens": 40, "outputTokens": 20, "totalTokens": 120}

TROUBLES: dict[Trouble, tuple[int, str, str]] = {
    "too many": (429, "ThrottlingException", "Too many requests, please wait before trying again."),
    "failed": (500, "InternalServerException", "The system encountered an unexpected error during processing."),
    "busy": (503, "ServiceUnavailableException", "Bedrock is unable to process your request."),
    "bad key": (
        403,
        "UnrecognizedClientException",
        f"The security token included in the request is invalid: {KEY}.",
    ),
    "not allowed": (
        403,
        "AccessDeniedException",
        "You don't have access to the model with the specified model ID.",
    ),
    "too long": (400, "ValidationException", "Input is too long for requested model."),
    "unsupported": (
        400,
        "ValidationException",
        "This model doesn't support the outputConfig.textFormat field. Remove it and try again.",
    ),
}


def conversing(*content: Body, stop_reason: str = "end_turn", usage: object = USAGE) -> Reply:
    """An answer whose message has ``content`` as its blocks."""
    message = {"role": "assistant", "content": list(content)}
    return sending({"output": {"message": message}, "stopReason": stop_reason, "usage": usage, "metrics": {}})


def calling(tool_input: Any) -> Reply:
    """An answer that calls the tool."""
    tool = {"toolUseId": "t-1", "name": "documentation", "input": tool_input}
    return conversing({"text": "I call it."}, {"toolUse": tool}, stop_reason="tool_use")


def refusing(status: int, code: str, message: str, **headers: str) -> Reply:
    """An error as AWS words it."""
    named = {"x-amzn-errortype": f"{code}:http://internal.amazon.com/coral/com.amazon.bedrock/"}
    return sending({"message": message}, status=status, **named, **headers)


class Converse:
    """``POST /model/{modelId}/converse``."""

    def question(self, body: Body) -> str:
        return "".join(block["text"] for block in body["messages"][-1]["content"])

    def answer(self, text: str | None) -> Reply:
        return conversing({"text": text})

    def cut(self, text: str) -> Reply:
        return conversing({"text": text}, stop_reason="max_tokens")

    def refusal(self, words: str) -> Reply:
        return conversing({"text": words}, stop_reason="guardrail_intervened")

    def filtered(self) -> Reply:
        return conversing(stop_reason="content_filtered")

    def trouble(self, trouble: Trouble, **headers: str) -> Reply | None:
        return refusing(*TROUBLES[trouble], **headers) if trouble in TROUBLES else None

    def failing(self, status: int, message: str, **headers: str) -> Reply:
        return refusing(status, "", message, **headers)

    def limits(self, requests: int, tokens: int) -> Mapping[str, str]:
        return {}
