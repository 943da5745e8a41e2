"""Rate limits in real time: the client and the SDK of openai against servers that count, two minutes of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, ExitStack

from tests.counting_server import Counted, CountingServer, counting_server

from dbt_docsmith.errors import ProviderError
from dbt_docsmith.llm.client import Client, ClientSettings
from dbt_docsmith.llm.network import Network
from dbt_docsmith.llm.providers import build
from dbt_docsmith.llm.providers.base import ProviderSettings
from dbt_docsmith.llm.rate_limit import RateLimit
from dbt_docsmith.llm.store import NullStore
from dbt_docsmith.llm.usage import UsageMeter
from dbt_docsmith.types import Evidence, Prompt

SECONDS = 100.0
THREADS = 16
LATENCY = 0.2

_PROMPT = Prompt(template="model", system="s" * 100, user="u" * 250, schema={"type": "object", "properties": {}})
_EVIDENCE = Evidence(unique_id="model.a.b", name="b", resource_type="model", relation="ref('b')")


def client_of(server: CountingServer, limit: RateLimit, *, far: bool = False) -> Client:
    """A client with all its parts. ``far``: the server is asked as a proxy, not as one of this machine."""
    network = Network(proxies={"http": server.proxy}) if far else Network()
    url = "http://far.example/v1" if far else server.base_url
    provider = build("openai", ProviderSettings(api_key="sk-benchmark", base_url=url, network=network))
    return Client([provider], NullStore(), ClientSettings(rate_limit=limit), UsageMeter(price=lambda _: None))


async def ask(client: Client, times: int = 1) -> int:
    """Ask so many questions one after the other; how many got no answer."""
    failed = 0
    for _ in range(times):
        try:
            await client.complete(_PROMPT, _EVIDENCE, lambda _: True)
        except ProviderError:
            failed += 1
    return failed


async def keep_asking(client: Client, seconds: float, threads: int = THREADS) -> int:
    """Ask in each of so many threads, for so long; how many questions got no answer."""
    until = time.monotonic() + seconds

    async def thread() -> int:
        failed = 0
        while time.monotonic() < until:
            failed += await ask(client)
        return failed

    failed = sum(await asyncio.gather(*(thread() for _ in range(threads))))
    await client.aclose()
    return failed


def most_in_a_minute(counted: Counted, weigh: Callable[[int], int]) -> int:
    """The most that any 60 seconds hold."""
    return max(sum(weigh(tokens) for at, tokens in counted if start <= at < start + 60) for start, _ in counted)


def in_the_last(seconds: float, counted: Counted, weigh: Callable[[int], int]) -> int:
    """What the last seconds hold."""
    end = counted[-1][0]
    return sum(weigh(tokens) for at, tokens in counted if at > end - seconds)


def one(_tokens: int) -> int:
    """A request counts as one."""
    return 1


def tokens(tokens: int) -> int:
    """A request counts as its tokens."""
    return tokens


def served(tokens: int) -> int:
    """A request counts as one where it was answered."""
    return int(tokens > 0)


def main() -> None:
    _measure_64_at_once()
    with ExitStack() as stack:
        asyncio.run(_measure_limits(stack.enter_context))


async def _measure_limits(enter: Callable[[AbstractContextManager[CountingServer]], CountingServer]) -> None:
    requests, token, hidden = (
        enter(counting_server(latency=LATENCY)),
        enter(counting_server(latency=LATENCY)),
        enter(counting_server(latency=LATENCY, per_minute=300, burst=50)),
    )
    failed = await _together(
        keep_asking(client_of(requests, RateLimit(requests_per_minute=600)), SECONDS),
        keep_asking(client_of(token, RateLimit(tokens_per_minute=100_000)), SECONDS),
        keep_asking(client_of(hidden, RateLimit(requests_per_minute="auto"), far=True), SECONDS),
    )
    _tell_limit("600 requests a minute", 600, requests.counted(), one)
    _tell_limit("100,000 tokens a minute", 100_000, token.counted(), tokens)
    _tell_hidden(hidden.counted())
    print(f"  questions without an answer {sum(failed):10}")


async def _together(*asking: Awaitable[int]) -> Sequence[int]:
    return await asyncio.gather(*asking)


def _tell_limit(name: str, limit: int, counted: Counted, weigh: Callable[[int], int]) -> None:
    most, last = most_in_a_minute(counted, weigh), in_the_last(60, counted, weigh)
    print(f"  {name}: most in any 60 s {most} ({100 * most / limit:.1f} %, allowed 110 %)")
    print(f"    used in the last minute   {100 * last / limit:10.1f} %")


def _tell_hidden(counted: Counted) -> None:
    steps = [
        6 * sum(served(each) for at, each in counted if start <= at - counted[0][0] < start + 10)
        for start in range(0, int(SECONDS), 10)
    ]
    refused = [round(at - counted[0][0]) for at, each in counted if not each]
    print(f"  auto, hidden limit of 300: served a minute, every 10 s: {' '.join(map(str, steps))}")
    print(f"    refused {len(refused)}, after {', '.join(map(str, refused))} s")


def _measure_64_at_once() -> None:
    for per_minute, ideal in ((600, (64 - 60) / 10 + LATENCY), (0, LATENCY)):
        took = sorted(asyncio.run(_64_at_once(per_minute)) for _ in range(5))[2]
        print(f"  64 at once, limit {per_minute or 'none':>4}: {took:.3f} s, {took / ideal:.2f} times the ideal")


async def _64_at_once(per_minute: int) -> float:
    """Seconds from the first question to the last answer, the SDK loaded and 64 connections open."""
    with counting_server(latency=LATENCY) as server:
        client = client_of(server, RateLimit())
        await asyncio.gather(*(ask(client) for _ in range(64)))
        limited = Client(
            client.providers,
            NullStore(),
            ClientSettings(rate_limit=RateLimit(requests_per_minute=per_minute)),
            UsageMeter(price=lambda _: None),
        )
        started = time.monotonic()
        await asyncio.gather(*(ask(limited) for _ in range(64)))
        took = time.monotonic() - started
        await client.aclose()
        return took
