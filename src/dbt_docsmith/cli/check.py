"""`dbt-docsmith check`: the gate for CI. Needs no key, calls nobody, writes nothing."""

from __future__ import annotations

from typing import Any

import click

from dbt_docsmith.cli.options import (
    DbtCommand,
    format_option,
    given_options,
    project_options,
    report_option,
    selection_options,
    talk_options,
)

FORMATS = ("text", "json", "markdown", "github", "sarif")


@click.command(cls=DbtCommand, short_help="Say what is not documented.")
@selection_options
@click.option("--min-coverage", metavar="PERCENT", help="Pass from this share of descriptions on.")
@click.option("--count-columns", metavar="declared|known", help="Which columns count (default: declared).")
@click.option("--compare", metavar="FILE", help="Fail where less is documented than in an earlier JSON report.")
@click.option(
    "--stale",
    is_flag=False,
    flag_value="own",
    metavar="[upstream]",
    help="Fail on made texts whose SQL, tests or columns have changed; =upstream: or their parents'.",
)
@click.option("--new-only", is_flag=True, help="Fail only on what was not missing before; needs --state.")
@format_option(*FORMATS)
@report_option
@talk_options
@project_options
@click.pass_context
def check(ctx: click.Context, /, **options: Any) -> None:
    """Say what is not documented; exit with 1 where something is missing."""
    from msgspec.structs import replace

    from dbt_docsmith.cli.report_file import report_files
    from dbt_docsmith.cli.result import put, put_exactly
    from dbt_docsmith.cli.talk import open_talk
    from dbt_docsmith.config import load_config
    from dbt_docsmith.pipeline.check import run_check
    from dbt_docsmith.report.checks import check_in

    talk = open_talk(options)
    files = report_files(options["reports"], FORMATS)
    report = run_check(load_config(given_options(options), ctx.obj), talk)
    report = replace(report, warnings=talk.warnings)
    for file in files:
        file.write(lambda form: check_in(form, report))
    text = check_in(options["output"], report)
    if options["output"] == "text":
        put(text)
    else:
        put_exactly(text + "\n")
    ctx.exit(report.exit_code)
