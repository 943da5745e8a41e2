"""Everything one run works with, put together from the Config before anything is spent."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from msgspec import Struct

from dbt_docsmith.config import Config
from dbt_docsmith.dbt.columns import KnownColumns
from dbt_docsmith.dbt.project_facts import ProjectFacts
from dbt_docsmith.dbt.targets import TargetSettings, plan_targets
from dbt_docsmith.dbt.written import NodeOnDisk, blocks_of_tables, referenced_blocks
from dbt_docsmith.pipeline.answering import Answering
from dbt_docsmith.pipeline.asking import Complete, anything
from dbt_docsmith.pipeline.doc_homes import DocHomes
from dbt_docsmith.pipeline.doc_subjects import open_homes
from dbt_docsmith.pipeline.engine import Engine, Sink
from dbt_docsmith.pipeline.evidence import evidence_sources
from dbt_docsmith.pipeline.free import FreeTexts
from dbt_docsmith.pipeline.free_things import ThingTexts
from dbt_docsmith.pipeline.never_send import NeverSend
from dbt_docsmith.pipeline.node_plan import AskLimits, Planner
from dbt_docsmith.pipeline.opening import OpenProject
from dbt_docsmith.pipeline.places import Places, find_places
from dbt_docsmith.pipeline.provenance import Provenance, need_ledger, open_provenance, to_remake, without
from dbt_docsmith.pipeline.templates import prompt_style
from dbt_docsmith.pipeline.texts import TextBoard
from dbt_docsmith.pipeline.versions import siblings
from dbt_docsmith.prompting.templates import Templates
from dbt_docsmith.provenance import TextKey
from dbt_docsmith.reports import StaleText
from dbt_docsmith.types import DocTarget, Node, Prompt, Proposal


class Work(Struct, frozen=True, kw_only=True):
    """What is to be done: of ``nodes`` (all selected) the ``targets`` miss something and can be written.

    ``stale`` are texts whose ground has changed, where they are asked for; ``remade`` those of them that count as
    missing, to be made anew.
    """

    opened: OpenProject
    nodes: Sequence[Node]
    on_disk: dict[str, NodeOnDisk]
    known: dict[str, KnownColumns]
    targets: Sequence[DocTarget]
    places: Places
    homes: DocHomes
    provenance: Provenance | None = None
    stale: tuple[StaleText, ...] = ()
    remade: frozenset[TextKey] = frozenset()

    def remakes(self, proposal: Proposal) -> bool:
        """Whether it takes the place of a text that is made anew."""
        return (proposal.unique_id, proposal.column and proposal.column.lower()) in self.remade


def find_work(config: Config, opened: OpenProject, nodes: Sequence[Node]) -> Work:
    """What is missing in ``nodes``, and where it would stand."""
    on_disk = {node.unique_id: opened.on_disk(node.unique_id) for node in nodes}
    known = {node.unique_id: opened.known(node) for node in nodes}
    provenance = open_provenance(config, opened)
    stale = _stale(config, provenance, nodes)
    remade = to_remake(stale)
    settings = TargetSettings(
        only=config.only,
        overwrite=config.overwrite,
        add_columns=config.add_columns,
        add_source_columns=config.add_source_columns,
    )
    seen = {unique_id: without(each, unique_id, remade) for unique_id, each in on_disk.items()}
    targets = plan_targets(nodes, seen, known, settings)[: config.limit]
    places = find_places(config, opened, targets)
    writable = [target for target in targets if target.node.unique_id in places.files]
    return Work(
        opened=opened,
        nodes=nodes,
        on_disk=on_disk,
        known=known,
        targets=writable,
        places=places,
        provenance=provenance,
        stale=stale,
        remade=remade,
        homes=open_homes(config, opened, writable),
    )


def _stale(config: Config, provenance: Provenance | None, nodes: Sequence[Node]) -> tuple[StaleText, ...]:
    if not config.refresh_stale:
        return ()
    need_ledger(config, "--refresh-stale")
    return provenance.stale(nodes) if provenance is not None else ()


def make_board(opened: OpenProject, remade: frozenset[TextKey] = frozenset()) -> TextBoard:
    """The texts as they are on disk, to which a run adds its own; without those that are ``remade`` in it."""
    others = siblings(opened.manifest.nodes.values())
    return TextBoard(
        lambda unique_id: without(opened.on_disk(unique_id), unique_id, remade),
        lambda unique_id: others.get(unique_id, ()),
    )


def make_planner(
    config: Config,
    opened: OpenProject,
    answering: Answering,
    templates: Templates,
    board: TextBoard,
    homes: DocHomes,
    replaced: Collection[str] = (),
) -> Planner:
    """What makes the plan of one node at a time. ``replaced``: the nodes whose texts are written anew."""
    manifest, facts = opened.manifest, ProjectFacts(opened.manifest)
    lineage_of = opened.lineage_of
    never_send = NeverSend(
        config.file.policy.never_send,
        manifest,
        opened.sql_of,
        board.of_column,
        opened.on_disk_text,
        lambda node: [column.name for column in opened.known(node).columns],
    )
    return Planner(
        free_texts=FreeTexts(
            manifest,
            lineage_of,
            facts.keys,
            board,
            config.file.glossary,
            table_blocks=blocks_of_tables(opened.entries),
            inherit=config.inherit,
            homes=homes,
            in_english=prompt_style(config).language.lower().startswith("english"),
            language=config.file.style.language,
            replaced=replaced,
        ),
        sources=evidence_sources(config, opened, facts, board, never_send, answering.store, replaced),
        limits=AskLimits(
            prompt_tokens=answering.prompt_tokens,
            answer_tokens=config.max_tokens,
            sql_chars=config.max_sql_chars,
        ),
        thing_texts=ThingTexts(
            manifest,
            board,
            config.file.glossary,
            used_blocks=referenced_blocks(opened.entries),
            inherit=config.inherit,
        ),
        asker=answering.asker,
        find_abstention=answering.find_abstention,
        is_answered=lambda evidence: _is_answered(answering, templates.render(evidence)),
        split=never_send.split,
    )


def _is_answered(answering: Answering, prompt: Prompt) -> bool:
    return answering.client is not None and answering.client.lookup(prompt, anything) is not None


def make_engine(
    config: Config,
    work: Work,
    answering: Answering,
    templates: Templates,
    complete: Complete,
    sink: Sink,
    progress: Callable[[DocTarget], None],
) -> Engine:
    """The engine that works through ``work``."""
    board = make_board(work.opened, work.remade)
    replaced = {target.node.unique_id for target in work.targets} if config.overwrite else ()
    return Engine(
        make_planner(config, work.opened, answering, templates, board, work.homes, replaced),
        board,
        templates,
        complete,
        answering.keep_abstention,
        sink,
        files=work.places.files,
        most_length=prompt_style(config).max_length,
        threads=config.threads,
        progress=progress,
        homes=work.homes,
    )
