"""Report -> the format that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dbt_docsmith.report.document_markdown import document_markdown
from dbt_docsmith.report.html.page import document_page
from dbt_docsmith.report.json import document_json
from dbt_docsmith.report.preview_text import preview_text
from dbt_docsmith.report.text import document_text
from dbt_docsmith.reports import Report

_FORMATS: Mapping[str, Callable[[Report], str]] = {
    "text": lambda report: preview_text(report) if report.dry_run else document_text(report),
    "json": document_json,
    "markdown": document_markdown,
    "html": document_page,
}


def document_in(form: str, report: Report) -> str:
    """The report as ``text``, ``json``, ``markdown`` or ``html``."""
    return _FORMATS[form](report)
