"""`prompts render`: the exact text that would leave, and to which host."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from msgspec import Struct

from dbt_docsmith.config import Config
from dbt_docsmith.dbt.project import find_project
from dbt_docsmith.dbt.targets import TargetSettings, plan_targets
from dbt_docsmith.describable import DESCRIBABLE
from dbt_docsmith.errors import UsageError
from dbt_docsmith.nearest import did_you_mean
from dbt_docsmith.pipeline.answering import open_answering
from dbt_docsmith.pipeline.doc_subjects import open_homes
from dbt_docsmith.pipeline.document import Talk
from dbt_docsmith.pipeline.judging import items_of
from dbt_docsmith.pipeline.node_plan import NodePlan
from dbt_docsmith.pipeline.opening import OpenProject, open_project
from dbt_docsmith.pipeline.templates import masked, open_templates
from dbt_docsmith.pipeline.work import make_board, make_planner
from dbt_docsmith.types import DocTarget, Node, Prompt


class Rendered(Struct, frozen=True, kw_only=True):
    """The prompts of one node, and where they would go. ``free`` says which columns cost nothing, and why."""

    unique_id: str
    host: str | None
    prompts: tuple[Prompt, ...]
    free: tuple[str, ...] = ()


def render_prompts(config: Config, name: str, talk: Talk) -> Rendered:
    """The prompts of ``name``: a node's name or unique id, or ``node.column``.

    Where the node misses nothing, as if all of it were missing. Raises UsageError for a name that is not there.
    """
    project = find_project(config.project_dir, config.environ)
    templates = open_templates(config)
    with closing(open_project(config, project, talk.say, talk.warn)) as opened:
        templates = masked(config, templates, opened.manifest.adapter_type)
        target = _target(config, opened, *_find(opened, name))
        answering = open_answering(config, dry_run=True, notice=talk.say, warn=talk.warn)
        with closing(answering.store):
            homes = open_homes(config, opened, [target])
            planner = make_planner(config, opened, answering, templates, make_board(opened), homes)
            plan = planner.plan(target, None)
    free = [f"{each.proposal.column}: {each.proposal.origin} ({each.proposal.source})" for each in plan.free]
    left = [f"{item or 'description'}: left open before: {question}" for item, question in plan.abstained.items()]
    return Rendered(
        unique_id=target.node.unique_id,
        host=answering.host,
        prompts=tuple(templates.render(evidence) for evidence in plan.requests if not evidence.withheld),
        free=(*free, *left, *_kept_here(plan)),
    )


def _kept_here(plan: NodePlan) -> list[str]:
    withheld = (item for evidence in plan.requests if evidence.withheld for item in items_of(evidence))
    return [f"{item or 'description'}: goes to no provider (policy.never_send)" for item in withheld]


def _find(opened: OpenProject, name: str) -> tuple[Node, str | None]:
    """The node and column of that name; of a model's versions the one that an unversioned ``ref`` finds.

    Of things with one name the one that comes first among the resource types.
    """
    kinds = tuple(DESCRIBABLE)
    described = [node for node in opened.manifest.nodes.values() if node.resource_type in kinds]
    nodes = sorted(described, key=lambda node: (kinds.index(node.resource_type), not node.is_latest))
    for node in nodes:
        if name in _names(node):
            return node, None
    for node in nodes:
        for known in _names(node):
            if name.startswith(known + "."):
                return node, name.removeprefix(known + ".")
    hint = did_you_mean(name.partition(".")[0], [node.name for node in nodes])
    raise UsageError(f"'{name}' is no model, source, seed or snapshot of this project{hint}")


def _names(node: Node) -> Sequence[str]:
    if node.resource_type == "source":
        return (node.unique_id, f"{node.source_name}.{node.name}")
    versioned = (f"{node.name}.v{node.version}",) if node.version is not None else ()
    return (node.unique_id, *versioned, node.name)


def _target(config: Config, opened: OpenProject, node: Node, column: str | None) -> DocTarget:
    known = opened.known(node)
    if column is not None:
        wanted = tuple(each for each in known.columns if each.name.lower() == column.lower())
        if not wanted:
            names = [each.name for each in known.columns]
            kinds = " or ".join(DESCRIBABLE[node.resource_type].lists.values()) or "column"
            raise UsageError(f"{node.name} has no {kinds} '{column}'{did_you_mean(column, names)}")
        order = tuple(each.name for each in known.columns)
        return DocTarget(node=node, needs_description=False, columns=wanted, order=order)
    settings = TargetSettings(add_columns=config.add_columns, add_source_columns=config.add_source_columns)
    on_disk = {node.unique_id: opened.on_disk(node.unique_id)}
    missing = plan_targets([node], on_disk, {node.unique_id: known}, settings)
    if missing:
        return missing[0]
    return DocTarget(
        node=node,
        needs_description=True,
        columns=known.columns,
        order=tuple(each.name for each in known.columns),
    )
