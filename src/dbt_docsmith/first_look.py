"""What `init` finds in a project and comes to, as data. Everything here is frozen."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from dbt_docsmith.reports import Report
from dbt_docsmith.types import Proposal


class ProvidersFound(Struct, frozen=True, kw_only=True):
    """Who could write. ``configured``: the providers that the environment or the file tells of.

    ``chosen`` is who would be asked now, None: nobody; ``lacks`` what that one is short of, each with its cure.
    ``installed`` are the extras whose SDK is here; ``prices``: the price table is.
    """

    configured: tuple[str, ...] = ()
    chosen: str | None = None
    lacks: tuple[str, ...] = ()
    installed: tuple[str, ...] = ()
    prices: bool = False


class FolderHabit(Struct, frozen=True, kw_only=True):
    """Where the entries of a folder's models stand: a pattern as ``placement:`` takes it, read off ``entries``."""

    folder: str
    pattern: str
    entries: int


class StyleFound(Struct, frozen=True, kw_only=True):
    """How people write here. Lengths are in characters: half of the ``texts`` are no longer than ``usual``, and
    nineteen in twenty no longer than ``long``. ``language`` None: it cannot be told."""

    texts: int = 0
    usual: int = 0
    long: int = 0
    language: str | None = None


class DocBlocksFound(Struct, frozen=True, kw_only=True):
    """What ``doc_blocks:`` would have to say: of ``described`` columns ``referring`` are a ``{{ doc() }}``."""

    columns: Literal["never", "repeated", "always"] = "never"
    min: int = 3
    file: str | None = None
    described: int = 0
    referring: int = 0


class MarksFound(Struct, frozen=True, kw_only=True):
    """Tags and meta entries that say something is sensitive, on so many nodes and columns."""

    tags: tuple[str, ...] = ()
    meta: tuple[str, ...] = ()
    nodes: int = 0
    columns: int = 0


class JobsFound(Struct, frozen=True, kw_only=True):
    """A file that says what runs on a change: ``host`` is who runs it. ``ours``: it names this program."""

    file: str
    host: str
    ours: bool


class Findings(Struct, frozen=True, kw_only=True):
    """All that `init` looked at."""

    providers: ProvidersFound = ProvidersFound()
    folders: tuple[FolderHabit, ...] = ()
    style: StyleFound = StyleFound()
    doc_blocks: DocBlocksFound = DocBlocksFound()
    marks: MarksFound = MarksFound()
    jobs: tuple[JobsFound, ...] = ()


class InitReport(Struct, frozen=True, kw_only=True):
    """What `init` came to: the file, what it rests on, a dry run with it, and a few texts by the rules."""

    path: str
    findings: Findings
    foretold: Report
    samples: tuple[Proposal, ...] = ()
