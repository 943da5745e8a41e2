"""Azure's addresses and identities, over a socket, held against what the SDK's own client for Azure sends."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError
from msgspec.structs import replace
from openai import AsyncAzureOpenAI
from tests.llm.fakes import REQUEST
from tests.wire_server import Seen, WireServer, failing

from dbt_docsmith.errors import AuthenticationFailed, ProviderError, Unreachable
from dbt_docsmith.llm.network import Network
from dbt_docsmith.llm.providers import SPECS, build
from dbt_docsmith.llm.providers.azure_openai import API_VERSION, AzureEntraProvider, read_scope
from dbt_docsmith.llm.providers.base import Provider, ProviderSettings
from dbt_docsmith.types import Completion

KEY = "azure-planted-key-0123456789"
QUESTION = replace(REQUEST, model="writer")
NOW = 4_000_000_000  # a time that has not come: tokens that expire then are good


class Identity:
    """A credential whose tokens say how many there were; each is good for ``lifetime`` seconds."""

    def __init__(self, clock: Callable[[], float], lifetime: int = 3600, error: Exception | None = None) -> None:
        self.scopes: list[str] = []
        self.closed = False
        self._clock, self._lifetime, self._error = clock, lifetime, error

    async def get_token(self, *scopes: str, **_options: Any) -> AccessToken:
        await asyncio.sleep(0)
        self.scopes += scopes
        if self._error:
            raise self._error
        return AccessToken(f"token-{len(self.scopes)}-of-entra", int(self._clock()) + self._lifetime)

    async def close(self) -> None:
        self.closed = True

    async def __aenter__(self) -> "Identity":
        return self

    async def __aexit__(self, *_raised: object) -> None:
        await self.close()


def settings(base_url: str, **values: str) -> ProviderSettings:
    return ProviderSettings(model="writer", api_key=KEY, base_url=base_url, values=values)


def asked(provider: Provider, times: int = 1) -> list[Completion | ProviderError]:
    async def one() -> Completion | ProviderError:
        try:
            return await provider.complete(QUESTION)
        except ProviderError as error:
            return error

    async def run() -> list[Completion | ProviderError]:
        try:
            return [await one() for _ in range(times)]
        finally:
            await provider.aclose()

    return asyncio.run(run())


def entra(base_url: str, identity: Identity, scope: str = "") -> AzureEntraProvider:
    told = ProviderSettings(model="writer", base_url=base_url, values={"scope": scope})
    return AzureEntraProvider(SPECS["azure-openai-ad"], told, lambda _text: None, lambda _network: identity)


def told_apart(seen: Seen) -> tuple[str, str | None, str | None]:
    return seen.path, seen.headers.get("api-key"), seen.headers.get("authorization")


@pytest.mark.parametrize(
    "path",
    ["", "/", "/openai", "/openai/", "/openai/deployments/writer", "/openai/deployments/x/chat/completions"],
)
def test_a_resource_is_asked_as_the_sdks_own_client_asks_it(path: str, wire_server: WireServer) -> None:
    async def the_sdks() -> None:
        async with AsyncAzureOpenAI(
            api_key=KEY, azure_endpoint=f"http://{wire_server.host}", api_version="2024-10-21"
        ) as client:
            await client.chat.completions.create(model="writer", messages=[{"role": "user", "content": "?"}])

    asyncio.run(the_sdks())
    provider = build("azure-openai", settings(f"http://{wire_server.host}{path}", api_version="2024-10-21"))
    (completion,) = asked(provider)
    assert isinstance(completion, Completion), completion
    theirs, ours = map(told_apart, wire_server.seen)
    assert ours == theirs
    assert ours == ("/openai/deployments/writer/chat/completions?api-version=2024-10-21", KEY, None)


@pytest.mark.parametrize(
    ("path", "version", "asked_version"),
    [
        ("", {}, API_VERSION),
        ("?api-version=2025-03-01-preview", {}, "2025-03-01-preview"),
        ("", {"api_version": "2024-10-21"}, "2024-10-21"),
    ],
)
def test_the_api_version_is_the_one_that_is_told(
    path: str, version: dict[str, str], asked_version: str, wire_server: WireServer
) -> None:
    asked(build("azure-openai", settings(f"http://{wire_server.host}{path}", **version)))
    assert wire_server.seen[0].path.partition("?")[2] == f"api-version={asked_version}"


def test_a_gateways_own_path_stays(wire_server: WireServer) -> None:
    asked(build("azure-openai", settings(f"http://{wire_server.host}/company/llm")))
    assert wire_server.seen[0].path.startswith("/company/llm/openai/deployments/writer/chat/completions?")


@pytest.mark.parametrize("path", ["/openai/v1", "/openai/v1/", "/openai/v1/chat/completions"])
def test_the_v1_address_needs_no_version(path: str, wire_server: WireServer) -> None:
    asked(build("azure-openai", settings(f"http://{wire_server.host}{path}")))
    assert told_apart(wire_server.seen[0]) == ("/openai/v1/chat/completions", None, f"Bearer {KEY}")
    assert wire_server.bodies[0]["model"] == "writer"


@pytest.mark.parametrize("path", ["", "/openai/v1"])
def test_an_identity_is_asked_for_its_token_at_the_first_request_and_when_that_expires(
    path: str, wire_server: WireServer
) -> None:
    lasting, short = Identity(lambda: NOW), Identity(lambda: NOW, lifetime=-NOW)
    provider = entra(f"http://{wire_server.host}{path}", lasting)
    assert lasting.scopes == []
    asked(provider, times=3)
    assert lasting.scopes == ["https://cognitiveservices.azure.com/.default"]
    assert lasting.closed
    asked(entra(f"http://{wire_server.host}{path}", short), times=2)
    tokens = [seen.headers["authorization"] for seen in wire_server.seen]
    assert tokens == ["Bearer token-1-of-entra"] * 4 + ["Bearer token-2-of-entra"]
    assert not any("api-key" in seen.headers for seen in wire_server.seen)


def test_many_at_once_wait_for_one_token(wire_server: WireServer) -> None:
    identity = Identity(lambda: NOW)
    provider = entra(f"http://{wire_server.host}", identity)

    async def run() -> None:
        await asyncio.gather(*(provider.complete(QUESTION) for _ in range(8)))
        await provider.aclose()

    asyncio.run(run())
    assert len(identity.scopes) == 1
    assert len(wire_server.seen) == 8


def test_a_token_that_is_handed_in_is_sent_and_no_other_looked_for(wire_server: WireServer) -> None:
    def nobody(_network: Network) -> Identity:
        raise AssertionError("it was looked for")

    spec, told = SPECS["azure-openai-ad"], settings(f"http://{wire_server.host}")
    asked(AzureEntraProvider(spec, told, lambda _text: None, nobody))
    assert wire_server.seen[0].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    ("error", "kind", "told"),
    [
        (ClientAuthenticationError("nobody\nis signed in"), AuthenticationFailed, "no token of Entra: nobody is"),
        (ServiceRequestError("no such host"), Unreachable, "no such host"),
    ],
)
def test_an_identity_without_a_token_ends_the_provider_with_the_cure(
    error: Exception, kind: type[ProviderError], told: str, wire_server: WireServer
) -> None:
    (failed,) = asked(entra(f"http://{wire_server.host}", Identity(lambda: NOW, error=error)))
    assert type(failed) is kind
    assert told in str(failed)
    assert "\n" not in str(failed)
    assert wire_server.seen == []


def test_a_token_that_the_server_echoes_is_in_no_error(wire_server: WireServer) -> None:
    wire_server.script.append(failing(401, "the token token-1-of-entra is not for me"))
    (failed,) = asked(entra(f"http://{wire_server.host}", Identity(lambda: NOW)))
    assert type(failed) is AuthenticationFailed
    assert "token-1-of-entra" not in str(failed)
    assert "check the identity's role: Cognitive Services OpenAI User" in str(failed)


@pytest.mark.parametrize(
    ("given", "scope"),
    [
        ("https://cognitiveservices.azure.com/.default", "https://cognitiveservices.azure.com/.default"),
        ("https://cognitiveservices.azure.com", "https://cognitiveservices.azure.com/.default"),
        ("https://cognitiveservices.azure.com/", "https://cognitiveservices.azure.com/.default"),
        ("api://app-id/access_as_user", "api://app-id/access_as_user"),
    ],
)
def test_a_resource_stands_for_its_default_scope(given: str, scope: str) -> None:
    assert read_scope(given) == scope
