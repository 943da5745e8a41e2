"""The macros of a manifest, found as dbt finds them: by name, in a package, for an adapter. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from dbt_docsmith.types import Manifest

DBT = "dbt"
_BUILT_ON = {
    "databricks": "spark",
    "fabricspark": "spark",
    "glue": "spark",
    "greenplum": "postgres",
    "materialize": "postgres",
    "redshift": "postgres",
    "risingwave": "postgres",
    "synapse": "fabric",
    "yellowbrick": "postgres",
}


class Macro(Struct, frozen=True):
    """One macro: the package it is of, its name there and its Jinja."""

    package: str
    name: str
    code: str


class MacroLibrary:
    """Finds macros by the names that one project's SQL calls them.

    ``search_orders`` is the ``dispatch`` of the project: for a namespace the packages to search, in order.
    """

    def __init__(self, manifest: Manifest, search_orders: Mapping[str, Sequence[str]] | None = None) -> None:
        self.adapter_type = manifest.adapter_type
        self._project = manifest.project_name
        self._search_orders = search_orders or {}
        self._prefixes = _prefixes(manifest.adapter_type)
        self._by_package: dict[str, dict[str, Macro]] = {}
        for unique_id, code in manifest.macros.items():
            _, package, name = [*unique_id.split(".", 2), "", ""][:3]
            self._by_package.setdefault(package, {})[name] = Macro(package, name, code)
        self._internal = [f"dbt_{prefix}" for prefix in self._prefixes if prefix != "default"] + [DBT]

    @classmethod
    def empty(cls) -> MacroLibrary:
        """A library without any macro."""
        return cls(Manifest(schema_version="", project_name="", adapter_type=None, generated_at=None, nodes={}))

    def digest(self) -> bytes:
        """A hash of all that may decide what a call comes to."""
        found = hashlib.sha256(repr((self.adapter_type, sorted(self._search_orders.items()))).encode())
        for macro in self._all():
            found.update(f"{macro.package}.{macro.name}\0{macro.code}\0".encode(errors="surrogatepass"))
        return found.digest()

    def named(self, name: str, own_package: str) -> Macro | None:
        """What a bare name means in a node of that package: its package's, the project's, dbt's own macro."""
        packages = (own_package, self._project, *self._internal)
        return next((found for package in packages if (found := self._in(package, name))), None)

    def in_package(self, package: str, name: str) -> Macro | None:
        """What ``package.name`` means; ``dbt.name`` may be the adapter's."""
        packages = self._internal if package == DBT else [package]
        return next((found for each in packages if (found := self._in(each, name))), None)

    def is_package(self, name: str) -> bool:
        """Whether macros can be called by that name and a dot."""
        return name == DBT or name in self._by_package

    def dispatched(self, name: str, namespace: str | None, own_package: str) -> Macro | None:
        """What ``adapter.dispatch(name, namespace)`` means.

        Of dbt's own macros nothing can be told where the manifest lacks those of the adapter.
        """
        if namespace == DBT and self._internal[0] not in self._by_package:
            return None
        for package in self._searched(namespace):
            for prefix in self._prefixes:
                called = f"{prefix}__{name}"
                found = self.in_package(package, called) if package else self.named(called, own_package)
                if found:
                    return found
        return None

    def is_from(self, package: str, name: str, own_package: str) -> bool:
        """Whether the macro that is dispatched to is the package's own, and nobody's in its place."""
        macro = self.dispatched(name, package, own_package)
        return macro is not None and macro.package == package

    def _searched(self, namespace: str | None) -> Sequence[str | None]:
        if namespace is None:
            return (None,)
        order = self._search_orders.get(namespace)
        if order:
            return order
        return (self._project, namespace) if self.is_package(namespace) else (None,)

    def _in(self, package: str, name: str) -> Macro | None:
        return self._by_package.get(package, {}).get(name)

    def _all(self) -> Iterator[Macro]:
        for package in sorted(self._by_package):
            for name in sorted(self._by_package[package]):
                yield self._by_package[package][name]


def search_orders(dispatch: object) -> dict[str, tuple[str, ...]]:
    """The ``dispatch`` of a dbt_project.yml: for each namespace the packages to search."""
    entries = [entry for entry in dispatch if isinstance(entry, Mapping)] if isinstance(dispatch, list) else []
    return {
        str(entry.get("macro_namespace")): tuple(map(str, entry["search_order"]))
        for entry in entries
        if isinstance(entry.get("search_order"), list)
    }


def _prefixes(adapter_type: str | None) -> tuple[str, ...]:
    """The adapter, those it is built on, and ``default``."""
    prefixes = []
    while adapter_type:
        prefixes.append(adapter_type)
        adapter_type = _BUILT_ON.get(adapter_type)
    return (*prefixes, "default")
