"""A fault of this program itself, in one line. Pure."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

_PACKAGE = str(Path(__file__).parent)


def fault_line(error: BaseException) -> str:
    """``internal error, KeyError: 'x' (engine.py:120)`` and what to do about it; of a group, the first of it."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return (
        f"internal error, {type(error).__name__}: {error}{_place(error.__traceback__)}; "
        "this is a fault of dbt-docsmith: please report it, with what --debug prints"
    )


def _place(trace: TracebackType | None) -> str:
    """The last line of this package that was reached."""
    place = ""
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.startswith(_PACKAGE):
            place = f" ({Path(file).name}:{trace.tb_lineno})"
        trace = trace.tb_next
    return place
