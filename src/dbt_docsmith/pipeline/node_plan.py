"""What one node needs: texts that are free, questions known to have no answer, and what must be asked."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from dbt_docsmith.dbt.economy import economised
from dbt_docsmith.dbt.evidence import EvidenceSources, build_evidence
from dbt_docsmith.dbt.fitting import fit_evidence
from dbt_docsmith.describable import THINGS
from dbt_docsmith.pipeline.asking import only
from dbt_docsmith.pipeline.free import FreeText, FreeTexts
from dbt_docsmith.pipeline.free_things import ThingTexts
from dbt_docsmith.pipeline.judging import Item
from dbt_docsmith.types import ColumnRef, DocTarget, Evidence, KnownColumn, Proposal

CHARS_PER_TOKEN = 3.5
_TEMPLATE_CHARS = 1000
_TOKENS_PER_ANSWERED_COLUMN = 75
_TOKENS_PER_ANSWER = 250


class AskLimits(Struct, frozen=True, kw_only=True):
    """How much fits in one request: tokens of the prompt and of the answer, characters of SQL (None: fitted)."""

    prompt_tokens: int = 8000
    answer_tokens: int = 4096
    sql_chars: int | None = None

    @property
    def columns(self) -> int:
        """How many columns one answer has room for."""
        return max(1, (self.answer_tokens - _TOKENS_PER_ANSWER) // _TOKENS_PER_ANSWERED_COLUMN)

    @property
    def evidence_chars(self) -> int:
        """How many characters of evidence one prompt has room for."""
        return max(1000, int(self.prompt_tokens * CHARS_PER_TOKEN) - _TEMPLATE_CHARS)


class NodePlan(Struct, frozen=True, kw_only=True):
    """What to do for one node. ``keys`` holds the abstention key of each item asked for.

    ``pending`` are proposals whose text a dry run cannot know: their origin is still to be made. ``declined`` are
    sentences on free texts that are in another language.
    """

    target: DocTarget
    free: tuple[FreeText, ...] = ()
    pending: tuple[Proposal, ...] = ()
    abstained: Mapping[Item, str] = {}
    requests: tuple[Evidence, ...] = ()
    keys: Mapping[Item, str] = {}
    declined: tuple[str, ...] = ()


class Planner(Struct, frozen=True, kw_only=True):
    """Makes the NodePlan of one node at a time, when its parents are done.

    ``find_abstention`` knows the questions of earlier runs by key; ``is_answered`` says whether the answer to a
    request is in the store; ``asker`` is provider and model; ``split`` parts what may leave from what may not.
    """

    free_texts: FreeTexts
    sources: EvidenceSources
    limits: AskLimits
    asker: tuple[str, str]
    find_abstention: Callable[[str], str | None]
    is_answered: Callable[[Evidence], bool] = lambda _evidence: False
    split: Callable[[Evidence], tuple[Evidence | None, Evidence | None]] = lambda evidence: (evidence, None)
    thing_texts: ThingTexts | None = None

    def plan(self, target: DocTarget, file: str | None, promised: Collection[ColumnRef] = ()) -> NodePlan:
        """``promised``: columns whose text a dry run foretells but does not have.

        Where the answers to what the node lacks are stored, an earlier run was ended before it had written them:
        then they are read from there, also for a column whose doc block that run had written.
        """
        plan = self._plan(target, file, promised, made_before=True)
        if not any(each.proposal.origin == "doc_block" for each in plan.free):
            return plan
        anew = self._plan(target, file, promised, made_before=False)
        return anew if anew.requests != plan.requests and any(map(self.is_answered, anew.requests)) else plan

    def _plan(
        self, target: DocTarget, file: str | None, promised: Collection[ColumnRef], *, made_before: bool
    ) -> NodePlan:
        free, pending, rest = self._columns(target, file, promised, made_before=made_before)
        own, origin = self._own_text(target, file, promised)
        if own is not None:
            free.append(own)
        if origin is not None:
            pending.append(_pending(target, None, origin, file))
        if own is not None or origin is not None:
            target = replace(target, needs_description=False)
        given = {(each.proposal.column or "").lower(): each.rendered for each in free}
        whole = _without_own_text(build_evidence(target, rest, self.sources, given))
        keys = self._keys(whole)
        requests, abstained = self._asked(whole, keys)
        return NodePlan(
            target=target,
            free=tuple(free),
            pending=tuple(pending),
            abstained=abstained,
            requests=requests,
            keys=keys,
            declined=self.free_texts.declined(target.node.unique_id),
        )

    def _columns(
        self, target: DocTarget, file: str | None, promised: Collection[ColumnRef], *, made_before: bool
    ) -> tuple[list[FreeText], list[Proposal], list[KnownColumn]]:
        """What is free, what a dry run foretells, and what must be asked for."""
        free, pending, rest = [], [], []
        for column in target.columns:
            found = self.free_texts.find(target.node, column, file, made_before=made_before)
            origin = self._promised_origin(target, column, promised, found)
            if origin is not None:
                pending.append(_pending(target, column.name, origin, file))
            elif found is not None:
                free.append(found)
            else:
                rest.append(column)
        return free, pending, rest

    def _own_text(
        self, target: DocTarget, file: str | None, promised: Collection[ColumnRef]
    ) -> tuple[FreeText | None, ColumnRef | None]:
        """A thing's own free text, or the part whose text a dry run foretells for it."""
        if self.thing_texts is None or not target.needs_description:
            return None, None
        origin = self.thing_texts.origin(target.node)
        if origin is not None and ColumnRef(origin.unique_id, origin.column.lower()) in promised:
            return None, origin
        return self.thing_texts.find(target.node, file), None

    def _asked(self, whole: Evidence, keys: Mapping[Item, str]) -> tuple[tuple[Evidence, ...], dict[Item, str]]:
        """The requests, and the questions known from earlier runs, which are not asked again.

        Where the very answer that put them is stored, its run was ended before it was done with the node: then
        the whole of it is asked for again, for the store to answer.
        """
        found = ((item, self.find_abstention(key)) for item, key in keys.items())
        abstained = {item: question for item, question in found if question is not None}
        requests = self._requests(whole) if keys else ()
        if not abstained or any(map(self.is_answered, requests)):
            return requests, {}
        asked = [item for item in keys if item not in abstained]
        return self._requests(only(whole, asked)) if asked else (), abstained

    def _promised_origin(
        self, target: DocTarget, column: KnownColumn, promised: Collection[ColumnRef], found: FreeText | None
    ) -> ColumnRef | None:
        """The column whose text is still to be made and goes before what is ``found``: above it all else."""
        if not promised:
            return None
        origins = self.free_texts.origins(target.node, column)
        if found is None or found.proposal.origin != "inherited" or found.by_name:
            origins = [*origins, *self.free_texts.shared(target.node, column)]
        elif found.proposal.source in {f"{origin.unique_id}.{origin.column}" for origin in origins}:
            return None
        return next((o for o in origins if ColumnRef(o.unique_id, o.column.lower()) in promised), None)

    def _requests(self, evidence: Evidence) -> tuple[Evidence, ...]:
        """One request, and one for what may not leave."""
        public, private = self.split(evidence)
        return (*(self._chunks(public) if public else ()), *((private,) if private else ()))

    def _chunks(self, evidence: Evidence) -> tuple[Evidence, ...]:
        """One request; for a wide node several that share their beginning, the first with the node's own text."""
        size = self.limits.columns
        whole = fit_evidence(self._in_need(evidence), self.limits.evidence_chars, self.limits.sql_chars)
        chunks = [whole.columns[at : at + size] for at in range(0, len(whole.columns), size)] or [()]
        return tuple(
            replace(whole, columns=chunk, needs_description=whole.needs_description and position == 0)
            for position, chunk in enumerate(chunks)
        )

    def _in_need(self, evidence: Evidence) -> Evidence:
        """What of the evidence these texts need. What has no columns is small, and told whole."""
        if evidence.resource_type in THINGS:
            return evidence
        sql = self.sources.needed_sql(evidence.sql, [column.name for column in evidence.columns])
        return replace(economised(evidence), sql=sql)

    def _keys(self, evidence: Evidence) -> dict[Item, str]:
        """For each item the hash of what its text would rest on.

        Not on other texts of the node, nor on the case in which its columns would be written.
        """
        shared = replace(
            evidence,
            columns=(),
            documented={},
            description="",
            needs_description=False,
            children=(),
            house_style=(),
        )
        shared = replace(shared, exposures=tuple(replace(each, description="") for each in shared.exposures))
        keys: dict[Item, str] = {}
        if evidence.needs_description:
            keys[None] = _digest([*self.asker, shared])
        for column in evidence.columns:
            known = replace(column, name=column.name.lower())
            keys[column.name] = _digest([*self.asker, replace(shared, parents=()), known])
        return keys


def _without_own_text(evidence: Evidence) -> Evidence:
    """A text that is to be replaced is no evidence: when the run is started again, it is one the model wrote."""
    return replace(evidence, description="") if evidence.needs_description else evidence


def _pending(target: DocTarget, item: Item, origin: ColumnRef, file: str | None) -> Proposal:
    return Proposal(
        unique_id=target.node.unique_id,
        column=item,
        description=None,
        origin="inherited",
        source=f"{origin.unique_id}.{origin.column}",
        file=file,
    )


def _digest(value: object) -> str:
    return hashlib.sha256(msgspec.json.encode(value, order="sorted")).hexdigest()
