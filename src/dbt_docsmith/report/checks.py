"""CheckReport -> the format that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dbt_docsmith.report.check_markdown import check_markdown
from dbt_docsmith.report.github import check_github
from dbt_docsmith.report.json import check_json
from dbt_docsmith.report.sarif import check_sarif
from dbt_docsmith.report.text import check_text
from dbt_docsmith.reports import CheckReport

_FORMATS: Mapping[str, Callable[[CheckReport], str]] = {
    "text": check_text,
    "json": check_json,
    "markdown": check_markdown,
    "github": check_github,
    "sarif": check_sarif,
}


def check_in(form: str, report: CheckReport) -> str:
    """The report as ``text``, ``json``, ``markdown``, ``github`` or ``sarif``."""
    return _FORMATS[form](report)
