"""How the tests of this room ask a provider, and what they find out."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping

from msgspec.structs import replace
from tests.envelopes.base import KEY
from tests.llm.fakes import REQUEST
from tests.wire_server import Reply, WireServer

from dbt_docsmith.errors import ProviderError
from dbt_docsmith.llm.providers import build
from dbt_docsmith.llm.providers.base import Provider, ProviderSettings
from dbt_docsmith.types import Completion, CompletionRequest

WARM = replace(REQUEST, temperature=0.2)


def asked(provider: Provider, *requests: CompletionRequest) -> list[Completion | ProviderError]:
    """What becomes of each request, one after the other."""

    async def one(request: CompletionRequest) -> Completion | ProviderError:
        try:
            return await provider.complete(request)
        except ProviderError as error:
            return error

    async def run() -> list[Completion | ProviderError]:
        try:
            return [await one(request) for request in requests]
        finally:
            await provider.aclose()

    return asyncio.run(run())


class Asker:
    """Asks the provider ``name`` at ``server``; ``path`` ends its base URL."""

    def __init__(self, name: str, server: WireServer, path: str = "") -> None:
        self.name = name
        self.server = server
        self.settings = ProviderSettings(
            model="m-1", api_key=KEY, base_url=f"http://{server.host}{path}", timeout=30.0
        )
        self.notices: list[str] = []

    def provider(self, **settings: object) -> Provider:
        """The provider; ``settings`` replace the usual ones."""
        return build(self.name, replace(self.settings, **settings), self.notices.append)

    def failed(self, reply: Reply, **settings: object) -> ProviderError:
        """The error that ``reply`` stands for."""
        self.server.script.append(reply)
        (error,) = asked(self.provider(**settings), REQUEST)
        assert isinstance(error, ProviderError), error
        return error

    def answered(self, reply: Reply) -> Completion:
        """The answer that ``reply`` holds."""
        self.server.script.append(reply)
        (completion,) = asked(self.provider(), REQUEST)
        assert isinstance(completion, Completion), completion
        return completion


_APART = """
import asyncio, logging, sys
from tests.llm.fakes import REQUEST
from dbt_docsmith.errors import ProviderError
from dbt_docsmith.llm.providers import build
from dbt_docsmith.llm.providers.base import ProviderSettings
logging.basicConfig(level=logging.DEBUG)
provider = build(sys.argv[1], ProviderSettings(api_key="key-of-the-settings", base_url=sys.argv[2]))
try:
    print(asyncio.run(provider.complete(REQUEST)).text)
except ProviderError as error:
    print(type(error).__name__, error.fatal, error)
"""


def asked_apart(name: str, base_url: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """What a process of its own says that asks the provider ``name``, all logs at DEBUG, in that environment."""
    return subprocess.run(
        [sys.executable, "-c", _APART, name, base_url],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
