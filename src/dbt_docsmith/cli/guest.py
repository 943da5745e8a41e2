"""A run inside dbt-osmosis: from its context to what is put there, what is said of it, and the exit code."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any, NoReturn

from dbt_docsmith.cli.lines import Lines
from dbt_docsmith.cli.talk import Talk
from dbt_docsmith.config import engine_is_on, known_secrets
from dbt_docsmith.errors import DocsmithError
from dbt_docsmith.faults import fault_line
from dbt_docsmith.osmosis.host import HostContext, HostNode, check_version, host_version
from dbt_docsmith.osmosis.serving import Served, host_config, serve
from dbt_docsmith.report.text import beside_texts
from dbt_docsmith.report.totals import stats_lines

COULD_NOT_RUN = 2
INTERRUPTED = 130


def synthesize(context: HostContext, node: HostNode | None, given: Mapping[str, Any]) -> None:
    """Put the missing texts into ``context``. Where that fails the process ends here, and nothing is written."""
    talk = _open_talk()
    try:
        engine_is_on()
        check_version(host_version())
        talk.say(_taking_over())
        served = serve(context, host_config(context, given), talk, node)
    except DocsmithError as error:
        _end(talk, str(error), COULD_NOT_RUN)
    except KeyboardInterrupt:
        _end(talk, "interrupted", INTERRUPTED)
    except Exception as error:  # a fault of this program: it must not let the host go on to its own synthesis
        talk.debug(traceback.format_exc())
        _end(talk, fault_line(error), COULD_NOT_RUN)
    report = served.report()
    if report.exit_code == COULD_NOT_RUN:
        _end(talk, f"{report.ended or 'nobody answered'}; nothing was written", COULD_NOT_RUN)
    context.close = _closing(context.close, served, talk)


def _closing(close: Callable[[], None], served: Served, talk: HostTalk) -> Callable[[], None]:
    """What the host calls when it is done: say what came of it, and end with the code it earned.

    Where the host ends in an error of its own, that is what counts.
    """
    told = False

    def close_and_tell() -> None:
        nonlocal told
        close()
        if told:
            return
        told = True
        code = _tell(talk, served)
        if code and isinstance(sys.exc_info()[1], SystemExit | None):
            raise SystemExit(code)

    return close_and_tell


def _tell(talk: HostTalk, served: Served) -> int:
    report = served.report_as_written()
    if talk.notices or report.exit_code:
        talk.tell(beside_texts(report))
    if served.config.stats:
        talk.tell(stats_lines(report))
    if report.ended is not None:
        talk.error(report.ended)
    return report.exit_code


def _end(talk: Talk, message: str, code: int) -> NoReturn:
    talk.error(message)
    raise SystemExit(code) from None


def _taking_over() -> str:
    return (
        f"dbt-docsmith {version('dbt-docsmith')} serves --synthesize in place of dbt-osmosis {host_version()}, "
        "which writes the YAML (`dbt-docsmith document` edits it exactly); OSMOSIS_LLM_ENGINE=off turns it off"
    )


class HostTalk(Talk):
    """Talks as much as the host's --log-level lets the host say."""

    def __init__(self, level: int, lines: Lines) -> None:
        super().__init__(quiet=level > logging.WARNING, debug=level <= logging.DEBUG, lines=lines)
        self.notices = level <= logging.INFO

    def say(self, message: str) -> None:
        """Something worth knowing."""
        if self.notices:
            super().say(message)


def _open_talk() -> HostTalk:
    level = logging.getLogger("dbt-osmosis").getEffectiveLevel()
    return HostTalk(level, Lines(secrets=known_secrets()))
