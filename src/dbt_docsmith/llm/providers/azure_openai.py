"""OpenAI's models as Azure serves them, for a key or an identity of Entra: other addresses, the same format."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from dbt_docsmith.errors import AuthenticationFailed, ProviderError, Unreachable
from dbt_docsmith.llm.network import Network
from dbt_docsmith.llm.providers.base import Notice, ProviderSettings, ProviderSpec, Variable
from dbt_docsmith.llm.providers.learning import Learning
from dbt_docsmith.llm.providers.openai import OpenAIProvider
from dbt_docsmith.llm.providers.urls import BaseUrl
from dbt_docsmith.llm.providers.wording import scrub

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential
    from openai import AsyncOpenAI

API_VERSION = "2025-01-01-preview"
SCOPE = "https://cognitiveservices.azure.com/.default"

MakeCredential = Callable[[Network], "AsyncTokenCredential"]


class Address(Struct, frozen=True):
    """Where a resource is asked: its ``endpoint`` with an API version, or, where that is None, at its ``/v1``."""

    endpoint: str
    api_version: str | None


def read_address(base: BaseUrl, api_version: str) -> Address:
    """What a base URL of Azure stands for: a resource, its ``/openai/v1/``, or a deployment's whole address."""
    parts = urlsplit(base.url)
    if parts.path.endswith("/v1"):
        return Address(base.url, None)
    before = parts.path.partition("/openai")[0]
    return Address(f"{parts.scheme}://{parts.netloc}{before}", base.query.get("api-version", api_version))


class AzureOpenAIProvider(OpenAIProvider):
    """A deployment of a resource, asked with the resource's key."""

    def __init__(self, spec: ProviderSpec, settings: ProviderSettings, notice: Notice) -> None:
        super().__init__(spec, settings, notice)
        self._address = read_address(self._base, settings.values.get("api_version") or API_VERSION)

    def _connect(self) -> AsyncOpenAI:
        from openai import AsyncAzureOpenAI

        address = self._address
        if address.api_version is None:
            return super()._connect()
        client = AsyncAzureOpenAI(
            azure_endpoint=address.endpoint,
            api_version=address.api_version,
            **self._proof(),
            **self._manners(),
        )
        client._azure_ad_token = None  # older ones would rather send AZURE_OPENAI_AD_TOKEN
        return client

    def _proof(self) -> dict[str, Any]:
        """How the SDK's client for Azure is told who asks."""
        return {"api_key": self._key}


class AzureEntraProvider(AzureOpenAIProvider):
    """A deployment of a resource, asked by an identity whose tokens are fetched when they are needed.

    ``make_credential`` stands for ``DefaultAzureCredential``: the environment's, the machine's, ``az login``'s.
    """

    def __init__(
        self,
        spec: ProviderSpec,
        settings: ProviderSettings,
        notice: Notice,
        make_credential: MakeCredential | None = None,
    ) -> None:
        super().__init__(spec, settings, notice)
        self._own_token = (settings.api_key or "").strip()
        self._scope = read_scope(settings.values.get("scope") or SCOPE)
        self._make_credential = make_credential or default_credential
        self._credential: AsyncTokenCredential | None = None
        self._tokens: Callable[[], Awaitable[str]] | None = None
        self._one_at_a_time = asyncio.Lock()
        self._last_token = ""
        hint = spec.key_variables[0] if self._own_token else "the identity's role: Cognitive Services OpenAI User"
        self._endpoint = replace(self._endpoint, key_hint=hint, hide=self._hide)
        self._learning = Learning(spec.abilities, self._endpoint, notice)

    async def aclose(self) -> None:
        """Let go of connections, the credential's too."""
        credential, self._credential, self._tokens = self._credential, None, None
        if credential is not None:
            await credential.close()
        await super().aclose()

    def _proof(self) -> dict[str, Any]:
        return {"azure_ad_token_provider": self._token}

    async def _signature(self) -> dict[str, str]:
        return {} if self._address.api_version else {"Authorization": f"Bearer {await self._token()}"}

    async def _token(self) -> str:
        """A token that is good now. Raises ProviderError."""
        if self._own_token:
            return self._own_token
        from azure.core.exceptions import AzureError

        try:
            async with self._one_at_a_time:
                self._last_token = await self._fetch()
        except AzureError as error:
            raise self._no_token(error) from None
        return self._last_token

    async def _fetch(self) -> str:
        """The token that is kept, or another one some minutes before it expires."""
        if self._tokens is None:
            from azure.identity.aio import get_bearer_token_provider

            self._credential = self._make_credential(self._network)
            self._tokens = get_bearer_token_provider(self._credential, self._scope)
        return await self._tokens()

    def _no_token(self, error: Exception) -> ProviderError:
        from azure.core.exceptions import ClientAuthenticationError

        if not isinstance(error, ClientAuthenticationError):
            cure = "does HTTPS_PROXY lead to https://login.microsoftonline.com?"
            return Unreachable(self._endpoint.failure("Entra cannot be reached", said=str(error), cure=cure))
        cure = "sign in with 'az login', or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET"
        return AuthenticationFailed(self._endpoint.failure("no token of Entra", said=str(error), cure=cure))

    def _hide(self, text: str) -> str:
        return scrub(text, [*self._secrets, self._last_token])


def read_scope(text: str) -> str:
    """The scope of a token; a resource alone stands for all that is allowed there."""
    return text if urlsplit(text).path.strip("/") else f"{text.rstrip('/')}/.default"


def default_credential(network: Network) -> AsyncTokenCredential:
    """The identity this program runs as, looked for as all of Azure's tools do, in our network."""
    from azure.identity.aio import DefaultAzureCredential

    proxy = network.proxy_for("https://login.microsoftonline.com")
    manners = {"connection_verify": network.ca_file} if network.ca_file else {}
    return DefaultAzureCredential(**manners, **({"proxies": {"https": proxy}} if proxy else {}))


_VERSION_VARIABLE = Variable(
    name="api_version",
    variables=("AZURE_OPENAI_API_VERSION",),
    what="an API version",
    default=API_VERSION,
)

SPECS = (
    ProviderSpec(
        name="azure-openai",
        make=AzureOpenAIProvider,
        key_variables=("AZURE_OPENAI_API_KEY",),
        key_required=True,
        configured_by=("AZURE_OPENAI_API_KEY",),
        base_url_variable="AZURE_OPENAI_BASE_URL",
        base_url_required=True,
        model_variable="AZURE_OPENAI_DEPLOYMENT_NAME",
        model_required=True,
        variables=(_VERSION_VARIABLE,),
        extra="azure",
        package="openai",
        priced_as="azure",
    ),
    ProviderSpec(
        name="azure-openai-ad",
        make=AzureEntraProvider,
        key_variables=("AZURE_OPENAI_AD_TOKEN",),
        configured_by=("AZURE_OPENAI_AD_TOKEN_SCOPE", "AZURE_OPENAI_AD_TOKEN"),
        base_url_variable="AZURE_OPENAI_BASE_URL",
        base_url_required=True,
        model_variable="AZURE_OPENAI_DEPLOYMENT_NAME",
        model_required=True,
        variables=(
            _VERSION_VARIABLE,
            Variable(
                name="scope",
                variables=("AZURE_OPENAI_AD_TOKEN_SCOPE",),
                what="the scope of its tokens",
                default=SCOPE,
            ),
        ),
        extra="azure",
        package="azure.identity",
        priced_as="azure",
    ),
)
