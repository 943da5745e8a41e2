"""The run itself: every node is worked on as soon as its parents are done, many at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from dbt_docsmith.errors import DocsmithError, ProviderError, Stopped
from dbt_docsmith.faults import fault_line
from dbt_docsmith.pipeline.asking import Accept, Complete, ask
from dbt_docsmith.pipeline.doc_homes import DocHomes, no_homes, sharing_nodes
from dbt_docsmith.pipeline.judging import Asked, Item, items_of
from dbt_docsmith.pipeline.node_plan import NodePlan, Planner
from dbt_docsmith.pipeline.order import after_the_first, target_parents
from dbt_docsmith.pipeline.texts import TextBoard
from dbt_docsmith.prompting.templates import Templates
from dbt_docsmith.types import (
    ColumnRef,
    Completion,
    DocTarget,
    Evidence,
    Failure,
    Manifest,
    Origin,
    Prompt,
    Proposal,
    Question,
)

_ASKED_TWICE = "it was asked for twice: run again to ask once more, or try another --model"


class NotSent(ProviderError):
    """A dry run's answer to every question that no stored answer serves."""


class Outcome(Struct, kw_only=True):
    """What a run came to, filled while it goes on. ``ended`` is the error that ended all asking.

    ``declined`` are sentences on free texts that were not taken over.
    """

    proposals: list[Proposal] = []
    failures: list[Failure] = []
    questions: list[Question] = []
    declined: list[str] = []
    ended: ProviderError | None = None


class Sink(Protocol):
    """Where a node's finished proposals go."""

    def add(self, target: DocTarget, proposals: Sequence[Proposal], /) -> None:
        """Take the texts of one node, all at once."""

    def done(self, target: DocTarget, /) -> None:
        """The node will bring nothing more."""


