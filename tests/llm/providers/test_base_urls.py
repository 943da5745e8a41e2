"""Base URLs as people, other tools and vendors' pages write them: all of a provider lead to one address."""

from pathlib import Path

import pytest
from tests.company.asking import ask, provider_of
from tests.envelopes.providers import SERVED, Served
from tests.wire_server import WireServer

from dbt_docsmith.errors import ConfigError
from dbt_docsmith.llm.providers import SPECS
from dbt_docsmith.types import Completion

CHAT = ("", "/", "/v1", "/v1/", "/v1/chat/completions")
SPELLINGS = {
    "openai": CHAT,
    "groq": ("", "/", "/openai", "/openai/v1", "/openai/v1/", "/openai/v1/chat/completions"),
    "lm-studio": CHAT,
    "azure-openai": ("", "/", "/openai", "/openai/", "/openai/deployments/writer/chat/completions"),
    "azure-openai-ad": ("/openai/v1", "/openai/v1/", "/openai/v1/chat/completions"),
    "anthropic": ("", "/", "/v1", "/v1/", "/v1/messages"),
    "google-gemini": ("", "/", "/v1beta", "/v1beta/", "/v1beta/openai", "/v1beta/openai/"),
    "bedrock": ("", "/"),
    "ollama": ("", "/", "/api", "/api/", "/api/chat", "/v1", "/v1/"),
}
BAD = "ftp://llm.example/v1"


def variable_of(name: str) -> str:
    return SPECS[name].base_url_variable or ""


def test_no_provider_with_a_wire_is_left_out() -> None:
    wired = {name for name, spec in SPECS.items() if not spec.offline}
    assert set(SPELLINGS) == {served.name for served in SERVED} == wired


@pytest.mark.parametrize("served", SERVED, ids=[served.name for served in SERVED])
def test_every_spelling_leads_to_one_address(served: Served, wire_server: WireServer, tmp_path: Path) -> None:
    wire_server.respond = lambda _body: served.envelope.answer("An answer.")
    environ = {**served.environ(wire_server.host), "LLM_PROVIDER": served.name}
    variable = variable_of(served.name)
    assert variable in environ
    for path in SPELLINGS[served.name]:
        completion = ask(tmp_path, {**environ, variable: f"http://{wire_server.host}{path}"})
        assert isinstance(completion, Completion), (path, completion)
    assert len({seen.path for seen in wire_server.seen}) == 1, [seen.path for seen in wire_server.seen]


@pytest.mark.parametrize("served", SERVED, ids=[served.name for served in SERVED])
def test_a_bad_base_url_is_blamed_on_the_place_where_it_was_set(served: Served, tmp_path: Path) -> None:
    variable = variable_of(served.name)
    environ = {**served.environ("llm.example"), "LLM_PROVIDER": served.name}
    with pytest.raises(ConfigError, match=f"^{variable} is not a base URL: it needs http"):
        provider_of(tmp_path, {**environ, variable: BAD})
    file = f"providers: {{{served.name}: {{base_url: {BAD!r}}}}}"
    with pytest.raises(ConfigError) as caught:
        provider_of(tmp_path, {**environ, variable: ""}, file)
    assert str(caught.value).startswith(f"dbt-docsmith.yml: providers.{served.name}.base_url is not a base URL")
