"""The state that ``state:`` selectors compare with: read where a selector asks for it, and only then."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from dbt_docsmith.config import Config
from dbt_docsmith.dbt.project import PROJECT_FILE, Project, manifest_path
from dbt_docsmith.dbt.project_files import ProjectFiles
from dbt_docsmith.dbt.selection.state.comparison import Comparison
from dbt_docsmith.dbt.selection.state.shapes import read_state
from dbt_docsmith.errors import ProjectError
from dbt_docsmith.pipeline.current_manifest import Say, parse_anew

Compare = Callable[[], Comparison]

UNRENDERED_FLAG = "state_modified_compare_more_unrendered_values"
CURE = "name the folder of the manifest to compare with by --state DIR, or DBT_STATE"


def comparison_with_state(
    config: Config, project: Project, files: ProjectFiles, say: Say, warn: Say
) -> Compare | None:
    """What makes the comparison with ``--state``, once; None where nobody said what to compare with.

    It raises ProjectError where there is no manifest in that folder.
    """
    if config.state is None:
        return None
    before = config.state / "manifest.json"

    @cache
    def compare() -> Comparison:
        was = read_state(before, CURE)
        now = manifest_path(project, config.target_path, config.manifest)
        if before.resolve() == now.resolve():
            warn(f"--state: {before} is the project's own manifest: nothing can differ from it")
        else:
            _make_current(config, project, files, now, say, warn)
        flags = project.raw.get("flags")
        more = isinstance(flags, dict) and flags.get(UNRENDERED_FLAG) is True
        return Comparison(read_state(now, CURE), was, more_unrendered=more)

    return compare


def _make_current(
    config: Config, project: Project, files: ProjectFiles, manifest: Path, say: Say, warn: Say
) -> None:
    """One that is good enough to document by may lack a new text or setting, and here that is the question."""
    names = (PROJECT_FILE, *files.all, *files.macros, *files.docs)
    made = manifest.stat().st_mtime
    if config.manifest or all(_changed_at(project.root / name) <= made for name in names):
        return
    try:
        parse_anew(config, project, lambda: say("files are younger than the manifest: parsing with dbt"))
    except ProjectError as error:
        warn(f"state: is answered by a manifest that is older than the project's files: {error}")


def _changed_at(path: Path) -> float:
    return path.stat().st_mtime if path.is_file() else 0.0
