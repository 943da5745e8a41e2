"""Every provider's own SDK against aimock, whose servers somebody else wrote."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.envelopes.providers import SERVED, Served
from tests.llm.fakes import REQUEST
from tests.pipeline.shop import Shop, copy_shop
from tests.real.aimock import RETRY_AFTER, TEXT, USAGE, aimock

from dbt_docsmith.errors import (
    AuthenticationFailed,
    ProviderError,
    RateLimited,
    RequestRejected,
    ServerFailed,
)
from dbt_docsmith.pipeline.providers import build_providers, choose_providers
from dbt_docsmith.types import Completion, CompletionRequest

pytestmark = pytest.mark.slow
each_provider = pytest.mark.parametrize("served", SERVED, ids=lambda served: served.name)

UNCOUNTED = {"ollama"}
"""Servers that aimock lets count no tokens."""


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with aimock(tmp_path_factory.mktemp("aimock")) as host:
        yield host


def shop_of(served: Served, host: str, folder: Path) -> Shop:
    """A copy of the example whose provider is that one."""
    shop = copy_shop(folder)
    shop.environ |= {**served.environ(host), "LLM_PROVIDER": served.name, "OSMOSIS_LLM_RATE_LIMIT": "0"}
    return shop


@each_provider
def test_every_node_is_described_by_every_provider(served: Served, host: str, tmp_path: Path) -> None:
    report = shop_of(served, host, tmp_path).document(only="nodes")
    assert (report.exit_code, report.failures, report.provider) == (0, (), served.name)
    made = [each for each in report.proposals if each.origin == "llm"]
    assert {each.description for each in made} == {TEXT}
    assert len(made) == report.usage.requests > 5
    billed = 0 if served.name in UNCOUNTED else len(made)
    assert report.usage.prompt_tokens == billed * USAGE["input_tokens"]
    assert report.usage.completion_tokens == billed * USAGE["output_tokens"]


@each_provider
@pytest.mark.parametrize(
    ("model", "error"),
    [
        ("m-401", AuthenticationFailed),
        ("m-404", RequestRejected),
        ("m-429", RateLimited),
        ("m-500", ServerFailed),
    ],
)
def test_every_provider_s_errors_are_told_apart(
    served: Served, model: str, error: type[ProviderError], host: str, tmp_path: Path
) -> None:
    config = shop_of(served, host, tmp_path).config(model=model)
    [provider] = build_providers(config, choose_providers(config), lambda _text: None)

    async def ask() -> Completion:
        request = CompletionRequest(prompt=REQUEST.prompt, model=provider.model, max_tokens=REQUEST.max_tokens)
        try:
            return await provider.complete(request)
        finally:
            await provider.aclose()

    with pytest.raises(error) as raised:
        asyncio.run(ask())
    assert type(raised.value) is error
    assert raised.value.retry_after == (RETRY_AFTER if error is RateLimited else None)
