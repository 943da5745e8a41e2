"""What a run made -> proposals for a person: each text once, with what it rests on, the riskiest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache

from dbt_docsmith.dbt.basis import Bases
from dbt_docsmith.dbt.evidence import EvidenceSources, build_evidence
from dbt_docsmith.dbt.project_facts import ProjectFacts
from dbt_docsmith.dbt.selection.graph import Graph
from dbt_docsmith.dbt.written import render_description
from dbt_docsmith.pipeline.evidence_lines import column_lines, is_thin_node, node_lines
from dbt_docsmith.pipeline.typed_text import needed_jinja
from dbt_docsmith.pipeline.work import Work, make_board
from dbt_docsmith.prompting.facts import is_thin
from dbt_docsmith.review.proposals import Item, Place
from dbt_docsmith.review.risk import RiskFacts, points, reasons
from dbt_docsmith.types import ColumnEvidence, Evidence, Origin, Proposal

_READERS = ("model", "snapshot", "seed", "analysis")


def items_of(work: Work, proposals: Sequence[Proposal], mask: Callable[[Evidence], Evidence]) -> tuple[Item, ...]:
    """The proposals that have a text. The same project and texts give the same items in the same order.

    ``mask`` hides in evidence what nobody should read.
    """
    asker = _Asker(work, proposals, mask)
    same: dict[tuple[str, bool], list[Proposal]] = {}
    for proposal in proposals:
        if proposal.description is not None:
            same.setdefault((proposal.description, proposal.raw), []).append(proposal)
    ranked = sorted((asker.item(group) for group in same.values()), key=lambda ranked: -ranked[0])
    return tuple(item for _points, item in ranked)


class _Asker:
    """Answers what is to be told of a text beside the text."""

    def __init__(self, work: Work, proposals: Sequence[Proposal], mask: Callable[[Evidence], Evidence]) -> None:
        manifest = work.opened.manifest
        facts = ProjectFacts(manifest)
        board = make_board(work.opened)
        for proposal in proposals:
            board.keep(proposal, render_description(proposal.description or "", manifest))
        self._work = work
        self._mask = mask
        self._nodes = manifest.nodes
        self._graph = Graph(manifest.nodes)
        self._bases = Bases(manifest, work.opened.lineage_of)
        self._sources = EvidenceSources(facts, work.opened.lineage_of, work.opened.sql_of, board)
        self._targets = {target.node.unique_id: target for target in work.targets}
        self._evidence = cache(self._build_evidence)
        self._reach = cache(self._find_reach)

    def item(self, group: Sequence[Proposal]) -> tuple[int, Item]:
        """One text with all its places, and how much it deserves a look. The first to be made speaks for it."""
        first = next((each for each in group if each.origin != "inherited"), group[0])
        rest = [each for each in group if each is not first]
        facts = self._risk([first, *rest])
        origin, source = _origin(first)
        item = Item(
            risk=reasons(facts),
            text=first.description,
            origin=origin,
            source=source,
            jinja=needed_jinja(first),
            evidence=tuple(self._lines(first)),
            places=tuple(self._place(each, (origin, source)) for each in [first, *rest]),
        )
        return points(facts), item

    def _place(self, proposal: Proposal, told: tuple[Origin, str | None]) -> Place:
        node = self._nodes[proposal.unique_id]
        origin, source = _origin(proposal)
        return Place(
            node=proposal.unique_id,
            column=proposal.column,
            file=proposal.file,
            origin=origin if origin != told[0] else None,
            source=source if (origin, source) != told else None,
            basis=self._bases.basis(node, proposal.column),
            replaces=self._standing(proposal),
        )

    def _standing(self, proposal: Proposal) -> str | None:
        on_disk = self._work.on_disk[proposal.unique_id]
        text = on_disk.text if proposal.column is None else on_disk.column_text(proposal.column)
        return text.raw if text else None

    def _risk(self, group: Sequence[Proposal]) -> RiskFacts:
        made = [each for each in group if _origin(each)[0] == "llm"]
        reach = set().union(*(self._reach(each.unique_id) for each in group))
        return RiskFacts(
            made=bool(made),
            thin=any(map(self._is_thin, made)),
            replaces=any(self._standing(each) is not None for each in group),
            descendants=sum(self._nodes[each].resource_type in _READERS for each in reach),
            exposures=tuple(
                sorted(self._nodes[u].name for u in reach if self._nodes[u].resource_type == "exposure")
            ),
            places=len(group),
        )

    def _is_thin(self, proposal: Proposal) -> bool:
        if proposal.column is None:
            return is_thin_node(self._evidence(proposal.unique_id))
        found = self._column(proposal)
        return found is None or is_thin(found)

    def _lines(self, proposal: Proposal) -> Iterator[str]:
        if proposal.column is None:
            return node_lines(self._evidence(proposal.unique_id))
        found = self._column(proposal)
        return column_lines(found) if found is not None else iter(())

    def _column(self, proposal: Proposal) -> ColumnEvidence | None:
        columns = self._evidence(proposal.unique_id).columns
        return next((column for column in columns if column.name == proposal.column), None)

    def _build_evidence(self, unique_id: str) -> Evidence:
        target = self._targets[unique_id]
        return self._mask(build_evidence(target, target.columns, self._sources))

    def _find_reach(self, unique_id: str) -> frozenset[str]:
        return frozenset(self._graph.descendants([unique_id]) - {unique_id})


def _origin(proposal: Proposal) -> tuple[Origin, str | None]:
    """Where a text is from; whether it was stored by then is of no interest to whoever reads it."""
    if proposal.origin != "cache":
        return proposal.origin, proposal.source
    return ("rules" if proposal.provider == "rules" else "llm"), proposal.source
