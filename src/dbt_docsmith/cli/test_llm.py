"""`dbt-docsmith test-llm`: one tiny real request, or why it fails and the cure."""

from __future__ import annotations

from typing import Any

import click

from dbt_docsmith.cli.options import given_options, llm_options, output_options


@click.command("test-llm", short_help="Try the provider with one tiny request.")
@llm_options
@click.option("--project-dir", metavar="DIR", help="Where dbt-docsmith.yml is (default: here).")
@output_options
@click.pass_context
def test_llm(ctx: click.Context, /, **options: Any) -> None:
    """Send one tiny request to each chosen provider: how fast it answers and what that costs, or why it fails."""
    from dbt_docsmith.cli.result import put, put_exactly
    from dbt_docsmith.cli.talk import open_talk
    from dbt_docsmith.config import load_config
    from dbt_docsmith.pipeline.trying import try_providers
    from dbt_docsmith.report.providers import trial_json, trial_text

    talk = open_talk(options)
    report = try_providers(load_config(given_options(options), ctx.obj), talk)
    if options["output"] == "json":
        put_exactly(trial_json(report) + "\n")
    for tried in report.tried:
        if tried.message is not None:
            talk.error(tried.message)
        elif options["output"] == "text":
            put(trial_text(tried))
    ctx.exit(report.exit_code)
