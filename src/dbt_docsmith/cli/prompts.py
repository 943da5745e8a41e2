"""`dbt-docsmith prompts`: the templates, and the exact text that would be sent."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import click

from dbt_docsmith.cli.options import given_options, llm_options, output_options, project_options


@click.group(invoke_without_command=True)
@click.pass_context
def prompts(ctx: click.Context) -> None:
    """Templates, and the exact text that would be sent."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


_template_options = (
    click.option("--project-dir", metavar="DIR", help="The dbt project (default: here)."),
    click.option("--llm-prompt-file", "prompt_file", metavar="FILE", help="Your own prompt templates."),
)


def _with_template_options(command: Callable[..., Any]) -> Callable[..., Any]:
    return reduce(lambda inner, option: option(inner), reversed(_template_options), command)


@prompts.command("list", short_help="The templates in effect, and the variables they may use.")
@_with_template_options
@click.pass_context
def list_(ctx: click.Context, /, **options: Any) -> None:
    """Say of each template where it is from, and name the variables it may use."""
    from dbt_docsmith.cli.result import put
    from dbt_docsmith.config import load_config
    from dbt_docsmith.pipeline.prompt_templates import list_templates
    from dbt_docsmith.report.prompts import templates_text

    found = list_templates(load_config(options, ctx.obj))
    put(templates_text([(each.key, each.purpose, each.where) for each in found.templates], found.variables))


@prompts.command(short_help="Print one template.")
@click.argument("name")
@_with_template_options
@click.pass_context
def show(ctx: click.Context, /, name: str, **options: Any) -> None:
    """Print the template NAME: model, table, column, or one of their parts, as model_system."""
    from dbt_docsmith.cli.result import put
    from dbt_docsmith.config import load_config
    from dbt_docsmith.pipeline.prompt_templates import show_templates

    found = show_templates(load_config(options, ctx.obj), name)
    put("\n".join(f"# {each.key}: {each.where}\n{each.text}" for each in found).rstrip("\n"))


@prompts.command(short_help="Write commented copies of the templates, to edit.")
@click.argument("file", default="prompts.yml")
@_with_template_options
@click.pass_context
def init(ctx: click.Context, /, file: str, **options: Any) -> None:
    """Write commented copies of the templates to FILE (default: prompts.yml of the project)."""
    from dbt_docsmith.cli.result import put
    from dbt_docsmith.config import load_config
    from dbt_docsmith.pipeline.prompt_templates import switched_on_by, write_prompt_file

    config = load_config(options, ctx.obj)
    path = config.project_dir / file
    write_prompt_file(path)
    put(f"{path} is written; switch it on with --llm-prompt-file, or with {switched_on_by(config, path)}")


@prompts.command(short_help="Check the templates against every variable.")
@click.argument("file", required=False)
@_with_template_options
@click.pass_context
def validate(ctx: click.Context, /, file: str | None, **options: Any) -> None:
    """Check FILE, or the templates in effect: keys, syntax, variables, and that each can be rendered."""
    from pathlib import Path

    from dbt_docsmith.cli.result import put
    from dbt_docsmith.config import load_config
    from dbt_docsmith.pipeline.prompt_templates import validate_templates

    checked = validate_templates(load_config(options, ctx.obj), Path(file) if file else None)
    put(f"{checked}: nothing is wrong")


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
