"""To whom anything may leave: `policy` of dbt-docsmith.yml, which options and environment never widen."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from dbt_docsmith.config_file import FILE_NAME
from dbt_docsmith.config_sections import PolicySection
from dbt_docsmith.errors import ConfigError
from dbt_docsmith.llm.providers.base import Provider


def check_policy(policy: PolicySection, providers: Iterable[Provider]) -> None:
    """Raises ConfigError for a provider or host that the policy does not name; who is offline sends nothing."""
    for provider in providers:
        if provider.offline:
            continue
        if policy.providers is not None and provider.name not in policy.providers:
            raise ConfigError(_not_allowed("providers", provider.name, policy.providers))
        if policy.hosts is not None and not any(is_host(provider.host, allowed) for allowed in policy.hosts):
            raise ConfigError(_not_allowed("hosts", f"{provider.host} ({provider.name})", policy.hosts))


def is_host(host: str, allowed: str) -> bool:
    """Whether ``host`` is what is ``allowed``: a host with or without its port, or a pattern as ``*.acme.com``."""
    host, allowed = host.lower(), allowed.lower()
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    return fnmatchcase(host, allowed) or fnmatchcase(name, allowed)


def _not_allowed(key: str, named: str, allowed: list[str]) -> str:
    return f"{FILE_NAME}: policy.{key} does not allow {named}; it allows: {', '.join(allowed) or 'none'}"
