"""Every provider by name. A new one is its own file and one line here."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from dbt_docsmith.errors import CredentialsMissing, UsageError
from dbt_docsmith.llm.hosts import is_loopback
from dbt_docsmith.llm.providers import anthropic, azure_openai, bedrock, google_gemini, ollama, openai, rules
from dbt_docsmith.llm.providers.base import Notice, Provider, ProviderSettings, ProviderSpec
from dbt_docsmith.llm.providers.late import LateProvider
from dbt_docsmith.llm.providers.needs import find_sdk, missing

SPECS: dict[str, ProviderSpec] = {
    spec.name: spec
    for spec in (
        *openai.SPECS,
        *azure_openai.SPECS,
        anthropic.SPEC,
        google_gemini.SPEC,
        bedrock.SPEC,
        ollama.SPEC,
        rules.SPEC,
    )
}


def build(
    name: str,
    settings: ProviderSettings,
    notice: Notice = lambda _text: None,
    find_package: Callable[[str], object] = find_sdk,
    *,
    unasked: bool = False,
) -> Provider:
    """The provider of that name, ready to be asked. Nothing leaves, and its SDK is imported at its first request.

    ``unasked``: only its stored answers are wanted, for which it needs neither a key nor an SDK.
    Raises UsageError for an unknown name, CredentialsMissing where its key or its SDK is not there, ConfigError
    where an address, a proxy or a certificate cannot be used.
    """
    spec = SPECS.get(name)
    if spec is None:
        raise UsageError(f"unknown provider '{name}': there are {', '.join(SPECS)}")
    if unasked and spec.key_variables and not settings.api_key:
        settings = replace(settings, api_key="not needed")
    for need in missing(spec, settings):
        raise CredentialsMissing(f"provider {name} needs {need.what}: set {' or '.join(need.variables)}")
    if spec.package and not unasked and find_package(spec.package) is None:
        raise CredentialsMissing(
            f"provider {name} needs the package '{spec.package}': pip install 'dbt-docsmith[{spec.extra}]'"
        )
    provider = (LateProvider if settings.commands else spec.make)(spec, settings, notice)
    if not spec.offline:
        settings.network.check(settings.base_url or spec.default_base_url)
    return provider


def is_local(provider: Provider) -> bool:
    """Whether nobody counts its requests: it runs on the user's own machine, or is made to."""
    spec = SPECS.get(provider.name)
    return is_loopback(provider.host) or (spec is not None and spec.local)
