"""Where each text will stand, and what keeps a file from being written: decided before anything is paid for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from dbt_docsmith.config import Config
from dbt_docsmith.config_file import FILE_NAME
from dbt_docsmith.errors import ConfigError, WriteError
from dbt_docsmith.pipeline.opening import OpenProject
from dbt_docsmith.properties.files import check_writable
from dbt_docsmith.properties.path_templates import check_names
from dbt_docsmith.properties.placement import PlacementSettings, plan_placement
from dbt_docsmith.types import DocTarget, Failure


class Places(Struct, frozen=True, kw_only=True):
    """The file of each target that can be written; the others have a failure. ``created``: files to be made."""

    files: Mapping[str, str]
    failures: tuple[Failure, ...]
    created: frozenset[str]


def find_places(config: Config, opened: OpenProject, targets: Sequence[DocTarget]) -> Places:
    """The properties file of each target, and every obstacle that can be known beforehand.

    Raises ConfigError for a path template of dbt-docsmith.yml that can name no file.
    """
    _check_patterns(config.file.placement)
    project = opened.project
    nodes = [target.node for target in targets]
    wanted = {node.unique_id for node in nodes}
    own = opened.manifest.project_name
    others = [n for n in opened.manifest.nodes.values() if n.package_name == own and n.unique_id not in wanted]
    settings = PlacementSettings(
        project_name=own,
        patterns=config.file.placement,
        vars=project.vars,
        model_paths=project.model_paths,
        source_paths=project.source_paths,
        foreign_folders=(project.packages_path, project.target_path, "dbt_packages", "dbt_modules"),
        properties_files=frozenset(opened.files.properties),
        existing_files=frozenset(opened.files.all),
    )
    plan = plan_placement(nodes, opened.entries, settings, others)
    obstacles = {file: find_obstacle(opened, file) for file in set(plan.files.values())}
    unwritable = [
        Failure(unique_id=unique_id, column=None, error="WriteError", message=obstacle)
        for unique_id, file in plan.files.items()
        if (obstacle := obstacles[file]) is not None
    ]
    return Places(
        files={unique_id: file for unique_id, file in plan.files.items() if obstacles[file] is None},
        failures=(*plan.failures, *unwritable),
        created=frozenset(obstacles) - set(opened.files.properties),
    )


def _check_patterns(patterns: str | Mapping[str, str] | None) -> None:
    for pattern in patterns.values() if isinstance(patterns, Mapping) else [patterns or ""]:
        try:
            check_names(pattern)
        except WriteError as error:
            raise ConfigError(f"{FILE_NAME}: placement: {error}") from None


def find_obstacle(opened: OpenProject, file: str) -> str | None:
    """What keeps a file from being written, as far as that can be known beforehand."""
    if file in opened.broken:
        return str(opened.broken[file])
    return check_writable(opened.project.root, file)
