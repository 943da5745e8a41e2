"""Evidence without the text of macros that go to no provider. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Set
from functools import cache

from msgspec.structs import replace

from dbt_docsmith.dbt.sql.rendering import without_jinja_comments
from dbt_docsmith.types import ColumnEvidence, Evidence, Node


class HiddenMacros:
    """Shows the calls in place of what those macros expand to. ``hidden`` are the nodes that stay here."""

    def __init__(self, nodes: Mapping[str, Node], hidden: Set[str]) -> None:
        self._nodes = nodes
        self._hidden = hidden
        self._calls = cache(self._find_calls)

    def without_them(self, evidence: Evidence) -> Evidence:
        """The evidence of a node or macro, with its own text as it is written where it calls one of them."""
        if not self._calls(evidence.unique_id):
            return evidence
        own = self._nodes[evidence.unique_id].raw_code
        is_macro = evidence.resource_type == "macro"
        return replace(
            evidence,
            sql=own if is_macro else without_jinja_comments(own).strip(),
            columns=tuple(_as_written(column, own) for column in evidence.columns),
        )

    def _find_calls(self, unique_id: str) -> bool:
        """Whether a hidden macro is called, however many macros are between."""
        seen: set[str] = set()
        left = [unique_id]
        while left:
            node = self._nodes.get(left.pop())
            new = {each for each in node.macros if each not in seen} if node else set()
            seen |= new
            left += new
        return not self._hidden.isdisjoint(seen)


def _as_written(column: ColumnEvidence, own: str) -> ColumnEvidence:
    """What is said of how it is made, where that stands in the node's own text."""
    return replace(
        column,
        expression=column.expression if _squeezed(column.expression) in _squeezed(own) else "",
        comment=column.comment if _squeezed(column.comment) in _squeezed(own) else "",
    )


def _squeezed(text: str) -> str:
    return " ".join(text.split())
