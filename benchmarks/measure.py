"""CPU and memory of a whole process, as the operating system counts them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple


class Cost(NamedTuple):
    """CPU in milliseconds (user and system), peak memory in MB."""

    cpu_ms: float
    memory_mb: float


def cost_of(arguments: Sequence[str], cwd: Path, environ: Mapping[str, str]) -> Cost:
    """What one run of `dbt-docsmith ARGUMENTS` costs."""
    command = [sys.executable, "-m", "dbt_docsmith", *arguments]
    child = subprocess.Popen(
        command, cwd=cwd, env=dict(environ), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(command)} ended with {child.returncode}")
    return Cost((usage.ru_utime + usage.ru_stime) * 1000, usage.ru_maxrss / 1024)


def medians(costs: Sequence[Cost]) -> Cost:
    """The median of each figure."""
    return Cost(median(cost.cpu_ms for cost in costs), median(cost.memory_mb for cost in costs))