class Engine:
    """Works through the targets of one run; ``progress`` is told of each when it is done."""

    def __init__(
        self,
        planner: Planner,
        board: TextBoard,
        templates: Templates,
        complete: Complete,
        keep_abstention: Callable[[str, str], None],
        sink: Sink,
        *,
        files: Mapping[str, str],
        most_length: int,
        threads: int,
        progress: Callable[[DocTarget], None],
        homes: DocHomes | None = None,
    ) -> None:
        self.outcome = Outcome()
        self._planner = planner
        self._board = board
        self._templates = templates
        self._complete = complete
        self._keep_abstention = keep_abstention
        self._sink = sink
        self._files = files
        self._most_length = most_length
        self._room = asyncio.Semaphore(threads)
        self._promised: set[ColumnRef] = set()
        self._done: dict[str, asyncio.Event] = {}
        self._stopping = False
        self._progress = progress
        self._homes = homes or no_homes()

    def stop(self) -> None:
        """Begin nothing new."""
        self._stopping = True

    async def run(self, targets: Sequence[DocTarget], manifest: Manifest) -> None:
        """Describe every target; of those that share a text, the first before the others."""
        parents = target_parents(manifest, [target.node.unique_id for target in targets])
        waits_on = after_the_first(parents, sharing_nodes(self._homes, targets))
        self._done = {target.node.unique_id: asyncio.Event() for target in targets}
        async with asyncio.TaskGroup() as group:
            for target in targets:
                group.create_task(self._describe_when_ready(target, waits_on[target.node.unique_id]))

    async def _describe_when_ready(self, target: DocTarget, parents: Iterable[str]) -> None:
        try:
            for parent in parents:
                await self._done[parent].wait()
            async with self._room:
                if not self._stopping:
                    await self._describe(target)
        except DocsmithError as error:
            self._fail(target, None, type(error).__name__, str(error))
        except Exception as error:  # a fault of this program: what other nodes were paid for must not go with it
            self._fail(target, None, type(error).__name__, fault_line(error))
        finally:
            self._done[target.node.unique_id].set()
            self._sink.done(target)
            self._progress(target)

    async def _describe(self, target: DocTarget) -> None:
        unique_id = target.node.unique_id
        plan = self._planner.plan(target, self._files.get(unique_id), self._promised)
        name = target.node.name
        proposals = [self._homes.house(free.proposal, free.rendered, name) for free in plan.free]
        for proposal, free in zip(proposals, plan.free, strict=True):
            self._board.keep(proposal, free.rendered)
        pending = [self._homes.house(proposal, None, name) for proposal in plan.pending]
        self._promise(pending)
        proposals += pending
        self.outcome.declined += plan.declined
        for item, question in plan.abstained.items():
            self.outcome.questions.append(Question(unique_id=unique_id, column=item, question=question))
        try:
            for evidence in plan.requests:
                proposals += await self._ask(plan, evidence)
        finally:
            self.outcome.proposals += proposals
            self._sink.add(target, proposals)

    async def _ask(self, plan: NodePlan, evidence: Evidence) -> list[Proposal]:
        asked = await ask(evidence, self._templates, self._complete_unless_stopping, self._most_length)
        for item, question in asked.questions.items():
            self._keep_question(plan, item, question, asked.answers[item])
        not_sent = [item for item, error in asked.failed.items() if isinstance(error, NotSent)]
        self._fail_refused(plan.target, asked)
        return self._made(evidence, asked) + self._foretold(evidence, not_sent)

    def _keep_question(self, plan: NodePlan, item: Item, question: str, answer: Completion) -> None:
        """It is the last word only of whom it was put to: the first provider may know more than the next."""
        if (answer.provider, answer.model) == self._planner.asker:
            self._keep_abstention(plan.keys[item], question)
        unique_id = plan.target.node.unique_id
        self.outcome.questions.append(Question(unique_id=unique_id, column=item, question=question))

    def _fail_refused(self, target: DocTarget, asked: Asked) -> None:
        for item, reason in asked.refused.items():
            told = reason if item in asked.cut else f"{reason}; {_ASKED_TWICE}"
            self._fail(target, item, "AnswerError", told)
        for item, error in asked.failed.items():
            if error.fatal:
                self.outcome.ended = error
            if not isinstance(error, NotSent | Stopped):
                self._fail(target, item, type(error).__name__, str(error))

    async def _complete_unless_stopping(self, prompt: Prompt, evidence: Evidence, accept: Accept) -> Completion:
        if self._stopping:
            raise Stopped(f"stopped before {evidence.unique_id} was asked for")
        return await self._complete(prompt, evidence, accept)

    def _made(self, evidence: Evidence, asked: Asked) -> list[Proposal]:
        proposals = []
        for item in items_of(evidence):
            if item in asked.texts:
                text, answer = asked.texts[item], asked.answers[item]
                made = self._proposal(evidence, item, text, _origin(answer), (answer.provider, answer.model))
                proposal = self._homes.house(made, text, evidence.name)
                self._board.keep(proposal, text)
                proposals.append(proposal)
        return proposals

    def _foretold(self, evidence: Evidence, items: Sequence[Item]) -> list[Proposal]:
        asker = self._planner.asker
        origin: Origin = "rules" if asker[0] == "rules" else "llm"
        told = (self._proposal(evidence, item, None, origin, asker) for item in items)
        foretold = [self._homes.house(proposal, None, evidence.name) for proposal in told]
        self._promise(foretold)
        return foretold

    def _proposal(
        self, evidence: Evidence, item: Item, text: str | None, origin: Origin, asker: tuple[str, str]
    ) -> Proposal:
        provider, model = asker
        return Proposal(
            unique_id=evidence.unique_id,
            column=item,
            description=text,
            origin=origin,
            source=f"{provider}:{model}" if provider else None,
            file=self._files.get(evidence.unique_id),
            provider=provider or None,
            model=model or None,
        )

    def _promise(self, proposals: Iterable[Proposal]) -> None:
        for proposal in proposals:
            if proposal.column is not None:
                nodes = (proposal.unique_id, *self._board.sharers(proposal))
                self._promised |= {ColumnRef(unique_id, proposal.column.lower()) for unique_id in nodes}
            if proposal.column is not None and proposal.doc_block is not None:
                self._promised.add(self._homes.subject_of(proposal.unique_id, proposal.column))

    def _fail(self, target: DocTarget, item: Item, error: str, message: str) -> None:
        failure = Failure(unique_id=target.node.unique_id, column=item, error=error, message=message)
        self.outcome.failures.append(failure)


def _origin(completion: Completion) -> Origin:
    if completion.stored:
        return "cache"
    return "rules" if completion.provider == "rules" else "llm"
