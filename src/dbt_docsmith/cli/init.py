"""`dbt-docsmith init`: look at the project and write a commented dbt-docsmith.yml."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from dbt_docsmith.cli.options import given_options, project_options, talk_options


@click.command(short_help="Look at the project and propose settings.")
@project_options
@talk_options
@click.pass_context
def init(ctx: click.Context, /, **options: Any) -> None:
    """Look at the project, write a commented dbt-docsmith.yml, and say what a run with it would do.

    Sends nothing. A dbt-docsmith.yml that is there is never overwritten.
    """
    from dbt_docsmith.cli.result import put
    from dbt_docsmith.cli.talk import open_talk
    from dbt_docsmith.config import load_config
    from dbt_docsmith.pipeline.first_look.init import run_init
    from dbt_docsmith.report.first_look import init_text

    talk = open_talk(options)
    put(init_text(run_init(partial(load_config, given_options(options), ctx.obj), talk)))
