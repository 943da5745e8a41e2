"""Ollama's own chat, as its server answers."""

from __future__ import annotations

from collections.abc import Mapping

from tests.envelopes.base import KEY, Trouble
from tests.wire_server import Body, Reply, sending

TROUBLES: dict[Trouble, tuple[int, str]] = {
    "too many": (429, "too many concurrent requests"),
    "failed": (500, "llama runner process has terminated: exit status 2"),
    "busy": (503, "server busy, please try again.  maximum pending requests exceeded"),
    "bad key": (401, f"unauthorized: {KEY}"),
    "not allowed": (403, "this model requires a subscription, upgrade for access"),
    "too long": (
        400,
        '{"error":{"code":400,"message":"request (8889 tokens) exceeds the available context size (4096 tokens), '
        'try increasing it","type":"exceed_context_size_error","n_prompt_tokens":8889,"n_ctx":4096}}',
    ),
    "unsupported": (400, "structured outputs are not supported by this model"),
}


def chatting(text: object, *, done_reason: str = "stop", **more: object) -> Reply:
    """A whole answer, not streamed."""
    return sending(
        {
            "model": "m-1",
            "message": {"role": "assistant", "content": text},
            "done": True,
            "done_reason": done_reason,
            "prompt_eval_count": 100,
            "eval_count": 20,
            **more,
        }
    )


def refusing(status: int, message: str, **headers: str) -> Reply:
    """An error as Ollama words it."""
    return sending({"error": message}, status=status, **headers)


class OllamaChat:
    """``POST /api/chat``. It says nothing of tokens it had kept, and has no filter."""

    def question(self, body: Body) -> str:
        return str(body["messages"][-1]["content"])

    def answer(self, text: str | None) -> Reply:
        return chatting(text)

    def cut(self, text: str) -> Reply:
        return chatting(text, done_reason="length")

    def refusal(self, words: str) -> None:
        return None

    def filtered(self) -> None:
        return None

    def trouble(self, trouble: Trouble, **headers: str) -> Reply | None:
        return refusing(*TROUBLES[trouble], **headers) if trouble in TROUBLES else None

    def failing(self, status: int, message: str, **headers: str) -> Reply:
        return refusing(status, message, **headers)

    def limits(self, requests: int, tokens: int) -> Mapping[str, str]:
        return {}
