"""Every provider as it stands, for `providers`: nothing leaves, no SDK is imported, no command runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dbt_docsmith.config import Config
from dbt_docsmith.config_file import FILE_NAME
from dbt_docsmith.config_sections import ProviderSection
from dbt_docsmith.errors import DocsmithError
from dbt_docsmith.llm.providers import SPECS
from dbt_docsmith.llm.providers.base import ProviderSpec
from dbt_docsmith.llm.providers.needs import Need, find_sdk, needs
from dbt_docsmith.pipeline.providers import choose_providers
from dbt_docsmith.reports import ProviderFacts, ProvidersReport, ProviderVariable

FindPackage = Callable[[str], object]


def list_providers(config: Config, find_package: FindPackage = find_sdk) -> ProvidersReport:
    """Every provider, and who would be asked now. ``find_package`` gives None for what is not installed."""
    chosen, reason = _chosen(config)
    facts = tuple(_facts(config, spec, chosen, find_package) for spec in SPECS.values())
    return ProvidersReport(chosen=chosen, reason=reason, providers=facts)


def _chosen(config: Config) -> tuple[tuple[str, ...], str]:
    try:
        chosen = tuple(choice.name for choice in choose_providers(config))
    except DocsmithError as error:
        return (), str(error)
    if config.provider is not None:
        return chosen, f"named by {config.where['provider']}"
    variables = [name for name in SPECS[chosen[0]].configured_by if config.environ.get(name, "").strip()]
    return chosen, f"the only one that is configured: {' and '.join(variables)} set"


def _facts(
    config: Config, spec: ProviderSpec, chosen: tuple[str, ...], find_package: FindPackage
) -> ProviderFacts:
    installed = spec.package is None or find_package(spec.package) is not None
    install = f"pip install 'dbt-docsmith[{spec.extra}]'" if spec.extra else None
    variables = tuple(_variable(config, spec, need) for need in needs(spec))
    return ProviderFacts(
        name=spec.name,
        chosen=spec.name in chosen,
        lacks=(*_lacks(variables, None if installed else install), *_policy_lacks(config, spec)),
        variables=variables,
        default_model=spec.default_model,
        answers=spec.abilities.schema,
        temperature=spec.abilities.temperature,
        prompt_caching=spec.abilities.prompt_caching,
        context_tokens=spec.context_tokens,
        package=spec.package,
        installed=installed,
        install=install,
        local=spec.local,
        offline=spec.offline,
    )


def _lacks(variables: tuple[ProviderVariable, ...], install: str | None) -> Iterator[str]:
    for variable in variables:
        if variable.required and variable.set_by is None:
            yield f"{variable.what}: set {' or '.join(variable.names)}"
    if install is not None:
        yield f"its SDK: {install}"


def _policy_lacks(config: Config, spec: ProviderSpec) -> Iterator[str]:
    allowed = config.file.policy.providers
    if allowed is not None and spec.name not in allowed and not spec.offline:
        yield f"a place in policy.providers of {FILE_NAME}"


def _variable(config: Config, spec: ProviderSpec, need: Need) -> ProviderVariable:
    return ProviderVariable(
        names=need.variables,
        what=need.what,
        required=need.required,
        default=need.default,
        set_by=_set_by(config, spec, need),
    )


def _set_by(config: Config, spec: ProviderSpec, need: Need) -> str | None:
    """The variable or the key of the file that says it. Its value stays where it is."""
    named = next((name for name in need.variables if config.environ.get(name, "").strip()), None)
    section = config.file.providers.get(spec.name, ProviderSection())
    key = "api_key_command" if need.name == "api_key" else need.name
    if named is None and getattr(section, key, None):
        return f"{FILE_NAME}: providers.{spec.name}.{key}"
    return named
