"""The tables of docs/faults.md, made from the rows that the tests run.

``python -m tests.faults.page`` writes them anew.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from tests.envelopes.providers import SERVED
from tests.faults.fault import Fault
from tests.faults.table import ANSWERS, ENDINGS, SLOW_WIRE, UNSUPPORTED, WIRE

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
OPENAI = SERVED[0].hints
PASSING = "0, or 1 where it lasts"
FINAL = "1"
ENDING = "2, or 1 where something was answered before"
HARMLESS = "0"


def tables() -> dict[str, str]:
    """Each table by the heading that it stands under."""
    return {
        "On the wire": _table([*WIRE, *SLOW_WIRE, UNSUPPORTED]),
        "What ends all asking": _table(ENDINGS, ENDING),
        "In the answer": _table(ANSWERS),
    }


def _table(faults: Sequence[Fault], exit_code: str | None = None) -> str:
    lines = ["| what goes wrong | what is done | what you read where it lasts | exit code |", "|---|---|---|---|"]
    lines += [
        f"| {fault.name} | {fault.happens} | {_read(fault)} | {exit_code or _exit_code(fault)} |"
        for fault in faults
    ]
    return "\n".join(lines)


def _read(fault: Fault) -> str:
    """As somebody with openai reads it, behind the provider and its host."""
    return f"`{fault.error}`: {fault.reads.format_map(OPENAI)}" if fault.error else ""


def _exit_code(fault: Fault) -> str:
    if fault.lost_where_it_lasts == "none":
        return HARMLESS
    return PASSING if fault.lost_where_it_passes == "none" else FINAL


def with_tables(page: str) -> str:
    """The page with each table as it should be."""
    for heading, table in tables().items():
        before, mark, after = page.partition(f"\n## {heading}\n")
        old = re.search(r"(?:^\|.*\n)+", after, re.MULTILINE)
        page = before + mark + after.replace(old.group() if old else "\n", f"{table}\n", 1)
    return page


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
