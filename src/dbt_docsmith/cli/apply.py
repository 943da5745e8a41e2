"""`dbt-docsmith apply`: write what a person has looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from dbt_docsmith.cli.options import format_option, given_options, project_options, report_option, talk_options

FORMATS = ("text", "json", "markdown")
REPORT_FORMATS = (*FORMATS, "html")


@click.command(short_help="Write reviewed proposals.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Write nothing: say what would be written, and what no longer fits.")
@click.option("--diff", is_flag=True, help="Print a patch for `git apply`, write nothing.")
@click.option("--accepted", is_flag=True, help="Only what `review` has accepted.")
@click.option("--even-if-changed", is_flag=True, help="Also texts whose SQL or tests have changed since.")
@format_option(*FORMATS)
@report_option
@talk_options
@project_options
@click.pass_context
def apply(ctx: click.Context, /, files: tuple[Path, ...], **options: Any) -> None:
    """Write the proposals of FILEs, as `document --save-proposals` made them; calls no provider.

    What a person deleted or refused is left out. What no longer fits, because the project has moved on, is named,
    and the command ends with 1. A folder stands for all its .yml files.
    """
    from msgspec.structs import replace

    from dbt_docsmith.cli.report_file import has_page, report_files
    from dbt_docsmith.cli.result import put_report
    from dbt_docsmith.cli.talk import open_talk
    from dbt_docsmith.config import load_config
    from dbt_docsmith.pipeline.apply import ApplyMode, run_apply
    from dbt_docsmith.report.documents import document_in

    talk = open_talk(options)
    files_besides = report_files(options["reports"], REPORT_FORMATS)
    mode = ApplyMode(
        dry_run=options["dry_run"],
        diff=options["diff"],
        accepted=options["accepted"],
        any_basis=options["even_if_changed"],
        page=has_page(files_besides),
    )
    report = run_apply(load_config(given_options(options), ctx.obj), files, mode, talk)
    report = replace(report, warnings=talk.warnings)
    for file in files_besides:
        file.write(lambda form: document_in(form, report))
    put_report(report, options["output"], talk.tell)
    ctx.exit(report.exit_code)
