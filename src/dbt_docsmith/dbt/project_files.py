"""The files of a project, by what dbt reads them as."""

from __future__ import annotations

import csv
import os
import posixpath
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from dbt_docsmith.dbt.ignore import IgnoreRule, ignore_rules, is_ignored
from dbt_docsmith.dbt.project import Project

FOREIGN_FOLDERS = frozenset({".git", ".venv", "node_modules", "dbt_packages", "dbt_modules"})


class ProjectFiles(Struct, frozen=True, kw_only=True):
    """The project's own files: POSIX names, relative to its root, sorted. ``tests`` are the singular ones;
    ``macros`` hold generic tests too; ``docs`` are the Markdown files of doc blocks; ``all`` is whatever stands
    in the source folders, read by dbt or not."""

    all: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    seeds: tuple[str, ...] = ()
    snapshots: tuple[str, ...] = ()
    analyses: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    macros: tuple[str, ...] = ()
    docs: tuple[str, ...] = ()


def list_files(project: Project) -> ProjectFiles:
    """What dbt would read of this project: its folders, its extensions, its ``.dbtignore``.

    Left out is what is not the project's own to edit: installed packages, ``target``, virtual environments and
    links that lead out of it. Linked folders are not entered, as dbt enters none.
    """
    tree = _Tree(project)
    generic_tests = tuple(posixpath.join(path, "generic") for path in project.test_paths)
    fixtures = tuple(posixpath.join(path, "fixtures") for path in project.test_paths)
    return ProjectFiles(
        all=tree.files(*project.source_paths),
        properties=tree.find(project.source_paths, ".yml", ".yaml"),
        models=tree.find(project.model_paths, ".sql", ".py"),
        seeds=tree.find(project.seed_paths, ".csv"),
        snapshots=tree.find(project.snapshot_paths, ".sql"),
        analyses=tree.find(project.analysis_paths, ".sql"),
        tests=tree.find(project.test_paths, ".sql", besides=(*generic_tests, *fixtures)),
        functions=tree.find(project.function_paths, ".sql", ".py"),
        macros=tree.find((*project.macro_paths, *generic_tests), ".sql"),
        docs=tree.find(project.docs_paths or project.source_paths, ".md"),
    )


def seed_header(path: Path, delimiter: str = ",") -> tuple[str, ...]:
    """The column names of a seed. Only its first row is parsed: row data goes nowhere."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as rows:
        try:
            header = next(csv.reader(rows, delimiter=delimiter), [])
        except (csv.Error, TypeError):
            return ()
    return tuple(name.strip() for name in header if name.strip())


class _Tree:
    """The folders of one project, each walked once."""

    def __init__(self, project: Project) -> None:
        self._root = project.root
        self._rules = _read_rules(project.root / ".dbtignore")
        self._foreign = {posixpath.normpath(path) for path in (project.target_path, project.packages_path)}
        self._walked: dict[str, tuple[str, ...]] = {}

    def files(self, *folders: str) -> tuple[str, ...]:
        """Every file below these folders."""
        return tuple(sorted({name for folder in folders for name in self._below(folder)}))

    def find(self, folders: Iterable[str], *extensions: str, besides: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The files with these extensions that dbt does not pass over."""
        others = tuple(f"{folder}/" for folder in besides)
        read = (name for name in self.files(*folders) if _is_read(name, extensions))
        return tuple(name for name in read if not name.startswith(others) and not is_ignored(name, self._rules))

    def _below(self, folder: str) -> tuple[str, ...]:
        if folder not in self._walked:
            self._walked[folder] = tuple(self._walk(folder))
        return self._walked[folder]

    def _walk(self, top: str) -> Iterator[str]:
        if self._leads_away(top):
            return
        for current, folders, files in os.walk(self._root / top):
            here = Path(os.path.relpath(current, self._root)).as_posix()
            folders[:] = [name for name in folders if not self._is_foreign(posixpath.join(here, name))]
            paths = (posixpath.normpath(posixpath.join(here, name)) for name in files)
            yield from (path for path in paths if not self._leads_away(path))

    def _is_foreign(self, folder: str) -> bool:
        folder = posixpath.normpath(folder)
        if folder in self._foreign or posixpath.basename(folder) in FOREIGN_FOLDERS:
            return True
        return (self._root / folder / "pyvenv.cfg").is_file()

    def _leads_away(self, path: str) -> bool:
        """Whether a path is a link to a place outside the project."""
        file = self._root / path
        return file.is_symlink() and not file.resolve().is_relative_to(self._root)


def _is_read(name: str, extensions: tuple[str, ...]) -> bool:
    """dbt passes over the files that editors leave behind: ``.orders.sql``, ``#orders.sql``, ``~orders.sql``."""
    base = posixpath.basename(name)
    return base[0] not in ".#~" and base.lower().endswith(extensions)


def _read_rules(file: Path) -> tuple[IgnoreRule, ...]:
    if not file.is_file():
        return ()
    return ignore_rules(file.read_text(encoding="utf-8", errors="replace"))
