"""`dbt-docsmith prompts`: the templates, and the exact text that would be sent."""

from __future__ import annotations

from typing import Any

import click

from dbt_docsmith.cli.options import given_options, llm_options, output_options, project_options


@click.group(invoke_without_command=True)
@click.pass_context
def prompts(ctx: click.Context) -> None:
    """See the exact text that would be sent."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@prompts.command(short_help="Print the prompt of one node.")
@click.argument("node")
@llm_options
@output_options
@project_options
@click.pass_context
def render(ctx: click.Context, /, node: str, **options: Any) -> None:
    """Print the prompt of NODE, or of NODE.COLUMN: nothing else would leave this machine."""
    from dbt_docsmith.cli.result import put, put_exactly
    from dbt_docsmith.cli.talk import open_talk
    from dbt_docsmith.config import load_config
    from dbt_docsmith.pipeline.render import render_prompts
    from dbt_docsmith.report.prompts import prompts_json, prompts_text

    rendered = render_prompts(load_config(given_options(options), ctx.obj), node, open_talk(options))
    parts = (rendered.unique_id, rendered.host, rendered.prompts, rendered.free)
    if options["output"] == "json":
        put_exactly(prompts_json(*parts) + "\n")
    else:
        put(prompts_text(*parts))
