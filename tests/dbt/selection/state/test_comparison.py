"""What no small project shows: manifests of other writers, and how far a changed macro reaches."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dbt_docsmith.dbt.selection.state.comparison import Comparison
from dbt_docsmith.dbt.selection.state.shapes import ProjectState, read_state
from dbt_docsmith.errors import ProjectError

MODEL: dict[str, Any] = {
    "resource_type": "model",
    "fqn": ["shop", "orders"],
    "raw_code": "select 1",
    "access": "protected",
    "contract": {"enforced": False, "alias_types": True, "checksum": None},
    "depends_on": {"nodes": [], "macros": ["macro.shop.outer"]},
}
ORDERS = "model.shop.orders"


def state(tmp_path: Path, **sections: Any) -> ProjectState:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"nodes": {}, **sections}), encoding="utf-8")
    return read_state(path, "name another")


def macro(sql: str, *calls: str) -> dict[str, Any]:
    return {"macro_sql": sql, "depends_on": {"macros": list(calls)}}


@pytest.mark.parametrize(
    ("before", "why"),
    [
        ({"raw_sql": "select 1", "raw_code": None}, "dbt 1.2 called it raw_sql"),
        ({"contract": False}, "dbt 1.4 had a bare contract"),
        ({"contract": None, "access": None}, "older ones had neither contract nor access"),
        ({"deprecation_date": None, "latest_version": None, "columns": {}}, "what is left out is empty"),
        ({"resource_type": None}, "the unique id says the type too"),
        ({"unrendered_config": {}}, "nothing is configured"),
    ],
)
def test_a_model_is_the_same_however_its_manifest_leaves_things_out(
    tmp_path: Path, before: dict[str, Any], why: str
) -> None:
    now, was = (state(tmp_path, nodes={ORDERS: {**MODEL, **keys}}) for keys in ({}, before))

    assert Comparison(now, was).is_in("unmodified", ORDERS), why


@pytest.mark.parametrize(
    ("changed", "modified"),
    [
        ({"macro.shop.inner": macro("2")}, True),
        ({"macro.shop.inner": macro("1"), "macro.shop.beside": macro("2")}, False),
        ({"macro.shop.inner": macro("1"), "macro.shop.new": macro("2")}, False),
    ],
)
def test_a_changed_macro_reaches_those_who_call_it_through_others(
    tmp_path: Path, changed: dict[str, Any], modified: bool
) -> None:
    circle = {"macro.shop.outer": macro("o", "macro.shop.middle"), "macro.shop.beside": macro("1")}
    circle["macro.shop.middle"] = macro("m", "macro.shop.outer", "macro.shop.inner")
    before = {**circle, "macro.shop.inner": macro("1")}
    was = state(tmp_path, nodes={ORDERS: MODEL}, macros=before)
    now = state(tmp_path, nodes={ORDERS: MODEL}, macros={**before, **changed})

    assert Comparison(now, was).is_in("modified", ORDERS) is modified
    assert Comparison(now, was).is_in("modified.macros", ORDERS) is modified


def test_a_seed_without_a_checksum_is_never_known_to_be_the_same(tmp_path: Path) -> None:
    seed = {"resource_type": "seed", "fqn": ["shop", "rates"], "checksum": {"name": "none", "checksum": ""}}
    twice = state(tmp_path, nodes={"seed.shop.rates": seed})

    assert Comparison(twice, twice).is_in("modified.body", "seed.shop.rates")


def test_what_the_manifest_does_not_hold_is_in_no_state(tmp_path: Path) -> None:
    nothing = state(tmp_path)

    assert not any(Comparison(nothing, nothing).is_in(each, ORDERS) for each in ("new", "old", "modified"))


def test_a_folder_without_a_manifest_is_said_with_the_cure(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"there is no manifest at .*nowhere.*: name another"):
        read_state(tmp_path / "nowhere" / "manifest.json", "name another")
