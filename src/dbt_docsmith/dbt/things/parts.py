"""Which parts a thing without columns has, and who says so. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dbt_docsmith.dbt.columns import KnownColumns
from dbt_docsmith.dbt.things.elements import element_lineage
from dbt_docsmith.dbt.things.macros import argument_lineage, arguments
from dbt_docsmith.dbt.written import NodeOnDisk
from dbt_docsmith.describable import DESCRIBABLE
from dbt_docsmith.types import Column, Detail, KnownColumn, Node, NodeLineage


def known_parts(node: Node, on_disk: NodeOnDisk) -> KnownColumns:
    """A macro's arguments are those of its own text; a semantic model's parts those that stand in YAML."""
    if node.resource_type != "macro":
        parts = (_element(node, part) for name, part in node.columns.items() if name.lower() in on_disk.columns)
        return KnownColumns(columns=tuple(parts))
    names = [each.name for each in arguments(node.raw_code)]
    declared = {name: column.name for name, column in on_disk.columns.items()}
    real = names or list(declared.values())
    columns = tuple(_argument(node, name, declared.get(name.lower())) for name in real)
    lowered = {name.lower() for name in real}
    unconfirmed = tuple(name for key, name in declared.items() if key not in lowered)
    return KnownColumns(columns=columns, unconfirmed=unconfirmed)


def part_lineage(node: Node, nodes: Mapping[str, Node]) -> NodeLineage:
    """Where the parts of a thing come from, as if they were columns."""
    if node.resource_type == "macro":
        return argument_lineage(node, nodes)
    model = next((nodes[uid] for uid in node.depends_on if uid in nodes), None)
    return element_lineage(node, model) if node.resource_type == "semantic_model" else NodeLineage()


def part_details(node: Node, name: str) -> tuple[Detail, ...]:
    """What is said of a part beside its type and expression."""
    declared = next((part.details for known, part in node.columns.items() if known.lower() == name.lower()), ())
    return (*declared, *_default(node, name)) if node.resource_type == "macro" else declared


def _default(node: Node, name: str) -> Iterator[Detail]:
    for each in arguments(node.raw_code):
        if each.name == name and each.default is not None:
            yield Detail("default", each.default, is_code=True)


def _element(node: Node, part: Column) -> KnownColumn:
    lists = DESCRIBABLE[node.resource_type].lists
    list_key = next(key for key, kind in lists.items() if kind == part.part)
    own_name = part.name.removeprefix(f"{list_key}.")
    return KnownColumn(
        name=part.name,
        known_by="yaml",
        declared=True,
        data_type=part.data_type,
        part=part.part,
        listed=(list_key, own_name),
    )


def _argument(node: Node, name: str, declared: str | None) -> KnownColumn:
    column = next((column for known, column in node.columns.items() if known.lower() == name.lower()), None)
    return KnownColumn(
        name=declared or name,
        known_by="sql",
        declared=declared is not None,
        data_type=column.data_type if column else None,
        part="argument",
    )
