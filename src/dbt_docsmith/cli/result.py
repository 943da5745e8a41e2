"""How a result is put on stdout."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from dbt_docsmith.reports import Report


def put_exactly(text: str) -> None:
    """Byte for byte, in UTF-8: what programs read. No newline is translated, whatever the system."""
    click.echo(text.encode("utf-8", "surrogateescape"), nl=False)


def put(text: str) -> None:
    """For a person, in the terminal's encoding; what that cannot say is a question mark."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    click.echo(text.encode(encoding, "replace").decode(encoding))


def terminal_width() -> int | None:
    """Columns of the terminal, None where stdout is none."""
    return shutil.get_terminal_size().columns if sys.stdout and sys.stdout.isatty() else None


def put_report(report: Report, form: str, tell: Callable[[str], None], *, colors: bool = False) -> None:
    """What `document` or `apply` came to. A patch stands alone on stdout; what else there is to say is told.

    A dry run is a table on a terminal, with ``colors`` where they are wanted.
    """
    from dbt_docsmith.report.documents import document_in
    from dbt_docsmith.report.text import beside_texts, document_text

    if form != "text":
        put_exactly(document_in(form, report) + "\n")
    elif report.diff is not None:
        put_exactly(report.diff)
        tell(beside_texts(report))
    elif report.dry_run:
        _put_preview(report, terminal_width(), colors=colors)
    else:
        put(document_text(report, terminal_width()))


def _put_preview(report: Report, width: int | None, *, colors: bool) -> None:
    from dbt_docsmith.report.preview_terminal import preview_table
    from dbt_docsmith.report.preview_text import preview_text
    from dbt_docsmith.report.text import beside_texts

    if width is None:
        put(preview_text(report))
    else:
        put(preview_table(report, width, colors=colors) + beside_texts(report))
