"""`dbt-docsmith review`: go through proposals in the terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dbt_docsmith.errors import UsageError

if TYPE_CHECKING:
    from dbt_docsmith.cli.review_screen import Screen
    from dbt_docsmith.review.proposals import Item
    from dbt_docsmith.review.session import Session

_PROMPT = "a accept, e edit, r refuse, l later, b back, q quit, ? help: "
_MARK = "# ----- nothing below this line is read -----"


@click.command(short_help="Go through saved proposals, beside their evidence.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--no-use-colors", is_flag=True, help="Plain output (NO_COLOR does the same).")
@click.pass_context
def review(ctx: click.Context, /, file: Path, *, no_use_colors: bool) -> None:
    """Go through the proposals of FILE: accept, edit in $VISUAL or $EDITOR, refuse, one or all of a kind.

    Each decision is kept in FILE at once: quit whenever you like, and go on later. `apply` writes what you left.
    """
    from dbt_docsmith.cli.review_screen import Screen
    from dbt_docsmith.pipeline.reviewing import open_review

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            f"review: asks at a terminal, and there is none; edit {file} as it is, it is YAML, then apply it"
        )
    session = open_review(file, _edited)
    _converse(session, Screen(colors=not no_use_colors))
    click.echo(f"{session.summary()}; to write what is not refused: dbt-docsmith apply {file}")
    ctx.exit(0)


def _converse(session: Session, screen: Screen) -> None:
    shown = None
    while not session.ended:
        if shown != session.position:
            screen.show(session)
            shown = session.position
        try:
            reply = session.do(input(_PROMPT))
        except EOFError:
            click.echo()
            return
        if reply.whole:
            screen.show(session, whole=True)
        if reply.message:
            screen.say(reply.message)


def _edited(item: Item) -> str | None:
    """What a person made of a text in their editor; None where they left it as it was."""
    text = item.text or ""
    about = [f"# {line}" for line in (f"{item.origin}; {item.risk}", *item.evidence)]
    try:
        written = click.edit("\n".join([text, "", _MARK, *about, ""]), extension=".md")
    except click.ClickException as error:
        click.echo(f"{error.format_message()}; set VISUAL or EDITOR to one that is there")
        return None
    if written is None:
        return None
    kept = written.replace("\r\n", "\n").partition(_MARK)[0].rstrip()
    return None if kept == text.rstrip() else kept
