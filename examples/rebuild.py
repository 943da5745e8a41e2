"""Make the example's manifest.json and catalog.json anew, with real dbt on DuckDB.

    python examples/rebuild.py            writes examples/shop/target/
    python examples/rebuild.py FOLDER     writes FOLDER

dbt runs on a copy in a temporary folder. What differs from one run or one machine to the next (times, ids,
folders) is taken out of its files, so that they change only when the project does.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parent / "shop"
DBT = [sys.executable, "-c", "from dbt.cli.main import cli; cli()"]
FLAGS = ["--quiet", "--warn-error", "--no-send-anonymous-usage-stats"]
GENERATED_AT = "2025-04-01T06:00:00.000000Z"
OF_ONE_RUN = {
    "created_at",
    "env",
    "invocation_id",
    "invocation_started_at",
    "root_path",
    "run_started_at",
    "send_anonymous_usage_stats",
    "user_id",
}


def main(folder: Path) -> None:
    """Write both files to ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        target = run_dbt(Path(temporary) / "shop")
        manifest = without_unused_macros(normalised(json.loads((target / "manifest.json").read_bytes())))
        catalog = normalised(json.loads((target / "catalog.json").read_bytes()))
    write(folder / "manifest.json", manifest)
    write(folder / "catalog.json", catalog)


def run_dbt(project: Path) -> Path:
    """Build a copy of the example and its docs from nothing; gives the folder of dbt's artifacts."""
    shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns("target", "logs"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DBT_", "SHOP_"))}
    for command in (["build"], ["docs", "generate"]):
        subprocess.run([*DBT, *FLAGS, *command], cwd=project, env=environment, check=True)
    return project / "target"


def normalised(value: Any, *, keys_are_names: bool = False) -> Any:
    """``value`` without anything that tells of one run or one machine; a column may well be called ``user_id``."""
    if isinstance(value, list):
        return [normalised(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {
        key: normalised(item, keys_are_names=key == "columns")
        for key, item in value.items()
        if keys_are_names or key not in OF_ONE_RUN
    }
    return kept | {"generated_at": GENERATED_AT} if "generated_at" in kept else kept


def without_unused_macros(manifest: dict[str, Any]) -> dict[str, Any]:
    """Only the macros the project has or reaches.

    dbt writes out the five hundred macros of its own packages, three quarters of the file, and every one would
    be a difference when dbt is updated.
    """
    macros = manifest["macros"]
    own = [unique_id for unique_id, macro in macros.items() if macro["package_name"] == "shop"]
    used = [unique_id for node in manifest["nodes"].values() for unique_id in node["depends_on"]["macros"]]
    reached = set(reachable({*own, *used}, macros))
    return manifest | {"macros": {unique_id: macros[unique_id] for unique_id in reached}}


def reachable(starts: Iterable[str], macros: dict[str, Any]) -> Iterator[str]:
    """The macros in ``starts`` and all that they call."""
    waiting, seen = list(starts), set(starts)
    while waiting:
        unique_id = waiting.pop()
        yield unique_id
        called = set(macros[unique_id]["depends_on"]["macros"]) - seen
        waiting.extend(called)
        seen |= called


def write(path: Path, artifact: dict[str, Any]) -> None:
    """One line a value and sorted keys: larger than dbt's own, but a change shows as what it is."""
    path.write_text(json.dumps(artifact, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else PROJECT / "target")
