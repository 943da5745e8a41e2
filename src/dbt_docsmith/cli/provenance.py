"""`dbt-docsmith provenance`: what did a machine write here?"""

from __future__ import annotations

from typing import Any

import click

from dbt_docsmith.cli.options import (
    DbtCommand,
    given_options,
    output_options,
    project_options,
    selection_options,
)


@click.group(invoke_without_command=True)
@click.pass_context
def provenance(ctx: click.Context) -> None:
    """Say what a machine wrote here, or forget it. Reads the ledger (`ledger: on`)."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def _which(command: Any) -> Any:
    """The options that choose texts, besides those that choose nodes."""
    options = (
        click.option("--column", "columns", multiple=True, metavar="NAME", help="Only texts of this column."),
        click.option("--written-by", metavar="NAME", help="Only texts of this provider, or of this origin."),
        click.option("--since", metavar="DATE", help="Only texts made on that day or later (2026-11-21)."),
        click.option("--edited", is_flag=True, help="Only texts that a person has edited since."),
        click.option("--gone", is_flag=True, help="Only texts, columns and nodes that are not there any more."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@provenance.command(name="list", cls=DbtCommand, short_help="List the texts that a machine made.")
@selection_options
@_which
@output_options
@project_options
@click.pass_context
def list_texts(ctx: click.Context, /, **options: Any) -> None:
    """List the texts that a machine made: where, by whom, when, and whether they still are as they were made."""
    from dbt_docsmith.pipeline.made import list_made

    _tell(ctx, options, "provenance list", list_made)


@provenance.command(cls=DbtCommand, short_help="Forget that a machine made them.")
@selection_options
@_which
@click.option("--all", "everything", is_flag=True, help="Forget every text.")
@output_options
@project_options
@click.pass_context
def strip(ctx: click.Context, /, everything: bool, **options: Any) -> None:
    """Forget that a machine made these texts: from then on they count as a person's, never stale, never made anew.

    The texts themselves stay as they are.
    """
    from dbt_docsmith.errors import UsageError
    from dbt_docsmith.pipeline.made import strip_made

    narrowing = ("select", "exclude", "selectors", "resource_types", "columns", "written_by", "since")
    if not everything and not any(options[name] for name in (*narrowing, "edited", "gone")):
        raise UsageError(
            "say what to forget: -s NODES, --column, --written-by, --since, --edited, --gone, or --all"
        )
    _tell(ctx, options, "provenance strip", strip_made)


def _tell(ctx: click.Context, options: dict[str, Any], command: str, act: Any) -> None:
    from dbt_docsmith.cli.result import put, put_exactly
    from dbt_docsmith.cli.talk import open_talk
    from dbt_docsmith.config import load_config
    from dbt_docsmith.pipeline.made import Wanted
    from dbt_docsmith.report.provenance import provenance_json, provenance_text

    names = ("columns", "written_by", "since", "edited", "gone")
    wanted = Wanted(**{name: options.pop(name) for name in names})
    config = load_config(given_options(options), ctx.obj)
    found = act(config, wanted, open_talk(options))
    if options["output"] == "json":
        put_exactly(provenance_json(found, command) + "\n")
    else:
        put(provenance_text(found, command))
