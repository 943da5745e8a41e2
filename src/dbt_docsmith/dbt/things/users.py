"""Who uses a macro, a metric or a semantic model, and how a macro is called. Indexed once for a run. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dbt_docsmith.describable import THINGS
from dbt_docsmith.types import Detail, Node

CALLED_AS = "called as"
_MOST_USERS = 10
_MOST_CALLS = 3
_MOST_CALL_CHARS = 200
_TELLING = ("model", "snapshot", "analysis", "macro", "test", "metric", "saved_query")


class Users:
    """Finds the users of each thing among all nodes."""

    def __init__(self, nodes: Mapping[str, Node]) -> None:
        self._nodes = nodes
        self._users: dict[str, list[Node]] = {}
        for node in nodes.values():
            for used in (*node.macros, *(node.depends_on if node.resource_type in THINGS else ())):
                self._users.setdefault(used, []).append(node)

    def of(self, unique_id: str) -> tuple[str, ...]:
        """The users of a thing, as a person refers to them; of many the first, and how many more there are."""
        names = sorted({self._name(node) for node in self._telling(unique_id)} - {""})
        rest = len(names) - _MOST_USERS
        return (*names[:_MOST_USERS], *([f"{rest} more"] if rest > 0 else []))

    def calls_of(self, macro: Node) -> tuple[Detail, ...]:
        """Some calls of a macro, as they are written in the SQL of those who use it."""
        calls: dict[str, None] = {}
        for node in self._telling(macro.unique_id):
            for call in find_calls(macro.name, node.raw_code):
                calls.setdefault(call)
        shown = sorted(calls, key=_telling_first)[:_MOST_CALLS]
        return tuple(Detail(CALLED_AS, call, is_code=True) for call in shown)

    def _telling(self, unique_id: str) -> list[Node]:
        found = self._users.get(unique_id, [])
        return [node for node in found if node.resource_type in _TELLING and node.unique_id != unique_id]

    def _name(self, node: Node) -> str:
        """A generic test goes by what it tests."""
        if node.resource_type != "test":
            return node.reference
        tested = self._nodes.get((node.test.attached_node if node.test else None) or "")
        return f"a test of {tested.reference}" if tested else f"the test {node.name}" if not node.test else ""


def find_calls(name: str, code: str) -> Iterator[str]:
    """The calls of a macro in a text, each on one line; what is too long to show is passed over."""
    for found in re.finditer(rf"(?<![\w.]){re.escape(name)}\s*\(", code):
        end = _closing(code, found.end())
        call = " ".join(code[found.start() : end].split()) if end else ""
        if 0 < len(call) <= _MOST_CALL_CHARS:
            yield call


def _closing(code: str, start: int) -> int | None:
    depth = 1
    for at in range(start, min(len(code), start + 2 * _MOST_CALL_CHARS)):
        depth += {"(": 1, ")": -1}.get(code[at], 0)
        if depth == 0:
            return at + 1
    return None


def _telling_first(call: str) -> tuple[int, int, str]:
    """The call with most arguments says most."""
    return -call.count(","), len(call), call
