"""Texts for the nodes of one file -> units to be spliced in. One that cannot be written stops no other. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property, partial

from msgspec.structs import replace

from dbt_docsmith.describable import MADE_BY_ENTRY
from dbt_docsmith.errors import WriteError
from dbt_docsmith.properties.columns import ColumnIndex, ColumnLists, borrowed_list
from dbt_docsmith.properties.compose import Document, Node, Scalar
from dbt_docsmith.properties.copies import Detacher
from dbt_docsmith.properties.describe import DESCRIPTION, Describer, is_open, used_alias
from dbt_docsmith.properties.edits import Splice
from dbt_docsmith.properties.entries import EntryWriter
from dbt_docsmith.properties.fragments import FragmentWriter
from dbt_docsmith.properties.layout import Layout, measure_layout
from dbt_docsmith.properties.locate import Entry, Found, Item, child, entries, list_key, versions
from dbt_docsmith.properties.sharing import Sharing
from dbt_docsmith.properties.style import measure
from dbt_docsmith.properties.units import Skipped, Task, Unit
from dbt_docsmith.types import ColumnText, NodeTexts


class Planner:
    """Plans one document; ``units``, ``failures`` and ``skipped`` hold what came of it."""

    def __init__(self, document: Document, layout: Layout | None = None) -> None:
        self.units: list[Unit] = []
        self.failures: list[tuple[str, WriteError]] = []
        self.skipped: list[Skipped] = []
        self._document = document
        known = list(entries(document))
        self._entries: dict[tuple[str, str | None, str], list[Entry]] = {}
        for entry in known:
            self._entries.setdefault((entry.section, entry.source_name, entry.item.name), []).append(entry)
        self._known = known
        self._given_layout = layout
        self._style = measure(document, known)
        self._sharing = Sharing(document)
        self._describer = Describer(document, self._style)
        self._detacher = Detacher(document)
        self._columns = ColumnIndex()
        self._missing: dict[str, list[NodeTexts]] = {}
        self._tasks: list[Task] = []
        self._taken: set[tuple[int, str]] = set()

    @cached_property
    def _layout(self) -> Layout:
        return self._given_layout or measure_layout(self._document, self._known)

    @cached_property
    def _writer(self) -> FragmentWriter:
        return FragmentWriter(self._style, self._layout)

    @cached_property
    def _column_lists(self) -> ColumnLists:
        return ColumnLists(self._document, self._describer, self._writer, self._layout, self._sharing)

    @cached_property
    def _new_entries(self) -> EntryWriter:
        return EntryWriter(self._document, self._writer, self._layout)

    def plan(self, texts: Iterable[NodeTexts]) -> None:
        """Plan all the texts of the document."""
        for one in texts:
            self._attempt(one, self._node)
        self._work_off()
        for name, missing in self._missing.items():
            self._add_entries(name, missing)

    def _attempt(self, one: NodeTexts, action: Callable[[NodeTexts], None]) -> None:
        try:
            action(one)
        except WriteError as error:
            self.failures.append((one.unique_id, error))

    def _add_entries(self, name: str, missing: list[NodeTexts]) -> None:
        try:
            written = self._new_entries.add(name, missing)
        except WriteError as error:
            self.failures += [(one.unique_id, error) for one in missing]
        else:
            self.units += [Unit(texts, tuple(splices)) for texts, splices in written]

    def _node(self, one: NodeTexts) -> None:
        found = self._entries.get((one.section, one.source_name, one.name), [])
        if not found:
            self._miss(one)
            return
        entry = found[-1]
        if len(found) > 1:
            first = self._document.line(found[0].item.mapping.start)
            what = f"{one.name} has a second entry here, the first is in line {first}"
            raise self._document.refusal(entry.item.mapping.start, what, "keep one of them")
        holder = entry.item if one.version is None else self._version(entry, one.version)
        if one.description:
            self._describe(replace(one, columns=()), holder, one.description)
        self._node_columns(one, entry, holder)

    def _miss(self, one: NodeTexts) -> None:
        """Note a node without an entry. What its entry makes is never invented: that says more than a name."""
        if one.section in MADE_BY_ENTRY or one.version is not None:
            of = f"version {one.version} of {one.name}" if one.version else one.name
            of = f"{one.source_name}.{one.name}" if one.source_name else of
            raise WriteError(f"{self._document.file}: no entry of {of} here; add one by hand and run again")
        columns = one.columns if one.add_columns else ()
        self._skip(one, () if one.add_columns else one.columns)
        if one.description or columns:
            self._missing.setdefault(one.section, []).append(replace(one, columns=columns))

    def _version(self, entry: Entry, version: str) -> Item:
        for item in versions(entry):
            if item.name == version:
                return item
        what = f"{entry.item.name} has no version {version}"
        raise self._document.refusal(entry.item.mapping.start, what, "add it under versions: and run again")

    def _node_columns(self, one: NodeTexts, entry: Entry, holder: Item) -> None:
        """Describe the columns that stand, in the version's own list or else the shared one; add the others."""
        lists = [holder] if holder is entry.item else [holder, entry.item]
        by_list: dict[int, list[tuple[ColumnText, Item]]] = {id(one): [] for one in lists}
        new = []
        for column in one.columns:
            found = ((owner, self._columns.find(list_key(one), owner, column.name)) for owner in lists)
            owner, item = next(((owner, item) for owner, item in found if item), (None, None))
            if item is None or owner is None:
                new.append(column)
            else:
                by_list[id(owner)].append((column, item))
        if not one.add_columns:
            self._skip(one, new)
            new = []
        target = holder if self._columns.has_list(list_key(one), holder) else entry.item
        for owner in lists:
            self._one_list(one, owner, by_list[id(owner)], new if owner is target else [])

    def _one_list(
        self, one: NodeTexts, owner: Item, standing: list[tuple[ColumnText, Item]], new: list[ColumnText]
    ) -> None:
        one = replace(one, description=None)
        borrowed = borrowed_list(list_key(one), owner)
        if borrowed is not None:
            self._own_list(one, owner, borrowed, standing, new)
            return
        for column, item in standing:
            self._describe(replace(one, columns=(column,)), item, column.description)
        if new:
            self._tasks += self._column_lists.additions(replace(one, columns=tuple(new)), owner)

    def _own_list(
        self,
        one: NodeTexts,
        owner: Item,
        borrowed: Found,
        standing: list[tuple[ColumnText, Item]],
        new: list[ColumnText],
    ) -> None:
        wanted = [(column, item) for column, item in standing if self._is_open(one, column, item)]
        columns = (*(column for column, _ in wanted), *new)
        if columns and self._take(owner.mapping, list_key(one)):
            described = {id(item.mapping): column.description for column, item in wanted}
            task = self._column_lists.own_list(replace(one, columns=columns), owner, borrowed, described)
            self._tasks.append(task)

    def _take(self, place: Node, what: str) -> bool:
        """Whether this is the first text for a place."""
        is_first = (id(place), what) not in self._taken
        self._taken.add((id(place), what))
        return is_first

    def _is_open(self, one: NodeTexts, column: ColumnText | None, item: Item) -> bool:
        """Whether an item's description may be written; noted if not."""
        found = child(item, DESCRIPTION)
        if found is None or is_open(found, replace=one.replace):
            return True
        self.skipped.append(Skipped(one.unique_id, column.item if column else None, "described"))
        return False

    def _describe(self, one: NodeTexts, item: Item, text: str) -> None:
        column = one.columns[0] if one.columns else None
        alias = used_alias(item)
        place = alias or item.mapping
        if not self._is_open(one, column, item) or not self._take(place, DESCRIPTION):
            return
        found = child(item, DESCRIPTION)
        own_value = found.value if found is not None and found.key is not None and alias is None else None
        chain = item.chain[:-2] if alias else item.chain
        if isinstance(own_value, Scalar):
            chain = (*chain, own_value)

        def write() -> list[Splice]:
            splices = self._describer.describe(item, text)
            self._sharing.give_own(own_value or place, DESCRIPTION)
            return splices

        obstacle = partial(self._sharing.obstacle, chain, DESCRIPTION)
        self._tasks.append(Task(one, item.mapping.start, obstacle, write))

    def _skip(self, one: NodeTexts, columns: Iterable[ColumnText]) -> None:
        self.skipped += [Skipped(one.unique_id, column.item, "undeclared") for column in columns]

    def _work_off(self) -> None:
        """Write task after task; what is shared waits until the others that share it have texts of their own."""
        while self._tasks:
            waiting = [task for task in self._tasks if not self._is_done(task)]
            if len(waiting) == len(self._tasks):
                self._attempt(waiting[0].texts, partial(self._detach, waiting.pop(0)))
            self._tasks = waiting

    def _is_done(self, task: Task) -> bool:
        if task.obstacle() is not None:
            return False
        self._attempt(task.texts, partial(self._finish, task, []))
        return True

    def _detach(self, task: Task, one: NodeTexts) -> None:
        """Write into what others share, once they have a copy of it."""
        splices: list[Splice] = []
        while (obstacle := task.obstacle()) is not None:
            if obstacle.anchored is None:
                what = f"{task.label} cannot have a text of its own, because {obstacle.reason}"
                raise self._document.refusal(task.position, what, "write it out here instead of sharing it")
            splices += self._detacher.detach(obstacle.anchored, obstacle.uses)
            for use in obstacle.uses:
                self._sharing.end_use(use.alias)
        self._finish(task, splices, one)

    def _finish(self, task: Task, splices: list[Splice], one: NodeTexts) -> None:
        self.units.append(Unit((one,), (*splices, *task.write())))
