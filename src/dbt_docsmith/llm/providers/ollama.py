"""Ollama, by its own API: what runs on the user's machine, or behind their base URL."""

from __future__ import annotations

import asyncio
import re
import time

import msgspec
from msgspec.structs import replace

from dbt_docsmith.llm.providers.base import (
    Abilities,
    Notice,
    ProviderSettings,
    ProviderSpec,
    Variable,
    deadline,
)
from dbt_docsmith.llm.providers.endpoints import base_url_of, endpoint_of, key_of
from dbt_docsmith.llm.providers.http_calls import HttpCalls
from dbt_docsmith.llm.providers.learning import Learning
from dbt_docsmith.llm.providers.ollama_chat import (
    build_request,
    context_for,
    read_answer,
    read_refusal,
    sent_parameters,
    status_error,
)
from dbt_docsmith.llm.server_limits import ServerLimits, read_limits
from dbt_docsmith.types import Completion, CompletionRequest

_PORT = 11434
_AT_ONCE = 2
_EVERYWHERE = {"0.0.0.0", "[::]"}
_KNOWN_PATH = re.compile(r"/(?:api(?:/chat|/generate)?|v1(?:/chat/completions)?)?/*$")


class OllamaProvider:
    """One model of one server. What it turns out not to support is not sent to it again.

    A server takes few requests at once and lets the others wait: those wait here, where no deadline runs yet.
    """

    offline = False

    def __init__(self, spec: ProviderSpec, settings: ProviderSettings, notice: Notice) -> None:
        told = settings.base_url or settings.values.get("host") or spec.default_base_url
        base = base_url_of(spec, replace(settings, base_url=read_ollama_url(told)))
        self.name = spec.name
        self.model = settings.model or spec.default_model
        self.host = base.host
        self.limits = ServerLimits()
        self._url = f"{base.url}/chat"
        self._headers = {"Authorization": f"Bearer {key_of(spec, settings)}"} if settings.api_key else {}
        self._timeout = settings.timeout
        self._slots = asyncio.Semaphore(_slots(settings.values.get("at_once", "")))
        self._secrets = settings.secrets
        self._most_context = settings.context_tokens or spec.context_tokens
        self._context = 0
        self._endpoint = replace(endpoint_of(spec, settings, base.host), start_with="ollama serve")
        self._calls = HttpCalls(self._endpoint, settings)
        self._learning = Learning(spec.abilities, self._endpoint, notice, status_error)

    async def complete(self, request: CompletionRequest) -> Completion:
        """One chat.

        Raises ProviderError; after a step down RequestRejected with a ``parameter``: the caller asks again.
        """
        abilities = self._learning.abilities
        self._context = max(self._context, context_for(request, self._most_context))
        body = build_request(request, abilities, self._context)
        async with self._slots, deadline(self._timeout, self._endpoint.where):
            answer = await self._calls.post(self._url, msgspec.json.encode(body), self._headers)
        self.limits = read_limits(answer.headers)
        if answer.status >= 300:
            raise self._learning.error(read_refusal(answer, time.time()), sent_parameters(body), abilities)
        return read_answer(answer.content, self._endpoint).completion(self.name, self.model, self._secrets)

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._calls.aclose()


def read_ollama_url(text: str) -> str:
    """The URL of the API as ``OLLAMA_HOST`` may spell it too: ``localhost``, ``:11434``, ``0.0.0.0``. Pure.

    With or without ``/api`` or ``/v1``.
    """
    text = text.strip()
    bare = "://" not in text
    scheme, _, rest = f"http://{text}".partition("://") if bare else text.partition("://")
    netloc, slash, path = rest.partition("/")
    host, port = _host_and_port(netloc)
    if bare:
        host, port = host or "127.0.0.1", port or f":{_PORT}"
    host = "127.0.0.1" if host in _EVERYWHERE else host
    return f"{scheme}://{host}{port}{_KNOWN_PATH.sub('', slash + path)}/api"


def _slots(told: str) -> int:
    return int(told) if told.isdecimal() and int(told) > 0 else _AT_ONCE


def _host_and_port(netloc: str) -> tuple[str, str]:
    found = re.fullmatch(r"(.*?)(:\d*)?", netloc)
    return (found[1], found[2] or "") if found else (netloc, "")


SPEC = ProviderSpec(
    name="ollama",
    make=OllamaProvider,
    key_variables=("OLLAMA_API_KEY",),
    configured_by=("OLLAMA_BASE_URL", "OLLAMA_MODEL", "OLLAMA_API_KEY"),
    base_url_variable="OLLAMA_BASE_URL",
    default_base_url="http://localhost:11434",
    model_variable="OLLAMA_MODEL",
    default_model="qwen3:8b",
    variables=(
        Variable(name="host", variables=("OLLAMA_HOST",), what="the server's address"),
        Variable(
            name="at_once", variables=("OLLAMA_NUM_PARALLEL",), what="requests at once", default=str(_AT_ONCE)
        ),
    ),
    known_suffixes=("/api", "/v1"),
    abilities=Abilities(thinking_off=True),
    context_tokens=32_768,
    local=True,
)
