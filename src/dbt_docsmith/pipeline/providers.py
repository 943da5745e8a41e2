"""Config -> which providers write, in order, and what each is set to."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from dbt_docsmith.config import Config
from dbt_docsmith.config_file import FILE_NAME, HeaderFrom, ProviderSection
from dbt_docsmith.errors import ConfigError, UsageError
from dbt_docsmith.hiding import secrets_of
from dbt_docsmith.llm.network import read_network
from dbt_docsmith.llm.providers import SPECS, build
from dbt_docsmith.llm.providers.base import Notice, Provider, ProviderSettings, ProviderSpec, Variable
from dbt_docsmith.nearest import did_you_mean


class ProviderChoice(Struct, frozen=True):
    """A provider by name, and its model where the user named one."""

    name: str
    model: str | None = None


def choose_providers(config: Config) -> tuple[ProviderChoice, ...]:
    """The providers named by the user, else the one that is configured.

    Raises UsageError for an unknown name, ConfigError where none or several are configured.
    """
    for name in config.file.providers:
        if name not in SPECS:
            raise ConfigError(f"{FILE_NAME}: providers.{name}: {_unknown(name)}")
    if config.provider is None:
        return (ProviderChoice(_configured(config), config.model),)
    choices = []
    for position, part in enumerate(config.provider.split(",")):
        name, _, model = part.strip().partition(":")
        if name not in SPECS:
            raise UsageError(f"{config.where['provider']}: {_unknown(name)}")
        first = config.model if position == 0 else None
        choices.append(ProviderChoice(name, model or first or None))
    return tuple(choices)


def _unknown(name: str) -> str:
    return f"unknown provider '{name}'{did_you_mean(name, SPECS)}; there are: {', '.join(SPECS)}"


def build_providers(config: Config, choices: tuple[ProviderChoice, ...], notice: Notice) -> list[Provider]:
    """The chosen providers, ready to be asked. Raises CredentialsMissing or ConfigError; nothing leaves."""
    return [build(choice.name, _settings(config, choice), notice) for choice in choices]


def _configured(config: Config) -> str:
    found = [name for name, spec in SPECS.items() if _is_configured(config, spec)]
    if len(found) == 1:
        return found[0]
    named = ", ".join(found)
    if found:
        raise ConfigError(f"several providers are configured ({named}): choose with --provider or LLM_PROVIDER")
    raise ConfigError(
        "no provider is configured: set OPENAI_API_KEY, or choose one with --provider "
        f"({', '.join(SPECS)}); --provider rules works offline, without a key"
    )


def _is_configured(config: Config, spec: ProviderSpec) -> bool:
    return any(config.environ.get(variable, "").strip() for variable in spec.configured_by)


def _settings(config: Config, choice: ProviderChoice) -> ProviderSettings:
    spec = SPECS[choice.name]
    section = config.file.providers.get(choice.name, ProviderSection())
    environ = config.environ
    key = next((environ[name] for name in spec.key_variables if environ.get(name)), None)
    model_variable, url_variable = spec.model_variable or "", spec.base_url_variable or ""
    return ProviderSettings(
        model=choice.model or environ.get(model_variable) or section.model,
        api_key=key,
        base_url=environ.get(url_variable) or section.base_url,
        timeout=config.timeout,
        headers=_headers(choice.name, section.headers, environ),
        values={variable.name: _value(variable, environ) for variable in spec.variables},
        context_tokens=section.context_tokens,
        network=read_network(environ),
        hidden=secrets_of(environ),
    )


def _value(variable: Variable, environ: Mapping[str, str]) -> str:
    return next((environ[name].strip() for name in variable.variables if environ.get(name)), variable.default)


def _headers(provider: str, headers: Mapping[str, str | HeaderFrom], environ: Mapping[str, str]) -> dict[str, str]:
    filled = {}
    for name, value in headers.items():
        if isinstance(value, HeaderFrom) and value.env not in environ:
            raise ConfigError(
                f"{FILE_NAME}: providers.{provider}.headers.{name}: the variable {value.env} is not set"
            )
        filled[name] = environ[value.env] if isinstance(value, HeaderFrom) else value
    return filled
