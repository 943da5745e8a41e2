"""CheckReport -> workflow commands, which GitHub shows beside the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from dbt_docsmith.report.stale import stale_lines, stale_sentence
from dbt_docsmith.report.totals import check_lines, named
from dbt_docsmith.reports import CheckReport, Missing, StaleText

_TITLE = "dbt-docsmith"


def check_github(report: CheckReport) -> str:
    """An annotation for each missing or stale text, an error where the check fails or a warning; and the sums."""
    level = "error" if report.exit_code else "warning"
    lines = [_annotation(level, report, missing) for missing in report.missing]
    lines += [_stale(level, report, each) for each in report.stale]
    lines += [_command("error", f"{named(f.unique_id, f.column)}: {f.message}") for f in report.failures]
    lines.append(_command("notice", "; ".join([*check_lines(report), *stale_lines(report.stale)])))
    return "\n".join(lines)


def _annotation(level: str, report: CheckReport, missing: Missing) -> str:
    text = f"{named(missing.unique_id, missing.column)} has no description"
    file = missing.file or missing.node_file
    where = {"file": report.repo_prefix + file} if file else {}
    line = {"line": str(missing.line)} if missing.file and missing.line else {}
    return _command(level, text, **where, **line)


def _stale(level: str, report: CheckReport, stale: StaleText) -> str:
    where = {"file": report.repo_prefix + stale.file} if stale.file else {}
    line = {"line": str(stale.line)} if stale.file and stale.line else {}
    return _command(level, stale_sentence(stale), **where, **line)


def _command(level: str, message: str, **properties: str) -> str:
    given = ",".join(_properties({**properties, "title": _TITLE}))
    return f"::{level} {given}::{_escaped(message)}"


def _properties(properties: dict[str, str]) -> Iterator[str]:
    for name, value in properties.items():
        yield f"{name}={_escaped(value).replace(':', '%3A').replace(',', '%2C')}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
