"""Every provider by name. A new one is its own file and one line here."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

from dbt_docsmith.errors import CredentialsMissing, UsageError
from dbt_docsmith.llm.providers import anthropic, bedrock, ollama, openai, rules
from dbt_docsmith.llm.providers.base import Notice, Provider, ProviderSettings, ProviderSpec
from dbt_docsmith.llm.providers.needs import missing
from dbt_docsmith.llm.providers.urls import is_loopback

SPECS: dict[str, ProviderSpec] = {
    spec.name: spec
    for spec in (
        *openai.SPECS,
        anthropic.SPEC,
        bedrock.SPEC,
        ollama.SPEC,
        rules.SPEC,
    )
}


def build(
    name: str,
    settings: ProviderSettings,
    notice: Notice = lambda _text: None,
    find_package: Callable[[str], object] = find_spec,
) -> Provider:
    """The provider of that name, ready to be asked. Nothing leaves, and its SDK is imported at its first request.

    Raises UsageError for an unknown name, CredentialsMissing where its key or its SDK is not there.
    """
    spec = SPECS.get(name)
    if spec is None:
        raise UsageError(f"unknown provider '{name}': there are {', '.join(SPECS)}")
    for need in missing(spec, settings):
        raise CredentialsMissing(f"provider {name} needs {need.what}: set {' or '.join(need.variables)}")
    if spec.package and find_package(spec.package) is None:
        raise CredentialsMissing(
            f"provider {name} needs the package '{spec.package}': pip install 'dbt-docsmith[{spec.extra}]'"
        )
    return spec.make(spec, settings, notice)


def is_local(provider: Provider) -> bool:
    """Whether nobody counts its requests: it runs on the user's own machine, or is made to."""
    spec = SPECS.get(provider.name)
    return is_loopback(provider.host) or (spec is not None and spec.local)
