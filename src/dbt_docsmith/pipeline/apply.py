"""`apply`: what a person has looked at is written. Calls nobody."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from graphlib import TopologicalSorter
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from dbt_docsmith.config import Config
from dbt_docsmith.dbt.basis import Bases
from dbt_docsmith.dbt.project import find_project
from dbt_docsmith.dbt.targets import TargetSettings, plan_targets
from dbt_docsmith.errors import DocsmithError, NoLongerFits
from dbt_docsmith.pipeline.answering import Foreteller, nobody_answers
from dbt_docsmith.pipeline.doc_homes import no_homes
from dbt_docsmith.pipeline.doc_subjects import open_homes
from dbt_docsmith.pipeline.document import Mode, Talk, make_writer
from dbt_docsmith.pipeline.engine import Outcome
from dbt_docsmith.pipeline.fitting import Ground, fit
from dbt_docsmith.pipeline.opening import OpenProject, open_project
from dbt_docsmith.pipeline.order import target_parents
from dbt_docsmith.pipeline.places import find_places
from dbt_docsmith.pipeline.provenance import open_provenance
from dbt_docsmith.pipeline.recording import Recorder
from dbt_docsmith.pipeline.selected import select_nodes
from dbt_docsmith.pipeline.telling import Done, make_report
from dbt_docsmith.pipeline.wishes import Wish, read_wishes
from dbt_docsmith.pipeline.work import Work
from dbt_docsmith.provenance import TextKey
from dbt_docsmith.reports import Report
from dbt_docsmith.types import DocTarget, Failure, Proposal


def _silent(_message: str) -> None:
    """Nothing is selected, so there is nothing to say of it."""


_ALL = TargetSettings(overwrite=True, add_columns=True, add_source_columns=True)


class ApplyMode(Struct, frozen=True, kw_only=True):
    """How ``apply`` goes about it.

    ``accepted``: only what a review accepted; ``any_basis``: also texts that rest on something that has changed.
    """

    dry_run: bool = False
    diff: bool = False
    accepted: bool = False
    any_basis: bool = False
    page: bool = False


class Fitted(Struct, kw_only=True):
    """What became of each proposal. ``present`` counts those that stand there already."""

    proposals: dict[TextKey, Proposal] = {}
    replacing: set[TextKey] = set()
    failures: list[Failure] = []
    present: int = 0


def run_apply(config: Config, files: Sequence[Path], mode: ApplyMode, talk: Talk) -> Report:
    """Write the proposals of these files that still fit, and say which do not.

    Raises ProposalsError, with nothing written, for a file that cannot be read.
    """
    project = find_project(config.project_dir, config.environ)
    found = read_wishes(files, project.name, talk.warn, accepted=mode.accepted)
    with closing(open_project(config, project, talk.say, talk.warn)) as opened:
        ground, work = _ground(config, opened, found.wishes, mode)
        fitted = _fit_all(ground, found.wishes)
        work = _narrowed(config, work, fitted)
        _tell_of_moves(work, fitted, talk)
        return _write(config, work, fitted, mode, talk, refused=found.refused)


def _ground(config: Config, opened: OpenProject, wanted: Sequence[Wish], mode: ApplyMode) -> tuple[Ground, Work]:
    named = {wish.place.node for wish in wanted}
    allowed = {
        node.unique_id: node
        for node in select_nodes(replace(config, resource_types=("all",)), opened, _silent, _silent)
    }
    nodes = [node for unique_id, node in allowed.items() if unique_id in named]
    on_disk = {node.unique_id: opened.on_disk(node.unique_id) for node in nodes}
    known = {node.unique_id: opened.known(node) for node in nodes}
    targets = plan_targets(nodes, on_disk, known, _ALL)
    ground = Ground(
        opened=opened,
        allowed=allowed,
        targets={target.node.unique_id: target for target in targets},
        bases=Bases(opened.manifest, opened.lineage_of),
        any_basis=mode.any_basis,
        to_blocks=config.file.doc_blocks.columns != "never",
    )
    work = Work(
        opened=opened,
        nodes=nodes,
        on_disk=on_disk,
        known=known,
        targets=targets,
        places=find_places(config, opened, ()),
        homes=no_homes(),
        provenance=open_provenance(config, opened),
    )
    return ground, work


def _fit_all(ground: Ground, wanted: Sequence[Wish]) -> Fitted:
    fitted, first = Fitted(), dict[TextKey, Wish]()
    for wish in wanted:
        place = wish.place
        key = (place.node, place.column.lower() if place.column else None)
        try:
            _refuse_twice(first.setdefault(key, wish), wish)
            proposal = fit(ground, wish.item, place)
        except DocsmithError as error:
            told = f"{wish.where}: {error}"
            failure = Failure(unique_id=place.node, column=place.column, error=type(error).__name__, message=told)
            fitted.failures.append(failure)
            continue
        if proposal is None:
            fitted.present += first[key] is wish
            continue
        fitted.proposals[key] = proposal
        if place.replaces is not None:
            fitted.replacing.add(key)
    return fitted


def _refuse_twice(first: Wish, wish: Wish) -> None:
    if (first.item.text, first.item.jinja) != (wish.item.text, wish.item.jinja):
        raise NoLongerFits(f"another text for the same place stands in {first.where}; delete one of them")


def _narrowed(config: Config, work: Work, fitted: Fitted) -> Work:
    """The work with nothing but what is to be written."""
    keys = fitted.proposals.keys()
    targets = [
        replace(
            target,
            needs_description=(target.node.unique_id, None) in keys,
            columns=tuple(c for c in target.columns if (target.node.unique_id, c.name.lower()) in keys),
        )
        for target in work.targets
    ]
    wanted = [target for target in targets if target.needs_description or target.columns]
    places = find_places(config, work.opened, wanted)
    writable = [target for target in wanted if target.node.unique_id in places.files]
    homes = open_homes(config, work.opened, writable)
    return replace(work, targets=writable, places=places, homes=homes, remade=frozenset(fitted.replacing))


def _tell_of_moves(work: Work, fitted: Fitted, talk: Talk) -> None:
    files = work.places.files
    moved = {
        (proposal.unique_id, proposal.file, files[proposal.unique_id])
        for proposal in fitted.proposals.values()
        if proposal.file and files.get(proposal.unique_id, proposal.file) != proposal.file
    }
    for unique_id, before, now in sorted(moved):
        talk.say(f"{unique_id}: its texts go to {now} now, not to {before}")


def _write(config: Config, work: Work, fitted: Fitted, mode: ApplyMode, talk: Talk, *, refused: int) -> Report:
    how = Mode(diff=mode.diff or mode.dry_run, page=mode.page)
    outcome = Outcome(failures=fitted.failures)
    recorder = Recorder(work.provenance if how.writes else None, talk.warn, time.time)
    recorder.prepare()
    writer = make_writer(work, recorder, writes=how.writes, replaces=False)
    try:
        for target in _parents_first(work):
            texts = [_placed(work, target, each) for each in _texts_of(target, fitted)]
            outcome.proposals += texts
            writer.add(target, texts)
            writer.done(target)
        writer.flush_all()
    finally:
        recorder.settle()
    nobody = nobody_answers()
    done = Done(
        work=work,
        outcome=outcome,
        written=writer.outcomes,
        unwritten=writer.failures(),
        answering=nobody,
        foreteller=Foreteller(nobody, config.max_tokens),
        stopped=False,
    )
    report = make_report(config, how, done)
    counts = replace(report.counts, present=fitted.present, refused=refused)
    diff = report.diff if mode.diff else None
    return replace(report, command="apply", dry_run=mode.dry_run, counts=counts, diff=diff)


def _parents_first(work: Work) -> Iterator[DocTarget]:
    """As a run goes: the first text of a doc block is its owner's."""
    targets = {target.node.unique_id: target for target in work.targets}
    order = TopologicalSorter(target_parents(work.opened.manifest, list(targets)))
    return (targets[unique_id] for unique_id in order.static_order())


def _texts_of(target: DocTarget, fitted: Fitted) -> Iterator[Proposal]:
    unique_id = target.node.unique_id
    keys = [(unique_id, None), *((unique_id, column.name.lower()) for column in target.columns)]
    return (fitted.proposals[key] for key in keys if key in fitted.proposals)


def _placed(work: Work, target: DocTarget, proposal: Proposal) -> Proposal:
    """Where it goes now: which file, and whether to a doc block."""
    placed = replace(proposal, file=work.places.files[proposal.unique_id])
    return work.homes.house(placed, placed.description, target.node.name)
