"""The host as a guest sees it: all that is read of dbt-osmosis's context and called of its modules."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, MutableMapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Protocol

from dbt_docsmith.errors import ConfigError, UsageError

KNOWN = ("1.3", "1.4", "1.5")
"""The releases this was tried with, each in an environment of its own."""


class HostColumn(Protocol):
    """A column of dbt's own manifest."""

    description: str
    data_type: str | None


class HostNode(Protocol):
    """A node of dbt's own manifest, its columns injected and inherited by the host."""

    unique_id: str
    package_name: str
    description: str
    columns: MutableMapping[str, HostColumn]


class HostSettings(Protocol):
    """What the host's options came to."""

    dry_run: bool
    catalog_path: str | None


class HostContext(Protocol):
    """What the host hands to each of its transforms. ``placeholders`` are texts that count as missing."""

    settings: HostSettings
    placeholders: Sequence[str]
    project: Any
    close: Callable[[], None]

    def register_mutations(self, count: int) -> None:
        """Count changes: `--check` exits with 1 where there are any."""


def host_version() -> str:
    """Which dbt-osmosis is installed here; "unknown" where nobody wrote it down."""
    try:
        return version("dbt-osmosis")
    except PackageNotFoundError:
        return "unknown"


def check_version(installed: str) -> None:
    """Raises UsageError for a release that nobody tried this with."""
    if ".".join(installed.split(".")[:2]) not in KNOWN:
        raise UsageError(
            f"dbt-osmosis {installed}: dbt-docsmith {version('dbt-docsmith')} knows {KNOWN[0]} to {KNOWN[-1]} and "
            f"does not serve its --synthesize; upgrade it, pip install 'dbt-osmosis=={KNOWN[-1]}.*', or set "
            "OSMOSIS_LLM_ENGINE=off to have dbt-osmosis serve it; nothing was sent"
        )


def project_dir(context: HostContext) -> Path:
    """The folder of the project."""
    return Path(context.project.runtime_cfg.project_root)


def candidates(context: HostContext) -> list[HostNode]:
    """The project's own nodes that the host's options select."""
    from dbt_osmosis.core.node_filters import _iter_candidate_nodes

    own = context.project.runtime_cfg.project_name
    return [node for _, node in _iter_candidate_nodes(context) if node.package_name == own]


def find_files(context: HostContext, nodes: Iterable[HostNode]) -> dict[str, str]:
    """For each node the file that the host will write, from the project's folder.

    Raises ConfigError where it knows none for some: it would write nothing at all then.
    """
    from dbt_osmosis.core.exceptions import OsmosisError

    root, files, lost = project_dir(context).resolve(), {}, {}
    for node in nodes:
        try:
            files[node.unique_id] = Path(os.path.relpath(_file(context, node), root)).as_posix()
        except OsmosisError as error:
            lost[node.unique_id] = str(error)
    if lost:
        raise ConfigError(_no_rule(lost))
    return files


def _file(context: HostContext, node: HostNode) -> Path:
    from dbt_osmosis.core.path_management import get_current_yaml_path, get_target_yaml_path

    current: Path | None = get_current_yaml_path(context, node)
    found: Path = current if current and current.exists() else get_target_yaml_path(context, node)
    return found.resolve()


def _no_rule(lost: dict[str, str]) -> str:
    first = next(iter(lost))
    named = first if len(lost) == 1 else f"{first} and {len(lost) - 1:,} more"
    return (
        f"dbt-osmosis does not know where to write {named}, and would write nothing: {lost[first]}; "
        'add a rule such as `+dbt-osmosis: "_{model}.yml"` to dbt_project.yml; nothing was sent'
    )
