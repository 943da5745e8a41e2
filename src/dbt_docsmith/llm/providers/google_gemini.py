"""Google's Gemini, through its official SDK."""

from __future__ import annotations

import re
import ssl
import sys
import time
from typing import TYPE_CHECKING, Any, get_args
from urllib.parse import urlsplit

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
from dbt_docsmith.llm.providers.generate_content import build_request, read_answer, read_refusal, sent_names
from dbt_docsmith.llm.providers.http_errors import network_error, unreadable
from dbt_docsmith.llm.providers.learning import Learning
from dbt_docsmith.llm.server_limits import ServerLimits, read_limits
from dbt_docsmith.types import Completion, CompletionRequest

if TYPE_CHECKING:
    import httpx2
    from google.genai import Client

_VERSIONED = re.compile(r"(.*)/(v\d\w*)(?:/openai)?")
_DEFAULT_VERSION = "v1beta"


class GeminiProvider:
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
        self._http: httpx2.AsyncClient | None = None
        self._client: Client | None = None

    async def complete(self, request: CompletionRequest) -> Completion:
        """One answer.

        Raises ProviderError; after a step down RequestRejected with a ``parameter``: the caller asks again.
        """
        from google.genai.errors import APIError

        asked = self._learning.abilities
        body = build_request(request, asked)
        client = self._connected()
        try:
            async with deadline(self._settings.timeout, self._endpoint.where):
                response = await client.aio.models.generate_content(**_arguments(body))
        except APIError as error:
            self.limits = read_limits(getattr(error.response, "headers", {}))
            raise self._learning.error(
                read_refusal(error, time.time()), sent_names(body["config"]), asked
            ) from None
        except (ValueError, AttributeError) as error:  # of an error's body in a form the SDK did not think of
            raise unreadable(self._endpoint, str(error)) from None
        except _transport_errors() as error:
            raise network_error(error, self._endpoint, self._settings.timeout) from None
        raw = response.sdk_http_response
        self.limits = read_limits((raw and raw.headers) or {})
        answer = read_answer(((raw and raw.body) or "").encode(), self._endpoint)
        return answer.completion(self.name, self.model, self._settings.secrets)

    async def aclose(self) -> None:
        """Let go of connections."""
        http, self._http, self._client = self._http, None, None
        if http is not None:
            await http.aclose()

    def _connected(self) -> Client:
        if self._client is None:
            try:
                self._client = self._open()
            except ImportError as error:  # GOOGLE_GENAI_HTTP_CLIENT names a library that is not there
                refused = RequestRejected(self._endpoint.failure("its SDK does not start", said=str(error)))
                refused.fatal = True
                raise refused from None
        return self._client

    def _open(self) -> Client:
        """A client that knows what the settings say and nothing of the environment."""
        from google import genai
        from google.genai import client as client_module
        from google.genai import types

        settings, (url, version) = self._settings, split_version(self._base.url)
        taken = get_args(types.HttpxAsyncClient) or (types.HttpxAsyncClient,)  # httpx2's comes last
        self._http = open_http(settings.network, url, timeout=settings.timeout, client_class=taken[-1])
        self._http.params = self._http.params.merge(dict(self._base.query))
        self._http.event_hooks = {"request": [connect_soon]}
        nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # for the clients it makes and we do not use
        return genai.Client(
            vertexai=False,
            api_key=self._key,
            debug_config=client_module.DebugConfig(client_mode=None, replays_directory=None, replay_id=None),
            http_options=types.HttpOptions(
                base_url=url,
                api_version=version,
                headers=dict(settings.headers),
                timeout=round(settings.timeout * 1000),
                async_client_args={"verify": nobody, "ssl": nobody},
                httpx_async_client=self._http,
            ),
        )


def split_version(url: str) -> tuple[str, str]:
    """A base URL and the version of the API, which the SDK wants apart; ``/openai`` after it is another format."""
    path = urlsplit(url).path
    root, version = found.groups() if (found := _VERSIONED.fullmatch(path)) else (path, _DEFAULT_VERSION)
    return url.removesuffix(path) + root, version


async def connect_soon(request: httpx2.Request) -> None:
    """The SDK gives connecting as long as the whole request."""
    request.extensions["timeout"]["connect"] = CONNECT_SECONDS


def _transport_errors() -> tuple[type[Exception], ...]:
    """What the SDK lets through as it comes: of httpx2, or of httpx where it is older."""
    libraries = [sys.modules[name] for name in ("httpx2", "httpx") if name in sys.modules]
    return tuple(library.RequestError for library in libraries)


def _arguments(body: dict[str, Any]) -> dict[str, Any]:
    """The SDK's arguments. Where it gives the answer as it came, it does not ask for more of a cut one itself."""
    from google.genai.types import AutomaticFunctionCallingConfig, GenerateContentConfig

    alone = AutomaticFunctionCallingConfig(disable=True)
    config = GenerateContentConfig(
        **body["config"], automatic_function_calling=alone, should_return_http_response=True
    )
    return {**body, "config": config}


SPEC = ProviderSpec(
    name="google-gemini",
    make=GeminiProvider,
    key_variables=("GOOGLE_GEMINI_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY"),
    key_required=True,
    configured_by=("GOOGLE_GEMINI_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY"),
    base_url_variable="GOOGLE_GEMINI_BASE_URL",
    default_base_url="https://generativelanguage.googleapis.com/v1beta",
    model_variable="GOOGLE_GEMINI_MODEL",
    default_model="gemini-3.5-flash-lite",
    extra="gemini",
    package="google.genai",
    known_suffixes=("/v1beta",),
    abilities=Abilities(token_limit="max_tokens"),
    context_tokens=1_048_576,
    priced_as="google",
)
