"""Chat completions, as Azure says them: OpenAI's answers, and errors in Azure's own words."""

from __future__ import annotations

from collections.abc import Mapping

from tests.envelopes.base import KEY, Trouble
from tests.envelopes.openai import TROUBLES as OPENAI_TROUBLES
from tests.envelopes.openai import ChatCompletions
from tests.wire_server import Reply, failing

FILTERED = {"hate": {"filtered": False, "severity": "safe"}, "violence": {"filtered": True, "severity": "medium"}}

TROUBLES: Mapping[Trouble, tuple[int, str, dict[str, object]]] = {
    **OPENAI_TROUBLES,
    "too many": (
        429,
        "Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-10-21 have exceeded "
        "token rate limit of your current OpenAI S0 pricing tier. Please go here: "
        "https://aka.ms/oai/quotaincrease if you would like to further increase the default rate limit.",
        {"code": "429"},
    ),
    "bad key": (
        401,
        f"Access denied due to invalid subscription key {KEY} or wrong API endpoint. Make sure to provide a valid "
        "key for an active subscription and use a correct regional API endpoint for your resource.",
        {"code": "401"},
    ),
    "not allowed": (403, "Access denied due to Virtual Network/Firewall rules.", {"code": "403"}),
    "unsupported": (
        400,
        "response_format value as json_schema is enabled only for api versions 2024-08-01-preview and later",
        {"code": "BadRequest", "param": None, "type": None},
    ),
    "filtered": (
        400,
        "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please "
        "modify your prompt and retry.",
        {
            "code": "content_filter",
            "param": "prompt",
            "innererror": {"code": "ResponsibleAIPolicyViolation", "content_filter_result": FILTERED},
        },
    ),
}


class AzureChat(ChatCompletions):
    """``POST /openai/deployments/NAME/chat/completions``."""

    def trouble(self, trouble: Trouble, **headers: str) -> Reply:
        status, message, error = TROUBLES[trouble]
        return failing(status, message, headers=headers, **error)
