"""Where each column of a node comes from: its SQL read once, and laid over the columns of its parents."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import structs

from dbt_docsmith.dbt.lineage.kept_reading import KeptReading
from dbt_docsmith.dbt.lineage.query.limits import Deadline, TooLongError
from dbt_docsmith.dbt.lineage.query.plan import SqlLineage
from dbt_docsmith.dbt.lineage.query.resolving import resolve
from dbt_docsmith.dbt.lineage.query.stacking import alternatives
from dbt_docsmith.dbt.lineage.query.views import HIDDEN, ITSELF, End, View, listed_view
from dbt_docsmith.dbt.lineage.snapshot_columns import with_snapshot_columns
from dbt_docsmith.dbt.lineage.store import LineageStore
from dbt_docsmith.dbt.sql.canonical import CanonicalSql, canonical_sql
from dbt_docsmith.dbt.sql.dialects import dialect_of
from dbt_docsmith.dbt.sql.macros import MacroLibrary
from dbt_docsmith.types import ColumnLineage, ColumnRef, Manifest, NodeLineage

_NO_NODE = NodeLineage(reason="it is not in the manifest")


class LineageReader:
    """Reads lineage on demand and remembers it.

    ``columns`` is what is known from elsewhere of a node's columns, by unique id: the catalog's, a seed's
    header, those a source's YAML declares. ``project_vars`` is the ``vars`` of the project, ``search_orders`` its
    ``dispatch``. What is read of SQL is kept in ``store``; the caller flushes it. Each text may take as long as a
    ``deadline`` lasts; ``warn`` is told of a node that would take longer.
    """

    def __init__(
        self,
        manifest: Manifest,
        columns: Mapping[str, Sequence[str]],
        *,
        project_vars: Mapping[str, Any] | None = None,
        search_orders: Mapping[str, Sequence[str]] | None = None,
        store: LineageStore | None = None,
        warn: Callable[[str], None] = lambda _: None,
        deadline: Callable[[], Deadline] = Deadline,
    ) -> None:
        self._manifest = manifest
        self._columns = columns
        dialect, macros = dialect_of(manifest.adapter_type), MacroLibrary(manifest, search_orders)
        self._reading = KeptReading(manifest, dialect, project_vars or {}, macros, store, deadline)
        self._warn = warn
        self._deadline = deadline
        self._canonical: dict[str, CanonicalSql] = {}
        self._read: dict[str, tuple[SqlLineage, ...]] = {}
        self._known: dict[str, NodeLineage] = {}
        self._views: dict[str, View] = {}

    def sql_of(self, unique_id: str) -> CanonicalSql:
        """The canonical SQL of a node."""
        if unique_id not in self._canonical:
            node = self._manifest.nodes[unique_id]
            self._canonical[unique_id] = canonical_sql(
                node, self._manifest, render=lambda raw_code: self._reading.rendered(raw_code, node)
            )
        return self._canonical[unique_id]

    def columns_of(self, unique_id: str) -> NodeLineage:
        """The columns a node's SQL projects, each with its origins among the node's parents.

        No chain of models is too long, and a circle ends where it closes.
        """
        stack, begun = [unique_id], set()
        while stack:
            current = stack[-1]
            waiting = (
                [] if current in begun else [parent for parent in self._needed(current) if parent not in begun]
            )
            begun.add(current)
            if current not in self._known and not waiting:
                self._known[current] = self._resolved(current)
            if current in self._known:
                stack.pop()
            stack += waiting
        return self._known[unique_id]

    def _needed(self, unique_id: str) -> list[str]:
        """The parents whose columns must be known first, and are not known from elsewhere."""
        if unique_id not in self._manifest.nodes or unique_id in self._known:
            return []
        if not any(lineage.needs_columns for lineage in self._lineages(unique_id)):
            return []
        parents = dict.fromkeys(self.sql_of(unique_id).relations.values())
        known = (self._columns, self._known, {unique_id})
        return [parent for parent in parents if not any(parent in each for each in known)]

    def _lineages(self, unique_id: str) -> tuple[SqlLineage, ...]:
        if unique_id not in self._read:
            sql = self.sql_of(unique_id)
            texts = (sql.parseable, *sql.variants) if not sql.reason else ()
            self._read[unique_id] = tuple(self._until_too_long(texts))
        return self._read[unique_id]

    def _until_too_long(self, texts: Sequence[str]) -> Iterator[SqlLineage]:
        for text in texts:
            lineage = self._reading.lineage(text)
            yield lineage
            if lineage.too_long:
                return

    def _resolved(self, unique_id: str) -> NodeLineage:
        node = self._manifest.nodes.get(unique_id)
        if node is None:
            return _NO_NODE
        try:
            lineage = self._of_sql(unique_id)
        except TooLongError as error:
            self._warn(f"{unique_id}: {error}; where its columns come from stays unknown")
            lineage = NodeLineage(reason=str(error))
        except RecursionError:
            lineage = NodeLineage(reason="its SQL is nested too deeply")
        return with_snapshot_columns(lineage, node) if node.resource_type == "snapshot" else lineage

    def _of_sql(self, unique_id: str) -> NodeLineage:
        sql = self.sql_of(unique_id)
        lineages = self._lineages(unique_id)
        reason = sql.reason or next((lineage.reason for lineage in lineages if lineage.reason), "")
        if any(lineage.too_long for lineage in lineages):
            raise TooLongError(reason)
        if reason:
            return NodeLineage(reason=sql.restored(reason))

        def relation_view(name: str) -> View:
            parent = sql.relations.get(name)
            if parent == unique_id:
                return ITSELF
            return self._view(parent) if parent else _outside(name)

        deadline = self._deadline()
        return _told(alternatives([resolve(lineage, relation_view, deadline) for lineage in lineages]), sql)

    def _view(self, unique_id: str) -> View:
        """What is known of the columns of a relation; while its own lineage is not there, nothing."""
        if unique_id in self._views:
            return self._views[unique_id]
        lineage = self._known.get(unique_id, NodeLineage())
        names = self._columns.get(unique_id) or [column.name for column in lineage.columns.values()]
        is_whole = unique_id in self._columns or lineage.complete
        node = self._manifest.nodes.get(unique_id)
        reason = "" if is_whole else f"the columns of {node.reference if node else unique_id} are not known"
        view = listed_view(names, lambda name: _passed(unique_id, name), reason)
        if unique_id in self._columns or unique_id in self._known:
            self._views[unique_id] = view
        return view


def _passed(unique_id: str, name: str) -> ColumnLineage:
    return ColumnLineage(
        name=name, kind="passed", expression=name, origins=(ColumnRef(unique_id, name),), inheritable=True
    )


def _outside(name: str) -> View:
    """A relation that is no node of the project: its columns pass, and come from nowhere dbt knows."""
    return View(
        ends=(
            End(
                lambda column: ColumnLineage(name=column, kind="passed", expression=column),
                f"the columns of {name} are not known",
            ),
        )
    )


def _told(view: View, sql: CanonicalSql) -> NodeLineage:
    """The view of a whole query as a node's lineage, in people's words."""
    columns = {name: _in_words(column, sql) for name, column in view.columns.items() if name[0] != HIDDEN}
    reasons = [end.reason for end in view.ends if end.reason]
    if not all(column.name for column in view.columns.values()):
        reasons.append("a column has no name")
    if not columns and not reasons:
        reasons.append("it has no columns")
    return NodeLineage(columns=columns, complete=not reasons, reason=sql.restored(reasons[0]) if reasons else "")


def _in_words(column: ColumnLineage, sql: CanonicalSql) -> ColumnLineage:
    expression, comment = sql.restored(column.expression), sql.restored(column.comment)
    if expression is column.expression and comment is column.comment:
        return column
    return structs.replace(column, expression=expression, comment=comment)
