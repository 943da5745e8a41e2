"""`dbt-docsmith document`: the main job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dbt_docsmith.cli.options import (
    DbtCommand,
    format_option,
    given_options,
    llm_options,
    project_options,
    report_option,
    selection_options,
    talk_options,
    writing_options,
)
from dbt_docsmith.errors import UsageError

if TYPE_CHECKING:
    from dbt_docsmith.pipeline.saving import SaveTo

FORMATS = ("text", "json", "markdown")
REPORT_FORMATS = (*FORMATS, "html")


@click.command(cls=DbtCommand, short_help="Fill the missing descriptions.")
@selection_options
@writing_options
@llm_options
@format_option(*FORMATS)
@report_option
@talk_options
@project_options
@click.pass_context
def document(ctx: click.Context, /, **options: Any) -> None:
    """Fill the missing descriptions in the selected part of the project."""
    from msgspec.structs import replace

    from dbt_docsmith.cli.report_file import has_page, report_files
    from dbt_docsmith.cli.result import put_report
    from dbt_docsmith.cli.talk import open_talk
    from dbt_docsmith.config import load_config
    from dbt_docsmith.pipeline.document import Mode, run_document
    from dbt_docsmith.report.documents import document_in
    from dbt_docsmith.report.totals import stats_lines

    talk = open_talk(options)
    files = report_files(options["reports"], REPORT_FORMATS)
    dry_run = options["dry_run"] or options["llm_dry_run"] or options["check"]
    save = _save_to(options["save_proposals"], options["split"], dry_run=dry_run)
    mode = Mode(dry_run=dry_run, diff=options["diff"], check=options["check"], save=save, page=has_page(files))
    config = load_config(given_options(options), ctx.obj)
    report = replace(run_document(config, mode, talk), warnings=talk.warnings)
    for file in files:
        file.write(lambda form: document_in(form, report))
    colors = not options["no_use_colors"] and not config.environ.get("NO_COLOR")
    put_report(report, options["output"], talk.tell, colors=colors)
    if config.stats:
        talk.tell(stats_lines(report))
    if report.ended is not None:
        talk.error(report.ended)
    ctx.exit(report.exit_code)


def _save_to(file: str | None, split: Any, *, dry_run: bool) -> SaveTo | None:
    from pathlib import Path

    from dbt_docsmith.pipeline.saving import SaveTo

    if file is None:
        if split is not None:
            raise UsageError("--split: says how to part what --save-proposals writes; give that, too")
        return None
    if dry_run:
        raise UsageError("--save-proposals: a dry run makes no texts to save; leave one of them out")
    return SaveTo(path=Path(file), split=split)
