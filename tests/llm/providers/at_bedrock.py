"""How the tests ask Bedrock's provider, and with whose credentials."""

from __future__ import annotations

from msgspec.structs import replace
from tests.envelopes.base import KEY
from tests.envelopes.bedrock import ACCESS_KEY
from tests.llm.fakes import REQUEST
from tests.llm.providers.asking import asked
from tests.wire_server import Reply, WireServer

from dbt_docsmith.errors import ProviderError
from dbt_docsmith.llm.providers import build
from dbt_docsmith.llm.providers.base import Provider, ProviderSettings
from dbt_docsmith.types import Completion, CompletionRequest, Usage

CLAUDE = "anthropic.claude-haiku-4-5-20251001-v1:0"
LLAMA = "us.meta.llama4-maverick-17b-instruct-v1:0"
MIXTRAL = "mistral.mixtral-8x7b-instruct-v0:1"
TOKEN = "session-token-planted/0123456789=="
SIGNED_IN = {"region": "eu-central-1", "access_key": ACCESS_KEY, "secret_key": KEY, "token": TOKEN}
BILLED = Usage(prompt_tokens=100, cached_prompt_tokens=40, completion_tokens=20)


def settings(server: WireServer, model: str = CLAUDE, timeout: float = 30.0) -> ProviderSettings:
    return ProviderSettings(model=model, base_url=f"http://{server.host}", timeout=timeout, values=SIGNED_IN)


def provider(server: WireServer, model: str = CLAUDE, notices: list[str] | None = None) -> Provider:
    return build("bedrock", settings(server, model), (notices if notices is not None else []).append)


def about(model: str, request: CompletionRequest = REQUEST) -> CompletionRequest:
    return replace(request, model=model)


def answered(server: WireServer, reply: Reply) -> Completion:
    server.script.append(reply)
    (completion,) = asked(provider(server), about(CLAUDE))
    assert isinstance(completion, Completion), completion
    return completion


def failed(server: WireServer, reply: Reply, timeout: float = 30.0) -> ProviderError:
    """The error that ``reply`` stands for, whether or not it was billed."""
    server.script.append(reply)
    (came,) = asked(build("bedrock", settings(server, timeout=timeout)), about(CLAUDE))
    error = came.fault if isinstance(came, Completion) else came
    assert isinstance(error, ProviderError)
    return error
