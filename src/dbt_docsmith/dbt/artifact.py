"""Reading one of dbt's JSON artifacts, and saying in one line why it cannot be read."""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from dbt_docsmith.errors import ProjectError

T = TypeVar("T", bound=msgspec.Struct)

_SCHEMA = re.compile(rb'"dbt_schema_version"\s*:\s*"[^"]*/dbt/([\w-]+)/')
_BOM = b"\xef\xbb\xbf"


def read_artifact(path: Path, shape: type[T], *, kind: str, cure: str) -> T:
    """The artifact at ``path`` in ``shape``. ``kind`` is what dbt's schema calls it: manifest, catalog.

    ProjectError: no such file, not JSON, cut short, or another artifact. ``cure`` ends its line.
    """
    data = _read_bytes(path, kind, cure)
    found = _SCHEMA.search(data)
    if found and found[1] != kind.encode():
        raise ProjectError(f"{path} is a dbt {found[1].decode()}, not a {kind}: {cure}")
    try:
        return _decode(data, shape)
    except msgspec.ValidationError as error:
        raise ProjectError(f"{path} is not a dbt {kind} ({error}): {cure}") from error
    except (ValueError, RecursionError) as error:
        raise ProjectError(f"{path} is not JSON or was cut short ({error}): {cure}") from error


@contextmanager
def collector_paused() -> Iterator[None]:
    """Leave the garbage collector out of a large load: it finds nothing there, in twice the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _read_bytes(path: Path, kind: str, cure: str) -> bytes:
    try:
        return path.read_bytes().removeprefix(_BOM)
    except FileNotFoundError as error:
        raise ProjectError(f"there is no {kind} at {path}: {cure}") from error
    except OSError as error:
        raise ProjectError(f"{path} cannot be read ({error.strerror}): {cure}") from error


def _decode(data: bytes, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(data, type=shape)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError):
        # dbt writes with Python's json, whose NaN and lone surrogates no strict reader takes.
        text = json.dumps(json.loads(data), ensure_ascii=False).encode(errors="replace")
        return msgspec.convert(json.loads(text), shape)
