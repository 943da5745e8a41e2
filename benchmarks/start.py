"""What starting costs: --help, providers, and a dry run over 700 nodes, first and once lineage is kept."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from benchmarks.measure import Cost, cost_of, medians
from benchmarks.synthetic import write_project

NODES = 700
RUNS = 5


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        write_project(project, NODES)
        environ = {**os.environ, "HOME": folder, "XDG_CACHE_HOME": str(Path(folder) / "cache")}
        helped = medians([cost_of(["--help"], project, environ) for _ in range(RUNS)])
        listed = medians([cost_of(["providers"], project, environ) for _ in range(RUNS)])
        dry_run = ["document", "--dry-run", "--provider", "openai", "--quiet"]
        first = cost_of(dry_run, project, environ)
        kept = medians([cost_of(dry_run, project, environ) for _ in range(RUNS)])
    print(f"  --help                        {_shown(helped)}")
    print(f"  providers                     {_shown(listed)}")
    print(f"  dry run of {NODES} nodes, kept     {_shown(kept)}")
    print(f"  dry run of {NODES} nodes, first    {_shown(first)}")
    print(f"  more for each missing node    {(first.cpu_ms - kept.cpu_ms) / NODES:8.1f} ms")


def _shown(cost: Cost) -> str:
    return f"{cost.cpu_ms:8.0f} ms CPU {cost.memory_mb:8.0f} MB"
