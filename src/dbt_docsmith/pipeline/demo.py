"""`demo`: the main job on the bundled example project, in a temporary copy, offline."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from dbt_docsmith.config import load_config
from dbt_docsmith.pipeline.bundled import bundled
from dbt_docsmith.pipeline.document import Mode, Talk, run_document
from dbt_docsmith.reports import Report


def run_demo(keep: Path | None, talk: Talk) -> tuple[Report, str]:
    """Document a copy of the example project with facts alone: the report, and the patch it amounts to.

    The copy is made in ``keep`` and left there, or in a temporary folder that goes away.
    """
    if keep is not None:
        return _document(_copy(keep), talk)
    with tempfile.TemporaryDirectory(prefix="dbt-docsmith-demo-") as folder:
        return _document(_copy(Path(folder) / "shop"), talk)


def _copy(folder: Path) -> Path:
    shutil.copytree(bundled("examples/shop"), folder, ignore=shutil.ignore_patterns("*.duckdb*", "logs"))
    (folder / "target" / "manifest.json").touch()  # a checkout gives files any times
    return folder


def _document(folder: Path, talk: Talk) -> tuple[Report, str]:
    environ: Mapping[str, str] = {"HOME": str(folder)}
    given = {
        "project_dir": str(folder),
        "provider": "rules",
        "use_cache": False,
        "manifest": str(folder / "target" / "manifest.json"),
        "cache_dir": str(folder / "target" / "cache"),
    }
    config = load_config(given, environ)
    patch = run_document(config, Mode(diff=True), talk).diff or ""
    return run_document(config, Mode(), talk), patch
