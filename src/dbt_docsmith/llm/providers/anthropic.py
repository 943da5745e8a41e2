"""Anthropic's messages, through its official SDK."""

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
from dbt_docsmith.llm.providers.endpoints import base_url_of, endpoint_of, key_of
from dbt_docsmith.llm.providers.http_errors import network_error
from dbt_docsmith.llm.providers.learning import Learning
from dbt_docsmith.llm.providers.messages import build_request, read_answer, read_refusal, sent_names
from dbt_docsmith.llm.server_limits import ServerLimits, read_limits
from dbt_docsmith.types import Completion, CompletionRequest

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

_VERSION = "/v1"  # the SDK adds it to the base URL itself


class AnthropicProvider:
    """One model behind one base URL. What a server turns out not to support is not sent to it again."""

    offline = False

    def __init__(self, spec: ProviderSpec, settings: ProviderSettings, notice: Notice) -> None:
        self._base = base_url_of(spec, settings)
        self.name = spec.name
        self.model = settings.model or spec.default_model
        self.host = self._base.host
        self.limits = ServerLimits()
        self._key = key_of(spec, settings)
        self._settings = settings
        self._endpoint = endpoint_of(spec, settings, self.host)
        self._learning = Learning(spec.abilities, self._endpoint, notice)
        self._client: AsyncAnthropic | None = None

    async def complete(self, request: CompletionRequest) -> Completion:
        """One message.

        Raises ProviderError; after a step down RequestRejected with a ``parameter``: the caller asks again.
        """
        import anthropic

        asked = self._learning.abilities
        body = build_request(request, asked)
        client = self._connected()
        try:
            async with deadline(self._settings.timeout, self._endpoint.where):
                raw = await client.messages.with_raw_response.create(**_arguments(body))
        except anthropic.APIStatusError as error:
            self.limits = read_limits(error.response.headers)
            raise self._learning.error(read_refusal(error, time.time()), sent_names(body), asked) from None
        except anthropic.APIConnectionError as error:
            raise network_error(error, self._endpoint, self._settings.timeout) from None
        except anthropic.AnthropicError as error:
            raise RequestRejected(self._endpoint.failure("the request failed", said=str(error))) from None
        self.limits = read_limits(raw.headers)
        answer = read_answer(raw.http_response.content, self._endpoint)
        return answer.completion(self.name, self.model, self._settings.secrets)

    async def aclose(self) -> None:
        """Let go of connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    def _connected(self) -> AsyncAnthropic:
        if self._client is None:
            self._client = self._open()
        return self._client

    def _open(self) -> AsyncAnthropic:
        """A client that knows what the settings say and nothing of the environment."""
        from anthropic import AsyncAnthropic, DefaultAsyncHttpxClient, Timeout

        settings, url = self._settings, self._base.url.removesuffix(_VERSION)
        http = open_http(settings.network, url, timeout=settings.timeout, client_class=DefaultAsyncHttpxClient)
        tracing: dict[str, Any] = {"open_telemetry": False} if hasattr(AsyncAnthropic, "open_telemetry") else {}
        client = AsyncAnthropic(
            api_key=self._key,
            base_url=url,
            default_query=dict(self._base.query),
            timeout=Timeout(settings.timeout, connect=CONNECT_SECONDS),
            max_retries=0,
            http_client=http,
            **tracing,
        )
        client.auth_token = None  # older ones take ANTHROPIC_AUTH_TOKEN beside the key
        client._custom_headers = dict(settings.headers)  # newer ones add those of ANTHROPIC_CUSTOM_HEADERS
        if not settings.api_key and "x-api-key" in map(str.lower, settings.headers):
            client.api_key = None  # else it would send a word for a key in another header
        return client


def _arguments(body: dict[str, Any]) -> dict[str, Any]:
    """The SDK's arguments. Newer ones know no temperature: it goes beside them, for the models that take it."""
    arguments = {name: value for name, value in body.items() if name != "temperature"}
    return arguments | ({"extra_body": {"temperature": body["temperature"]}} if "temperature" in body else {})


SPEC = ProviderSpec(
    name="anthropic",
    make=AnthropicProvider,
    key_variables=("ANTHROPIC_API_KEY",),
    key_required=True,
    configured_by=("ANTHROPIC_API_KEY",),
    base_url_variable="ANTHROPIC_BASE_URL",
    default_base_url="https://api.anthropic.com/v1",
    model_variable="ANTHROPIC_MODEL",
    default_model="claude-haiku-5-5",
    extra="anthropic",
    package="anthropic",
    known_suffixes=(_VERSION,),
    abilities=Abilities(fallbacks=("tool", "none"), token_limit="max_tokens", prompt_caching="marked"),
    context_tokens=1_000_000,
    priced_as="anthropic",
)
