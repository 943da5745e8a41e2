"""Is a resource the same as it was? One question for each aspect that dbt compares, and which kind has which.

They follow dbt 1.11 to the letter, with what is odd there: a new source or exposure is new and not modified.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any

from dbt_docsmith.dbt.selection.state.shapes import Resource

Same = Callable[[Resource, Resource], bool]
RELATION_KEYS = ("database", "schema", "alias")
NOT_COMPARED: Mapping[str, frozenset[str]] = {
    "source": frozenset(),
    "exposure": frozenset(),
    "metric": frozenset({"group"}),
}
NODE_NOT_COMPARED = frozenset({*RELATION_KEYS, "tags", "group"})
TEST_COMPARED = tuple("severity where limit fail_calc warn_if error_if store_failures store_failures_as".split())
APART = frozenset({"source", "exposure", "metric", "semantic_model", "saved_query", "unit_test"})
NEW_IS_NOT_MODIFIED = APART - {"unit_test"}


def _field(name: str) -> Same:
    """The same value, however an older dbt left out what it had nothing for."""
    value = attrgetter(name)
    return lambda now, before: _without_nothing(value(now)) == _without_nothing(value(before))


def _without_nothing(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nothing(each) for key, each in value.items() if each is not None}
    return [_without_nothing(each) for each in value] if isinstance(value, list) else value


def same_body(now: Resource, before: Resource) -> bool:
    """The code as it is written; of a seed the checksum of its data, or its path where that is over 1 MB."""
    if now.resource_type == "seed":
        return _same_checksum(now.checksum, before.checksum)
    return _code(now) == _code(before)


def _code(resource: Resource) -> str:
    return resource.raw_code or resource.raw_sql or ""


def _same_checksum(now: Any, before: Any) -> bool:
    unknown = isinstance(now, dict) and now.get("name") == "none"
    return bool(now == before and now is not None and not unknown)


def same_config(now: Resource, before: Resource) -> bool:
    """The configuration as it is written, before anything is rendered; of a test what changes its verdict."""
    kind = now.resource_type or ""
    if kind in ("semantic_model", "saved_query"):
        return bool(_without_nothing(now.config or {}) == _without_nothing(before.config or {}))
    ours, theirs = now.unrendered_config or {}, before.unrendered_config or {}
    if kind == "test":
        return all(_same_key(key, ours, theirs) for key in TEST_COMPARED)
    left_out = NOT_COMPARED.get(kind, NODE_NOT_COMPARED)
    return all(_same_key(key, ours, theirs) for key in {*ours, *theirs} - left_out)


_ABSENT = object()


def _same_key(key: str, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    return bool(ours.get(key, _ABSENT) == theirs.get(key, _ABSENT))


def same_persisted_description(now: Resource, before: Resource) -> bool:
    """The texts, as far as ``persist_docs`` sends them to the warehouse now."""
    persisted = (now.config or {}).get("persist_docs") if now.resource_type != "test" else None
    if not isinstance(persisted, dict):
        return True
    if persisted.get("relation") and (now.description or "") != (before.description or ""):
        return False
    return not persisted.get("columns") or _column_texts(now) == _column_texts(before)


def _column_texts(resource: Resource) -> dict[str, str]:
    return {name: column.description or "" for name, column in (resource.columns or {}).items()}


def same_relation(now: Resource, before: Resource) -> bool:
    """Where it is configured to stand in the warehouse, whatever a target makes of that."""
    ours, theirs = now.unrendered_config or {}, before.unrendered_config or {}
    return all(ours.get(key) == theirs.get(key) for key in RELATION_KEYS)


def same_source_relation(now: Resource, before: Resource, *, unrendered: bool = False) -> bool:
    """``unrendered``: as dbt's flag ``state_modified_compare_more_unrendered_values`` wants it compared."""
    if unrendered:
        names = ("unrendered_database", "unrendered_schema", "identifier")
    else:
        names = ("database", "schema", "identifier")
    return all(getattr(now, name) == getattr(before, name) for name in names)


def same_contract(now: Resource, before: Resource) -> bool:
    """Neither had an enforced contract, or both the same."""
    if now.resource_type != "model":
        return True
    ours, theirs = _contract(now), _contract(before)
    if not ours["enforced"] or not theirs["enforced"]:
        return bool(ours["enforced"] == theirs["enforced"])
    return bool(ours.get("checksum") == theirs.get("checksum"))


def _contract(resource: Resource) -> dict[str, Any]:
    """dbt 1.4 wrote a bare true or false."""
    found = resource.contract if isinstance(resource.contract, dict) else {"enforced": resource.contract}
    return {**found, "enforced": bool(found.get("enforced"))}


def same_ref_representation(now: Resource, before: Resource) -> bool:
    """What may break those who refer to a model."""
    return (
        now.latest_version == before.latest_version
        and (now.access or "protected") == (before.access or "protected")
        and now.deprecation_date == before.deprecation_date
    )


def _same_depends_on(now: Resource, before: Resource) -> bool:
    return _parents(now) == _parents(before)


def _parents(resource: Resource) -> set[str]:
    return set((resource.depends_on and resource.depends_on.nodes) or ())


def _same_query(now: Resource, before: Resource) -> bool:
    ours, theirs = (_without_nothing(each.query_params or {}) for each in (now, before))
    return all(ours.get(key) == theirs.get(key) for key in ("metrics", "group_by", "where"))


def _same_exports(now: Resource, before: Resource) -> bool:
    return [_export(each) for each in now.exports or ()] == [_export(each) for each in before.exports or ()]


def _export(export: dict[str, Any]) -> tuple[Any, ...]:
    unrendered = export.get("unrendered_config") or {}
    return (export.get("name"), *(unrendered.get(key) for key in ("export_as", "schema", "alias")))


def _fields(names: str) -> tuple[Same, ...]:
    return tuple(_field(name) for name in names.split())


def _same_description(now: Resource, before: Resource) -> bool:
    return (now.description or "") == (before.description or "")


_NODE = (same_body, same_config, same_persisted_description, _field("fqn"), same_relation, same_contract)
_CONTENTS: Mapping[str, tuple[Same, ...]] = {
    "model": (*_NODE, same_ref_representation),
    "function": (*_NODE, *_fields("arguments returns")),
    "generic_test": (same_config, _field("fqn")),
    "unit_test": _fields("checksum"),
    "source": (same_config, *_fields("fqn quoting freshness loaded_at_field external")),
    "exposure": (
        same_config,
        _same_description,
        _same_depends_on,
        *_fields("fqn type owner maturity url label"),
    ),
    "metric": (same_config, _same_description, *_fields("type label")),
    "semantic_model": (
        same_config,
        _same_description,
        *_fields("model defaults entities dimensions measures primary_entity group"),
    ),
    "saved_query": (
        same_config,
        _same_description,
        _same_query,
        _same_exports,
        *_fields("label group tags"),
    ),
}


def aspects(resource: Resource) -> tuple[Same, ...]:
    """All that must be the same for a resource of its kind not to be modified; a source's place comes besides."""
    kind = resource.resource_type or ""
    if kind == "test" and resource.test_metadata is not None:
        kind = "generic_test"
    return _CONTENTS.get(kind, _NODE)
