"""The options, in dbt's spellings, grouped as the commands need them. Click only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])
Decorator = Callable[[Command], Command]

_TAKES_MANY = frozenset({"-s", "--select", "--fqn", "--exclude", "--resource-type"})


class DbtCommand(click.Command):
    """A command whose selection options take several values after one flag, as dbt's do: ``-s a b``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, repeat_flags(args))


def repeat_flags(args: Sequence[str]) -> list[str]:
    """``-s a b`` as ``-s a -s b``."""
    repeated: list[str] = []
    flag = None
    for position, arg in enumerate(args):
        if arg.startswith("-") and len(arg) > 1:
            name = arg.partition("=")[0]
            flag = name if name in _TAKES_MANY else None
        elif flag is not None and args[position - 1] != flag:
            repeated.append(flag)
        repeated.append(arg)
    return repeated


def _group(*options: Decorator[Any]) -> Decorator[Any]:
    return lambda command: reduce(lambda inner, option: option(inner), reversed(options), command)


project_options = _group(
    click.option("--project-dir", metavar="DIR", help="The dbt project (default: here)."),
    click.option("--profiles-dir", metavar="DIR", help="Where profiles.yml is."),
    click.option("--profile", metavar="NAME", help="The profile to parse with."),
    click.option("-t", "--target", metavar="NAME", help="The profile's target to parse with."),
    click.option("--target-path", metavar="DIR", help="Where dbt keeps manifest.json (default: target)."),
    click.option("--vars", metavar="YAML", help="Variables for parsing, as dbt takes them."),
    click.option("--manifest", metavar="PATH", help="Read this manifest.json, and never make one."),
    click.option("--catalog", "--catalog-path", "catalog", metavar="PATH", help="Read this catalog.json."),
)

_SELECT = "Nodes, in dbt's grammar: fct_orders, staging, tag:nightly+, ..."

selection_options = _group(
    click.option("-s", "--select", "--fqn", "select", multiple=True, metavar="SELECTOR", help=_SELECT),
    click.option("--exclude", multiple=True, metavar="SELECTOR", help="What to leave out, in dbt's grammar."),
    click.option("--selector", "selectors", multiple=True, metavar="NAME", help="A selector of selectors.yml."),
    click.option(
        "--resource-type",
        "resource_types",
        multiple=True,
        metavar="TYPE",
        help="model, source, seed, snapshot (these four: default), exposure, macro, analysis, metric, "
        "semantic_model, or all.",
    ),
    click.option("--state", metavar="DIR", help="The manifest.json of before, for state: (DBT_STATE)."),
)


def format_option(*formats: str) -> Decorator[Any]:
    """``--format`` with the formats that a command has."""
    return click.option("--format", "output", type=click.Choice(formats), default="text", show_default=True)


report_option = click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="FILE",
    help="Also write the result to a file, in the format its name ends in.",
)

talk_options = _group(
    click.option("-q", "--quiet", is_flag=True, help="Say nothing on stderr but errors."),
    click.option("--debug", is_flag=True, help="Say on stderr what each request came to; show tracebacks."),
    click.option(
        "--log-format", type=click.Choice(["text", "json"]), default="text", help="Of what is said on stderr."
    ),
    click.option("--no-use-colors", is_flag=True, help="Plain output (NO_COLOR does the same)."),
)

output_options = _group(format_option("text", "json"), talk_options)

llm_options = _group(
    click.option(
        "--provider",
        metavar="NAME[:MODEL][,...]",
        help="Who writes; a list falls back in order. Default: the one that is configured.",
    ),
    click.option("--model", metavar="NAME", help="The first provider's model."),
    click.option("--llm-prompt-file", "prompt_file", metavar="FILE", help="Your own prompt templates."),
    click.option("--llm-timeout", "timeout", metavar="SECONDS", help="For a whole request (default: 120)."),
    click.option("--llm-rate-limit", "rate_limit", metavar="N", help="Requests a minute (default: auto)."),
    click.option(
        "--llm-token-limit", "token_limit", metavar="N", help="Tokens a minute (default: the provider's)."
    ),
    click.option("--llm-max-retries", "max_retries", metavar="N", help="Default: 3."),
    click.option("--llm-retry-delay", "retry_delay", metavar="SECONDS", help="Base of the backoff (default: 1)."),
    click.option("--llm-temperature", "temperature", metavar="F", help="Sent only when set."),
    click.option("--llm-max-tokens", "max_tokens", metavar="N", help="Of an answer (default: 4096)."),
    click.option(
        "--llm-max-sql-chars", "max_sql_chars", metavar="N", help="Of SQL in a prompt (default: fitted)."
    ),
    click.option("--llm-stats", "stats", is_flag=True, default=None, help="Print requests, tokens and cost."),
    click.option(
        "--debug-prompts",
        "log_prompts",
        is_flag=True,
        default=None,
        help="Say on stderr what is asked and answered, word for word.",
    ),
    click.option("--max-cost", metavar="USD", help="Spend at most this; the run stops there."),
    click.option("--max-requests", metavar="N", help="Send at most so many, retries included."),
    click.option("--threads", metavar="N", help="Requests in flight (default: 16)."),
    click.option("--no-cache", is_flag=True, help="Neither read nor keep stored answers."),
    click.option("--refresh", is_flag=True, help="Ask again even where an answer is stored."),
)

writing_options = _group(
    click.option("--dry-run", is_flag=True, help="Call no provider, write nothing: say what would happen."),
    click.option("--llm-dry-run", is_flag=True, help="The same as --dry-run."),
    click.option("--diff", is_flag=True, help="Make the texts, print a patch for `git apply`, write nothing."),
    click.option(
        "--save-proposals", metavar="FILE", help="Make the texts, write only FILE: see `review`, `apply`."
    ),
    click.option(
        "--split", type=click.Choice(["folder", "group", "owner"]), help="One such file each; FILE is a folder."
    ),
    click.option("--offline", is_flag=True, help="Send nothing: stored answers, and rules where there is none."),
    click.option("--check", is_flag=True, help="A dry run that exits with 1 where there is work."),
    click.option("--limit", metavar="N", help="At most N nodes."),
    click.option("--overwrite", is_flag=True, help="Also replace texts that people wrote (never doc blocks)."),
    click.option("--refresh-stale", is_flag=True, help="Also make stale texts anew (needs a ledger)."),
    click.option("--only", metavar="nodes|columns", help="Only descriptions of nodes, or of columns."),
    click.option("--skip-add-columns", is_flag=True, help="Describe only columns the YAML declares."),
    click.option("--skip-add-source-columns", is_flag=True, help="The same for sources (the default)."),
    click.option("--add-source-columns", is_flag=True, help="Add undeclared columns to sources, too."),
    click.option("--skip-inherit", is_flag=True, help="Take no text from upstream columns."),
    click.option("--fail-on", metavar="never|failed|abstained", help="When to exit with 1 (default: failed)."),
)


def given_options(options: dict[str, Any]) -> dict[str, Any]:
    """Click's values as ``load_config`` takes them: None where nothing was given."""
    given = {name: value for name, value in options.items() if value is not None and value != ()}
    if given.get("skip_add_columns"):
        given["add_columns"] = False
    if given.get("skip_add_source_columns"):
        given["add_source_columns"] = False
    elif not given.get("add_source_columns"):
        given.pop("add_source_columns", None)
    if given.get("skip_inherit"):
        given["inherit"] = False
    if given.get("no_cache"):
        given["use_cache"] = False
    return given
