"""dbt_project.yml -> Project: where dbt reads what, and where it leaves its manifest."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct

from dbt_docsmith.errors import ProjectError

PROJECT_FILE = "dbt_project.yml"
VARS_FILE = "vars.yml"
ENVIRONMENT: Mapping[str, str] = {}


class Project(Struct, frozen=True, kw_only=True):
    """A dbt project's own settings. Paths of folders are POSIX and relative to ``root``, normalised.

    ``vars`` and ``models`` are as the file has them, Jinja not rendered; ``raw`` is the whole file.
    """

    root: Path
    name: str
    profile: str | None = None
    model_paths: tuple[str, ...] = ("models",)
    seed_paths: tuple[str, ...] = ("seeds",)
    snapshot_paths: tuple[str, ...] = ("snapshots",)
    analysis_paths: tuple[str, ...] = ("analyses",)
    macro_paths: tuple[str, ...] = ("macros",)
    test_paths: tuple[str, ...] = ("tests",)
    function_paths: tuple[str, ...] = ("functions",)
    docs_paths: tuple[str, ...] = ()
    target_path: str = "target"
    packages_path: str = "dbt_packages"
    vars: Mapping[str, Any] = {}
    models: Mapping[str, Any] = {}
    raw: Mapping[str, Any] = {}

    @property
    def source_paths(self) -> tuple[str, ...]:
        """Every folder in which dbt reads properties files."""
        return _unique(
            *(self.model_paths, self.seed_paths, self.snapshot_paths, self.analysis_paths),
            *(self.macro_paths, self.test_paths, self.function_paths),
        )


def nearest_project_dir(start: Path) -> Path:
    """``start`` or the closest folder above it with a dbt_project.yml, as dbt looks where no ``--project-dir``
    is given; ``start`` itself where there is none."""
    start = start.resolve()
    return next((folder for folder in (start, *start.parents) if (folder / PROJECT_FILE).is_file()), start)


def find_project(project_dir: Path, environ: Mapping[str, str] = ENVIRONMENT) -> Project:
    """The project in that folder, and only there. ``environ`` is what ``env_var()`` in its paths reads.

    ProjectError: there is none, or its file cannot be read.
    """
    file = project_dir / PROJECT_FILE
    if not file.is_file():
        raise ProjectError(f"{project_dir}: there is no {PROJECT_FILE} here; name the project with --project-dir")
    raw = _load(file)
    name = raw.get("name")
    if not isinstance(name, str):
        raise ProjectError(f"{file}: the project has no name; add one, like `name: my_project`")
    settings = _Settings(file, raw, environ)
    return Project(
        root=project_dir.resolve(),
        name=name,
        profile=settings.text("profile"),
        model_paths=settings.folders("model-paths", "source-paths", default="models"),
        seed_paths=settings.folders("seed-paths", "data-paths", default="seeds"),
        snapshot_paths=settings.folders("snapshot-paths", default="snapshots"),
        analysis_paths=settings.folders("analysis-paths", default="analyses"),
        macro_paths=settings.folders("macro-paths", default="macros"),
        test_paths=settings.folders("test-paths", default="tests"),
        function_paths=settings.folders("function-paths", default="functions"),
        docs_paths=settings.folders("docs-paths"),
        target_path=settings.text("target-path") or "target",
        packages_path=settings.text("packages-install-path") or "dbt_packages",
        vars=settings.mapping("vars") or _vars_beside(project_dir / VARS_FILE),
        models=settings.mapping("models"),
        raw=raw,
    )


def manifest_path(project: Project, target_path: str | None = None, manifest: Path | None = None) -> Path:
    """Where the manifest is: the one named, else in the target folder, which is relative to the project."""
    return manifest or project.root / (target_path or project.target_path) / "manifest.json"


def _vars_beside(file: Path) -> Mapping[str, Any]:
    """The variables of a vars.yml, where dbt 1.12 lets them stand; before, it is a file like any other."""
    with suppress(ProjectError):
        found = _load(file).get("vars") if file.is_file() else None
        return found if isinstance(found, dict) else {}
    return {}


def _load(file: Path) -> Mapping[str, Any]:
    try:
        raw = yaml.load(file.read_text(encoding="utf-8"), _LOADER)
    except UnicodeDecodeError as error:
        raise ProjectError(f"{file}: not UTF-8 text; save it as UTF-8") from error
    except OSError as error:
        raise ProjectError(f"{file}: cannot be read: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise ProjectError(f"{file}{_place_and_problem(error)}; mend the YAML") from error
    if not isinstance(raw, dict):
        raise ProjectError(f"{file}: not a mapping; it begins like `name: my_project`")
    return raw


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _place_and_problem(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    line = f":{mark.line + 1}" if mark else ""
    return f"{line}: not YAML: {getattr(error, 'problem', None) or 'it cannot be parsed'}"


class _Settings:
    """The values of one dbt_project.yml, each checked for what it must be."""

    def __init__(self, file: Path, raw: Mapping[str, Any], environ: Mapping[str, str]) -> None:
        self._file = file
        self._raw = raw
        self._environ = environ

    def folders(self, *keys: str, default: str | None = None) -> tuple[str, ...]:
        """Folders under the first key there is. One whose Jinja only dbt can render is left out."""
        key = next((key for key in keys if self._raw.get(key) is not None), None)
        if key is None:
            return (default,) if default else ()
        value = self._raw[key]
        if not isinstance(value, list) or not all(isinstance(folder, str) for folder in value):
            raise ProjectError(f"{self._file}: `{key}` must be a list of folders, like [{default or 'models'}]")
        rendered = [folder for text in value if (folder := render(text, self._environ))]
        return _unique(tuple(posixpath.normpath(folder.replace("\\", "/")) for folder in rendered))

    def text(self, key: str) -> str | None:
        value = self._raw.get(key)
        return render(value, self._environ) if isinstance(value, str) else None

    def mapping(self, key: str) -> Mapping[str, Any]:
        value = self._raw.get(key)
        return value if isinstance(value, dict) else {}


def render(text: str, environ: Mapping[str, str]) -> str | None:
    """A value of dbt_project.yml with its ``env_var()`` calls rendered; None where that is not enough for it."""
    if "{" not in text:
        return text
    from jinja2 import StrictUndefined, TemplateError
    from jinja2.sandbox import SandboxedEnvironment

    jinja = SandboxedEnvironment(undefined=StrictUndefined)

    def env_var(name: str, default: str | None = None) -> object:
        return environ.get(name, var(name, default))

    def var(name: str, default: object = None) -> object:
        return jinja.undefined(name=name) if default is None else default

    try:
        return jinja.from_string(text).render(env_var=env_var, var=var)
    except (TemplateError, TypeError, ArithmeticError):
        return None


def _unique(*groups: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(path for group in groups for path in group))
