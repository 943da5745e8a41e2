"""OpenAI's chat completions, and every server that speaks them: presets, data only."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dbt_docsmith.errors import ConfigError, DeadlineExceeded, ProviderError, RequestRejected
from dbt_docsmith.llm.network import CONNECT_SECONDS
from dbt_docsmith.llm.providers.base import (
    Abilities,
    Notice,
    ProviderSettings,
    ProviderSpec,
    deadline,
)
from dbt_docsmith.llm.providers.chat_completions import build_request, read_answer, read_refusal
from dbt_docsmith.llm.providers.http_errors import Endpoint, connection_error, http_error
from dbt_docsmith.llm.providers.step_down import say_step, unsupported_parameter, without
from dbt_docsmith.llm.providers.urls import read_base_url
from dbt_docsmith.llm.providers.wording import scrub, unmistakable
from dbt_docsmith.llm.server_limits import ServerLimits, read_limits
from dbt_docsmith.types import Completion, CompletionRequest

if TYPE_CHECKING:
    from openai import APIConnectionError, APIStatusError, AsyncOpenAI

_NO_KEY = "no-key-needed"
_REFUSES_PARAMETERS = {400, 422}


class OpenAIProvider:
    """One model behind one base URL. What a server turns out not to support is not sent to it again."""

    offline = False

    def __init__(self, spec: ProviderSpec, settings: ProviderSettings, notice: Notice) -> None:
        base = read_base_url(
            settings.base_url or spec.default_base_url,
            spec.known_suffixes,
            spec.base_url_variable or f"the base URL of {spec.name}",
        )
        self.name = spec.name
        self.model = settings.model or spec.default_model
        self.host = base.host
        self._key = _read_key(settings.api_key, spec)
        self._base = base
        self._headers = dict(settings.headers)
        self._timeout = settings.timeout
        self._notice = notice
        self._abilities = spec.abilities
        self._client: AsyncOpenAI | None = None
        self.limits = ServerLimits()
        self._secrets = settings.secrets
        self._endpoint = Endpoint(
            where=f"{spec.name} at {base.host}",
            model=self.model,
            key_hint=" or ".join(spec.key_variables),
            url_hint=spec.base_url_variable or "the base URL",
            hide=lambda text: scrub(text, settings.secrets),
        )

    async def complete(self, request: CompletionRequest) -> Completion:
        """One chat completion.

        Raises ProviderError; after a step down RequestRejected with a ``parameter``: the caller asks again.
        """
        import openai

        abilities = self._abilities
        body = build_request(request, abilities)
        client = self._connected()
        try:
            async with deadline(self._timeout, self._endpoint.where):
                raw = await client.chat.completions.with_raw_response.create(**body)
        except openai.APIStatusError as error:
            self.limits = read_limits(error.response.headers)
            raise self._status_error(error, body, abilities) from None
        except openai.APIConnectionError as error:
            raise self._connection_error(error) from None
        except openai.OpenAIError as error:
            raise RequestRejected(self._endpoint.failure("the request failed", said=str(error))) from None
        self.limits = read_limits(raw.headers)
        return self._read(raw.http_response.content)

    async def aclose(self) -> None:
        """Let go of connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    def _connected(self) -> AsyncOpenAI:
        if self._client is None:
            from openai import AsyncOpenAI, Timeout

            self._client = AsyncOpenAI(
                api_key=self._key,
                base_url=self._base.url,
                default_query=dict(self._base.query),
                default_headers=self._headers,
                timeout=Timeout(self._timeout, connect=CONNECT_SECONDS),
                max_retries=0,
            )
        return self._client

    def _read(self, content: bytes) -> Completion:
        answer = read_answer(content, self._endpoint)
        return Completion(
            text=scrub(answer.text, unmistakable(self._secrets)),
            provider=self.name,
            model=self.model,
            usage=answer.usage,
            finish_reason=answer.finish_reason,
            fault=answer.fault,
        )

    def _status_error(self, error: APIStatusError, body: dict[str, Any], abilities: Abilities) -> ProviderError:
        refusal = read_refusal(error, time.time())
        if refusal.status in _REFUSES_PARAMETERS:
            parameter = unsupported_parameter(body, refusal.said, refusal.parameter)
            if parameter is not None:
                self._step_down(abilities, without(abilities, parameter))
                return RequestRejected(
                    self._endpoint.failure(f"{parameter} is not supported", said=refusal.said), parameter=parameter
                )
        return http_error(refusal, self._endpoint)

    def _step_down(self, sent: Abilities, lesser: Abilities) -> None:
        if self._abilities == sent:  # else another request in flight has learned it already
            self._abilities = lesser
            self._notice(f"{self._endpoint.where}, model {self.model}: {say_step(sent, lesser)}")

    def _connection_error(self, error: APIConnectionError) -> ProviderError:
        causes = list(_causes(error))
        if any(type(cause).__name__ in ("ReadTimeout", "WriteTimeout") for cause in causes):
            what = f"no answer within {self._timeout:g} s"
            return DeadlineExceeded(self._endpoint.failure(what, cure="a longer --llm-timeout gives it more time"))
        said = next((str(cause) for cause in reversed(causes) if str(cause)), "")
        connected = not any(type(cause).__name__ in ("ConnectError", "ConnectTimeout") for cause in causes)
        return connection_error(said, self._endpoint, connected=connected)


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause = error.__cause__ or error.__context__
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _read_key(key: str | None, spec: ProviderSpec) -> str:
    key = (key or "").strip()
    if not key.isascii() or not key.isprintable():
        raise ConfigError(f"the key in {' or '.join(spec.key_variables)} holds characters that no key has")
    return key or _NO_KEY


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
