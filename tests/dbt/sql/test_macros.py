"""Macros found as dbt finds them."""

from __future__ import annotations

import pytest

from dbt_docsmith.dbt.sql.macros import MacroLibrary, search_orders
from dbt_docsmith.types import Manifest

MACROS = [
    "dbt.star",
    "dbt.default__type_int",
    "dbt.only_dbt",
    "dbt_redshift.star",
    "dbt_postgres.postgres__type_int",
    "dbt_utils.star",
    "dbt_utils.default__star",
    "dbt_utils.default__pivot",
    "dbt_utils.postgres__pivot",
    "dbt_utils.bigquery__pivot",
    "shop.helper",
    "shop.default__star",
    "other.helper",
    "other.only_other",
]


def library(adapter: str | None = "redshift", dispatch: object = None, macros: list[str] = MACROS) -> MacroLibrary:
    manifest = Manifest(
        schema_version="12",
        project_name="shop",
        adapter_type=adapter,
        generated_at=None,
        nodes={},
        macros={f"macro.{name}": name for name in macros},
    )
    return MacroLibrary(manifest, search_orders(dispatch))


NAMED = {
    "the project's own": ("shop", "helper", "shop.helper"),
    "the package's own first": ("other", "helper", "other.helper"),
    "another package's only with its name": ("shop", "only_other", None),
    "the adapter's before dbt's": ("shop", "star", "dbt_redshift.star"),
    "dbt's": ("other", "only_dbt", "dbt.only_dbt"),
    "the project's default in a package": ("other", "default__star", "shop.default__star"),
    "none": ("shop", "nothing", None),
}


@pytest.mark.parametrize(("package", "name", "expected"), NAMED.values(), ids=NAMED.keys())
def test_a_bare_name_means_what_it_means_to_dbt(package: str, name: str, expected: str | None) -> None:
    found = library().named(name, package)
    assert (found and found.code) == expected


DISPATCHED = {
    "of the project first": ("redshift", "star", "dbt_utils", "shop.default__star"),
    "of the adapter it is built on": ("redshift", "pivot", "dbt_utils", "dbt_utils.postgres__pivot"),
    "of the adapter": ("bigquery", "pivot", "dbt_utils", "dbt_utils.bigquery__pivot"),
    "the default": ("snowflake", "pivot", "dbt_utils", "dbt_utils.default__pivot"),
    "no adapter": (None, "pivot", "dbt_utils", "dbt_utils.default__pivot"),
    "no namespace": ("redshift", "star", None, "shop.default__star"),
    "dbt's": ("redshift", "type_int", "dbt", "dbt_postgres.postgres__type_int"),
    "dbt's, the adapter's macros are not there": ("snowflake", "type_int", "dbt", None),
    "none": ("redshift", "nothing", "dbt_utils", None),
}


@pytest.mark.parametrize(("adapter", "name", "namespace", "expected"), DISPATCHED.values(), ids=DISPATCHED.keys())
def test_dispatch_searches_as_dbt_does(
    adapter: str | None, name: str, namespace: str | None, expected: str | None
) -> None:
    found = library(adapter).dispatched(name, namespace, "shop")
    assert (found and found.code) == expected


def test_dispatch_keeps_to_the_order_of_the_project() -> None:
    dispatch = [{"macro_namespace": "dbt_utils", "search_order": ["dbt_utils", "shop"]}, {"no": "order"}, "x"]
    found = library(dispatch=dispatch).dispatched("star", "dbt_utils", "shop")
    assert found is not None
    assert found.code == "dbt_utils.default__star"


def test_only_packages_are_called_by_a_dot() -> None:
    assert [library().is_package(name) for name in ("dbt", "dbt_utils", "shop", "nothing")] == [
        *(True, True, True),
        False,
    ]


def test_the_digest_is_of_all_that_decides() -> None:
    digests = {
        library().digest(),
        library("bigquery").digest(),
        library(dispatch=[{"macro_namespace": "a", "search_order": ["b"]}]).digest(),
        library(macros=MACROS[1:]).digest(),
    }
    assert len(digests) == 4
    assert library(macros=MACROS[::-1]).digest() == library().digest()
