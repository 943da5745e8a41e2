"""`dbt-docsmith cache`: the answer store."""

from __future__ import annotations

from typing import Any

import click

from dbt_docsmith.cli.options import output_options

_MB = 1_000_000


@click.group(invoke_without_command=True)
@click.pass_context
def cache(ctx: click.Context) -> None:
    """Look after the stored answers."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@cache.command(short_help="Say where the store is, how large and how old, and what it saved.")
@output_options
@click.pass_context
def info(ctx: click.Context, /, **options: Any) -> None:
    """Say where the answers are kept, how many, how large and how old, and what they saved."""
    from dbt_docsmith.cli.result import put, put_exactly
    from dbt_docsmith.cli.talk import open_talk
    from dbt_docsmith.config import find_cache_dir
    from dbt_docsmith.pipeline.cache import cache_info
    from dbt_docsmith.report.cache import info_json, info_text

    found = cache_info(find_cache_dir(ctx.obj), open_talk(options).warn)
    if options["output"] == "json":
        put_exactly(info_json(found) + "\n")
    else:
        put(info_text(found))


@cache.command(short_help="Remove old answers, or as many as it takes.")
@click.option(
    "--older-than", type=click.FloatRange(min=0), metavar="DAYS", help="Answers kept longer ago than that."
)
@click.option(
    "--max-size", type=click.FloatRange(min=0), metavar="MB", help="The oldest, until the store is so small."
)
@output_options
@click.pass_context
def prune(ctx: click.Context, /, older_than: float | None, max_size: float | None, **options: Any) -> None:
    """Remove answers by age, by size, or both. What was spent stays known."""
    from dbt_docsmith.config import find_cache_dir
    from dbt_docsmith.errors import UsageError
    from dbt_docsmith.pipeline.cache import open_care

    if older_than is None and max_size is None:
        raise UsageError(
            "say what to remove: --older-than DAYS, --max-size MB, or both (`cache clear` removes all)"
        )
    most_bytes = None if max_size is None else int(max_size * _MB)
    _tell(open_care(find_cache_dir(ctx.obj)).prune(older_than, most_bytes), "cache prune", options)


@cache.command(short_help="Remove every answer.")
@output_options
@click.pass_context
def clear(ctx: click.Context, /, **options: Any) -> None:
    """Remove every stored answer, without asking. What was spent stays known: a month's budget rests on it."""
    from dbt_docsmith.config import find_cache_dir
    from dbt_docsmith.pipeline.cache import open_care

    _tell(open_care(find_cache_dir(ctx.obj)).clear(), "cache clear", options)


def _tell(removed: Any, command: str, options: dict[str, Any]) -> None:
    from dbt_docsmith.cli.result import put, put_exactly
    from dbt_docsmith.report.cache import removed_json, removed_text

    if options["output"] == "json":
        put_exactly(removed_json(removed, command) + "\n")
    else:
        put(removed_text(removed))
