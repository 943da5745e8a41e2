"""`dbt-docsmith osmosis ARGS...`: dbt-osmosis in this process, this engine and its options behind --synthesize."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import click

from dbt_docsmith.cli.options import given_options, llm_options
from dbt_docsmith.errors import UsageError

GIVEN = "dbt_docsmith.given"
"""Where the options of this program are left in Click's context, for the engine to find."""

SYNTHESIZE = "synthesize"


@click.command(
    short_help="dbt-osmosis, with this engine behind --synthesize.",
    add_help_option=False,
    context_settings={"ignore_unknown_options": True},
)
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
def osmosis(args: tuple[str, ...]) -> None:
    """Run `dbt-osmosis ARGS...` with this engine and its options behind --synthesize."""
    host = _host()
    for command in _synthesizing(host):
        add_llm_options(command)
    host.main(list(args), prog_name="dbt-docsmith osmosis", help_option_names=["-h", "--help"])


def add_llm_options(command: click.Command) -> None:
    """Give a command of dbt-osmosis the options of this program that it lacks."""
    theirs = {flag for param in command.params for flag in param.opts}
    ours = [param for param in _llm_params() if not theirs & set(param.opts)]
    if not ours or command.callback is None:
        return
    command.params += ours
    command.callback = _leaving({str(param.name) for param in ours}, command.callback)


def _leaving(names: set[str], callback: Callable[..., Any]) -> Callable[..., Any]:
    """The callback without the options of this program, which are left where the engine finds them."""

    def run(**params: Any) -> Any:
        given = {name: params.pop(name) for name in names}
        if given.pop("llm_dry_run"):
            params["dry_run"] = True
        running = click.get_current_context()
        running.meta[GIVEN] = given_options(given)
        _check_served(running, names)
        return callback(**params)

    return run


def _check_served(running: click.Context, names: set[str]) -> None:
    """Raises UsageError for an option that nobody would read: dbt-osmosis's own synthesis has none of them."""
    from dbt_docsmith.config import engine_is_on

    asked = [param for param in running.command.params if param.name in names and _was_given(running, param)]
    if asked and not engine_is_on(running.find_root().obj):
        raise UsageError(
            f"OSMOSIS_LLM_ENGINE=off has dbt-osmosis serve --synthesize itself, which has no {asked[0].opts[0]}; "
            "leave that out, or set OSMOSIS_LLM_ENGINE=on"
        )


def _was_given(running: click.Context, param: click.Parameter) -> bool:
    source = running.get_parameter_source(str(param.name))
    return param.name != "llm_dry_run" and source is click.core.ParameterSource.COMMANDLINE


def _llm_params() -> list[click.Parameter]:
    @click.command()
    @llm_options
    @click.option("--llm-dry-run", is_flag=True, help="The same as --dry-run: call no provider, write nothing.")
    def ours() -> None:
        """Only its options are wanted."""

    return ours.params


def _synthesizing(command: click.Command) -> Iterator[click.Command]:
    """The commands that have --synthesize."""
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            yield from _synthesizing(inner)
    elif any(param.name == SYNTHESIZE for param in command.params):
        yield command


def _host() -> click.Command:
    try:
        found: click.Command = import_module("dbt_osmosis.cli.main").cli
    except ModuleNotFoundError as error:
        if error.name != "dbt_osmosis":
            raise
        raise UsageError(
            "dbt-osmosis is not installed here: pip install 'dbt-osmosis[openai]' where dbt-docsmith is"
        ) from None
    return found
