"""The client and an SDK against servers that count, in real time. What load can break is for benchmarks/."""

from __future__ import annotations

import asyncio

import pytest
from tests.counting_server import Counted, CountingServer, counting_server
from tests.llm.fakes import EVIDENCE, PROMPT

from dbt_docsmith.errors import ProviderError
from dbt_docsmith.llm.client import Client, ClientSettings
from dbt_docsmith.llm.network import Network
from dbt_docsmith.llm.providers import build
from dbt_docsmith.llm.providers.base import ProviderSettings
from dbt_docsmith.llm.rate_limit import RateLimit
from dbt_docsmith.llm.store import NullStore
from dbt_docsmith.llm.usage import UsageMeter

pytestmark = pytest.mark.slow

SECONDS = 75.0


def client(server: CountingServer, limit: RateLimit) -> Client:
    """A client that asks the server as a proxy to a host that is not on this machine."""
    network = Network(proxies={"http": server.proxy})
    given = ProviderSettings(api_key="sk-soak", base_url="http://far.example/v1", network=network)
    return Client([build("openai", given)], NullStore(), ClientSettings(rate_limit=limit), UsageMeter())


async def ask_for_a_while(asked: Client) -> int:
    """Ask in 16 threads; how many questions got no answer."""
    now = asyncio.get_running_loop().time
    until = now() + SECONDS

    async def thread() -> int:
        failed = 0
        while now() < until:
            try:
                await asked.complete(PROMPT, EVIDENCE, lambda _: True)
            except ProviderError:
                failed += 1
        return failed

    failed = sum(await asyncio.gather(*(thread() for _ in range(16))))
    await asked.aclose()
    return failed


def most_in_a_minute(counted: Counted) -> int:
    return max(sum(amount for at, amount in counted if start <= at < start + 60) for start, _ in counted)


def test_limits_are_kept_and_used_and_a_hidden_one_is_found() -> None:
    async def all_at_once(*asked: Client) -> list[int]:
        return await asyncio.gather(*(ask_for_a_while(each) for each in asked))

    with (
        counting_server(latency=0.2) as requests,
        counting_server(latency=0.2) as tokens,
        counting_server(latency=0.2, per_minute=300, burst=50) as hidden,
    ):
        unanswered = asyncio.run(
            all_at_once(
                client(requests, RateLimit(requests_per_minute=600)),
                client(tokens, RateLimit(tokens_per_minute=100_000)),
                client(hidden, RateLimit(requests_per_minute="auto")),
            )
        )
        counted = [(at, 1) for at, _ in requests.counted()]
        found = hidden.counted()
        # a late start of a minute looks like a full one from the server's side: allow for a slow machine
        assert 0.6 * 600 <= most_in_a_minute(counted) <= 720
        assert 0.6 * 100_000 <= most_in_a_minute(tokens.counted()) <= 120_000
    assert unanswered == [0, 0, 0]
    assert 0 < len([at for at, took in found if not took]) <= 20
    assert len([at for at, took in found if not took and at > found[0][0] + 60]) <= 3
    assert len([at for at, took in found if took]) > 150
