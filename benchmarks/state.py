"""What `state:` costs: reading a manifest for its comparison, beside reading it at all, and the comparison."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import TypeVar

from dbt_docsmith.dbt.manifest import read_manifest
from dbt_docsmith.dbt.selection.state.comparison import Comparison
from dbt_docsmith.dbt.selection.state.shapes import ProjectState, read_state

RUNS = 5
Result = TypeVar("Result")


def main(folders: Sequence[str]) -> None:
    for folder in folders:
        path = Path(folder) / "target" / "manifest.json"
        manifest, read = _median_ms(lambda path=path: read_manifest(path))
        state, for_state = _median_ms(lambda path=path: read_state(path, "parse the project first"))
        _, compared = _median_ms(lambda state=state: _modified(state))
        size = f"{len(manifest.nodes):,} resources, {path.stat().st_size / 1_000_000:.0f} MB"
        print(
            f"  {Path(folder).name}: {size}: {read:.0f} ms to read, "
            f"{for_state:.0f} ms once more for each state, {compared:.0f} ms to compare"
        )


def _modified(state: ProjectState) -> int:
    comparison = Comparison(state, state)
    return sum(comparison.is_in("modified", unique_id) for unique_id in state.resources)


def _median_ms(action: Callable[[], Result]) -> tuple[Result, float]:
    """CPU time, so that what else the machine does is left out."""
    costs = []
    for _ in range(RUNS):
        began = time.process_time()
        result = action()
        costs.append((time.process_time() - began) * 1000)
    return result, median(costs)
