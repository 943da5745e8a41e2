"""The Markdown file that takes doc blocks: it only ever grows at its end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dbt_docsmith.errors import WriteError
from dbt_docsmith.properties.doc_blocks import DocBlock, read_doc_blocks, with_doc_blocks
from dbt_docsmith.properties.files import FileOutcome, decoded, not_written, rewrite
from dbt_docsmith.properties.guard import writable_path
from dbt_docsmith.properties.replacing import content_of


def apply_blocks(root: Path, file: str, blocks: Sequence[DocBlock]) -> FileOutcome:
    """Write the blocks that are not there yet, as carefully as any other file. Raises WriteError."""
    try:
        return rewrite(root, file, lambda content: _outcome(file, content, blocks))
    except OSError as error:
        raise not_written(file, error) from error


def preview_blocks(root: Path, file: str, blocks: Sequence[DocBlock]) -> FileOutcome:
    """What ``apply_blocks`` would do. Nothing is written. Raises WriteError."""
    try:
        return _outcome(file, content_of(writable_path(root, file)), blocks)
    except OSError as error:
        raise not_written(file, error) from error


def _outcome(file: str, content: bytes | None, blocks: Sequence[DocBlock]) -> FileOutcome:
    before = None if content is None else decoded(file, content)
    try:
        new = _not_there_yet(before or "", blocks)
        after = with_doc_blocks(before or "", new) if new else before
        (after or "").encode()
    except (WriteError, UnicodeEncodeError) as error:
        raise WriteError(f"{file}: {error}; nothing in it was changed") from error
    return FileOutcome(file=file, before=before, after=after, descriptions=len(new))


def _not_there_yet(text: str, blocks: Sequence[DocBlock]) -> list[DocBlock]:
    """Without those that another run, or one that was killed, has written for the same column."""
    there = {block.name: block for block in read_doc_blocks(text)}
    for block in blocks:
        if block.name in there and there[block.name].made_for != block.made_for:
            raise WriteError(
                f"has a block '{block.name}' since this run began; run again to have another name taken"
            )
    return [block for block in blocks if block.name not in there]
