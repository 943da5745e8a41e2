"""Run every benchmark: `make bench`, or `python -m benchmarks NAME ...` for some."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.metadata import version

from benchmarks import facts, rate, start

BENCHMARKS: dict[str, Callable[[], None]] = {"start": start.main, "facts": facts.main, "rate": rate.main}


def main(names: list[str]) -> None:
    packages = ("dbt-docsmith", "sqlglot", "msgspec", "PyYAML")
    print(f"python {sys.version.split()[0]}, " + ", ".join(f"{name} {version(name)}" for name in packages))
    for name in names or list(BENCHMARKS):
        print(f"\n{name}: {(sys.modules[BENCHMARKS[name].__module__].__doc__ or '').strip().splitlines()[0]}")
        BENCHMARKS[name]()


main(sys.argv[1:])
