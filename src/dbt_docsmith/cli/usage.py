"""`dbt-docsmith usage`: what earlier runs spent."""

from __future__ import annotations

from typing import Any

import click

from dbt_docsmith.cli.options import given_options, output_options


@click.command(short_help="Say what earlier runs spent.")
@click.option(
    "--days", type=click.IntRange(min=1), default=30, show_default=True, metavar="N", help="So many days."
)
@click.option("--project-dir", metavar="DIR", help="Where dbt-docsmith.yml is (default: here).")
@output_options
@click.pass_context
def usage(ctx: click.Context, /, days: int, **options: Any) -> None:
    """Say what earlier runs on this machine spent, by day, project and model."""
    from dbt_docsmith.cli.result import put, put_exactly
    from dbt_docsmith.cli.talk import open_talk
    from dbt_docsmith.config import load_config
    from dbt_docsmith.pipeline.cache import read_usage
    from dbt_docsmith.report.usage import usage_json, usage_text

    config = load_config(given_options(options), ctx.obj)
    report = read_usage(config.cache_dir, days, config.max_monthly_cost, open_talk(options).warn)
    if options["output"] == "json":
        put_exactly(usage_json(report) + "\n")
    else:
        put(usage_text(report))
