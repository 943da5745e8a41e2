"""Every provider by name. A new one is its own file and one line here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec

from dbt_docsmith.errors import CredentialsMissing, UsageError
from dbt_docsmith.llm.providers import openai, rules
from dbt_docsmith.llm.providers.base import Notice, Provider, ProviderSettings, ProviderSpec

SPECS: dict[str, ProviderSpec] = {
    spec.name: spec
    for spec in (
        *openai.SPECS,
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
    for what, variables in _missing(spec, settings):
        raise CredentialsMissing(f"provider {name} needs {what}: set {' or '.join(variables)}")
    if spec.package and find_package(spec.package) is None:
        raise CredentialsMissing(
            f"provider {name} needs the package '{spec.package}': pip install 'dbt-docsmith[{spec.extra}]'"
        )
    return spec.make(spec, settings, notice)


def _missing(spec: ProviderSpec, settings: ProviderSettings) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What the provider cannot do without and was not told, with the variables that would tell it."""
    if spec.key_required and not (settings.api_key or "").strip():
        yield "a key", spec.key_variables
    if spec.base_url_required and not settings.base_url and spec.base_url_variable:
        yield "a base URL", (spec.base_url_variable,)
    if spec.model_required and not settings.model and spec.model_variable:
        yield "a model", (spec.model_variable,)
    for variable in spec.variables:
        if variable.required and not settings.values.get(variable.name):
            yield variable.what, variable.variables
