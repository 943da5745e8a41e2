"""A dry run as a table with colour, for a terminal. rich is imported when it is drawn."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dbt_docsmith.report.preview import PreviewRow, Way, preview_rows
from dbt_docsmith.report.totals import money, plural, short_name
from dbt_docsmith.reports import Report

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

_COLORS = {"requested": "yellow", "left to its owners": "red", "stored": "cyan"}
_FREE = "green"
_WIDE = 100
"""Columns of a terminal that has room for the number of requests, too."""
_MOST_ROWS = 300
"""What a person may still look through; drawing takes 2 ms a row."""


def preview_table(report: Report, width: int, *, colors: bool) -> str:
    """The nodes of a dry run within ``width`` columns, as a terminal shows them; "" where there are none."""
    from rich.console import Console

    rows = preview_rows(report)
    if not rows:
        return ""
    console = Console(
        width=width, force_terminal=colors, color_system="standard" if colors else None, highlight=False
    )
    with console.capture() as drawn:
        console.print(_table(rows, wide=width >= _WIDE))
    more = len(rows) - _MOST_ROWS
    note = (
        f"{plural(more, 'more node')} are not drawn; a pipe, or --report run.md, has them all\n"
        if more > 0
        else ""
    )
    return "\n".join(line.rstrip() for line in drawn.get().splitlines()) + f"\n{note}"


def _table(rows: tuple[PreviewRow, ...], *, wide: bool) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_footer=True)
    table.add_column("node, file", f"{len(rows):,} in all", ratio=1, overflow="fold")
    table.add_column("how each text will be made", ratio=1, overflow="fold")
    if wide:
        table.add_column("requests", f"{sum(row.requests for row in rows):,}", justify="right")
    table.add_column("tokens", f"{sum(row.prompt_tokens for row in rows):,}", justify="right")
    table.add_column("at most", _total(rows), justify="right")
    for row in rows[:_MOST_ROWS]:
        requests = [f"{row.requests:,}"] if wide else []
        table.add_row(_name(row), _ways(row), *requests, f"{row.prompt_tokens:,}", _price(row))
    return table


def _name(row: PreviewRow) -> Text:
    from rich.text import Text

    new = (" (new)", "magenta") if row.created else ""
    return Text.assemble(
        (short_name(row.unique_id, None), "bold"), "\n", (row.file or "(no properties file)", "dim"), new
    )


def _ways(row: PreviewRow) -> Text:
    from rich.text import Text

    lines = [
        Text.assemble((f"{_way(way)}: ", _COLORS.get(way.name, _FREE)), ", ".join(way.items)) for way in row.ways
    ]
    return Text("\n").join(lines)


def _way(way: Way) -> str:
    return f"{way.name} from {short_name(way.source, None)}" if way.source else way.name


def _price(row: PreviewRow) -> str:
    return "free" if not row.requests else "unknown" if row.cost_usd is None else money(row.cost_usd)


def _total(rows: tuple[PreviewRow, ...]) -> str:
    known = [row.cost_usd for row in rows if row.cost_usd is not None]
    return money(sum(known, Decimal(0))) if len(known) == len(rows) else "unknown"
