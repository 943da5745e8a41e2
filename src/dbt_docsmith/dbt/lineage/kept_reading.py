"""Reading SQL and rendering Jinja, each text once: what was read before is taken from the store.

Where all of it was, neither sqlglot nor Jinja is imported.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from typing import Any, TypeVar

import msgspec

from dbt_docsmith.dbt.lineage.query.limits import Deadline
from dbt_docsmith.dbt.lineage.query.plan import SqlLineage
from dbt_docsmith.dbt.lineage.store import LineageStore
from dbt_docsmith.dbt.sql.canonical import render_in_sandbox
from dbt_docsmith.dbt.sql.macros import MacroLibrary
from dbt_docsmith.dbt.sql.rendering import Rendered
from dbt_docsmith.types import Manifest, Node

KEPT_FORMAT = "6"  # to be raised whenever what is read of the same text changes

_encode = msgspec.msgpack.Encoder().encode
_lineages = msgspec.msgpack.Decoder(SqlLineage)
_renderings = msgspec.msgpack.Decoder(Rendered)
Kept = TypeVar("Kept")


class KeptReading:
    """Reads for one project.

    What is kept rests on the text, the dialect, the vars, the macros and the parsers' versions.
    """

    def __init__(
        self,
        manifest: Manifest,
        dialect: str | None,
        project_vars: Mapping[str, Any],
        macros: MacroLibrary,
        store: LineageStore | None,
        deadline: Callable[[], Deadline],
    ) -> None:
        self._manifest = manifest
        self._dialect = dialect
        self._vars = project_vars
        self._macros = macros
        self._store = store
        self._deadline = deadline
        self._reader = (KEPT_FORMAT, _version("dbt-docsmith"))
        self._sql_rests_on = _hash("sql", *self._reader, _version("sqlglot"), dialect or "")

    @cached_property
    def _jinja_rests_on(self) -> bytes:
        project = (self._manifest.project_name, _stable(self._vars), self._macros.digest())
        return _hash("jinja", *self._reader, _version("jinja2"), *project)

    def lineage(self, parseable: str) -> SqlLineage:
        """What the SQL does with columns."""
        key = _hash(self._sql_rests_on, parseable)
        kept = self._kept(key, _lineages)
        if kept is None:
            kept = _read(parseable, self._dialect, self._deadline())
            self._keep(key, kept)
        return kept

    def rendered(self, raw_code: str, node: Node) -> Rendered:
        """What the sandbox makes of raw code."""
        key = _hash(self._jinja_rests_on, node.package_name, raw_code)
        kept = self._kept(key, _renderings)
        if kept is None:
            kept = render_in_sandbox(raw_code, node, self._manifest, self._vars, self._macros)
            self._keep(key, kept)
        return kept

    def _kept(self, key: bytes, decoder: msgspec.msgpack.Decoder[Kept]) -> Kept | None:
        body = self._store.get(key) if self._store else None
        if body is None:
            return None
        try:
            return decoder.decode(body)
        except msgspec.DecodeError:
            return None

    def _keep(self, key: bytes, kept: object) -> None:
        if self._store:
            self._store.put(key, _encode(kept))


def _read(parseable: str, dialect: str | None, deadline: Deadline) -> SqlLineage:
    from dbt_docsmith.dbt.lineage.query.reading import read_lineage

    return read_lineage(parseable, dialect, deadline)


def _hash(*parts: str | bytes) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode(errors="surrogatepass") if isinstance(part, str) else part
        digest.update(len(raw).to_bytes(8, "big") + raw)
    return digest.digest()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _stable(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=str)
