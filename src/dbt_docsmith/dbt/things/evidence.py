"""What is known of a thing beside what its own definition says: calls, measures, implementations. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from dbt_docsmith.dbt.things.macros import implementations
from dbt_docsmith.dbt.things.metrics import measures_of
from dbt_docsmith.dbt.things.parts import part_lineage
from dbt_docsmith.dbt.things.users import Users
from dbt_docsmith.types import ColumnRef, Detail, Node


def thing_details(
    node: Node, nodes: Mapping[str, Node], users: Callable[[], Users], text_of: Callable[[ColumnRef], str]
) -> tuple[Detail, ...]:
    """The details of a node's own, and what its surroundings add. ``text_of`` gives a part's description."""
    if node.resource_type == "macro":
        return (*node.details, *users().calls_of(node))
    return (*node.details, *_measures(node, nodes, text_of)) if node.resource_type == "metric" else node.details


def macro_text(macro: Node, nodes: Mapping[str, Node]) -> str:
    """A macro as it is written; one that only dispatches says with its implementations what it does."""
    return "\n\n".join([macro.raw_code, *(each.raw_code for each in implementations(macro, nodes))])


def _measures(node: Node, nodes: Mapping[str, Node], text_of: Callable[[ColumnRef], str]) -> Iterator[Detail]:
    """How the measures a metric is made of are computed, and what is said of them."""
    for reference in measures_of(node, nodes):
        lineage = part_lineage(nodes[reference.unique_id], nodes).columns.get(reference.column.lower())
        if lineage is not None:
            yield Detail(f"measure {reference.column} is", lineage.expression, is_code=True)
        if text := text_of(reference):
            yield Detail(f"measure {reference.column} means", text)
