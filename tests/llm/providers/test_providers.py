import re
import subprocess
import sys

import pytest
from msgspec.structs import replace

from dbt_docsmith.errors import ConfigError, CredentialsMissing, UsageError
from dbt_docsmith.llm.network import Network
from dbt_docsmith.llm.providers import SPECS, build, is_local
from dbt_docsmith.llm.providers.base import ProviderSettings
from dbt_docsmith.llm.providers.needs import find_sdk

KEYED = ProviderSettings(api_key="sk-0123456789")
AZURE = replace(KEYED, model="writer", base_url="https://orchard.openai.azure.com")
TOLD = {
    "azure-openai": AZURE,
    "azure-openai-ad": AZURE,
    "bedrock": replace(KEYED, model="anthropic.claude-x", values={"region": "eu-central-1"}),
}
"""What a provider that has no defaults is told."""


def test_every_provider_is_known_by_its_name() -> None:
    assert {"openai", "groq", "lm-studio", "rules"} <= set(SPECS)
    assert all(name == spec.name for name, spec in SPECS.items())


@pytest.mark.parametrize("name", SPECS)
def test_every_provider_is_built_from_its_spec(name: str) -> None:
    told = TOLD.get(name, KEYED)
    provider = build(name, told)
    assert (provider.name, provider.model, provider.offline) == (
        name,
        told.model or SPECS[name].default_model,
        SPECS[name].offline,
    )
    assert re.fullmatch(r"offline|[\w.-]+(:\d+)?", provider.host)


def test_what_is_set_wins_over_the_default() -> None:
    settings = ProviderSettings(api_key="sk-0123456789", model="mine", base_url="https://x.example/v9")
    provider = build("openai", settings)
    assert (provider.model, provider.host) == ("mine", "x.example")


def test_an_unknown_provider_is_refused_with_the_ones_there_are() -> None:
    with pytest.raises(UsageError, match="unknown provider 'open-ai': there are openai, groq"):
        build("open-ai", KEYED)


@pytest.mark.parametrize("name", [name for name, spec in SPECS.items() if spec.key_required])
@pytest.mark.parametrize("key", [None, "", " "])
def test_a_missing_key_is_refused_with_its_variable(name: str, key: str | None) -> None:
    with pytest.raises(CredentialsMissing, match=SPECS[name].key_variables[0]):
        build(name, ProviderSettings(api_key=key))


def test_a_missing_sdk_is_refused_with_the_cure() -> None:
    with pytest.raises(CredentialsMissing, match=r"pip install 'dbt-docsmith\[openai\]'"):
        build("groq", KEYED, find_package=lambda _package: None)


@pytest.mark.parametrize("package", ["no_such_sdk", "no_such_parent.sdk"])
def test_a_package_that_is_not_there_is_not_found(package: str) -> None:
    assert find_sdk(package) is None


def test_a_wrong_base_url_is_refused_with_its_variable() -> None:
    with pytest.raises(ConfigError, match="LM_STUDIO_BASE_URL"):
        build("lm-studio", ProviderSettings(base_url="localhost"))


def test_building_a_provider_imports_no_sdk() -> None:
    """A dry run shows the host and pays nothing for it."""
    code = (
        "import sys; from dbt_docsmith.llm.client import Client; from dbt_docsmith.llm.providers import build;"
        "from dbt_docsmith.llm.providers.base import ProviderSettings;"
        "build('openai', ProviderSettings(api_key='sk-0123456789')).host;"
        "print([name for name in ('openai', 'httpx', 'httpx2', 'genai_prices') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("name", "base_url", "local"),
    [
        ("openai", None, False),
        ("groq", None, False),
        ("openai", "http://10.0.0.7:8000/v1", False),
        ("openai", "http://localhost:8000/v1", True),
        ("lm-studio", None, True),
        ("lm-studio", "http://10.0.0.7:1234/v1", True),
    ],
)
def test_a_server_on_this_machine_and_one_made_for_it_are_local(
    name: str, base_url: str | None, local: bool
) -> None:
    provider = build(name, ProviderSettings(api_key="sk-0123456789", base_url=base_url))
    assert is_local(provider) == local


def test_nothing_secret_shows_in_the_repr_of_settings() -> None:
    settings = ProviderSettings(
        api_key="sk-planted-0",
        base_url="https://user:planted-1@llm.example/v1",
        headers={"X-Team": "planted-2"},
        network=Network(proxies={"https": "http://user:planted-3@proxy.example"}),
        hidden=("planted-4",),
    )
    assert "planted" not in repr(settings)
    assert {"sk-planted-0", "planted-1", "planted-2", "planted-3", "planted-4"} <= set(settings.secrets)
