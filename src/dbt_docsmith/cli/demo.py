"""`dbt-docsmith demo`: the main job on the bundled example project, in a temporary copy, offline."""

from __future__ import annotations

import click


@click.command()
@click.option("--keep", metavar="DIR", help="Make the copy in DIR and leave it there.")
@click.pass_context
def demo(ctx: click.Context, /, keep: str | None) -> None:
    """Document the bundled example project, offline."""
    from pathlib import Path

    from dbt_docsmith.cli.result import put, put_exactly
    from dbt_docsmith.cli.talk import Talk
    from dbt_docsmith.errors import UsageError
    from dbt_docsmith.pipeline.demo import run_demo
    from dbt_docsmith.report.totals import summary

    folder = Path(keep) if keep else None
    if folder is not None and folder.exists():
        raise UsageError(f"--keep: {folder} is there already; name a folder that is not")
    report, patch = run_demo(folder, Talk())
    put_exactly(patch)
    put("")
    put(summary(report))
    put("This is what `dbt-docsmith document --provider rules` wrote, offline, from facts alone.")
    ctx.exit(report.exit_code)
