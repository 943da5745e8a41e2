"""Properties files on disk: the only writer to a project."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from msgspec import Struct

from dbt_docsmith.errors import WriteError
from dbt_docsmith.properties.guard import check_writable, writable_path
from dbt_docsmith.properties.replacing import content_of, locked, remove_leftovers, replace_file
from dbt_docsmith.properties.splice import plan_file
from dbt_docsmith.properties.units import Skipped
from dbt_docsmith.types import NodeTexts, YamlEdit

__all__ = [
    "FileOutcome",
    "apply_file",
    "check_writable",
    "decoded",
    "not_written",
    "preview_file",
    "rewrite",
    "sweep_leftovers",
]

MOST_ATTEMPTS = 50
"""How often a file that changes while it is edited is read again before it is given up."""


class FileOutcome(Struct, frozen=True, kw_only=True):
    """What became, or would become, of one file.

    ``before`` is None where it did not exist, ``after`` where it does not exist then either. ``failures`` name the
    node whose text was not written and why; a node can have several. ``skipped`` are texts that were not to be
    written; ``written`` names each description that arrives, by unique id and column.
    """

    file: str
    before: str | None = None
    after: str | None = None
    descriptions: int = 0
    edits: tuple[YamlEdit, ...] = ()
    failures: tuple[tuple[str, WriteError], ...] = ()
    skipped: tuple[Skipped, ...] = ()
    written: frozenset[tuple[str, str | None]] = frozenset()

    @property
    def created(self) -> bool:
        """Whether the file is new."""
        return self.before is None and self.after is not None


def apply_file(root: Path, file: str, texts: Sequence[NodeTexts]) -> FileOutcome:
    """Write the texts of one file, whole or not at all; what cannot be written is in the outcome's failures.

    ``file`` is relative to ``root``, the project's folder. If it changes meanwhile it is read and planned again.
    """
    return _attempt(file, texts, lambda: rewrite(root, file, lambda content: _outcome(file, content, texts)))


def preview_file(root: Path, file: str, texts: Sequence[NodeTexts]) -> FileOutcome:
    """What ``apply_file`` would do. Nothing is written."""
    return _attempt(file, texts, lambda: _outcome(file, content_of(writable_path(root, file)), texts))


def rewrite(root: Path, file: str, planned: Callable[[bytes | None], FileOutcome]) -> FileOutcome:
    """Give a file the text that is ``planned`` from its content; again, if that changes meanwhile.

    Raises WriteError and OSError; then nothing in it was changed.
    """
    path = writable_path(root, file)
    before = content_of(path)
    outcome = planned(before)
    if not _changes(outcome):
        return outcome
    path.parent.mkdir(parents=True, exist_ok=True)
    with locked(path.parent):
        remove_leftovers(path.parent)
        for _ in range(MOST_ATTEMPTS):
            if replace_file(path, before, (outcome.after or "").encode()):
                return outcome
            before = content_of(path)
            outcome = planned(before)
            if not _changes(outcome):
                return outcome
    raise WriteError(f"{file}: keeps changing while it is edited; close what writes it and run again")


def sweep_leftovers(folders: Iterable[Path]) -> None:
    """Remove what runs that were killed left behind in these folders."""
    for folder in folders:
        if folder.is_dir():
            with locked(folder):
                remove_leftovers(folder)


def _attempt(file: str, texts: Sequence[NodeTexts], action: Callable[[], FileOutcome]) -> FileOutcome:
    try:
        return action()
    except WriteError as error:
        failure = error
    except OSError as error:
        failure = not_written(file, error)
    return FileOutcome(file=file, failures=tuple((one.unique_id, failure) for one in texts))


def not_written(file: str, error: OSError) -> WriteError:
    """What the system said, in one line."""
    return WriteError(f"{file}: cannot be written ({error.strerror or error}); nothing in it was changed")


def _changes(outcome: FileOutcome) -> bool:
    return outcome.after is not None and outcome.after != outcome.before


def _outcome(file: str, content: bytes | None, texts: Sequence[NodeTexts]) -> FileOutcome:
    before = None if content is None else decoded(file, content)
    plan = plan_file(before or "", texts)
    after = plan.after if before is not None or plan.edits else None
    return FileOutcome(
        file=file,
        before=before,
        after=after,
        descriptions=plan.descriptions,
        edits=plan.edits,
        failures=plan.failures,
        skipped=plan.skipped,
        written=plan.written,
    )


def decoded(file: str, content: bytes) -> str:
    """The text of a file. Raises WriteError with the line that is no UTF-8."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise WriteError(f"{file}:{line}: not UTF-8; save it in UTF-8, as dbt reads it, and run again") from error
