"""Config -> which providers write, in order, and what each is set to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from dbt_docsmith.config import Config
from dbt_docsmith.config_file import FILE_NAME
from dbt_docsmith.config_sections import HeaderFrom, ProviderSection
from dbt_docsmith.errors import ConfigError, UsageError
from dbt_docsmith.hiding import secrets_of
from dbt_docsmith.llm.credentials import Command, read_command
from dbt_docsmith.llm.network import Network, read_network
from dbt_docsmith.llm.providers import SPECS, build
from dbt_docsmith.llm.providers.base import Notice, Provider, ProviderSettings, ProviderSpec, Variable
from dbt_docsmith.nearest import did_you_mean

RULES = "rules"


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


def choose_offline(config: Config) -> tuple[ProviderChoice, ...]:
    """The providers whose stored answers serve where nothing is to be sent, and the rules after them.

    Raises UsageError for an unknown name.
    """
    if config.provider is not None:
        choices = choose_providers(config)
    else:
        choices = tuple(ProviderChoice(name, config.model) for name in all_configured(config))
    return tuple(dict.fromkeys((*choices, ProviderChoice(RULES))))


def _unknown(name: str) -> str:
    return f"unknown provider '{name}'{did_you_mean(name, SPECS)}; there are: {', '.join(SPECS)}"


def build_providers(config: Config, choices: tuple[ProviderChoice, ...], notice: Notice) -> list[Provider]:
    """The chosen providers, ready to be asked. Raises CredentialsMissing or ConfigError; nothing leaves."""
    return [build(choice.name, _settings(config, choice), notice, unasked=config.offline) for choice in choices]


def prompt_room(config: Config, choices: Iterable[ProviderChoice]) -> int:
    """How many tokens a prompt may take: as configured, and no more than any chosen model leaves room for."""
    room = config.prompt_tokens
    for choice in choices:
        section = config.file.providers.get(choice.name, ProviderSection())
        context = section.context_tokens or SPECS[choice.name].context_tokens
        room = min(room, max(context - config.max_tokens, context // 2))
    return room


def _configured(config: Config) -> str:
    found = all_configured(config)
    if len(found) == 1:
        return found[0]
    named = ", ".join(found)
    if found:
        raise ConfigError(f"several providers are configured ({named}): choose with --provider or LLM_PROVIDER")
    raise ConfigError(
        "no provider is configured: set OPENAI_API_KEY, or choose one with --provider "
        f"({', '.join(SPECS)}); --provider rules works offline, without a key"
    )


def all_configured(config: Config) -> list[str]:
    """The providers that the environment, or a key command of the file, tells of."""
    return [name for name, spec in SPECS.items() if _is_configured(config, spec)]


def _is_configured(config: Config, spec: ProviderSpec) -> bool:
    section = config.file.providers.get(spec.name, ProviderSection())
    told = any(config.environ.get(variable, "").strip() for variable in spec.configured_by)
    return told or section.api_key_command is not None


def _settings(config: Config, choice: ProviderChoice) -> ProviderSettings:
    spec = SPECS[choice.name]
    section = config.file.providers.get(choice.name, ProviderSection())
    environ = config.environ
    where = f"{FILE_NAME}: providers.{choice.name}"
    key = next((environ[name] for name in spec.key_variables if environ.get(name)), None)
    from_environment = environ.get(spec.base_url_variable or "")
    return ProviderSettings(
        model=choice.model or environ.get(spec.model_variable or "") or section.model,
        api_key=key,
        base_url=from_environment or section.base_url,
        base_url_named=f"{where}.base_url" if section.base_url and not from_environment else "",
        timeout=config.timeout,
        headers=_headers(where, section.headers, environ),
        values={variable.name: _value(variable, environ) for variable in spec.variables},
        context_tokens=section.context_tokens,
        network=_network(config, section),
        hidden=(*secrets_of(environ), *_taken(section.headers, environ)),
        commands=_commands(where, section, key_is_set=key is not None, takes_key=bool(spec.key_variables)),
    )


def _value(variable: Variable, environ: Mapping[str, str]) -> str:
    return next((environ[name].strip() for name in variable.variables if environ.get(name)), variable.default)


def _network(config: Config, section: ProviderSection) -> Network:
    """The environment's, with the certificate that the file has for this provider."""
    network = read_network(config.environ)
    if network.client_cert or network.client_key or not (section.client_cert or section.client_key):
        return network
    cert, key = (
        str(config.project_dir / name) if name else None for name in (section.client_cert, section.client_key)
    )
    return replace(network, client_cert=cert, client_key=key)


def _headers(where: str, headers: Mapping[str, str | HeaderFrom], environ: Mapping[str, str]) -> dict[str, str]:
    """The headers that are known now; what commands print is not yet."""
    for name, value in headers.items():
        if isinstance(value, HeaderFrom) and value.env and value.env not in environ:
            raise ConfigError(f"{where}.headers.{name}: the variable {value.env} is not set")
    written = {name: value for name, value in headers.items() if isinstance(value, str)}
    return written | {
        name: environ[value.env] for name, value in headers.items() if isinstance(value, HeaderFrom) and value.env
    }


def _taken(headers: Mapping[str, str | HeaderFrom], environ: Mapping[str, str]) -> list[str]:
    """What headers take from variables: nobody would who may write it down."""
    return [environ[value.env] for value in headers.values() if isinstance(value, HeaderFrom) and value.env]


def _commands(where: str, section: ProviderSection, *, key_is_set: bool, takes_key: bool) -> dict[str, Command]:
    """The commands that print the key, where no variable holds it, and values of headers."""
    found = {
        name: read_command(value.command, f"{where}.headers.{name}")
        for name, value in section.headers.items()
        if isinstance(value, HeaderFrom) and value.command is not None
    }
    if section.api_key_command is not None:
        if not takes_key:
            raise ConfigError(f"{where}.api_key_command: this provider takes no key; remove it")
        command = read_command(section.api_key_command, f"{where}.api_key_command")
        found |= {} if key_is_set else {"api_key": command}
    return found
