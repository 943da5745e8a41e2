"""Keeps the ledger while texts are written: a line for each before its file is written, in order when all is done.

Before, so that a run that is killed in between leaves a line without a text, which means nothing, and never a text
that would pass for a person's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from dbt_docsmith.errors import ProjectError
from dbt_docsmith.pipeline.provenance import Provenance
from dbt_docsmith.pipeline.writer import Apply, written_form
from dbt_docsmith.properties.files import FileOutcome
from dbt_docsmith.provenance import MadeText, TextKey
from dbt_docsmith.types import Node, NodeTexts, Proposal


class Recorder:
    """Notes what is proposed, and records what is written of it. Without a provenance it does nothing.

    ``warn`` hears of a ledger that can be written no more: the texts are worth more than the ledger.
    """

    def __init__(
        self, provenance: Provenance | None, warn: Callable[[str], None], clock: Callable[[], float]
    ) -> None:
        self._provenance = provenance
        self._warn = warn
        self._clock = clock
        self._noted: dict[TextKey, MadeText] = {}
        self._made: dict[TextKey, MadeText] = {}
        self._undone: list[MadeText] = []
        self._failed = False

    def prepare(self) -> None:
        """Raises ProjectError where the ledger cannot be written: before anything is spent."""
        if self._provenance is None:
            return
        try:
            self._provenance.file.prepare()
        except OSError as error:
            path = self._provenance.file.path.parent
            raise ProjectError(f"{path}: the ledger cannot be written there: {error.strerror}") from error

    def note(self, node: Node, proposals: Iterable[Proposal]) -> None:
        """Remember who made the texts that will be written."""
        if self._provenance is None:
            return
        today = datetime.fromtimestamp(self._clock(), UTC).date().isoformat()
        for proposal in proposals:
            entry = self._provenance.entry(node, proposal, written_form(proposal), today)
            self._noted[entry.key] = entry

    def around(self, apply: Apply) -> Apply:
        """``apply``, with each text on record before it is written."""
        if self._provenance is None:
            return apply

        def recorded(file: str, texts: Sequence[NodeTexts]) -> FileOutcome:
            entries = [self._noted[key] for key in _keys(texts) if key in self._noted]
            self._guarded(lambda provenance: provenance.file.add(entries))
            outcome = apply(file, texts)
            self._keep(entries, outcome)
            return outcome

        return recorded

    def record(self, texts: Iterable[tuple[Node, Proposal]]) -> None:
        """Put on record what somebody else has written by now."""
        for node, proposal in texts:
            self.note(node, [proposal])
        self._made |= self._noted
        self.settle()

    def settle(self) -> None:
        """Put the ledger in order at the end of a run; a text made anew word for word is on record too."""
        if self._provenance is not None:
            again = (each for key, each in self._noted.items() if key not in self._made)
            self._made |= {each.key: each for each in again if self._provenance.stands(each)}
        if self._made or self._undone:
            self._guarded(lambda provenance: provenance.file.settle(list(self._made.values()), self._undone))

    def _keep(self, entries: Iterable[MadeText], outcome: FileOutcome) -> None:
        written = {(unique_id, column and column.lower()) for unique_id, column in outcome.written}
        failed = {unique_id for unique_id, _ in outcome.failures}
        skipped = {(each.unique_id, each.column and each.column.lower()) for each in outcome.skipped}
        for entry in entries:
            if entry.key in skipped or (entry.node in failed and entry.key not in written):
                self._undone.append(entry)
            else:
                self._made[entry.key] = entry

    def _guarded(self, write: Callable[[Provenance], None]) -> None:
        if self._provenance is None or self._failed:
            return
        try:
            write(self._provenance)
        except OSError as error:
            self._failed = True
            self._warn(f"{self._provenance.file.path}: the ledger is not kept any more: {error.strerror}")


def _keys(texts: Iterable[NodeTexts]) -> Iterable[TextKey]:
    for each in texts:
        if each.description is not None:
            yield each.unique_id, None
        yield from ((each.unique_id, column.item.lower()) for column in each.columns)
