"""Whether the host wrote what it was given: read back from the files once it is done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from dbt_docsmith.dbt.written import Entries, NodeOnDisk
from dbt_docsmith.errors import WriteError
from dbt_docsmith.pipeline.versions import siblings
from dbt_docsmith.properties.files import FileOutcome
from dbt_docsmith.properties.read import is_placeholder, read_entries
from dbt_docsmith.types import Failure, Manifest, Proposal, WrittenEntry

_LOST = "dbt-osmosis did not write it; the answer is kept: run again at no cost, or `dbt-docsmith document`"


def arrivals(
    root: Path, manifest: Manifest, proposals: Iterable[Proposal]
) -> tuple[dict[str, list[FileOutcome]], list[Failure]]:
    """What the files hold of the texts, and the texts that none holds.

    Of a model's versions one that holds a text is enough.
    """
    texts = [proposal for proposal in proposals if proposal.description is not None and proposal.file is not None]
    read = [entry for file in sorted({text.file or "" for text in texts}) for entry in _entries(root, file)]
    entries = Entries(manifest, read, is_placeholder)
    versions = siblings(manifest.nodes.values())

    def holds(text: Proposal) -> bool:
        nodes = (manifest.nodes[text.unique_id], *versions.get(text.unique_id, ()))
        return any(_standing(entries.of(node), text) == _words(text.description or "") for node in nodes)

    arrived: dict[str, list[FileOutcome]] = {}
    lost = []
    for text in texts:
        if holds(text):
            written = frozenset({(text.unique_id, text.column)})
            arrived.setdefault(text.file or "", []).append(FileOutcome(file=text.file or "", written=written))
        else:
            lost.append(Failure(unique_id=text.unique_id, column=text.column, error="WriteError", message=_LOST))
    return arrived, lost


def _entries(root: Path, file: str) -> Iterator[WrittenEntry]:
    try:
        yield from read_entries(file, (root / file).read_bytes().decode("utf-8"))
    except (OSError, UnicodeDecodeError, WriteError):
        return


def _standing(found: NodeOnDisk, proposal: Proposal) -> list[str] | None:
    text = found.text if proposal.column is None else found.column_text(proposal.column)
    return _words(text.raw) if text else None


def _words(text: str) -> list[str]:
    """However the host folds it."""
    return text.split()
