"""A provider whose key, or the value of a header, a command prints: it runs at the first request, not before."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from dbt_docsmith.errors import AuthenticationFailed, ConfigError, RequestRejected
from dbt_docsmith.llm.credentials import Command, run_command
from dbt_docsmith.llm.providers.base import Notice, Provider, ProviderSettings, ProviderSpec
from dbt_docsmith.llm.server_limits import ServerLimits
from dbt_docsmith.types import Completion, CompletionRequest

Run = Callable[[Command], Awaitable[str]]


class LateProvider:
    """Stands for the provider until the first request, and makes it then. A key that was good and is not any more,
    for it was lent for an hour, is fetched anew: ``run`` runs a command."""

    offline = False

    def __init__(
        self, spec: ProviderSpec, settings: ProviderSettings, notice: Notice, run: Run = run_command
    ) -> None:
        self._spec, self._settings, self._notice, self._run = spec, settings, notice, run
        self._provider = self._planned = spec.make(spec, replace(settings, commands={}), notice)
        self._retired: list[Provider] = []
        self._served = False
        self._one_at_a_time = asyncio.Lock()

    @property
    def name(self) -> str:
        """What it is called in options."""
        return self._planned.name

    @property
    def model(self) -> str:
        """The model that answers."""
        return self._planned.model

    @property
    def host(self) -> str:
        """Where requests go."""
        return self._planned.host

    @property
    def limits(self) -> ServerLimits:
        """What the headers of its last response said it allows."""
        return self._provider.limits

    async def complete(self, request: CompletionRequest) -> Completion:
        """One call. Raises ProviderError; RequestRejected with a ``parameter`` where a new key was fetched: ask
        once more."""
        provider = await self._other_than(self._planned)
        try:
            completion = await provider.complete(request)
        except AuthenticationFailed as error:
            if provider is self._provider and not self._served:
                raise
            await self._other_than(provider)
            raise RequestRejected(str(error), parameter="api_key") from None
        self._served = True
        return completion

    async def aclose(self) -> None:
        """Let go of connections."""
        for provider in (*self._retired, self._provider):
            await provider.aclose()

    async def _other_than(self, spent: Provider) -> Provider:
        """The provider that serves now; a new one where that is the ``spent`` one still."""
        async with self._one_at_a_time:
            if self._provider is spent:
                made = await self._make()
                self._retired.append(spent)
                self._provider, self._served = made, False
            return self._provider

    async def _make(self) -> Provider:
        settings = self._settings
        printed = {name: await self._run(command) for name, command in settings.commands.items()}
        key = printed.pop("api_key", settings.api_key)
        filled = replace(
            settings,
            api_key=key,
            headers={**settings.headers, **printed},
            hidden=(*settings.hidden, *printed.values()),
            commands={},
        )
        try:
            return self._spec.make(self._spec, filled, self._notice)
        except ConfigError as error:
            raise AuthenticationFailed(str(error)) from None
