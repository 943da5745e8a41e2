"""A dry run as a table of Markdown, for a pull request. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from dbt_docsmith.report.markdown import code, table
from dbt_docsmith.report.preview import PreviewRow, Way, preview_rows
from dbt_docsmith.report.totals import money, short_name
from dbt_docsmith.reports import Report

_HEAD = ("node", "how each text will be made", "requests", "prompt tokens", "at most", "file")
_MOST_ITEMS = 20


def preview_lines(report: Report) -> Iterator[str]:
    """A row for each node."""
    if rows := preview_rows(report):
        yield ""
        yield from table(_HEAD, map(_cells, rows))


def _cells(row: PreviewRow) -> tuple[str, ...]:
    ways = "<br>".join(map(_way, row.ways))
    price = money(row.cost_usd) if row.requests else "free"
    place = f"{code(row.file or '(no properties file)')}{' (new)' if row.created else ''}"
    return code(short_name(row.unique_id, None)), ways, f"{row.requests:,}", f"{row.prompt_tokens:,}", price, place


def _way(way: Way) -> str:
    more = len(way.items) - _MOST_ITEMS
    items = [*map(code, way.items[:_MOST_ITEMS]), *([f"and {more:,} more"] if more > 0 else [])]
    source = f" from {code(short_name(way.source, None))}" if way.source else ""
    return f"{way.name}{source}: {', '.join(items)}"
