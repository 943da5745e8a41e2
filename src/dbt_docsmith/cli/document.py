"""`dbt-docsmith document`: the main job."""

from __future__ import annotations

from typing import Any

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

FORMATS = ("text", "json", "markdown")


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

    from dbt_docsmith.cli.report_file import report_files
    from dbt_docsmith.cli.result import put, put_exactly, terminal_width
    from dbt_docsmith.cli.talk import open_talk
    from dbt_docsmith.config import load_config
    from dbt_docsmith.pipeline.document import Mode, run_document
    from dbt_docsmith.report.documents import document_in
    from dbt_docsmith.report.text import beside_texts, document_text
    from dbt_docsmith.report.totals import stats_lines

    talk = open_talk(options)
    files = report_files(options["reports"], FORMATS)
    dry_run = options["dry_run"] or options["llm_dry_run"] or options["check"]
    mode = Mode(dry_run=dry_run, diff=options["diff"], check=options["check"])
    config = load_config(given_options(options), ctx.obj)
    report = replace(run_document(config, mode, talk), warnings=talk.warnings)
    for file in files:
        file.write(lambda form: document_in(form, report))
    if options["output"] != "text":
        put_exactly(document_in(options["output"], report) + "\n")
    elif report.diff is not None:
        put_exactly(report.diff)
        talk.tell(beside_texts(report))
    else:
        put(document_text(report, terminal_width()))
    if config.stats:
        talk.tell(stats_lines(report))
    if report.ended is not None:
        talk.error(report.ended)
    ctx.exit(report.exit_code)
