"""What a run came to -> Report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import ceil
from typing import Protocol, TypeVar

from msgspec import Struct

from dbt_docsmith.config import Config
from dbt_docsmith.dbt.coverage import ColumnsFrom, coverage
from dbt_docsmith.dbt.persisted import BUILT, persisted_in, with_descendants
from dbt_docsmith.dbt.targets import undeclared_by_contract
from dbt_docsmith.errors import BudgetExhausted
from dbt_docsmith.pipeline.after import with_proposals
from dbt_docsmith.pipeline.answering import Answering, Foreteller
from dbt_docsmith.pipeline.engine import Outcome
from dbt_docsmith.pipeline.node_plan import AskLimits
from dbt_docsmith.pipeline.work import Work
from dbt_docsmith.properties.files import FileOutcome
from dbt_docsmith.report.diff import unified_diff
from dbt_docsmith.report.git import git_prefix
from dbt_docsmith.reports import Counts, CoverageChange, FileReport, ForPage, PersistedDocs, Report
from dbt_docsmith.types import Failure, FileChange, Proposal, Question

INTERRUPTED = 130

Item = TypeVar("Item", Proposal, Failure, Question)


class Told(Protocol):
    """Which parts of a run the report must speak of."""

    @property
    def dry_run(self) -> bool:
        """Nobody was asked."""

    @property
    def diff(self) -> bool:
        """The changes are wanted as a patch."""

    @property
    def page(self) -> bool:
        """The result is wanted as a page, too."""

    @property
    def check(self) -> bool:
        """Work that is left is an exit code of 1."""


class Done(Struct, frozen=True, kw_only=True):
    """A run that is over. ``written`` holds what became of each file, ``unwritten`` what could not be written."""

    work: Work
    outcome: Outcome
    written: Mapping[str, Sequence[FileOutcome]]
    unwritten: Sequence[Failure]
    answering: Answering
    foreteller: Foreteller
    stopped: bool


def make_report(config: Config, mode: Told, done: Done) -> Report:
    """Everything there is to tell of a run."""
    work, answering = done.work, done.answering
    proposals = _in_order(done, _proposals(done))
    failures = _in_order(done, (*work.places.failures, *done.outcome.failures, *done.unwritten))
    prefix = git_prefix(work.opened.project.root)
    diff = unified_diff(_changes(done), prefix) if mode.diff or mode.page else ""
    return Report(
        command="document",
        exit_code=_exit_code(config, mode, done, failures, proposals),
        dry_run=mode.dry_run,
        provider=answering.provider,
        model=answering.model,
        host=answering.host,
        counts=_counts(done, proposals, failures),
        usage=answering.usage(),
        estimate=done.foreteller.estimate(_most_questions(config, proposals)) if mode.dry_run else None,
        proposals=proposals,
        failures=failures,
        questions=_in_order(done, done.outcome.questions),
        files=_files(done, proposals, prefix),
        coverage=_coverage(config, done, proposals),
        unconfirmed=tuple(f"{uid}.{name}" for uid, known in work.known.items() for name in known.unconfirmed),
        undeclared=tuple(
            f"{node.unique_id}.{name}"
            for node in work.nodes
            for name in undeclared_by_contract(node, work.known[node.unique_id])
        ),
        stale=tuple(each for each in work.stale if each.edited or each.doc_block),
        diff=diff if mode.diff else None,
        page=ForPage(project=work.opened.manifest.project_name, diff=diff) if mode.page else None,
        ended=None if done.outcome.ended is None else str(done.outcome.ended),
        obstacle=answering.obstacle,
        persisted=_persisted(done, proposals),
    )


def _proposals(done: Done) -> Iterator[Proposal]:
    """Without those that could not be written."""
    failing = {failure.unique_id for failure in done.unwritten}
    written = {named for outcomes in done.written.values() for outcome in outcomes for named in outcome.written}
    return (
        proposal
        for proposal in done.outcome.proposals
        if proposal.unique_id not in failing or (proposal.unique_id, proposal.column) in written
    )


def _in_order(done: Done, told: Iterable[Item]) -> tuple[Item, ...]:
    """In the order of the nodes and of their columns, whichever was done first."""
    nodes = {node.unique_id: position for position, node in enumerate(done.work.nodes)}
    columns = {
        (target.node.unique_id, name): position
        for target in done.work.targets
        for position, name in enumerate(target.order, start=1)
    }

    def place(item: Item) -> tuple[int, int]:
        return nodes.get(item.unique_id, len(nodes)), columns.get((item.unique_id, item.column or ""), 0)

    return tuple(sorted(told, key=place))


def _exit_code(
    config: Config, mode: Told, done: Done, failures: Sequence[Failure], proposals: Sequence[Proposal]
) -> int:
    if done.stopped:
        return INTERRUPTED
    if done.answering.purse.exhausted:
        return BudgetExhausted.exit_code
    if done.outcome.ended is not None and not _was_answered(done):
        return 2
    if failures and config.fail_on != "never":
        return 1
    if done.outcome.questions and config.fail_on == "abstained":
        return 1
    return 1 if mode.check and proposals else 0


def _was_answered(done: Done) -> bool:
    """Whether anything came back that was paid for; not every server says how many tokens it took."""
    answered = any(proposal.origin == "llm" for proposal in done.outcome.proposals)
    usage = done.answering.meter.usage
    return answered or usage.prompt_tokens + usage.completion_tokens > 0


def _counts(done: Done, proposals: Sequence[Proposal], failures: Sequence[Failure]) -> Counts:
    origins = Counter(proposal.origin for proposal in proposals)
    return Counts(
        nodes=len(done.work.targets),
        columns=sum(len(target.columns) for target in done.work.targets),
        inherited=origins["inherited"],
        generated=origins["llm"] + origins["rules"],
        cached=origins["cache"],
        glossary=origins["glossary"],
        doc_block=origins["doc_block"],
        failed=len(failures),
        abstained=len(done.outcome.questions),
    )


def _most_questions(config: Config, proposals: Sequence[Proposal]) -> int:
    """How many questions there are where nothing can be inherited that is still to be made."""
    columns_in_one = AskLimits(answer_tokens=config.max_tokens).columns
    open_columns: Counter[str] = Counter()
    for proposal in proposals:
        if proposal.description is None:
            open_columns[proposal.unique_id] += proposal.column is not None
    return sum(max(1, ceil(columns / columns_in_one)) for columns in open_columns.values())


def _files(done: Done, proposals: Sequence[Proposal], prefix: str) -> tuple[FileReport, ...]:
    work = done.work
    counted = Counter(proposal.file for proposal in proposals if proposal.file is not None)
    blocks = {proposal.doc_block for proposal in proposals if proposal.doc_block is not None}
    counted += Counter({work.homes.file: len(blocks)})
    created = {*work.places.created, *({work.homes.file} - set(work.opened.files.docs))}
    return tuple(
        FileReport(path=path, repo_path=prefix + path, created=path in created, descriptions=number)
        for path, number in sorted(counted.items())
    )


def _coverage(config: Config, done: Done, proposals: Sequence[Proposal]) -> CoverageChange:
    work = done.work
    after = with_proposals(work.nodes, work.on_disk, work.known, proposals)
    columns_from: ColumnsFrom = "known" if config.count_columns == "known" else "declared"
    return CoverageChange(
        columns_from=columns_from,
        before=coverage(work.nodes, work.on_disk, work.known, columns_from),
        after=coverage(work.nodes, after, work.known, columns_from),
    )


def _persisted(done: Done, proposals: Sequence[Proposal]) -> PersistedDocs | None:
    nodes = done.work.opened.manifest.nodes
    modified = persisted_in(nodes, proposals)
    if not modified:
        return None
    selected = with_descendants(nodes, modified)
    built = sum(nodes[unique_id].resource_type in BUILT for unique_id in selected)
    return PersistedDocs(nodes=len(modified), selected=len(selected), built=built)


def _changes(done: Done) -> list[FileChange]:
    """From what each file was to what it is now: a run that writes touches a file more than once."""
    changes = []
    for path, outcomes in sorted(done.written.items()):
        made = [(outcome.before, outcome.after) for outcome in outcomes if outcome.after is not None]
        if made and made[0][0] != made[-1][1]:
            change = FileChange(
                path=path, before=made[0][0], after=made[-1][1], descriptions=outcomes[-1].descriptions
            )
            changes.append(change)
    return changes
