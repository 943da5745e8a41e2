"""`check`: what is not documented. Calls nobody, writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from dbt_docsmith.config import Config
from dbt_docsmith.dbt.coverage import ColumnsFrom, coverage, missing
from dbt_docsmith.dbt.gate import is_lower, new_since
from dbt_docsmith.dbt.project import find_project
from dbt_docsmith.pipeline.document import Talk
from dbt_docsmith.pipeline.gate import compared_with, state_before
from dbt_docsmith.pipeline.opening import OpenProject, open_project
from dbt_docsmith.pipeline.provenance import need_ledger, open_provenance
from dbt_docsmith.pipeline.selected import select_nodes
from dbt_docsmith.report.git import git_prefix
from dbt_docsmith.reports import CheckReport, Coverage, Missing, StaleText
from dbt_docsmith.types import Failure, Node


def run_check(config: Config, talk: Talk) -> CheckReport:
    """Count what is documented in the selected part of the project, and name what is not."""
    project = find_project(config.project_dir, config.environ)
    before = compared_with(config)
    state = state_before(config)
    if config.stale is not None:
        need_ledger(config, "--stale")
    with closing(open_project(config, project, talk.say, talk.warn)) as opened:
        nodes = select_nodes(config, opened, talk.say, talk.warn)
        on_disk = {node.unique_id: opened.on_disk(node.unique_id) for node in nodes}
        known = {node.unique_id: opened.known(node) for node in nodes}
        stale = _stale(config, opened, nodes)
    columns_from: ColumnsFrom = "known" if config.count_columns == "known" else "declared"
    counted = coverage(nodes, on_disk, known, columns_from)
    found = missing(nodes, on_disk, known, columns_from)
    if state is not None:
        found = new_since(state, found)
    failures = _unreadable(opened, nodes)
    return CheckReport(
        exit_code=_exit_code(config, before, counted, found, failures, stale),
        columns_from=columns_from,
        coverage=counted,
        missing=found,
        failures=failures,
        stale=stale,
        thresholds={} if config.min_coverage is None else {"min_coverage": config.min_coverage},
        new_only=config.new_only,
        before=before,
        repo_prefix=git_prefix(project.root),
    )


def _exit_code(
    config: Config,
    before: Coverage | None,
    counted: Coverage,
    found: Sequence[Missing],
    failures: Sequence[Failure],
    stale: Sequence[StaleText],
) -> int:
    """With a share to reach, or to keep, that is what counts; --new-only and --stale find things besides."""
    if failures or stale or (before is not None and is_lower(counted, before)):
        return 1
    if config.new_only and found:
        return 1
    if config.min_coverage is not None:
        documented = counted.nodes[0] + counted.columns[0]
        whole = counted.nodes[1] + counted.columns[1]
        return 0 if documented * 100 >= config.min_coverage * whole else 1
    return 0 if before is not None or config.new_only else int(bool(found))


def _stale(config: Config, opened: OpenProject, nodes: Sequence[Node]) -> tuple[StaleText, ...]:
    provenance = open_provenance(config, opened) if config.stale is not None else None
    return provenance.stale(nodes, upstream=config.stale == "upstream") if provenance is not None else ()


def _unreadable(opened: OpenProject, nodes: Sequence[Node]) -> tuple[Failure, ...]:
    """The nodes whose properties file cannot be read: what it says of them is not known."""
    return tuple(
        Failure(
            unique_id=node.unique_id,
            column=None,
            error="WriteError",
            message=str(opened.broken[node.properties_file]),
        )
        for node in nodes
        if node.properties_file is not None and node.properties_file in opened.broken
    )
