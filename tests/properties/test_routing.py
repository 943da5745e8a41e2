"""What dbt-osmosis's own tests and documentation say of its rules (its tests/core/test_vars_routing.py)."""

from __future__ import annotations

from typing import Any

import pytest

from dbt_docsmith.properties.routing import osmosis_rule
from dbt_docsmith.types import Node


def node(*fqn: str, kind: str = "model", **given: Any) -> Node:
    return Node(
        unique_id=".".join((kind, *fqn)), name=fqn[-1], resource_type=kind, package_name=fqn[0], fqn=fqn, **given
    )


STAGED = ("shop", "staging", "raw", "stg_raw__orders")


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"config": {"dbt-osmosis": "a"}}, "a"),
        ({"config": {"dbt_osmosis": "a"}}, "a"),
        ({"config": {"dbt-osmosis": "a", "dbt_osmosis": "b"}}, "a"),
        ({"config": {"meta": {"dbt-osmosis": "m"}}}, "m"),
        ({"config": {"dbt_osmosis": "a", "meta": {"dbt-osmosis": "m"}}}, "a"),
        ({"meta": {"dbt_osmosis": "m"}}, "m"),
        ({"config": {"dbt-osmosis": ""}, "meta": {"dbt-osmosis": "m"}}, "m"),
        ({"config": {"dbt-osmosis": {"skip": True}, "meta": None}}, None),
        ({}, None),
    ],
)
def test_the_nodes_own_config_goes_before_its_meta(given: dict[str, Any], rule: str | None) -> None:
    assert osmosis_rule(node(*STAGED, **given), {}) == rule


@pytest.mark.parametrize(
    ("project_vars", "rule"),
    [
        ({"dbt-osmosis": {"models": {"staging": "s"}}}, "s"),
        ({"dbt-osmosis": {"models": {"staging": "s", "staging.raw": "deep"}}}, "deep"),
        ({"dbt-osmosis": {"models": {"raw": "not from the root"}}}, None),
        ({"dbt-osmosis": {"models": {"marts": "m"}}}, None),
        ({"dbt-osmosis": {"models": {}}}, None),
        ({"dbt-osmosis": {"models": "everywhere"}}, "everywhere"),
        ({"dbt-osmosis": {"sources": {"raw": "x.yml"}}}, None),
        ({"dbt-osmosis": {"seeds": "seeds only"}}, None),
        ({"dbt_osmosis": {"models": {"staging": "s"}}}, "s"),
        ({"dbt-osmosis": {"models": {"staging": "a"}}, "dbt_osmosis": {"models": {"staging": "b"}}}, "a"),
        ({"dbt-osmosis": "not a mapping"}, None),
        ({"dbt_osmosis_default_path": "d"}, "d"),
        ({"dbt_osmosis_default_path": 1}, None),
        ({"dbt-osmosis": {"models": {"staging": "s"}}, "dbt_osmosis_default_path": "d"}, "s"),
        ({"dbt-osmosis": {"models": {"marts": "m"}}, "dbt_osmosis_default_path": "d"}, "d"),
        ({"other": 1}, None),
    ],
)
def test_variables_rule_by_folder_from_the_deepest_up(project_vars: dict[str, Any], rule: str | None) -> None:
    assert osmosis_rule(node(*STAGED), project_vars) == rule


@pytest.mark.parametrize(
    ("seeds", "rule"),
    [("_seeds", "_seeds"), ({"ref": "r"}, "r"), ({"other": "o"}, None), (["list"], None)],
)
def test_seeds_have_rules_of_their_own(seeds: object, rule: str | None) -> None:
    project_vars = {"dbt-osmosis": {"seeds": seeds, "models": {"ref": "for models"}}}
    assert osmosis_rule(node("shop", "ref", "countries", kind="seed"), project_vars) == rule


def test_snapshots_are_ruled_as_models_are() -> None:
    project_vars = {"dbt-osmosis": {"models": {"daily": "d"}}}
    assert osmosis_rule(node("shop", "daily", "orders_snapshot", kind="snapshot"), project_vars) == "d"


def test_the_nodes_config_goes_before_the_variables() -> None:
    ruled = node(*STAGED, config={"dbt-osmosis": "own"})
    assert osmosis_rule(ruled, {"dbt-osmosis": {"models": {"staging": "s"}}}) == "own"


def test_a_model_directly_below_models_has_no_folder_to_rule_it() -> None:
    assert osmosis_rule(node("shop", "orders"), {"dbt-osmosis": {"models": {"orders": "x"}}}) is None
