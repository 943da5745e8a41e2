"""`provenance`: the texts that a machine made here, listed or forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing

from msgspec import Struct

from dbt_docsmith.config import Config
from dbt_docsmith.dbt.project import find_project
from dbt_docsmith.errors import ProjectError, UsageError
from dbt_docsmith.pipeline.document import Talk
from dbt_docsmith.pipeline.opening import OpenProject, open_project
from dbt_docsmith.pipeline.provenance import Provenance, need_ledger, open_provenance
from dbt_docsmith.pipeline.selected import select_nodes
from dbt_docsmith.reports import MadeTextReport

_A_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Wanted(Struct, frozen=True, kw_only=True):
    """Which of the selected nodes' texts. ``written_by``: a provider's name, or an origin's."""

    columns: tuple[str, ...] = ()
    written_by: str | None = None
    since: str | None = None
    edited: bool = False
    gone: bool = False

    def takes(self, made: MadeTextReport) -> bool:
        """Whether a text is one of those that are asked about."""
        states = {name for name in ("edited", "gone") if getattr(self, name)}
        return (
            (not self.columns or (made.column or "").lower() in {name.lower() for name in self.columns})
            and self.written_by in (None, made.provider, made.origin)
            and made.date >= (self.since or "")
            and (not states or made.state in states)
        )


def list_made(config: Config, wanted: Wanted, talk: Talk) -> tuple[MadeTextReport, ...]:
    """The texts of the selected nodes that are in the ledger, with what has become of them."""
    return tuple(made for made in _look(config, wanted, talk)[1] if wanted.takes(made))


def strip_made(config: Config, wanted: Wanted, talk: Talk) -> tuple[MadeTextReport, ...]:
    """Take them out of the ledger. Raises ProjectError where it cannot be written."""
    provenance, found = _look(config, wanted, talk)
    forgotten = tuple(made for made in found if wanted.takes(made))
    keys = {(made.unique_id, made.column and made.column.lower()) for made in forgotten}
    entries = [entry for entry in provenance.ledger.entries if entry.key in keys]
    still_grounded = {entry.node for entry in provenance.ledger.entries if entry.column is None} - {
        node for node, column in keys if column is None
    }
    leaving = [entry.forgotten() for entry in entries if entry.added and entry.node in still_grounded]
    try:
        provenance.file.forget(entries, leaving)
    except OSError as error:
        raise ProjectError(f"{provenance.file.path}: the ledger cannot be written: {error.strerror}") from error
    return forgotten


def _look(config: Config, wanted: Wanted, talk: Talk) -> tuple[Provenance, tuple[MadeTextReport, ...]]:
    need_ledger(config, "provenance")
    if wanted.since is not None and not _A_DAY.fullmatch(wanted.since):
        raise UsageError(f"--since: '{wanted.since}' is no day; write it as 2026-11-21")
    project = find_project(config.project_dir, config.environ)
    with closing(open_project(config, project, talk.say, talk.warn)) as opened:
        provenance = open_provenance(config, opened)
        if provenance is None:
            raise AssertionError("a ledger that is needed is opened")
        return provenance, tuple(_texts(config, opened, provenance, talk))


def _texts(config: Config, opened: OpenProject, provenance: Provenance, talk: Talk) -> Iterator[MadeTextReport]:
    """Of the selected nodes; of nodes that are not there any more too, where nothing was selected."""
    for node in select_nodes(config, opened, talk.say, talk.warn):
        yield from provenance.texts_of(node.unique_id)
    if not (config.select or config.exclude or config.selectors or config.resource_types):
        known = opened.manifest.nodes.keys()
        for unique_id in dict.fromkeys(entry.node for entry in provenance.ledger.entries):
            if unique_id not in known:
                yield from provenance.texts_of(unique_id)
