"""Macros of every kind, compiled by real dbt and read without it: the same SQL, or a mark where dbt knows more."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec import structs

from dbt_docsmith.dbt.manifest import read_manifest
from dbt_docsmith.dbt.sql.canonical import canonical_sql
from dbt_docsmith.types import Manifest

PROJECT = "name: shop\nversion: '1.0'\nprofile: shop\nvars: {days: 7}\n"
PROFILE = "shop: {target: dev, outputs: {dev: {type: duckdb, path: ':memory:'}}}\n"

MACROS = """
{% macro cents(column, places=2) %}round({{ column }} / 100, {{ places }}){% endmacro %}
{% macro names() %}{{ return(['a', 'b']) }}{% endmacro %}
{% macro early(x) %}{% if x %}{% do return('yes') %}{% endif %}no{% endmacro %}
{% macro countdown(n) %}{% if n %}{{ n }},{{ countdown(n - 1) }}{% endif %}0{% endmacro %}
{% macro around(name) %}{{ name }}({{ caller() }}){% endmacro %}
{% macro greet() %}{{ return(adapter.dispatch('greet', 'shop')()) }}{% endmacro %}
{% macro default__greet() %}'default'{% endmacro %}
{% macro duckdb__greet() %}'duckdb'{% endmacro %}
{% macro recent(relation) %}(select * from {{ relation }} where day > {{ var('days') }}){% endmacro %}
{% macro env() %}'{{ target.name }}'{% endmacro %}
{% macro on_dev(sql) %}{% if target.name == 'dev' %}{{ sql }}{% endif %}{% endmacro %}
{% macro ask() %}{% if execute %}{{ run_query('select 42').columns[0].values()[0] | int }}{% endif %}{% endmacro %}
"""

MODELS = {
    "base": "select 1 as a, 2 as b, 3 as day",
    "arguments": "select {{ cents('a') }} as x, {{ shop.cents(column='b', places=0) }} as y",
    "returned": "select {% for n in names() %}1 as {{ n }}{{ ',' if not loop.last }}{% endfor %}",
    "returned_early": "select '{{ early(true) }}' as x, '{{ early(false) }}' as y",
    "calling_itself": "select '{{ countdown(3) }}' as x",
    "call_block": "select {% call around('abs') %}-1{% endcall %} as x",
    "dispatched": "select {{ greet() }} as x",
    "relation_given": "select * from {{ recent(ref('base')) }}",
    "dbts_own": (
        "select {{ dbt.concat(['a', 'b']) }} as x, "
        "{{ dbt.datediff('a', 'b', 'day') }} as z, {{ dbt.safe_cast('a', 'int') }} as s, "
        "{{ dbt.current_timestamp() }} as t, {{ dateadd('day', 1, 'a') }} as u from {{ ref('base') }}"
    ),
    "incremental": (
        "{{ config(materialized='incremental') }}select * from {{ ref('base') }}"
        "{% if is_incremental() %} where day > (select max(day) from {{ this }}){% endif %}"
    ),
    "of_a_type": "select cast(1 as {{ dbt.type_string() }}) as x",
    "of_the_target": "select {{ env() }} as x {{ on_dev('limit 1') }}",
    "of_the_warehouse": "select {{ ask() }} as x",
}
UNKNOWN = {"of_a_type", "of_the_target", "of_the_warehouse"}


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    """The project, compiled."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "dbt_project.yml").write_text(PROJECT, encoding="utf-8")
    (folder / "profiles.yml").write_text(PROFILE, encoding="utf-8")
    for part, texts in {"macros": {"all": MACROS}, "models": MODELS}.items():
        (folder / part).mkdir()
        for name, text in texts.items():
            (folder / part / f"{name}.sql").write_text(text, encoding="utf-8")
    program = [Path(sys.executable).with_name("dbt"), "--no-send-anonymous-usage-stats", "compile"]
    run = subprocess.run(
        [*program, "--project-dir", str(folder), "--profiles-dir", str(folder)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    assert run.returncode == 0, run.stdout
    return read_manifest(folder / "target" / "manifest.json")


@pytest.mark.slow
def test_what_is_expanded_is_what_dbt_compiles(manifest: Manifest) -> None:
    for name in MODELS:
        node = manifest.nodes[f"model.shop.{name}"]
        compiled = canonical_sql(node, manifest)
        raw = canonical_sql(structs.replace(node, compiled_code=None), manifest, project_vars={"days": 7})
        assert compiled.display, name
        assert any(_fits(text, compiled.parseable) for text in (raw.parseable, *raw.variants)), name
        if name not in UNKNOWN:
            assert "docsmith_u" not in raw.parseable, name
            assert raw.display == compiled.display


def _fits(text: str, compiled: str) -> bool:
    """Whether the compiled text is the one read, with anything in the place of its marks."""
    pieces = re.split(r"docsmith_u\d+__|varchar\(77\d+\)", text.strip())
    return re.fullmatch(".*?".join(map(re.escape, pieces)), compiled.strip(), re.DOTALL) is not None
