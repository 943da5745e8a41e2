"""Texts + a file's text -> the edits that write them, checked by reading the result again. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from dbt_docsmith.errors import WriteError
from dbt_docsmith.properties.compose import Document, compose
from dbt_docsmith.properties.construct import data_of
from dbt_docsmith.properties.edits import apply_edits, in_order, undo_edits
from dbt_docsmith.properties.layout import Layout
from dbt_docsmith.properties.locate import list_key
from dbt_docsmith.properties.plan import Planner
from dbt_docsmith.properties.units import Skipped, Unit
from dbt_docsmith.properties.verify import verify, written
from dbt_docsmith.types import NodeTexts, YamlEdit

__all__ = ["FilePlan", "apply_edits", "new_file", "plan_edits", "plan_file", "undo_edits", "verify"]


class FilePlan(Struct, frozen=True, kw_only=True):
    """What is to be done with one file. ``after``: its text with the edits made.

    ``written`` names each description that arrives: unique id, and column or None for the node's own.

    ``failures`` name the node whose text cannot be written and why; a node can have several. ``skipped`` are
    texts that were not to be written.
    """

    edits: tuple[YamlEdit, ...] = ()
    after: str = ""
    descriptions: int = 0
    failures: tuple[tuple[str, WriteError], ...] = ()
    skipped: tuple[Skipped, ...] = ()
    written: frozenset[tuple[str, str | None]] = frozenset()


def plan_file(text: str, texts: Sequence[NodeTexts], *, layout: Layout | None = None) -> FilePlan:
    """Plan all texts of one file; one that cannot be written stops no other.

    ``layout``: that of what is added, instead of the file's own. Raises WriteError where the file is not YAML
    that dbt can read.
    """
    if not texts:
        return FilePlan(after=text)
    document = compose(texts[0].file, text)
    planner = Planner(document, layout)
    planner.plan(_merged(texts))
    check = _Check(document)
    units = check.sound(planner.units)
    edits = in_order(document, (splice for unit in units for splice in unit.splices))
    return FilePlan(
        edits=edits,
        after=apply_edits(text, edits),
        descriptions=sum(unit.descriptions for unit in units),
        failures=_distinct([*planner.failures, *check.failures]),
        skipped=tuple(planner.skipped),
        written=frozenset(named for unit in units for named in unit.named()),
    )


def plan_edits(text: str, texts: Sequence[NodeTexts]) -> tuple[YamlEdit, ...]:
    """The edits that write all texts of one file. Raises WriteError where one of them cannot be written."""
    plan = plan_file(text, texts)
    if plan.failures:
        raise plan.failures[0][1]
    return plan.edits


def new_file(texts: Sequence[NodeTexts], *, layout: Layout | None = None) -> str:
    """The text of a file that does not exist yet. Raises WriteError for a source, because it is never invented."""
    plan = plan_file("", texts, layout=layout or Layout())
    if plan.failures:
        raise plan.failures[0][1]
    return plan.after


def _distinct(failures: Iterable[tuple[str, WriteError]]) -> tuple[tuple[str, WriteError], ...]:
    return tuple({(unique_id, str(error)): (unique_id, error) for unique_id, error in failures}.values())


class _Check:
    """Finds the units that can be made without changing anything else."""

    def __init__(self, document: Document) -> None:
        self.failures: list[tuple[str, WriteError]] = []
        self._document = document
        self._old = data_of(document)

    def sound(self, units: Sequence[Unit]) -> list[Unit]:
        """All units, if the file then has its old data and their texts; else those that can be made together."""
        units = list(units)
        error = self._error(units)
        if error is None:
            return units
        if not units:
            return []
        if len(units) == 1:
            self.failures += [(one.unique_id, error) for one in units[0].texts]
            return []
        half = len(units) // 2
        first, second = self.sound(units[:half]), self.sound(units[half:])
        if self._error([*first, *second]) is None:
            return [*first, *second]
        return self._one_by_one(first, second)

    def _one_by_one(self, kept: list[Unit], others: list[Unit]) -> list[Unit]:
        for unit in others:
            error = self._error([*kept, unit])
            if error is None:
                kept = [*kept, unit]
            else:
                self.failures += [(one.unique_id, error) for one in unit.texts]
        return kept

    def _error(self, units: Sequence[Unit]) -> WriteError | None:
        """Why these units cannot be made together; None where they can."""
        text, file = self._document.text, self._document.file
        try:
            edits = in_order(self._document, (splice for unit in units for splice in unit.splices))
            texts = (one for unit in units for one in unit.texts)
            arrived = written(file, self._old, apply_edits(text, edits), texts)
        except WriteError as error:
            return error
        meant = sum(unit.descriptions for unit in units)
        if arrived == meant:
            return None
        return WriteError(
            f"{file}: left as it is, because {arrived} of {meant} texts would arrive; report its shape"
        )


def _merged(texts: Iterable[NodeTexts]) -> list[NodeTexts]:
    """One NodeTexts an entry, and one more for what may be replaced there: of two texts for one place the first
    counts."""
    merged: dict[tuple[str | bool | None, ...], NodeTexts] = {}
    for one in map(_without_blanks, texts):
        key = (one.section, one.source_name, one.name, one.version, list_key(one), one.replace)
        known = merged.get(key)
        merged[key] = one if known is None else _joined(known, one)
    return list(merged.values())


def _without_blanks(texts: NodeTexts) -> NodeTexts:
    """Without texts that say nothing."""
    columns = tuple(column for column in texts.columns if column.description.strip())
    says_something = texts.description is not None and texts.description.strip()
    return replace(texts, columns=columns, description=texts.description if says_something else None)


def _joined(first: NodeTexts, second: NodeTexts) -> NodeTexts:
    known = {column.name.lower() for column in first.columns}
    more = tuple(column for column in second.columns if column.name.lower() not in known)
    description = first.description if first.description is not None else second.description
    return replace(first, description=description, columns=first.columns + more)
