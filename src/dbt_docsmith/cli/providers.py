"""`dbt-docsmith providers`: every provider, what it needs, and who would be asked now."""

from __future__ import annotations

from typing import Any

import click

from dbt_docsmith.cli.options import given_options, output_options


@click.command(short_help="List the providers and what they need.")
@click.option("--project-dir", metavar="DIR", help="Where dbt-docsmith.yml is (default: here).")
@output_options
@click.pass_context
def providers(ctx: click.Context, /, **options: Any) -> None:
    """List every provider: the variables it needs, which are set (never their values), and who would be asked."""
    from dbt_docsmith.cli.result import put, put_exactly
    from dbt_docsmith.config import load_config
    from dbt_docsmith.pipeline.listing import list_providers
    from dbt_docsmith.report.providers import providers_json, providers_text

    report = list_providers(load_config(given_options(options), ctx.obj))
    if options["output"] == "json":
        put_exactly(providers_json(report) + "\n")
    else:
        put(providers_text(report))
