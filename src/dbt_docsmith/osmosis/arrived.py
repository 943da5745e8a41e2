"""Whether the host wrote what it was given: read back from the files once it is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from dbt_docsmith.dbt.written import Entries, NodeOnDisk
from dbt_docsmith.errors import WriteError
from dbt_docsmith.pipeline.versions import siblings
from dbt_docsmith.pipeline.writer import written_form
from dbt_docsmith.properties.read import is_placeholder, read_entries
from dbt_docsmith.types import Failure, Manifest, Proposal, WrittenEntry

_KEPT = "dbt-osmosis did not write it; the answer is kept: run again at no cost, or `dbt-docsmith document`"


def not_written(root: Path, manifest: Manifest, proposals: Sequence[Proposal]) -> list[Failure]:
    """The texts that no properties file holds; of a model's versions one that holds it is enough."""
    files = {proposal.file for proposal in proposals if proposal.file is not None}
    read = [entry for file in sorted(files) for entry in _entries(root, file)]
    entries = Entries(manifest, read, is_placeholder)
    versions = siblings(manifest.nodes.values())

    def holds(proposal: Proposal) -> bool:
        nodes = (manifest.nodes[proposal.unique_id], *versions.get(proposal.unique_id, ()))
        return any(_standing(entries.of(node), proposal) == _words(written_form(proposal)) for node in nodes)

    return [
        Failure(unique_id=each.unique_id, column=each.column, error="WriteError", message=_KEPT)
        for each in proposals
        if each.description is not None and not holds(each)
    ]


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
