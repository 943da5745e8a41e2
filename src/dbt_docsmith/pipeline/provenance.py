"""The ledger laid over the project: which texts a machine made, and which rest on what has changed since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from msgspec.structs import replace

from dbt_docsmith.config import Config
from dbt_docsmith.config_file import FILE_NAME
from dbt_docsmith.dbt.ground import Grounds
from dbt_docsmith.dbt.written import ColumnOnDisk, NodeOnDisk, Text, mentions_doc
from dbt_docsmith.errors import ProjectError, UsageError
from dbt_docsmith.pipeline.ledger_file import LedgerFile
from dbt_docsmith.pipeline.opening import OpenProject
from dbt_docsmith.pipeline.versions import siblings
from dbt_docsmith.provenance import MadeText, TextKey, digest
from dbt_docsmith.reports import MadeTextReport, StaleText
from dbt_docsmith.review.ledger import Ledger
from dbt_docsmith.types import Node, Proposal


class Provenance:
    """What is known of the texts this program made."""

    def __init__(self, opened: OpenProject, file: LedgerFile, ledger: Ledger) -> None:
        self.file = file
        self.ledger = ledger
        self._opened = opened
        self._siblings = siblings(opened.manifest.nodes.values())
        self._grounds = Grounds(opened.manifest, opened.on_disk, cache(self._added))

    def is_made(self, unique_id: str, column: str | None) -> bool:
        """Whether the words that stand there are a machine's: no model for how people write."""
        text = self._text((unique_id, _lower(column)))
        return text is not None and self.ledger.is_made((unique_id, _lower(column)), text.raw)

    def stale(self, nodes: Iterable[Node], *, upstream: bool = False) -> tuple[StaleText, ...]:
        """The texts of ``nodes`` whose ground has changed; with ``upstream`` that of a parent counts too."""
        return tuple(each for node in nodes for each in sorted(self._stale(node, upstream), key=_line))

    def texts_of(self, unique_id: str) -> Iterator[MadeTextReport]:
        """The texts of a node that are in the ledger, and what has become of each."""
        on_disk = self._opened.on_disk(unique_id)
        for key in sorted(self.ledger.texts_of(unique_id), key=lambda key: key[1] or ""):
            text = self._text(key)
            standing = self.ledger.standing(key, text.raw) if text else None
            entry = standing or max(self.ledger.of(key), key=lambda entry: entry.date)
            file, line = _place(on_disk, key[1]) if text else (None, None)
            yield MadeTextReport(
                unique_id=unique_id,
                column=on_disk.columns[key[1]].name if key[1] and text else key[1],
                state="as made" if standing else "edited" if text else "gone",
                file=file,
                line=line,
                origin=entry.origin,
                provider=entry.provider,
                model=entry.model,
                date=entry.date,
            )

    def stands(self, entry: MadeText) -> bool:
        """Whether a text of the ledger stood there already, word for word, when the run began."""
        text = self._text(entry.key)
        return bool(self.ledger.of(entry.key)) and text is not None and digest(text.raw) == entry.text

    def entry(self, node: Node, proposal: Proposal, raw: str, date: str) -> MadeText:
        """The line for a text that is about to be written; ``raw`` as the file will have it."""
        column = _lower(proposal.column)
        key = (node.unique_id, column)
        rests_here = proposal.origin not in ("glossary", "doc_block")
        on_disk = self._opened.on_disk(node.unique_id)
        return MadeText(
            node=node.unique_id,
            column=column,
            text=digest(raw),
            origin=proposal.origin,
            provider=proposal.provider,
            model=proposal.model,
            date=date,
            added=column is not None
            and (column not in on_disk.columns or any(each.added for each in self.ledger.of(key))),
            ground=self._grounds.of(node, column) if rests_here else None,
            upstream=self._grounds.upstream(node) if rests_here else {},
        )

    def _stale(self, node: Node, upstream: bool) -> Iterator[StaleText]:
        on_disk = self._opened.on_disk(node.unique_id)
        parents = self._grounds.upstream(node) if upstream else {}
        for key in sorted(self.ledger.texts_of(node.unique_id), key=lambda key: key[1] or ""):
            text = self._text(key)
            found = text and self.ledger.change(key, text.raw, self._grounds.of(node, key[1]), parents)
            if text and found:
                place = _place(on_disk, key[1])
                yield StaleText(
                    unique_id=node.unique_id,
                    column=key[1] and on_disk.columns[key[1]].name,
                    file=place[0],
                    line=place[1],
                    because=found.because,
                    parents=found.parents,
                    edited=found.edited,
                    doc_block=mentions_doc(text.raw),
                    origin=found.entry.origin,
                    provider=found.entry.provider,
                    model=found.entry.model,
                    date=found.entry.date,
                )

    def _text(self, key: TextKey) -> Text | None:
        on_disk = self._opened.on_disk(key[0])
        return on_disk.text if key[1] is None else on_disk.column_text(key[1])

    def _added(self, unique_id: str) -> frozenset[str]:
        """Versions share an entry: a column that was added for one of them is there for all."""
        others = (other.unique_id for other in self._siblings.get(unique_id, ()))
        return frozenset().union(*map(self.ledger.added, (unique_id, *others)))


def open_provenance(config: Config, opened: OpenProject) -> Provenance | None:
    """The project's ledger, None where it keeps none. ProjectError: it cannot be read."""
    if not config.file.ledger:
        return None
    file = LedgerFile(opened.project.root)
    try:
        return Provenance(opened, file, Ledger(file.read()))
    except OSError as error:
        raise ProjectError(f"{file.path}: the ledger cannot be read: {error.strerror}") from error


def need_ledger(config: Config, what: str) -> None:
    """Raises UsageError where nobody keeps a ledger."""
    if not config.file.ledger:
        raise UsageError(
            f"{what} needs the ledger: write `ledger: on` in {FILE_NAME}; texts made from then on are known"
        )


def to_remake(stale: Iterable[StaleText]) -> frozenset[TextKey]:
    """Those that still are as they were made: what a person changed stays, and so does a doc block."""
    return frozenset(
        (each.unique_id, _lower(each.column)) for each in stale if not each.edited and not each.doc_block
    )


def without(on_disk: NodeOnDisk, unique_id: str, texts: frozenset[TextKey]) -> NodeOnDisk:
    """A node's entry as if some of its texts were missing."""
    columns = {key[1] for key in texts if key[0] == unique_id and key[1]} & on_disk.columns.keys()
    changed: Mapping[str, object] = {
        **({"text": None} if (unique_id, None) in texts else {}),
        **({"columns": {**on_disk.columns, **_emptied(on_disk, columns)}} if columns else {}),
    }
    return replace(on_disk, **changed) if changed else on_disk


def _emptied(on_disk: NodeOnDisk, columns: Iterable[str]) -> dict[str, ColumnOnDisk]:
    return {name: replace(on_disk.columns[name], text=None) for name in columns}


def _line(stale: StaleText) -> int:
    return stale.line or 0


def _place(on_disk: NodeOnDisk, column: str | None) -> tuple[str | None, int | None]:
    return on_disk.file, on_disk.columns[column].line if column else on_disk.line


def _lower(column: str | None) -> str | None:
    return column.lower() if column else None
