"""Run every benchmark that needs nothing: `make bench`. `python -m benchmarks NAME [ARGUMENT ...]` runs one.

Those that read dbt projects take their folders as arguments, each with a parsed `target/manifest.json`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version

from benchmarks import facts, osmosis, peer_price, people, price, rate, recall, sql, start, state, sweep

BENCHMARKS: dict[str, Callable[[], None]] = {"start": start.main, "facts": facts.main, "rate": rate.main}
OF_PROJECTS: dict[str, Callable[[Sequence[str]], None]] = {
    "people": people.main,
    "sql": sql.main,
    "state": state.main,
    "sweep": sweep.main,
    "price": price.main,
    "peer-price": peer_price.main,
    "recall": recall.main,
    "osmosis": osmosis.main,
}


def main(arguments: list[str]) -> None:
    packages = ("dbt-docsmith", "sqlglot", "msgspec", "PyYAML")
    print(f"python {sys.version.split()[0]}, " + ", ".join(f"{name} {version(name)}" for name in packages))
    if arguments and arguments[0] in OF_PROJECTS:
        name, *folders = arguments
        _announce(name, OF_PROJECTS[name])
        OF_PROJECTS[name](folders)
        return
    for name in arguments or BENCHMARKS:
        _announce(name, BENCHMARKS[name])
        BENCHMARKS[name]()


def _announce(name: str, benchmark: Callable[..., None]) -> None:
    print(f"\n{name}: {(sys.modules[benchmark.__module__].__doc__ or '').strip().splitlines()[0]}")


main(sys.argv[1:])
