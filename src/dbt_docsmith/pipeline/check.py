"""`check`: what is not documented. Calls nobody, writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from dbt_docsmith.config import Config
from dbt_docsmith.dbt.coverage import ColumnsFrom, coverage, missing
from dbt_docsmith.dbt.project import find_project
from dbt_docsmith.pipeline.document import Talk
from dbt_docsmith.pipeline.opening import OpenProject, open_project, select_nodes
from dbt_docsmith.types import CheckReport, Coverage, Failure, Missing, Node


def run_check(config: Config, talk: Talk) -> CheckReport:
    """Count what is documented in the selected part of the project, and name what is not."""
    project = find_project(config.project_dir, config.environ)
    with closing(open_project(config, project, talk.say, talk.warn)) as opened:
        nodes = select_nodes(config, opened, talk.warn)
        on_disk = {node.unique_id: opened.on_disk(node.unique_id) for node in nodes}
        known = {node.unique_id: opened.known(node) for node in nodes}
    columns_from: ColumnsFrom = "known" if config.count_columns == "known" else "declared"
    counted = coverage(nodes, on_disk, known, columns_from)
    found = missing(nodes, on_disk, known, columns_from)
    failures = _unreadable(opened, nodes)
    return CheckReport(
        exit_code=_exit_code(config.min_coverage, counted, found, failures),
        columns_from=columns_from,
        coverage=counted,
        missing=found,
        failures=failures,
        thresholds={} if config.min_coverage is None else {"min_coverage": config.min_coverage},
    )


def _exit_code(
    min_coverage: float | None, counted: Coverage, found: Sequence[Missing], failures: Sequence[Failure]
) -> int:
    if failures:
        return 1
    if min_coverage is None:
        return 1 if found else 0
    documented = counted.nodes[0] + counted.columns[0]
    whole = counted.nodes[1] + counted.columns[1]
    return 0 if documented * 100 >= min_coverage * whole else 1


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
