"""`dbt-docsmith`: the commands, and the one place where an error becomes a line and an exit code."""

from __future__ import annotations

import signal
import sys
from collections.abc import Mapping, Sequence
from functools import partial

import click

from dbt_docsmith.cli.apply import apply
from dbt_docsmith.cli.cache import cache
from dbt_docsmith.cli.check import check
from dbt_docsmith.cli.demo import demo
from dbt_docsmith.cli.document import document
from dbt_docsmith.cli.init import init
from dbt_docsmith.cli.lines import Lines, wants_json
from dbt_docsmith.cli.osmosis import osmosis
from dbt_docsmith.cli.prompts import prompts
from dbt_docsmith.cli.provenance import provenance
from dbt_docsmith.cli.providers import providers
from dbt_docsmith.cli.review import review
from dbt_docsmith.cli.test_llm import test_llm
from dbt_docsmith.cli.usage import usage
from dbt_docsmith.errors import DocsmithError
from dbt_docsmith.faults import fault_line

FAILED = 1
INTERRUPTED = 130


@click.group(
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(None, "-V", "--version", package_name="dbt-docsmith", prog_name="dbt-docsmith")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Write the missing documentation of a dbt project, and edit nothing but descriptions."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


_COMMANDS = (
    *(document, check, apply, review, provenance),
    *(init, demo, prompts, providers, test_llm, cache, usage, osmosis),
)

for command in _COMMANDS:
    cli.add_command(command)


def main(args: Sequence[str] | None = None) -> None:
    """The program. Exits with the codes of the contract: 0, 1, 2, 3, 130."""
    arguments = list(sys.argv[1:] if args is None else args)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what ends a container ends as Ctrl-C does
    sys.exit(run(arguments))


def run(arguments: list[str], environ: Mapping[str, str] | None = None) -> int:
    """Run one command and say its exit code; ``environ`` is this process's own where it is None.

    An error is one line on stderr; its traceback goes before it only with --debug.
    """
    say = partial(_say, arguments, environ)
    try:
        code = cli.main(arguments, prog_name="dbt-docsmith", standalone_mode=False, obj=environ)
    except click.ClickException as error:
        return say(_usage_line(error), error.exit_code, traced=False)
    except (click.Abort, KeyboardInterrupt):
        return say("interrupted", INTERRUPTED, traced=False)
    except DocsmithError as error:
        return say(str(error), error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:  # the machine's: a full disk, a folder nobody may write to
        return say(f"{error.filename or 'output'}: {error.strerror or error}", FAILED)
    except Exception as error:  # a fault of this program: a user gets a line there, too
        return say(fault_line(error), FAILED)
    return code if isinstance(code, int) else 0


def _usage_line(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    cure = f" (see '{context.command_path} --help')" if context is not None else ""
    return error.format_message() + cure


def _say(
    arguments: Sequence[str], environ: Mapping[str, str] | None, message: str, code: int, *, traced: bool = True
) -> int:
    from dbt_docsmith.config import known_secrets

    lines = Lines(as_json=wants_json(arguments), secrets=known_secrets(environ))
    if traced and "--debug" in arguments:
        import traceback

        lines.put_block("debug" if lines.as_json else "info", traceback.format_exc().rstrip("\n"))
    lines.put("error", message)
    return code
