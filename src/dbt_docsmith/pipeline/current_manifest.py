"""A manifest that says what the project says today."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from dbt_docsmith.config import Config
from dbt_docsmith.dbt.freshness.changes import changed_since
from dbt_docsmith.dbt.manifest import read_manifest
from dbt_docsmith.dbt.parse import dbt_command, parse_project
from dbt_docsmith.dbt.project import Project, manifest_path
from dbt_docsmith.dbt.project_files import ProjectFiles
from dbt_docsmith.dbt.selection.spec import parse_criterion, split_union
from dbt_docsmith.errors import ProjectError
from dbt_docsmith.types import Manifest, WrittenEntry

Say = Callable[[str], None]


def current_manifest(
    config: Config,
    project: Project,
    files: ProjectFiles,
    entries: Sequence[WrittenEntry],
    broken: Iterable[str],
    say: Say,
    warn: Say,
) -> Manifest:
    """The manifest, made anew where it is missing or out of date and dbt is installed.

    Raises ProjectError where there is none, or where one that cannot be made anew does not know what was selected.
    """
    path = manifest_path(project, config.target_path, config.manifest)
    dbt = None if config.manifest else _dbt(config)
    if not path.is_file():
        if dbt is None:
            raise _no_manifest(path, named=config.manifest is not None)
        say(f"there is no {path}: parsing the project with dbt")
        return _parse(config, project, dbt)
    manifest = read_manifest(path)
    changed = changed_since(manifest, project, files, entries, path.stat().st_mtime, broken)
    if not changed:
        return manifest
    if dbt is not None:
        say(f"the manifest is older than {_listed(changed)}: parsing the project with dbt")
        return _parse(config, project, dbt)
    _refuse_selected(config, manifest, path, changed)
    warn(f"{path} is older than {_listed(changed)}; run `dbt parse` to see what is new there")
    return manifest


def parse_anew(config: Config, project: Project, told: Callable[[], None]) -> None:
    """Have dbt make the manifest anew, where it is installed; ``told`` before it begins. Raises ProjectError."""
    dbt = _dbt(config)
    if dbt is not None:
        told()
        _parse(config, project, dbt)


def _dbt(config: Config) -> Sequence[str] | None:
    return dbt_command(which=partial(shutil.which, path=config.environ.get("PATH", "")))


def _parse(config: Config, project: Project, dbt: Sequence[str]) -> Manifest:
    path = parse_project(
        project,
        dbt=dbt,
        profiles_dir=config.profiles_dir,
        profile=config.profile,
        target=config.target,
        target_path=config.target_path,
        cli_vars=config.vars,
        environ=config.environ,
    )
    return read_manifest(path)


def _no_manifest(path: Path, *, named: bool) -> ProjectError:
    if named:
        return ProjectError(f"{path}: there is no such manifest; run `dbt parse`, or name another with --manifest")
    return ProjectError(
        f"{path}: there is no manifest, and dbt is not installed here to make one; "
        "run `dbt parse` where it is, pip install 'dbt-docsmith[dbt]', or name one with --manifest"
    )


def _refuse_selected(config: Config, manifest: Manifest, path: Path, changed: Sequence[str]) -> None:
    """A node named by the user must not be described from a manifest that does not know it."""
    for file in changed:
        if any(_names_file(text, file, manifest) for text in split_union(config.select)):
            cure = "leave --manifest out" if config.manifest else "pip install 'dbt-docsmith[dbt]'"
            raise ProjectError(f"{path} is older than {file} and cannot be made anew: run `dbt parse`, or {cure}")


def _names_file(text: str, file: str, manifest: Manifest) -> bool:
    """Whether a part of the selector is the file's path or name, or the name of a node that is made of it."""
    names = {file, Path(file).name, Path(file).stem}
    names |= {node.name for node in manifest.nodes.values() if node.original_file_path == file}
    values = [str(parse_criterion(part).value).removeprefix("./") for part in text.split(",")]
    return any(names & {value, value.rpartition(".")[2], value.replace(".", "_")} for value in values)


def _listed(files: Sequence[str]) -> str:
    shown = ", ".join(files[:3])
    return shown if len(files) <= 3 else f"{shown} and {len(files) - 3} more"
