"""What a person wants of files of proposals: each text at each place that was not refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from dbt_docsmith.errors import ProposalsError
from dbt_docsmith.review.proposals import Item, Place
from dbt_docsmith.review.reading import Read, read_proposals


class Wish(Struct, frozen=True, kw_only=True):
    """One text at one place, and where a file says so."""

    item: Item
    place: Place
    where: str


class Wishes(Struct, frozen=True, kw_only=True):
    """All of them, in the order of the files; ``refused`` counts the texts that a review refused."""

    wishes: tuple[Wish, ...]
    refused: int


def read_wishes(files: Sequence[Path], project: str, warn: Callable[[str], None], *, accepted: bool) -> Wishes:
    """What stands in files, and in the files of folders. ``accepted``: only what a review has accepted.

    Raises ProposalsError for a file that cannot be read, or is for another project.
    """
    sheets = [_read(path, project) for path in _files(files)]
    items = [
        (item, f"{sheet.name}:{line}")
        for sheet in sheets
        for item, line in zip(sheet.proposals.proposals, sheet.lines, strict=True)
    ]
    wanted = [(item, where) for item, where in items if item.is_wanted]
    chosen = [(item, where) for item, where in wanted if item.decision == "accepted"]
    if chosen and len(chosen) < len(wanted) and not accepted:
        warn(f"{len(wanted) - len(chosen):,} texts are undecided and written, too; leave them out with --accepted")
    wishes = (
        Wish(item=item, place=place, where=where)
        for item, where in (chosen if accepted else wanted)
        for place in item.places
    )
    return Wishes(wishes=tuple(wishes), refused=sum(item.decision == "refused" for item, _where in items))


def _files(given: Sequence[Path]) -> Iterator[Path]:
    for path in given:
        if path.is_dir():
            yield from sorted(path.rglob("*.yml"))
        else:
            yield path


def _read(path: Path, project: str) -> Read:
    try:
        read = read_proposals(str(path), path.read_bytes())
    except OSError as error:
        raise ProposalsError(f"{path}: cannot be read: {error.strerror or error}") from error
    theirs = read.proposals.project
    if theirs != project:
        raise ProposalsError(
            f"{path}: is for the project '{theirs}', and this one is '{project}'; go to its folder"
        )
    return read
