"""What a description rests on: the node's own SQL as it is written, its tests, its declared columns. Pure.

Of what has no SQL, an exposure or a metric, what its entry says of it stands for that.

Never what a target, a compiler or a warehouse makes of them, and never other texts: the ground is the same on
every machine, and no text of ours moves the ground of another.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator

from dbt_docsmith.dbt.written import NodeOnDisk
from dbt_docsmith.describable import THINGS
from dbt_docsmith.provenance import Ground, digest
from dbt_docsmith.types import Detail, Manifest, Node


class Grounds:
    """The ground of every text of a project.

    ``added`` names the columns of a node that had no entry before this program wrote one: they do not count as
    declared, or writing a column's text would move the ground of the node's own.
    """

    def __init__(
        self,
        manifest: Manifest,
        on_disk: Callable[[str], NodeOnDisk],
        added: Callable[[str], frozenset[str]],
    ) -> None:
        self._manifest = manifest
        self._on_disk = on_disk
        self._added = added
        self._upstream: dict[str, dict[str, str]] = {}
        self._sql: dict[str, str] = {}
        self._tests: dict[str, list[tuple[str | None, str]]] = {}
        for node in manifest.nodes.values():
            if node.test is not None and node.test.attached_node:
                column = node.test.column.lower() if node.test.column else None
                said = json.dumps([node.test.name, node.test.arguments], sort_keys=True, default=str)
                self._tests.setdefault(node.test.attached_node, []).append((column, said))

    def of(self, node: Node, column: str | None) -> Ground:
        """Of a node's own text all its tests and the names of its columns; of a column's what is said of it."""
        if column is None:
            names = self._on_disk(node.unique_id).columns.keys() - self._added(node.unique_id)
            return Ground(sql=self._sql_of(node), tests=self._tests_of(node), columns=_digest(sorted(names)))
        tests, declared = self._tests_of(node, column), self._declared(node, column)
        return Ground(sql=self._sql_of(node), tests=tests, columns=declared)

    def upstream(self, node: Node) -> dict[str, str]:
        """A digest of the ground of each parent, by its unique id; without those whose SQL is not known."""
        if node.unique_id not in self._upstream:
            parents = [self._manifest.nodes[uid] for uid in node.depends_on if uid in self._manifest.nodes]
            self._upstream[node.unique_id] = {
                parent.unique_id: _of_all(self.of(parent, None)) for parent in parents if self._is_known(parent)
            }
        return self._upstream[node.unique_id]

    def _is_known(self, node: Node) -> bool:
        return node.resource_type in ("source", "seed") or bool(self._sql_of(node))

    def _sql_of(self, node: Node) -> str:
        if node.unique_id not in self._sql:
            code = node.raw_code if node.raw_code.strip() else _definition(node)
            self._sql[node.unique_id] = digest(code) if code else ""
        return self._sql[node.unique_id]

    def _tests_of(self, node: Node, column: str | None = None) -> str:
        """A test of the whole node counts for the columns it names."""
        tests = self._tests.get(node.unique_id, [])
        if column is not None:
            tests = [(on, said) for on, said in tests if on == column or (on is None and column in said.lower())]
        return _digest(sorted({f"{on or ''} {said}" for on, said in tests}))

    def _declared(self, node: Node, column: str) -> str:
        if column in self._added(node.unique_id):
            return ""
        declared = next((each for name, each in node.columns.items() if name.lower() == column), None)
        if declared is None:
            return ""
        said = (declared.data_type, *declared.constraints, declared.expression, *_said(declared.details))
        return _digest([part for part in said if part])


def _definition(node: Node) -> str:
    """What the entry of a thing without SQL says of it."""
    return "\n".join([*_said(node.details), *sorted(node.depends_on)]) if node.resource_type in THINGS else ""


def _said(details: Iterable[Detail]) -> Iterator[str]:
    return (f"{detail.label}: {detail.text}" for detail in details)


def _digest(parts: list[str]) -> str:
    return digest("\n".join(parts)) if parts else ""


def _of_all(ground: Ground) -> str:
    return digest(f"{ground.sql} {ground.tests} {ground.columns}")
