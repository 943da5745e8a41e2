"""`document`, from the Config to the Report: the story of a run, one list of calls."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from functools import partial
from typing import Protocol

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from dbt_docsmith.config import Config
from dbt_docsmith.dbt.project import find_project
from dbt_docsmith.llm.attempts import Attempt
from dbt_docsmith.llm.side_thread import run_promptly
from dbt_docsmith.pipeline.answering import Answering, Foreteller, open_answering
from dbt_docsmith.pipeline.blocks_first import BlocksFirst
from dbt_docsmith.pipeline.engine import Engine, Sink
from dbt_docsmith.pipeline.never_send import answered_here
from dbt_docsmith.pipeline.opening import open_project
from dbt_docsmith.pipeline.proposing import items_of
from dbt_docsmith.pipeline.recording import Recorder
from dbt_docsmith.pipeline.saving import SaveTo, check_destination, save_proposals
from dbt_docsmith.pipeline.selected import select_nodes
from dbt_docsmith.pipeline.stopping import run_until_stopped
from dbt_docsmith.pipeline.telling import Done, make_report
from dbt_docsmith.pipeline.templates import make_mask, masked, open_templates
from dbt_docsmith.pipeline.versions import only_here, siblings
from dbt_docsmith.pipeline.work import Work, find_work, make_engine
from dbt_docsmith.pipeline.writer import Writer, node_texts
from dbt_docsmith.prompting.templates import Templates
from dbt_docsmith.properties.docs_file import apply_blocks, preview_blocks
from dbt_docsmith.properties.files import FileOutcome, apply_file, preview_file
from dbt_docsmith.reports import Report, SavedFile
from dbt_docsmith.review.proposals import sealed
from dbt_docsmith.types import DocTarget, Failure, NodeTexts, Proposal


class Mode(Struct, frozen=True, kw_only=True):
    """How far a run goes: ``dry_run`` asks nobody, ``diff`` makes the texts and writes nothing.

    ``check``: a dry run that exits with 1 where there is work. ``save``: the texts go there, and nowhere else.
    ``page``: what a page shows beyond the report is wanted, too.
    """

    dry_run: bool = False
    diff: bool = False
    check: bool = False
    save: SaveTo | None = None
    page: bool = False

    @property
    def writes(self) -> bool:
        """Whether the project is changed."""
        return not (self.dry_run or self.diff or self.save)


class Talk(Protocol):
    """What a run says while it goes on."""

    def say(self, message: str) -> None:
        """Something worth knowing."""

    def warn(self, message: str) -> None:
        """Something the user may want to mend."""

    def attempt(self, attempt: Attempt, *, prompts: bool = False) -> None:
        """What a request came to; with ``prompts`` also what it said and what was answered."""

    def progress(self, total: int, what: str) -> AbstractContextManager[Callable[[str], None]]:
        """Show how far a long job is."""


class TextWriter(Sink, Protocol):
    """Where the texts of a run go while it goes on, and what became of each file."""

    @property
    def outcomes(self) -> Mapping[str, Sequence[FileOutcome]]:
        """What was done to each file by now."""

    async def keep_writing(self) -> None:
        """Write what waits, again and again, until cancelled."""

    def flush_all(self) -> None:
        """Write everything that waits."""

    def failures(self) -> Sequence[Failure]:
        """What could not be written."""


def run_document(config: Config, mode: Mode, talk: Talk) -> Report:
    """Describe what is missing in the selected part of the project.

    Raises DocsmithError, with nothing spent or written, for whatever can be known to be wrong before.
    """
    project = find_project(config.project_dir, config.environ)
    if mode.save is not None:
        check_destination(mode.save, project)
    templates = open_templates(config)
    answering = open_answering(
        config,
        dry_run=mode.dry_run,
        notice=talk.say,
        warn=talk.warn,
        project=project.name,
        watch=partial(talk.attempt, prompts=config.log_prompts),
    )
    with closing(open_project(config, project, talk.say, talk.warn)) as opened:
        templates = masked(config, templates, opened.manifest.adapter_type)
        work = find_work(config, opened, select_nodes(config, opened, talk.say, talk.warn))
        recorder = Recorder(work.provenance if mode.writes else None, talk.warn, time.time)
        recorder.prepare()
        try:
            writer = make_writer(work, recorder, writes=mode.writes, replaces=config.overwrite)
            done = work_through(config, mode, work, answering, templates, writer, talk)
        finally:
            recorder.settle()
        return _for_a_person(config, mode, work, make_report(config, mode, done))


def _for_a_person(config: Config, mode: Mode, work: Work, report: Report) -> Report:
    """Texts that were made and not written are put where a person decides about them: in a file, on the page."""
    on_page = report.page is not None and not (mode.writes or mode.dry_run)
    if mode.save is None and not on_page:
        return report
    manifest = work.opened.manifest
    items = items_of(work, report.proposals, make_mask(config, manifest.adapter_type))
    if mode.save is not None:
        files = save_proposals(mode.save, manifest.project_name, items, manifest.nodes)
        report = replace(report, saved=tuple(SavedFile(path=path, texts=texts) for path, texts in files))
    if report.page is not None and on_page:
        decidable = msgspec.to_builtins(sealed(manifest.project_name, items))
        report = replace(report, page=replace(report.page, to_decide=decidable))
    return report


def work_through(
    config: Config,
    mode: Mode,
    work: Work,
    answering: Answering,
    templates: Templates,
    writer: TextWriter,
    talk: Talk,
) -> Done:
    """Make what is missing and hand it to ``writer``, until all is done or the user has had enough."""
    foreteller = Foreteller(answering, config.max_tokens)
    asked = answering.client if answering.client and not mode.dry_run else foreteller
    with talk.progress(len(work.targets), "nodes") as tell:
        engine = make_engine(
            config,
            work,
            answering,
            templates,
            answered_here(asked.complete),
            writer,
            lambda target: tell(target.node.name),
        )
        stopped = run_promptly(_run(engine, writer, work, answering, talk))
    for text in sorted(engine.outcome.declined):
        talk.warn(text)
    return Done(
        work=work,
        outcome=engine.outcome,
        written=writer.outcomes,
        unwritten=writer.failures(),
        answering=answering,
        foreteller=foreteller,
        stopped=stopped,
    )


async def _run(engine: Engine, writer: TextWriter, work: Work, answering: Answering, talk: Talk) -> bool:
    def stop() -> None:
        engine.stop()
        answering.stop()

    writing = asyncio.create_task(writer.keep_writing())
    try:
        return await run_until_stopped(engine.run(work.targets, work.opened.manifest), stop, talk.say)
    finally:
        writing.cancel()
        writer.flush_all()
        await answering.aclose()


def make_writer(work: Work, recorder: Recorder, *, writes: bool, replaces: bool) -> Writer:
    """What puts texts into properties files, or previews that. ``replaces``: persons' texts, too."""
    root = work.opened.project.root
    others = siblings(work.opened.manifest.nodes.values())

    def to_texts(target: DocTarget, proposals: Sequence[Proposal]) -> tuple[NodeTexts, ...]:
        unique_id = target.node.unique_id
        recorder.note(target.node, proposals)
        as_made = [each for each in proposals if work.remakes(each)]
        missing = [each for each in proposals if not work.remakes(each)]
        here = only_here(work.opened.known, target.node, others.get(unique_id, ()))
        return tuple(
            texts
            for chosen, replace in ((missing, replaces), (as_made, True))
            if chosen
            for texts in node_texts(
                target,
                chosen,
                work.on_disk[unique_id],
                work.places.files[unique_id],
                replace=replace,
                only_here=here,
            )
        )

    apply = recorder.around(partial(apply_file if writes else preview_file, root))
    put = partial(apply_blocks if writes else preview_blocks, root, work.homes.file)
    return Writer(
        apply,
        work.places.files,
        work.targets,
        time.monotonic,
        to_texts,
        first=BlocksFirst(work.homes, put, all_at_once=not writes),
        at_end_only=not writes,
    )
