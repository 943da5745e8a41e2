"""What a run is about: what the user selected of the project's own, without what is to be skipped."""

from __future__ import annotations

from collections.abc import Sequence

from dbt_docsmith.config import Config
from dbt_docsmith.config_file import FILE_NAME
from dbt_docsmith.dbt.selection.select import select
from dbt_docsmith.describable import DEFAULT_TYPES, DESCRIBABLE, MADE_BY_ENTRY, SECTIONS
from dbt_docsmith.errors import ConfigError, UsageError
from dbt_docsmith.nearest import did_you_mean
from dbt_docsmith.pipeline.current_manifest import Say
from dbt_docsmith.pipeline.opening import OpenProject, is_skipped
from dbt_docsmith.pipeline.states import Compare, comparison_with_state
from dbt_docsmith.types import Node


def select_nodes(config: Config, opened: OpenProject, say: Say, warn: Say) -> list[Node]:
    """The project's own nodes that the user selected, without those to be skipped. Raises UsageError."""
    types = described_types(config.resource_types)
    manifest = opened.manifest
    compare = comparison_with_state(config, opened.project, opened.files, say, warn)
    found = select(
        manifest,
        project_dir=opened.project.root,
        select=config.select,
        exclude=config.exclude,
        selectors=config.selectors,
        resource_types=types,
        compare=compare,
    )
    for warning in found.warnings:
        warn(warning)
    skipped = _skipped(config, opened, compare)
    nodes = [manifest.nodes[uid] for uid in found.unique_ids if uid not in skipped]
    own = [node for node in nodes if node.package_name == manifest.project_name and not is_skipped(node.meta)]
    own = [node for node in own if not _is_made_elsewhere(opened, node)]
    if found.unique_ids and not own:
        warn("all that is selected is skipped, or belongs to installed packages")
    return own


def described_types(given: Sequence[str]) -> tuple[str, ...]:
    """The resource types that ``--resource-type`` names. Raises UsageError for one that is not described."""
    groups = {"default": DEFAULT_TYPES, "all": tuple(DESCRIBABLE)}
    for name in given:
        if name not in DESCRIBABLE and name not in groups:
            known = (*DESCRIBABLE, *groups)
            hint = did_you_mean(name, known)
            raise UsageError(f"--resource-type: '{name}' is not described{hint}; there are: {', '.join(known)}")
    return tuple(kind for name in given or ("default",) for kind in groups.get(name, (name,)))


def _is_made_elsewhere(opened: OpenProject, node: Node) -> bool:
    """Whether a thing that its entry makes has none: dbt makes metrics of measures, whose text it takes."""
    if node.resource_type == "source" or SECTIONS[node.resource_type] not in MADE_BY_ENTRY:
        return False
    return opened.on_disk(node.unique_id).file is None and node.properties_file not in opened.broken


def _skipped(config: Config, opened: OpenProject, compare: Compare | None) -> set[str]:
    if not config.file.skip:
        return set()
    try:
        found = select(
            opened.manifest,
            project_dir=opened.project.root,
            select=config.file.skip,
            resource_types=tuple(DESCRIBABLE),
            compare=compare,
        )
    except UsageError as error:
        raise ConfigError(f"{FILE_NAME}: skip: {error}") from error
    return set(found.unique_ids)
