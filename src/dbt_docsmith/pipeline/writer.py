"""Proposals -> properties files, while the run goes on, so that a killed run keeps what it made.

A file is written when its nodes are done, at latest every 2 s while it changes, within 10 % of the run's time,
and always at the end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence

from dbt_docsmith.dbt.written import NodeOnDisk
from dbt_docsmith.describable import SECTIONS
from dbt_docsmith.pipeline.part_lists import by_list
from dbt_docsmith.prompting.checks import escape_jinja
from dbt_docsmith.properties.doc_blocks import doc_reference
from dbt_docsmith.properties.files import FileOutcome
from dbt_docsmith.types import ColumnText, DocTarget, Failure, NodeTexts, Proposal

WRITE_EVERY_SECONDS = 2.0
MOST_SHARE_OF_TIME = 0.1

Apply = Callable[[str, Sequence[NodeTexts]], FileOutcome]
First = Callable[[Sequence[NodeTexts]], tuple[Sequence[NodeTexts], Sequence[FileOutcome]]]


def nothing_first(texts: Sequence[NodeTexts]) -> tuple[Sequence[NodeTexts], Sequence[FileOutcome]]:
    """The texts need no other file to be written before theirs."""
    return texts, ()


class Writer:
    """Collects the texts of each file and hands them to ``apply``; keeps what became of them.

    ``first`` writes what the texts of a file refer to, and gives back those that may be written then.
    ``at_end_only``: a preview, which always begins at what is on disk, so all texts of a file go together.
    """

    def __init__(
        self,
        apply: Apply,
        files: Mapping[str, str],
        targets: Sequence[DocTarget],
        clock: Callable[[], float],
        to_texts: Callable[[DocTarget, Sequence[Proposal]], Sequence[NodeTexts]],
        *,
        first: First = nothing_first,
        at_end_only: bool = False,
    ) -> None:
        self.outcomes: dict[str, list[FileOutcome]] = {}
        self._apply = apply
        self._first = first
        self._files = files
        self._clock = clock
        self._to_texts = to_texts
        self._waiting: dict[str, list[NodeTexts]] = {}
        self._open: dict[str, int] = {}
        self._last: dict[str, float] = {}
        self._began = clock()
        self._spent = 0.0
        self._at_end_only = at_end_only
        for target in targets:
            file = files.get(target.node.unique_id)
            if file is not None:
                self._open[file] = self._open.get(file, 0) + 1

    def add(self, target: DocTarget, proposals: Sequence[Proposal]) -> None:
        """Take the texts of one node; those without a text or a file are a dry run's."""
        file = self._files.get(target.node.unique_id)
        ready = [proposal for proposal in proposals if proposal.description is not None]
        if file is not None and ready:
            self._last.setdefault(file, self._clock())
            self._waiting.setdefault(file, []).extend(self._to_texts(target, ready))

    def done(self, target: DocTarget) -> None:
        """Write the node's file if this was the last of its nodes."""
        file = self._files.get(target.node.unique_id)
        if file is None:
            return
        self._open[file] -= 1
        if self._open[file] == 0 and not self._at_end_only:
            self.flush(file)

    async def keep_writing(self, tick: float = 0.25) -> None:
        """Write what waits, again and again, until cancelled."""
        while True:
            await asyncio.sleep(tick)
            self.flush_due()

    def flush_due(self) -> None:
        """Write the files whose texts have waited long enough, unless writing takes too much of the time."""
        now = self._clock()
        if self._at_end_only:
            return
        if self._spent > MOST_SHARE_OF_TIME * max(now - self._began, WRITE_EVERY_SECONDS):
            return
        for file in [file for file in self._waiting if now - self._last[file] >= WRITE_EVERY_SECONDS]:
            self.flush(file)

    def flush(self, file: str) -> None:
        """Write what waits for one file."""
        texts = self._waiting.pop(file, [])
        self._last.pop(file, None)
        if not texts:
            return
        began = self._clock()
        ready, beside = self._first(texts)
        for outcome in (*beside, *((self._apply(file, ready),) if ready else ())):
            self.outcomes.setdefault(outcome.file, []).append(outcome)
        self._spent += self._clock() - began

    def flush_all(self) -> None:
        """Write everything that waits."""
        for file in list(self._waiting):
            self.flush(file)

    def failures(self) -> list[Failure]:
        """What could not be written, node by node."""
        return [
            Failure(unique_id=unique_id, column=None, error="WriteError", message=str(error))
            for outcomes in self.outcomes.values()
            for outcome in outcomes
            for unique_id, error in outcome.failures
        ]


def node_texts(
    target: DocTarget,
    proposals: Sequence[Proposal],
    on_disk: NodeOnDisk,
    file: str,
    *,
    replace: bool,
    only_here: Collection[str] = (),
) -> tuple[NodeTexts, ...]:
    """A node's proposals as texts for its file; those of a version's own columns go to the version.

    Its own are the columns in its own list, and of those without an entry the ones in ``only_here`` (lower case),
    which other versions do not have. A text that stands there already is left out.
    """
    own_columns = on_disk.version_columns | (frozenset(only_here) - on_disk.columns.keys())
    proposals = [proposal for proposal in proposals if written_form(proposal) != _standing(on_disk, proposal)]
    columns = {column.name: column for column in target.columns}
    own = next((proposal for proposal in proposals if proposal.column is None), None)
    texts = tuple(
        ColumnText(
            name=proposal.column,
            description=written_form(proposal),
            data_type=columns[proposal.column].data_type,
            quote=columns[proposal.column].quote,
        )
        for proposal in proposals
        if proposal.column is not None
    )
    node = target.node
    shared = NodeTexts(
        unique_id=node.unique_id,
        file=file,
        section=SECTIONS[node.resource_type],
        name=node.name,
        source_name=node.source_name,
        description=written_form(own) if own else None,
        columns=tuple(text for text in texts if text.name.lower() not in own_columns),
        order=target.order,
        replace=replace,
    )
    in_version = tuple(text for text in texts if text.name.lower() in own_columns)
    if not in_version:
        return by_list(shared, target.columns)
    version = NodeTexts(
        unique_id=node.unique_id,
        file=file,
        section=shared.section,
        name=node.name,
        version=node.version,
        columns=in_version,
        order=target.order,
        replace=replace,
    )
    return (shared, version) if shared.columns or shared.description else (version,)


def _standing(on_disk: NodeOnDisk, proposal: Proposal) -> str | None:
    text = on_disk.text if proposal.column is None else on_disk.column_text(proposal.column)
    return text.raw if text else None


def written_form(proposal: Proposal) -> str:
    """The text as the properties file must have it: Jinja escaped, unless it is a reference to a doc block."""
    if proposal.doc_block is not None:
        return doc_reference(proposal.doc_block)
    text = proposal.description or ""
    return text if proposal.raw else escape_jinja(text)
