"""CheckReport -> Markdown: a comment for a pull request."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from dbt_docsmith.report.markdown import code, folded, table, words
from dbt_docsmith.report.stale import stale_lines, stale_sentence
from dbt_docsmith.report.totals import named, plural, share, short_name, threshold_lines
from dbt_docsmith.reports import CheckReport, Missing

MARK = "<!-- dbt-docsmith check -->"
"""The first line: a job finds its own earlier comment by it."""

_MOST_FILES = 100
_MOST_STALE = 100


def check_markdown(report: CheckReport) -> str:
    """Whether the check passes, the coverage as a table, and what is missing, by file."""
    return "\n".join(
        [MARK, *_head(report), "", *_table(report), *_missing(report), *_stale(report), *_failures(report)]
    )


def _head(report: CheckReport) -> Iterator[str]:
    verdict = "passes" if report.exit_code == 0 else "finds something"
    what = "new " if report.new_only else ""
    yield f"### dbt-docsmith check {verdict}: {plural(len(report.missing), f'{what}description')} missing"
    for line in (*stale_lines(report.stale), *threshold_lines(report)):
        yield f"\n{line}"


def _table(report: CheckReport) -> Iterator[str]:
    nodes, columns = share(report.coverage.nodes), share(report.coverage.columns)
    yield from table(("", "documented"), (("nodes", nodes), (f"columns ({report.columns_from})", columns)))


def _missing(report: CheckReport) -> Iterator[str]:
    files = [
        (file, list(found)) for file, found in groupby(report.missing, lambda each: each.file or each.node_file)
    ]
    lines = [f"- `{report.repo_prefix}{file}`: {', '.join(map(_item, found))}" for file, found in files]
    if len(files) > _MOST_FILES:
        lines[_MOST_FILES:] = [f"- and {plural(len(files) - _MOST_FILES, 'more file')}"]
    if lines:
        yield from folded("Missing", lines)


def _item(missing: Missing) -> str:
    name = code(short_name(missing.unique_id, missing.column))
    return name if missing.column else f"**{name}**"


def _stale(report: CheckReport) -> Iterator[str]:
    """What rests on what has changed, by file and line."""
    lines = [
        f"- `{report.repo_prefix}{each.file}:{each.line}`: {words(stale_sentence(each))}" for each in report.stale
    ]
    if len(lines) > _MOST_STALE:
        lines[_MOST_STALE:] = [f"- and {plural(len(lines) - _MOST_STALE, 'more text')}"]
    if lines:
        yield from folded("Stale", lines)


def _failures(report: CheckReport) -> Iterator[str]:
    for failure in report.failures:
        yield f"\n`{named(failure.unique_id, failure.column)}`: {words(failure.message)}"
