"""A dry run as plain, aligned text: for a pipe, a log, a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dbt_docsmith.report.preview import PreviewRow, preview_rows
from dbt_docsmith.report.text import beside_texts
from dbt_docsmith.report.totals import money
from dbt_docsmith.reports import Report

_HEAD = ("node", "missing", "requests", "tokens", "at most", "file")
_NUMBERS = (2, 3, 4)


def preview_text(report: Report) -> str:
    """A line for each node, beneath it how each of its texts will be made, then the totals and every obstacle."""
    return "\n".join([*_table(preview_rows(report)), beside_texts(report)])


def _table(rows: Sequence[PreviewRow]) -> Iterator[str]:
    if not rows:
        return
    cells = [_cells(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(_HEAD, *cells, strict=True)]
    yield _line(_HEAD, widths)
    for row, line in zip(rows, cells, strict=True):
        yield _line(line, widths)
        yield from _ways(row)
    yield ""


def _cells(row: PreviewRow) -> tuple[str, ...]:
    price = money(row.cost_usd) if row.requests else "free"
    return row.unique_id, row.missing, f"{row.requests:,}", f"{row.prompt_tokens:,}", price, row.place


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    aligned = (
        f"{cell:>{width}}" if position in _NUMBERS else f"{cell:{width}}"
        for position, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join(aligned).rstrip()


def _ways(row: PreviewRow) -> Iterator[str]:
    widest = max(len(way.name) for way in row.ways)
    for way in row.ways:
        source = f" (from {way.source})" if way.source else ""
        yield f"    {way.name:{widest}}  {', '.join(way.items)}{source}"
