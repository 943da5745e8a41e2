"""Who could write here: what the environment tells of, and which SDKs are installed. Nothing leaves."""

from __future__ import annotations

from dbt_docsmith.config import Config
from dbt_docsmith.first_look import ProvidersFound
from dbt_docsmith.llm.providers import SPECS
from dbt_docsmith.llm.providers.needs import find_sdk
from dbt_docsmith.pipeline.listing import FindPackage, list_providers
from dbt_docsmith.pipeline.providers import all_configured

_PRICE_TABLE = "genai_prices"


def find_providers(config: Config, find_package: FindPackage = find_sdk) -> ProvidersFound:
    """``find_package`` gives None for what is not installed."""
    listed = list_providers(config, find_package)
    chosen = next((facts for facts in listed.providers if facts.chosen), None)
    extras = {spec.extra: spec.package for spec in SPECS.values() if spec.extra and spec.package}
    return ProvidersFound(
        configured=tuple(all_configured(config)),
        chosen=chosen.name if chosen else None,
        lacks=chosen.lacks if chosen else (),
        installed=tuple(extra for extra, package in extras.items() if find_package(package) is not None),
        prices=find_package(_PRICE_TABLE) is not None,
    )
