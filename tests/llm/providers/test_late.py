"""A key that a command prints: fetched at the first request, once, and anew when it is not good any more."""

import asyncio

import pytest
from tests.llm.fakes import REQUEST
from tests.wire_server import WireServer, answering, failing

from dbt_docsmith.errors import AuthenticationFailed, ProviderError, RequestRejected
from dbt_docsmith.llm.credentials import Command
from dbt_docsmith.llm.providers import SPECS, build
from dbt_docsmith.llm.providers.base import ProviderSettings
from dbt_docsmith.llm.providers.late import LateProvider
from dbt_docsmith.types import Completion

COMMAND = Command(("op", "read"), "providers.openai.api_key_command")


class Printing:
    """Stands for running commands: prints another key each time, and counts."""

    def __init__(self, *, error: ProviderError | None = None) -> None:
        self.ran: list[str] = []
        self._error = error

    async def __call__(self, command: Command) -> str:
        await asyncio.sleep(0)
        self.ran.append(command.named)
        if self._error:
            raise self._error
        return f"sk-printed-key-number-{len(self.ran)}"


def late(server: WireServer, printing: Printing, commands: dict[str, Command] | None = None) -> LateProvider:
    told = ProviderSettings(base_url=server.base_url, model="m-1", commands=commands or {"api_key": COMMAND})
    return LateProvider(SPECS["openai"], told, lambda _text: None, printing)


def asked(provider: LateProvider, *, rounds: int = 1, at_once: int = 1) -> list[list[Completion | BaseException]]:
    async def run() -> list[list[Completion | BaseException]]:
        try:
            return [
                await asyncio.gather(*(provider.complete(REQUEST) for _ in range(at_once)), return_exceptions=True)
                for _ in range(rounds)
            ]
        finally:
            await provider.aclose()

    return asyncio.run(run())


def test_the_command_runs_at_the_first_request_and_once(wire_server: WireServer) -> None:
    printing = Printing()
    provider = late(wire_server, printing)
    assert (provider.name, provider.model, provider.host) == ("openai", "m-1", wire_server.host)
    assert printing.ran == []
    asked(provider, rounds=2, at_once=4)
    assert printing.ran == [COMMAND.named]
    assert {seen.headers["authorization"] for seen in wire_server.seen} == {"Bearer sk-printed-key-number-1"}


def test_headers_are_printed_too(wire_server: WireServer) -> None:
    commands = {"api_key": COMMAND, "X-Team": Command(("team",), "providers.openai.headers.X-Team")}
    asked(late(wire_server, Printing(), commands))
    assert wire_server.seen[0].headers["x-team"] == "sk-printed-key-number-2"


def test_a_key_that_is_not_good_any_more_is_fetched_anew_and_the_caller_asks_once_more(
    wire_server: WireServer,
) -> None:
    printing = Printing()
    wire_server.script.extend([answering("An answer."), *[failing(401, "expired")] * 4])
    provider = late(wire_server, printing)

    async def run() -> list[Completion | BaseException]:
        await provider.complete(REQUEST)
        refused = await asyncio.gather(*(provider.complete(REQUEST) for _ in range(4)), return_exceptions=True)
        await provider.complete(REQUEST)
        await provider.aclose()
        return refused

    refused = asyncio.run(run())
    assert all(isinstance(each, RequestRejected) and each.parameter == "api_key" for each in refused), refused
    assert len(printing.ran) == 2
    assert wire_server.seen[-1].headers["authorization"] == "Bearer sk-printed-key-number-2"


def test_a_key_that_never_was_good_is_not_fetched_again(wire_server: WireServer) -> None:
    printing = Printing()
    wire_server.respond = lambda _body: failing(401, "no such key: sk-printed-key-number-1")
    [[error], [again]] = asked(late(wire_server, printing), rounds=2)
    assert type(error) is type(again) is AuthenticationFailed
    assert "sk-printed" not in str(error)
    assert len(printing.ran) == 1


def test_what_a_header_carries_is_in_no_error_whatever_the_headers_name(wire_server: WireServer) -> None:
    wire_server.respond = lambda _body: failing(400, "X-Team was sk-printed-key-number-2")
    commands = {"api_key": COMMAND, "X-Team": Command(("team",), "headers.X-Team")}
    [[error]] = asked(late(wire_server, Printing(), commands))
    assert "sk-printed" not in str(error)


def test_a_command_that_fails_ends_the_provider_and_nothing_is_sent(wire_server: WireServer) -> None:
    failure = AuthenticationFailed("the command failed")
    [[error]] = asked(late(wire_server, Printing(error=failure)))
    assert error is failure
    assert wire_server.seen == []


@pytest.mark.parametrize("name", [name for name, spec in SPECS.items() if spec.key_required])
def test_every_provider_with_a_key_takes_a_printed_one(name: str) -> None:
    told = ProviderSettings(base_url="https://llm.example", model="m", commands={"api_key": COMMAND})
    assert isinstance(build(name, told), LateProvider)
