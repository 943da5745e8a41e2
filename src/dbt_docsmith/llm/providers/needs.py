"""What a provider must be told, in one list: for `providers`, for the docs and for what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

from msgspec import Struct

from dbt_docsmith.llm.providers.base import ProviderSettings, ProviderSpec


class Need(Struct, frozen=True, kw_only=True):
    """One thing a provider is told: of ``variables`` the first that is set counts.

    ``name`` is its name in ``ProviderSettings``, or in the ``values`` of those; ``what`` completes "needs ...".
    ``default`` is what holds where nobody says, "" where nothing does.
    """

    name: str
    variables: tuple[str, ...]
    what: str
    required: bool
    default: str = ""

    def is_told(self, settings: ProviderSettings) -> bool:
        """Whether the settings hold it."""
        key = settings.api_key or "".join((*settings.header_keys, *settings.key_commands))
        own = {"api_key": key, "base_url": settings.base_url, "model": settings.model}
        return bool(({**settings.values, **own}.get(self.name) or "").strip())


def needs(spec: ProviderSpec) -> Iterator[Need]:
    """Everything the provider can be told by a variable, what it cannot do without among it."""
    if spec.key_variables:
        yield Need(name="api_key", variables=spec.key_variables, what="a key", required=spec.key_required)
    if spec.base_url_variable:
        yield Need(
            name="base_url",
            variables=(spec.base_url_variable,),
            what="a base URL",
            required=spec.base_url_required,
            default=spec.default_base_url,
        )
    if spec.model_variable:
        yield Need(
            name="model",
            variables=(spec.model_variable,),
            what="a model",
            required=spec.model_required,
            default=spec.default_model,
        )
    for more in spec.variables:
        yield Need(
            name=more.name,
            variables=more.variables,
            what=more.what,
            required=more.required,
            default=more.default,
        )


def missing(spec: ProviderSpec, settings: ProviderSettings) -> Iterator[Need]:
    """What the provider cannot do without and was not told."""
    return (need for need in needs(spec) if need.required and not need.is_told(settings))


def find_sdk(package: str) -> object | None:
    """Where an SDK is, by its import name; None where it, or the parent of ``google.genai``, is not installed."""
    try:
        return find_spec(package)
    except ModuleNotFoundError:
        return None
