"""manifest.json as it stands on disk: only the fields used, and nothing taken for granted.

dbt Core, dbt Cloud and Fusion leave out different keys and write null in different places, so every field has
a default and every null is allowed. The schema's number is never asked: what is there is read.
"""

from __future__ import annotations

from typing import Any

from msgspec import Raw, Struct, field

Tags = Any
Meta = dict[str, Any] | None


class WireConstraint(Struct):
    """A constraint of a column: ``{"type": "check", "expression": "amount > 0"}``."""

    type: str | None = None
    expression: str | None = None


class WireColumnConfig(Struct):
    """Where dbt 1.10 and later keep a column's ``meta`` and ``tags``."""

    meta: Meta = None
    tags: Tags = None


class WireColumn(Struct):
    """A column as a properties file declares it, its description rendered."""

    name: str | None = None
    description: str | None = None
    data_type: str | None = None
    quote: bool | None = None
    tags: Tags = None
    meta: Meta = None
    config: WireColumnConfig | None = None
    constraints: list[WireConstraint | str] | None = None


class WireDependsOn(Struct):
    """The unique ids a resource reads."""

    nodes: list[str] | None = None
    macros: list[str] | None = None


class WireTest(Struct):
    """What a generic test asserts, and with which arguments."""

    name: str | None = None
    namespace: str | None = None
    kwargs: dict[str, Any] | None = None


class WireChecksum(Struct):
    """A checksum with the name of its algorithm: ``sha256``, ``none``, or ``path`` for a large seed."""

    name: str | None = None
    checksum: str | None = None


class WireResource(Struct):
    """What every resource has: metrics and exposures as much as models."""

    name: str | None = None
    resource_type: str | None = None
    package_name: str | None = None
    fqn: list[str] | None = None
    original_file_path: str | None = None
    patch_path: str | None = None
    description: str | None = None
    config: dict[str, Any] | None = None
    tags: Tags = None
    meta: Meta = None
    group: str | None = None
    version: str | int | float | None = None
    depends_on: WireDependsOn | None = None


class WireNode(WireResource):
    """A resource that may stand in a warehouse: a model, a source, a seed, a snapshot, a test."""

    columns: dict[str, WireColumn] | None = None
    raw_code: str | None = None
    raw_sql: str | None = None
    compiled_code: str | None = None
    compiled_sql: str | None = None
    language: str | None = None
    relation_name: str | None = None
    database: str | None = None
    schema: str | None = None
    alias: str | None = None
    identifier: str | None = None
    source_name: str | None = None
    source_description: str | None = None
    latest_version: str | int | float | None = None
    access: str | None = None
    checksum: WireChecksum | str | None = None
    contract: Any = None
    test_metadata: WireTest | None = None
    attached_node: str | None = None
    column_name: str | None = None


class WireDoc(Struct):
    """A ``{% docs %}`` block."""

    name: str | None = None
    package_name: str | None = None
    original_file_path: str | None = None
    block_contents: str | None = None


class WireArgument(Struct):
    """An argument of a macro, as a properties file has it."""

    name: str | None = None
    type: str | None = None
    description: str | None = None


class WireMacro(WireResource):
    """A macro with its SQL."""

    macro_sql: str | None = None
    arguments: list[WireArgument] | None = None


class WireOwner(Struct):
    """Who answers for an exposure. The address is left where it is."""

    name: str | None = None


class WireExposure(WireResource):
    """A use of the project's nodes somewhere else. Its ``url`` is not read."""

    label: str | None = None
    type: str | None = None
    maturity: str | None = None
    owner: WireOwner | None = None


class WireMetric(WireResource):
    """A metric. What it is made of differs by its type and by dbt's version."""

    label: str | None = None
    type: str | None = None
    type_params: dict[str, Any] | None = None
    filter: Any = None


class WireElement(Struct):
    """An entity, a dimension or a measure of a semantic model."""

    name: str | None = None
    type: str | None = None
    agg: str | None = None
    description: str | None = None
    label: str | None = None
    role: str | None = None
    expr: Any = None
    type_params: dict[str, Any] | None = None
    agg_params: dict[str, Any] | None = None
    agg_time_dimension: str | None = None
    non_additive_dimension: dict[str, Any] | None = None
    config: WireColumnConfig | None = None


class WireSemanticModel(WireResource):
    """A semantic model with its elements."""

    label: str | None = None
    model: str | None = None
    primary_entity: str | None = None
    defaults: dict[str, Any] | None = None
    entities: list[WireElement] | None = None
    dimensions: list[WireElement] | None = None
    measures: list[WireElement] | None = None


class WireGroup(Struct):
    """A group. ``owner`` is a mapping with a name, an e-mail address, and whatever else a project wants."""

    name: str | None = None
    owner: Any = None


class WireVersion(Struct):
    """The part of the metadata that some writers nest under ``__base__``."""

    dbt_schema_version: str | None = None
    generated_at: str | None = None


class WireMetadata(WireVersion):
    """Who wrote the file, when, and for which project."""

    project_name: str | None = None
    adapter_type: str | None = None
    base: WireVersion | None = field(default=None, name="__base__")


class WireManifest(Struct):
    """The whole file. ``nodes`` is the one key without which it is no manifest."""

    nodes: dict[str, WireNode]
    metadata: WireMetadata | None = None
    sources: dict[str, WireNode] | None = None
    exposures: dict[str, WireExposure] | None = None
    metrics: dict[str, WireMetric] | None = None
    semantic_models: dict[str, WireSemanticModel] | None = None
    saved_queries: dict[str, WireResource] | None = None
    unit_tests: dict[str, WireResource] | None = None
    functions: dict[str, WireNode] | None = None
    macros: dict[str, WireMacro] | None = None
    groups: dict[str, WireGroup] | None = None
    docs: dict[str, WireDoc] | None = None
    disabled: dict[str, Raw] | None = None
    selectors: dict[str, Any] | None = None
