"""What a provider is: one question in, one answer out. No retry, sleep, store or cost in here."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Literal, Protocol

from msgspec import Struct

from dbt_docsmith.errors import DeadlineExceeded
from dbt_docsmith.hiding import scrub, secrets_of, unmistakable
from dbt_docsmith.llm.credentials import Command
from dbt_docsmith.llm.network import Network
from dbt_docsmith.llm.server_limits import ServerLimits
from dbt_docsmith.types import Completion, CompletionRequest

_SECRET_HEADER = re.compile(r"auth|key|token|secret|cookie|password", re.IGNORECASE)

SchemaAbility = Literal["json_schema", "tool", "json_object", "none"]
Notice = Callable[[str], None]


class Provider(Protocol):
    """Answers one request at a time; many may be in flight.

    ``host`` is what a person is shown before anything leaves; "offline" where nothing does.
    """

    @property
    def name(self) -> str:
        """What it is called in options: ``openai``."""

    @property
    def model(self) -> str:
        """The model that answers."""

    @property
    def host(self) -> str:
        """Where requests go, as ``host`` or ``host:port``."""

    @property
    def offline(self) -> bool:
        """Whether it answers without a wire: nothing to wait for, to pay or to store."""

    @property
    def limits(self) -> ServerLimits:
        """What the headers of its last response, an error's too, said it allows."""

    async def complete(self, request: CompletionRequest) -> Completion:
        """One call, one answer; one that was billed and holds no text comes with the ``fault`` to raise.

        Raises ProviderError. RequestRejected with a ``parameter`` means: it will not be sent again, ask once more.
        """

    async def aclose(self) -> None:
        """Let go of connections."""


class Abilities(Struct, frozen=True, kw_only=True):
    """What may be asked of a server: the best answer format, and in order the ``fallbacks`` where it is refused,
    the name of the answer limit, a temperature, a ``system`` message of its own, not to think aloud
    (``thinking_off``), and how it serves an equal beginning of prompts from its cache: by itself, where it is
    marked, or not."""

    schema: SchemaAbility = "json_schema"
    fallbacks: tuple[SchemaAbility, ...] = ("json_object", "none")
    token_limit: Literal["max_completion_tokens", "max_tokens"] = "max_completion_tokens"
    temperature: bool = True
    system: bool = True
    thinking_off: bool = False
    prompt_caching: Literal["automatic", "marked", "none"] = "automatic"


class Variable(Struct, frozen=True, kw_only=True):
    """One thing more that a provider must be told: of ``variables`` the first that is set counts.

    ``name`` is its key in ``ProviderSettings.values``; ``what`` completes "needs ...".
    """

    name: str
    variables: tuple[str, ...]
    what: str
    required: bool = False
    default: str = ""


class ProviderSettings(Struct, frozen=True, kw_only=True):
    """What a person has set of one provider. None: the provider's own default. ``timeout`` is in seconds.

    ``base_url_named`` says where the base URL was set. ``values`` holds what the ``variables`` of its spec say;
    ``context_tokens`` what fits in a prompt and its answer together; ``hidden`` what else must never be shown.
    ``commands`` print the ``api_key``, and values of headers by their names, when they are needed. Neither the
    key, a header's value, ``hidden`` nor what a base URL says of a user shows in its repr.
    """

    model: str | None = None
    api_key: str | None = None
    base_url: str | None = None
    base_url_named: str = ""
    timeout: float = 120.0
    headers: Mapping[str, str] = {}
    values: Mapping[str, str] = {}
    context_tokens: int | None = None
    network: Network = Network()
    hidden: tuple[str, ...] = ()
    commands: Mapping[str, Command] = {}

    @property
    def header_keys(self) -> tuple[str, ...]:
        """What headers with a telling name carry: some gateways want a key there, and none elsewhere."""
        return tuple(
            value for name, value in self.headers.items() if value.strip() and _SECRET_HEADER.search(name)
        )

    @property
    def key_commands(self) -> tuple[str, ...]:
        """What commands will print that is a key: ``api_key``, or a header with a telling name."""
        return tuple(name for name in self.commands if _SECRET_HEADER.search(name))

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be shown: the key, passwords of proxies and URLs, and what headers carry.

        Of a header whose name tells nothing, only what cannot be a word.
        """
        own = [value.split()[-1] for value in (self.api_key or "", *self.header_keys) if value.strip()]
        named = secrets_of({"base_url": self.base_url or ""})
        return (*own, *unmistakable(self.headers.values()), *named, *self.network.secrets, *self.hidden)

    def __repr__(self) -> str:
        key, base_url = "***" if self.api_key else None, scrub(self.base_url or "", self.secrets)
        return (
            f"ProviderSettings(model={self.model!r}, api_key={key!r}, base_url={base_url!r},"
            f" timeout={self.timeout!r}, headers={sorted(self.headers)!r}, values={sorted(self.values)!r})"
        )


class ProviderSpec(Struct, frozen=True, kw_only=True):
    """All that is to be known of a provider before it is built: data for options, docs and error messages.

    Of ``key_variables`` the first that is set counts. ``variables`` are what else it must be told. Any of
    ``configured_by`` that is set makes it the provider of a run that names none. ``extra`` is the pip extra that
    brings ``package``, the SDK's import name. ``known_suffixes`` are the paths a base URL may be given with or
    without. ``context_tokens`` is the room for a prompt and its answer. ``priced_as`` is its name in the price
    table, None where it has no price. ``daily_requests``: its header of requests is the limit of a day.
    ``local``: it runs on the user's machine, and nobody counts its requests.
    """

    name: str
    make: Callable[[ProviderSpec, ProviderSettings, Notice], Provider]
    key_variables: tuple[str, ...] = ()
    key_required: bool = False
    base_url_variable: str | None = None
    base_url_required: bool = False
    default_base_url: str = ""
    model_variable: str | None = None
    model_required: bool = False
    default_model: str = ""
    variables: tuple[Variable, ...] = ()
    configured_by: tuple[str, ...] = ()
    extra: str | None = None
    package: str | None = None
    known_suffixes: tuple[str, ...] = ()
    abilities: Abilities = Abilities()
    context_tokens: int = 128_000
    priced_as: str | None = None
    daily_requests: bool = False
    local: bool = False
    offline: bool = False


@asynccontextmanager
async def deadline(seconds: float, where: str) -> AsyncIterator[None]:
    """Bound a whole request, a dripping server included: the SDKs' own timeouts are per read."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise DeadlineExceeded(
            f"{where}: no whole answer within {seconds:g} s; a longer --llm-timeout gives it more time"
        ) from None
