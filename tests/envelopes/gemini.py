"""Content, as Gemini generates it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from tests.envelopes.base import KEY, Trouble
from tests.wire_server import Body, Reply, sending

Detail = dict[str, object]

DAILY_QUOTA: Detail = {
    "@type": "type.googleapis.com/google.rpc.QuotaFailure",
    "violations": [
        {
            "quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
            "quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier",
            "quotaValue": "250",
        }
    ],
}
BAD_KEY: Detail = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}

TROUBLES: dict[Trouble, tuple[int, str, str, tuple[Detail, ...]]] = {
    "too many": (429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).", ()),
    "no quota": (429, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted. Please go to AI Studio.", ()),
    "failed": (500, "INTERNAL", "Internal failure. Please retry or report.", ()),
    "busy": (503, "UNAVAILABLE", "The model is overloaded. Please try again later.", ()),
    "overloaded": (529, "UNAVAILABLE", "Overloaded", ()),
    "bad key": (400, "INVALID_ARGUMENT", f"API key not valid: {KEY}. Please pass a valid API key.", (BAD_KEY,)),
    "not allowed": (403, "PERMISSION_DENIED", "The caller does not have permission", ()),
    "too long": (
        400,
        "INVALID_ARGUMENT",
        "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
        (),
    ),
    "unsupported": (
        400,
        "INVALID_ARGUMENT",
        "Invalid JSON payload. Unknown name \"responseJsonSchema\" at 'generation_config': Cannot find field.",
        (),
    ),
}


def gemini_answering(content: object, *, finish_reason: str = "STOP", **candidate: object) -> Reply:
    """Generated content: text as it is, a list as parts, anything else as JSON."""
    parts = content if isinstance(content, list) else [{"text": _text(content)}]
    said = {"content": {"parts": parts, "role": "model"}, "finishReason": finish_reason, "index": 0, **candidate}
    return gemini_saying([said])


def gemini_saying(candidates: Sequence[object], **more: object) -> Reply:
    """Any candidates, none included, with their usage."""
    usage = {
        "promptTokenCount": 100,
        "cachedContentTokenCount": 40,
        "candidatesTokenCount": 15,
        "thoughtsTokenCount": 5,
        "totalTokenCount": 120,
    }
    return sending({"candidates": candidates, "usageMetadata": usage, "modelVersion": "m", **more})


def gemini_failing(
    status: int,
    message: str,
    kind: str = "INTERNAL",
    *,
    details: Sequence[Detail] = (),
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """An error as Google's APIs word it."""
    said = {"error": {"code": status, "message": message, "status": kind, "details": list(details)}}
    return sending(said, status=status, **dict(headers or {}))


def _text(content: object) -> str | None:
    return content if isinstance(content, str | None) else json.dumps(content)


class GenerateContent:
    """``POST /v1beta/models/MODEL:generateContent``."""

    def question(self, body: Body) -> str:
        return str(body["contents"][-1]["parts"][0]["text"])

    def answer(self, text: str | None) -> Reply:
        return gemini_answering(text)

    def cut(self, text: str) -> Reply:
        return gemini_answering(text, finish_reason="MAX_TOKENS")

    def refusal(self, words: str) -> Reply:
        return gemini_saying([{"finishReason": "PROHIBITED_CONTENT", "finishMessage": words, "index": 0}])

    def filtered(self) -> Reply:
        return gemini_saying([{"finishReason": "SAFETY", "index": 0}])

    def trouble(self, trouble: Trouble, **headers: str) -> Reply | None:
        if trouble not in TROUBLES:
            return None
        status, kind, message, details = TROUBLES[trouble]
        return gemini_failing(status, message, kind, details=details, headers=headers)

    def failing(self, status: int, message: str, **headers: str) -> Reply:
        return gemini_failing(status, message, headers=headers)

    def limits(self, requests: int, tokens: int) -> Mapping[str, str]:
        return {}
