"""Whom a provider talks to and with what key, as its spec and its settings say. Pure."""

from __future__ import annotations

from dbt_docsmith.errors import ConfigError
from dbt_docsmith.llm.providers.base import ProviderSettings, ProviderSpec
from dbt_docsmith.llm.providers.http_errors import Endpoint
from dbt_docsmith.llm.providers.urls import BaseUrl, read_base_url
from dbt_docsmith.llm.providers.wording import scrub

_NO_KEY = "no-key-needed"


def base_url_of(spec: ProviderSpec, settings: ProviderSettings) -> BaseUrl:
    """The base URL that is set, else the provider's own. Raises ConfigError where it is no URL."""
    return read_base_url(settings.base_url or spec.default_base_url, spec.known_suffixes, _named(spec, settings))


def endpoint_of(spec: ProviderSpec, settings: ProviderSettings, host: str) -> Endpoint:
    """What error messages call the server, and what they hide."""
    return Endpoint(
        where=f"{spec.name} at {host}",
        model=settings.model or spec.default_model,
        key_hint=" or ".join(spec.key_variables),
        url_hint=_named(spec, settings),
        hide=lambda text: scrub(text, settings.secrets),
    )


def key_of(spec: ProviderSpec, settings: ProviderSettings) -> str:
    """The key without blanks around it; where none is set, a word for the SDKs that insist on one.

    Raises ConfigError where it cannot be sent.
    """
    key = (settings.api_key or "").strip()
    if not key.isascii() or not key.isprintable():
        raise ConfigError(f"the key in {' or '.join(spec.key_variables)} holds characters that no key has")
    return key or _NO_KEY


def _named(spec: ProviderSpec, settings: ProviderSettings) -> str:
    """Where the base URL is set, or could be."""
    return settings.base_url_named or spec.base_url_variable or f"the base URL of {spec.name}"
