"""Report -> one HTML file that loads nothing: its style, script and data stand in it. Pure.

What the project says is data in there. The script shows it as text, never as markup, and the page's own policy
lets nothing else run and nothing be fetched, whatever a text may hold.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from html import escape
from importlib.resources import files

from dbt_docsmith.report.html.data import page_json
from dbt_docsmith.report.totals import headline, summary
from dbt_docsmith.reports import Report

_SCRIPTS = ("elements.js", "entries.js", "overview.js", "texts.js", "filters.js", "decisions.js", "start.js")
_SLOT = re.compile(r"@@(\w+)@@")


def document_page(report: Report) -> str:
    """The whole page."""
    style = _part("page.css")
    script = "\n".join(map(_part, _SCRIPTS))
    parts = {
        "policy": _policy(style, script),
        "title": escape(f"{_project(report)}: {headline(report)}"),
        "summary": escape(summary(report)),
        "style": style,
        "script": script,
        "data": page_json(report),
    }
    return _filled(_part("page.html"), parts)


def _project(report: Report) -> str:
    return report.page.project if report.page else "dbt-docsmith"


def _policy(style: str, script: str) -> str:
    """Nothing from anywhere, and of what is in the page only this style and this script."""
    rules = {
        "default-src": "'none'",
        "style-src": _hash(style),
        "script-src": _hash(script),
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _filled(template: str, parts: Mapping[str, str]) -> str:
    """In one pass, so that a part that holds a slot's name stays as it is."""
    return _SLOT.sub(lambda slot: parts[slot[1]], template)


def _part(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")
