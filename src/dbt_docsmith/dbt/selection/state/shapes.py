"""manifest.json as a comparison sees it: only what dbt holds two states of a project against each other by.

Read apart from the rest of the manifest, and only where a selector asks for it: no other run pays for it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec import Struct

from dbt_docsmith.dbt.artifact import collector_paused, read_artifact


class ComparedDepends(Struct):
    """What a resource reads, and the macros it calls."""

    nodes: list[str] | None = None
    macros: list[str | None] | None = None


class ComparedColumn(Struct):
    """A column's text, as far as it is persisted."""

    description: str | None = None


class Resource(Struct):
    """One resource of any kind; what a kind does not have stays None."""

    resource_type: str | None = None
    fqn: Any = None
    raw_code: str | None = None
    raw_sql: str | None = None
    checksum: Any = None
    config: dict[str, Any] | None = None
    unrendered_config: dict[str, Any] | None = None
    description: str | None = None
    columns: dict[str, ComparedColumn] | None = None
    contract: Any = None
    latest_version: Any = None
    access: str | None = None
    deprecation_date: Any = None
    database: Any = None
    schema: Any = None
    identifier: Any = None
    unrendered_database: Any = None
    unrendered_schema: Any = None
    quoting: Any = None
    freshness: Any = None
    loaded_at_field: Any = None
    external: Any = None
    type: Any = None
    owner: Any = None
    maturity: Any = None
    url: Any = None
    label: Any = None
    model: Any = None
    defaults: Any = None
    entities: Any = None
    dimensions: Any = None
    measures: Any = None
    primary_entity: Any = None
    group: Any = None
    query_params: dict[str, Any] | None = None
    exports: list[dict[str, Any]] | None = None
    tags: Any = None
    arguments: Any = None
    returns: Any = None
    test_metadata: Any = None
    depends_on: ComparedDepends | None = None


class ComparedMacro(Struct):
    """A macro's SQL, and the macros it calls."""

    macro_sql: str | None = None
    depends_on: ComparedDepends | None = None


class ComparedManifest(Struct):
    """All that two states of a project are compared by."""

    nodes: dict[str, Resource]
    sources: dict[str, Resource] | None = None
    exposures: dict[str, Resource] | None = None
    metrics: dict[str, Resource] | None = None
    semantic_models: dict[str, Resource] | None = None
    saved_queries: dict[str, Resource] | None = None
    unit_tests: dict[str, Resource] | None = None
    functions: dict[str, Resource] | None = None
    macros: dict[str, ComparedMacro] | None = None


class ProjectState(Struct, frozen=True):
    """A project at one time: every enabled resource, and every macro, by unique id."""

    resources: dict[str, Resource]
    macros: dict[str, ComparedMacro]


def read_state(path: Path, cure: str) -> ProjectState:
    """The state that a manifest holds. ProjectError, ending in ``cure``: there is none, or it is none."""
    with collector_paused():
        found = read_artifact(path, ComparedManifest, kind="manifest", cure=cure)
    apart = (
        found.sources,
        found.exposures,
        found.metrics,
        found.semantic_models,
        found.saved_queries,
        found.unit_tests,
        found.functions,
    )
    resources = {unique_id: each for section in apart for unique_id, each in (section or {}).items()}
    resources |= found.nodes
    for unique_id, resource in resources.items():
        resource.resource_type = resource.resource_type or unique_id.partition(".")[0]
    return ProjectState(resources, found.macros or {})
