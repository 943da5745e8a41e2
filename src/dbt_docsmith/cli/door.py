"""The door into dbt-osmosis: the plugin that dbt finds while dbt-osmosis has it parse, and what it puts there.

From here on it fails closed: what goes wrong ends the command with exit code 2 before anything is sent, and
dbt-osmosis's own synthesis serves only where OSMOSIS_LLM_ENGINE=off has it serve.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, NoReturn

import click
from dbt.plugins.manager import dbtPlugin

from dbt_docsmith.cli.osmosis import GIVEN
from dbt_docsmith.config import engine_is_on
from dbt_docsmith.errors import DocsmithError

HOST = "dbt_osmosis.cli.main"
SYNTHESIZE = "synthesize_missing_documentation_with_openai"


class Door(dbtPlugin):
    """dbt makes one of these each time it parses a project."""

    def initialize(self) -> None:
        """Put this engine where the command will look for its synthesis."""
        take_over(sys.modules[HOST])


plugins = [Door]


def take_over(host: Any, environ: Mapping[str, str] | None = None) -> None:
    """Have ``host``, the module of dbt-osmosis's commands, call this engine, unless it is switched off."""
    try:
        if not engine_is_on(environ):
            return
        _check_release()
    except DocsmithError as error:
        if _is_asked_for():
            _refuse(str(error))
    setattr(host, SYNTHESIZE, synthesize_with_dbt_docsmith)


def synthesize_with_dbt_docsmith(context: Any, node: Any = None) -> None:
    """What dbt-osmosis calls in place of its own: ``node`` is one of several where it is given."""
    from dbt_docsmith.cli.guest import synthesize

    synthesize(context, node, _given())


def _check_release() -> None:
    from dbt_docsmith.osmosis.host import check_version, host_version

    check_version(host_version())


def _is_asked_for() -> bool:
    """Whether the command that has dbt parse was given --synthesize."""
    running = click.get_current_context(silent=True)
    return running is not None and bool(running.params.get("synthesize"))


def _given() -> Mapping[str, Any]:
    running = click.get_current_context(silent=True)
    found: Mapping[str, Any] = running.meta.get(GIVEN, {}) if running is not None else {}
    return found


def _refuse(message: str) -> NoReturn:
    click.echo(f"error: {message}", err=True)
    raise SystemExit(2)
