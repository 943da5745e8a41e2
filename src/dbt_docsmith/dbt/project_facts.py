"""What the manifest says around a node: tests, children, exposures, keys. Indexed once for a run. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from dbt_docsmith.dbt.inheritance import KeyFacts, conditions, key_facts
from dbt_docsmith.dbt.things.users import Users
from dbt_docsmith.types import ColumnRef, Manifest, Node, TestFact

_MOST_ARGUMENT_CHARS = 200


class ProjectFacts:
    """Tests, children and exposures of every node, found by its unique id."""

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest
        self.keys: KeyFacts = key_facts(iter(manifest.nodes.values()))
        self._tests: dict[tuple[str, str | None], list[TestFact]] = {}
        self._combinations: dict[str, list[str]] = {}
        self._children: dict[str, list[Node]] = {}
        self._exposures: dict[str, list[Node]] = {}
        for node in manifest.nodes.values():
            self._add(node)

    def tests_of(self, unique_id: str, column: str | None = None) -> tuple[TestFact, ...]:
        """The generic tests on a column, or on the node itself, each fact once.

        By name, because dbt puts them into the manifest in whatever order it comes upon their files.
        """
        found = self._tests.get((unique_id, column.lower() if column else None), [])
        return tuple(sorted(set(found), key=_by_name))

    def children_of(self, unique_id: str) -> tuple[str, ...]:
        """The unique ids of the models and snapshots that read this node, in the order of what they are called."""
        children = {node.unique_id: node.reference for node in self._children.get(unique_id, [])}
        return tuple(sorted(children, key=lambda child: (children[child], child)))

    def exposures_of(self, unique_id: str) -> tuple[Node, ...]:
        """The exposures that use this node, by name."""
        exposures = {node.unique_id: node for node in self._exposures.get(unique_id, [])}
        return tuple(sorted(exposures.values(), key=lambda node: (node.name, node.unique_id)))

    def owner_of(self, node: Node) -> str:
        """Who answers for a node: its ``meta: {owner: ...}``, else its group's owner; "" where nobody is named."""
        return owner_name(node.meta.get("owner")) or self.manifest.group_owners.get(node.group or "", "")

    @cached_property
    def users(self) -> Users:
        """Who uses macros, metrics and semantic models."""
        return Users(self.manifest.nodes)

    def grain_of(self, node: Node) -> tuple[str, ...]:
        """What identifies a row, as tests and constraints state it: ``order_id`` or ``order_id, line``."""
        single = [name for name in node.columns if self._is_key(node.unique_id, name)]
        combined = self._combinations.get(node.unique_id, [])
        return (*single, *combined)

    def _is_key(self, unique_id: str, column: str) -> bool:
        return self.keys.is_key(ColumnRef(unique_id, column))

    def _add(self, node: Node) -> None:
        if node.test is not None and node.test.attached_node:
            column = node.test.column.lower() if node.test.column else None
            fact = read_test(node)
            self._tests.setdefault((node.test.attached_node, column), []).append(fact)
            if fact.name.endswith("unique_combination_of_columns") and not conditions(node):
                self._combinations.setdefault(node.test.attached_node, []).append(fact.arguments)
        for parent in node.depends_on:
            if node.resource_type in ("model", "snapshot"):
                self._children.setdefault(parent, []).append(node)
            elif node.resource_type == "exposure":
                self._exposures.setdefault(parent, []).append(node)


def owner_name(owner: object) -> str:
    """An owner as a name: one is written as it stands, or as a mapping with a ``name``; several are listed."""
    if isinstance(owner, list | tuple):
        return ", ".join(filter(None, map(owner_name, owner)))
    if isinstance(owner, Mapping):
        return owner_name(owner.get("name") or owner.get("team"))
    return owner if isinstance(owner, str) else ""


def read_test(node: Node) -> TestFact:
    """A generic test's node read as a fact."""
    test = node.test
    if test is None:
        raise ValueError(f"{node.unique_id} is no generic test")
    arguments = dict(test.arguments)
    values = arguments.pop("values", ()) if test.name.endswith("accepted_values") else ()
    arguments.pop("quote", None)
    to, field = None, None
    if test.name.endswith("relationships"):
        to, field = _text(arguments.pop("to", None)), _text(arguments.pop("field", None))
    said = (_short(test.name, arguments), *conditions(node))
    return TestFact(
        name=test.name,
        values=tuple(_word(value) for value in values) if isinstance(values, list | tuple) else (),
        to=to,
        field=field,
        arguments=", ".join(part for part in said if part)[:_MOST_ARGUMENT_CHARS],
    )


def _by_name(fact: TestFact) -> tuple[object, ...]:
    return fact.name, fact.values, fact.to or "", fact.field or "", fact.arguments


def _short(name: str, arguments: Mapping[str, Any]) -> str:
    if name.endswith("unique_combination_of_columns"):
        columns = arguments.get("combination_of_columns", [])
        return ", ".join(str(column) for column in columns)
    return ", ".join(f"{key}: {_text(value)}" for key, value in arguments.items() if value is not None)


def _text(value: object) -> str | None:
    if value is None:
        return None
    return ", ".join(_word(item) for item in value) if isinstance(value, list | tuple) else _word(value)


def _word(value: object) -> str:
    """A value as YAML writes it."""
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)
