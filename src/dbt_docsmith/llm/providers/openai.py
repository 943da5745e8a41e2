"""OpenAI's chat completions, and every server that speaks them: presets, data only."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from dbt_docsmith.errors import RequestRejected
from dbt_docsmith.llm.network import CONNECT_SECONDS, open_http
from dbt_docsmith.llm.providers.base import (
    Abilities,
    Notice,
    ProviderSettings,
    ProviderSpec,
    deadline,
)
from dbt_docsmith.llm.providers.chat_completions import build_request, read_answer, read_refusal
from dbt_docsmith.llm.providers.endpoints import base_url_of, endpoint_of, key_of
from dbt_docsmith.llm.providers.http_errors import network_error
from dbt_docsmith.llm.providers.learning import Learning
from dbt_docsmith.llm.server_limits import ServerLimits, read_limits
from dbt_docsmith.types import Completion, CompletionRequest

if TYPE_CHECKING:
    from openai import AsyncOpenAI


class OpenAIProvider:
    """One model behind one base URL. What a server turns out not to support is not sent to it again."""

    offline = False

    def __init__(self, spec: ProviderSpec, settings: ProviderSettings, notice: Notice) -> None:
        base = base_url_of(spec, settings)
        self.name = spec.name
        self.model = settings.model or spec.default_model
        self.host = base.host
        self._key = key_of(spec, settings)
        self._base = base
        self._headers = dict(settings.headers)
        self._network = settings.network
        self._timeout = settings.timeout
        self._client: AsyncOpenAI | None = None
        self.limits = ServerLimits()
        self._daily_requests = spec.daily_requests
        self._secrets = settings.secrets
        self._endpoint = endpoint_of(spec, settings, base.host)
        self._learning = Learning(spec.abilities, self._endpoint, notice)

    async def complete(self, request: CompletionRequest) -> Completion:
        """One chat completion.

        Raises ProviderError; after a step down RequestRejected with a ``parameter``: the caller asks again.
        """
        import openai

        abilities = self._learning.abilities
        body = build_request(request, abilities)
        client = self._connected()
        try:
            async with deadline(self._timeout, self._endpoint.where):
                raw = await client.chat.completions.with_raw_response.create(
                    **body, extra_headers=await self._signature()
                )
        except openai.APIStatusError as error:
            self.limits = read_limits(error.response.headers, daily_requests=self._daily_requests)
            raise self._learning.error(read_refusal(error, time.time()), body, abilities) from None
        except openai.APIConnectionError as error:
            raise network_error(error, self._endpoint, self._timeout) from None
        except openai.OpenAIError as error:
            raise RequestRejected(self._endpoint.failure("the request failed", said=str(error))) from None
        self.limits = read_limits(raw.headers, daily_requests=self._daily_requests)
        answer = read_answer(raw.http_response.content, self._endpoint)
        return answer.completion(self.name, self.model, self._secrets)

    async def aclose(self) -> None:
        """Let go of connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    def _connected(self) -> AsyncOpenAI:
        if self._client is None:
            self._client = self._connect()
        return self._client

    def _connect(self) -> AsyncOpenAI:
        from openai import AsyncOpenAI

        return AsyncOpenAI(api_key=self._key, base_url=self._base.url, **self._manners())

    def _manners(self) -> dict[str, Any]:
        """How every client of this SDK is set up: in our network, without retries of its own."""
        from openai import DefaultAsyncHttpxClient, Timeout

        return {
            "default_query": dict(self._base.query),
            "default_headers": self._headers,
            "timeout": Timeout(self._timeout, connect=CONNECT_SECONDS),
            "max_retries": 0,
            "http_client": open_http(
                self._network, self._base.url, timeout=self._timeout, client_class=DefaultAsyncHttpxClient
            ),
        }

    async def _signature(self) -> dict[str, str]:
        """Headers that say who asks, where that is not the client's key. Raises ProviderError."""
        return {}


SPECS = (
    ProviderSpec(
        name="openai",
        make=OpenAIProvider,
        key_variables=("OPENAI_API_KEY",),
        key_required=True,
        configured_by=("OPENAI_API_KEY",),
        base_url_variable="OPENAI_BASE_URL",
        default_base_url="https://api.openai.com/v1",
        model_variable="OPENAI_MODEL",
        default_model="gpt-5.4-mini",
        extra="openai",
        package="openai",
        known_suffixes=("/v1",),
        priced_as="openai",
    ),
    ProviderSpec(
        name="groq",
        make=OpenAIProvider,
        key_variables=("GROQ_API_KEY",),
        key_required=True,
        configured_by=("GROQ_API_KEY",),
        base_url_variable="GROQ_BASE_URL",
        default_base_url="https://api.groq.com/openai/v1",
        model_variable="GROQ_MODEL",
        default_model="openai/gpt-oss-120b",
        extra="openai",
        package="openai",
        known_suffixes=("/openai/v1",),
        priced_as="groq",
        daily_requests=True,
    ),
    ProviderSpec(
        name="lm-studio",
        make=OpenAIProvider,
        key_variables=("LM_STUDIO_API_KEY",),
        configured_by=("LM_STUDIO_API_KEY", "LM_STUDIO_BASE_URL"),
        base_url_variable="LM_STUDIO_BASE_URL",
        default_base_url="http://localhost:1234/v1",
        model_variable="LM_STUDIO_MODEL",
        default_model="local-model",
        extra="openai",
        package="openai",
        known_suffixes=("/v1",),
        abilities=Abilities(token_limit="max_tokens"),
        local=True,
    ),
)
