"""`review`: a file of proposals opened for a person; each decision is in it before the next is asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dbt_docsmith.errors import ProposalsError
from dbt_docsmith.pipeline.saving import write_over
from dbt_docsmith.pipeline.typed_text import check_typed
from dbt_docsmith.review.deciding import Sheet
from dbt_docsmith.review.proposals import Item
from dbt_docsmith.review.session import Session


def open_review(path: Path, edit: Callable[[Item], str | None]) -> Session:
    """A review of that file, from its first undecided text on. Raises ProposalsError where it cannot be read.

    Every decision replaces the file at once and whole, if nobody else has changed it meanwhile.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ProposalsError(f"{path}: cannot be read: {error.strerror or error}") from error
    kept = [content]

    def save(now: bytes) -> None:
        write_over(path, now, expected=kept[0])
        kept[0] = now

    return Session(Sheet(str(path), content), save, edit, lambda text: check_typed(text, None, None))
