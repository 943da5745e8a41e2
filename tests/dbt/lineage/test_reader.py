"""Lineage over a whole project: parents' columns known first, each text read once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dbt_docsmith.dbt.lineage.query.limits import Deadline
from dbt_docsmith.dbt.lineage.reader import LineageReader
from dbt_docsmith.dbt.lineage.store import LineageStore
from dbt_docsmith.dbt.manifest import read_manifest
from dbt_docsmith.types import ColumnRef, Manifest, Node, NodeLineage

SHOP = Path(__file__).parents[3] / "examples" / "shop" / "target" / "manifest.json"


def node(name: str, raw_code: str = "", *parents: str, kind: str = "model", **more: Any) -> Node:
    unique_id = f"{kind}.shop.{name}"
    fields = {
        "unique_id": unique_id,
        "name": name,
        "resource_type": kind,
        "package_name": "shop",
        "raw_code": raw_code,
        "depends_on": parents,
        "source_name": "web" if kind == "source" else None,
    }
    return Node(**{**fields, **more})


def project(*nodes: Node, adapter: str = "duckdb") -> Manifest:
    return Manifest(
        schema_version="12",
        project_name="shop",
        adapter_type=adapter,
        generated_at=None,
        nodes={each.unique_id: each for each in nodes},
    )


RAW = node("raw", kind="source", unique_id="source.shop.web.raw")
STG = node("stg", "select id as order_id, amount from {{ source('web', 'raw') }}", RAW.unique_id)


def lineage_of(node: Node, *others: Node, columns: dict[str, Sequence[str]] | None = None) -> NodeLineage:
    return LineageReader(project(node, *others), columns or {}).columns_of(node.unique_id)


def kinds(lineage: NodeLineage) -> dict[str, str]:
    return {column.name: column.kind for column in lineage.columns.values()}


def test_a_column_refers_to_its_parents_column() -> None:
    lineage = lineage_of(STG, RAW)
    assert lineage.complete
    assert lineage.columns["order_id"].origins == (ColumnRef("source.shop.web.raw", "id"),)
    assert kinds(lineage) == {"order_id": "renamed", "amount": "passed"}


def test_a_parents_column_goes_before_an_alias_of_its_name_whatever_is_asked_first() -> None:
    swap = node("swap", "select amount as order_id, order_id as amount from {{ ref('stg') }}", STG.unique_id)
    columns = lineage_of(swap, STG, RAW).columns
    assert columns["amount"].origins == (ColumnRef("model.shop.stg", "order_id"),)
    unsure = node("swap", "select a as b, b as a from {{ source('web', 'raw') }}", RAW.unique_id)
    assert not lineage_of(unsure, RAW).columns["a"].inheritable


def test_a_star_has_the_columns_of_the_parent() -> None:
    mart = node("mart", "select *, 1 as one from {{ ref('stg') }}", STG.unique_id)
    lineage = lineage_of(mart, STG, RAW)
    assert lineage.complete
    assert lineage.columns["order_id"].origins == (ColumnRef("model.shop.stg", "order_id"),)
    assert kinds(lineage) == {"order_id": "passed", "amount": "passed", "one": "constant"}


def test_what_the_catalog_says_of_a_parent_goes_before_its_sql() -> None:
    mart = node("mart", "select * from {{ ref('stg') }}", STG.unique_id)
    lineage = lineage_of(mart, STG, RAW, columns={STG.unique_id: ["ORDER_ID", "EXTRA"]})
    assert kinds(lineage) == {"ORDER_ID": "passed", "EXTRA": "passed"}
    assert lineage.columns["extra"].origins == (ColumnRef("model.shop.stg", "EXTRA"),)


def test_a_star_over_unknown_columns_is_not_whole_and_says_whose() -> None:
    mart = node("mart", "select 1 as a, * from {{ source('web', 'raw') }}", RAW.unique_id)
    lineage = lineage_of(mart, RAW)
    assert not lineage.complete
    assert lineage.reason == "the columns of source('web', 'raw') are not known"
    assert kinds(lineage) == {"a": "constant"}


def test_a_column_two_tables_may_have_is_the_ones_that_has_it() -> None:
    other = node("other", "select 1 as order_id, 2 as weight")
    sql = "select amount, weight from {{ ref('stg') }} s join {{ ref('other') }} o on s.order_id = o.order_id"
    lineage = lineage_of(node("mart", sql, STG.unique_id, other.unique_id), STG, RAW, other)
    assert lineage.columns["amount"].origins == (ColumnRef("model.shop.stg", "amount"),)
    assert lineage.columns["weight"].origins == (ColumnRef("model.shop.other", "weight"),)


@pytest.mark.parametrize(
    "raw_code", ["select stg.amount from {{ ref('stg') }}", "select {{ ref('stg') }}.amount from {{ ref('stg') }}"]
)
def test_a_column_may_be_qualified_by_the_relations_own_name(raw_code: str) -> None:
    lineage = lineage_of(node("mart", raw_code, STG.unique_id), STG, RAW)
    assert lineage.columns["amount"].origins == (ColumnRef("model.shop.stg", "amount"),)


def test_an_expression_speaks_the_projects_words() -> None:
    sql = "select {{ ref('stg') }}.amount * 2 as a, cast({{ m('x') }} as {{ t() }}) as b from {{ ref('stg') }}"
    lineage = lineage_of(node("mart", sql, STG.unique_id), STG, RAW)
    assert lineage.columns["a"].expression == "{{ ref('stg') }}.amount * 2"
    assert lineage.columns["b"].expression == "cast({{ m('x') }} as {{ t() }})"


def test_an_expression_of_a_cte_is_told_where_its_name_was_used() -> None:
    cte = "with a as (select sum(amount) as total from {{ ref('stg') }})"
    sql = f"{cte} select round(total, 2) as r, total * 2 as d from a"
    lineage = lineage_of(node("mart", sql, STG.unique_id), STG, RAW)
    assert lineage.columns["r"].expression == "round(sum(amount), 2)"
    assert lineage.columns["d"].expression == "sum(amount) * 2"


def test_an_unknown_macro_makes_one_column_unknown() -> None:
    sql = "select {{ cents('amount') }} as euros, order_id from {{ ref('stg') }}"
    lineage = lineage_of(node("mart", sql, STG.unique_id), STG, RAW)
    assert lineage.complete
    assert kinds(lineage) == {"euros": "unknown", "order_id": "passed"}
    assert lineage.columns["euros"].expression == "{{ cents('amount') }}"
    assert not lineage.columns["euros"].origins


def test_an_unknown_macro_that_may_be_many_columns_is_named() -> None:
    sql = "select {{ dbt_utils.star(ref('stg')) }} from {{ ref('stg') }}"
    lineage = lineage_of(node("mart", sql, STG.unique_id), STG, RAW)
    assert (lineage.complete, lineage.reason) == (False, "{{ dbt_utils.star(ref('stg')) }} may be any columns")


def test_a_model_that_is_one_macro_says_which() -> None:
    lineage = lineage_of(node("mart", "{{ make_it('all') }}"))
    assert (lineage.complete, lineage.reason) == (False, "its SQL is no query but {{ make_it('all') }}")


def test_a_condition_that_changes_no_column_changes_nothing() -> None:
    sql = "select order_id from {{ ref('stg') }} {% if target.name == 'dev' %} limit 9 {% endif %}"
    lineage = lineage_of(node("mart", sql, STG.unique_id), STG, RAW)
    assert lineage.complete
    assert lineage.columns["order_id"].inheritable


def test_a_column_that_hangs_on_a_condition_is_unknown_and_the_others_are_not() -> None:
    sql = (
        "select order_id, {% if target.name == 'dev' %} 0 {% else %} amount {% endif %} as amount"
        "{% if x %}, 1 as extra{% endif %} from {{ ref('stg') }}"
    )
    lineage = lineage_of(node("mart", sql, STG.unique_id), STG, RAW)
    assert kinds(lineage) == {"order_id": "passed", "amount": "unknown", "extra": "unknown"}
    assert (lineage.complete, lineage.reason) == (False, "its columns hang on a condition that only dbt can tell")


def test_the_earlier_rows_of_an_incremental_model_say_nothing_new() -> None:
    sql = "select order_id, amount from {{ ref('stg') }} union all select order_id, amount from {{ this }}"
    lineage = lineage_of(node("mart", sql, STG.unique_id), STG, RAW)
    assert lineage.columns["amount"].origins == (ColumnRef("model.shop.stg", "amount"),)
    assert lineage.columns["amount"].inheritable
    star = "select * from {{ ref('stg') }} union all select * from {{ this }}"
    assert lineage_of(node("mart", star, STG.unique_id), STG, RAW).columns == lineage.columns


@pytest.mark.parametrize("code", ["compiled_code", "raw_code"])
def test_an_ephemeral_parent_is_a_parent(code: str) -> None:
    compiled = "with __dbt__cte__stg as (select 1) select * from __dbt__cte__stg"
    texts = (
        {"compiled_code": compiled} if code == "compiled_code" else {"raw_code": "select * from {{ ref('stg') }}"}
    )
    mart = node("mart", depends_on=(STG.unique_id,), **texts)
    assert lineage_of(mart, STG, RAW).columns["amount"].origins == (ColumnRef("model.shop.stg", "amount"),)


def snapshot(**config: Any) -> NodeLineage:
    sql = "{% snapshot s %} select * from {{ ref('stg') }} {% endsnapshot %}"
    return lineage_of(node("snap", sql, STG.unique_id, kind="snapshot", config=config), STG, RAW)


def test_a_snapshot_has_dbts_own_columns_too() -> None:
    lineage = snapshot()
    own = ["dbt_scd_id", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to"]
    assert list(lineage.columns) == ["order_id", "amount", *own]
    assert all(lineage.columns[name].comment.startswith("added by dbt: ") for name in own)
    assert lineage.complete


def test_a_snapshots_own_columns_are_called_as_configured() -> None:
    names = {"dbt_valid_from": "Start", "dbt_valid_to": None}
    lineage = snapshot(
        snapshot_meta_column_names=names, hard_deletes="new_record", dbt_valid_to_current="'9999-12-31'::date"
    )
    assert list(lineage.columns)[2:] == ["dbt_scd_id", "dbt_updated_at", "start", "dbt_valid_to", "dbt_is_deleted"]
    assert lineage.columns["dbt_valid_to"].comment.endswith("'9999-12-31'::date for the current version")


def test_where_there_is_no_sql_there_is_a_reason() -> None:
    seed = node("numbers", kind="seed")
    assert lineage_of(RAW).reason == "a source has no SQL"
    assert lineage_of(seed).reason == "a seed has no SQL"
    assert lineage_of(node("py", "def model(): ...", language="python")).reason == "a Python model"
    assert LineageReader(project(), {}).columns_of("model.shop.none").reason == "it is not in the manifest"


def test_a_chain_of_three_thousand_models_is_read() -> None:
    chain = [STG] + [
        node(f"m{number}", f"select * from {{{{ ref('{before}') }}}}", f"model.shop.{before}")
        for number, before in enumerate(["stg", *(f"m{number}" for number in range(2_999))])
    ]
    lineage = LineageReader(project(RAW, *chain), {}).columns_of("model.shop.m2999")
    assert kinds(lineage) == {"order_id": "passed", "amount": "passed"}


def test_a_chain_of_five_hundred_ctes_is_read() -> None:
    ctes = ", ".join(f"c{number + 1} as (select *, 1 as x{number} from c{number})" for number in range(500))
    sql = f"with c0 as (select 1 as a), {ctes} select * from c500"
    assert len(lineage_of(node("mart", sql)).columns) == 501


def test_a_union_of_five_hundred_branches_is_read() -> None:
    sql = " union all ".join(f"select {number} as a, order_id from {{{{ ref('stg') }}}}" for number in range(500))
    assert kinds(lineage_of(node("mart", sql, STG.unique_id), STG, RAW)) == {"a": "constant", "order_id": "passed"}


def test_a_circle_ends_where_it_closes() -> None:
    one = node("one", "select *, 1 as a from {{ ref('two') }}", "model.shop.two")
    two = node("two", "select *, 2 as b from {{ ref('one') }}", "model.shop.one")
    reader = LineageReader(project(one, two), {})
    assert not reader.columns_of(one.unique_id).complete
    assert set(reader.columns_of(two.unique_id).columns) <= {"a", "b"}


def test_what_cannot_be_parsed_has_a_reason() -> None:
    lineage = lineage_of(node("mart", "select from where"))
    assert (lineage.complete, lineage.reason) == (False, "its SQL could not be parsed at line 1")


def test_a_column_without_a_name_is_told() -> None:
    lineage = lineage_of(node("mart", "select count(*), 1 as a"))
    assert (lineage.complete, lineage.reason) == (False, "a column has no name")


@pytest.fixture(scope="module")
def shop() -> Manifest:
    return read_manifest(SHOP)


def only_parsed(manifest: Manifest) -> Manifest:
    nodes = {
        unique_id: msgspec.structs.replace(each, compiled_code=None) for unique_id, each in manifest.nodes.items()
    }
    return msgspec.structs.replace(manifest, nodes=nodes)


def test_the_example_compiled_and_only_parsed_has_the_same_origins(shop: Manifest) -> None:
    compiled, parsed = LineageReader(shop, {}), LineageReader(only_parsed(shop), {})
    models = [each.unique_id for each in shop.nodes.values() if each.resource_type in ("model", "snapshot")]
    compared = 0
    for unique_id in models:
        one, other = compiled.columns_of(unique_id), parsed.columns_of(unique_id)
        assert (list(one.columns), one.complete) == (list(other.columns), other.complete)
        for name, column in other.columns.items():
            if column.kind != "unknown":
                assert (column.kind, column.origins) == (one.columns[name].kind, one.columns[name].origins)
                compared += 1
    assert compared > 100


def test_what_was_kept_is_read_again_without_any_parser(shop: Manifest, tmp_path: Path) -> None:
    parsed = only_parsed(shop)
    models = [each.unique_id for each in shop.nodes.values() if each.resource_type == "model"]
    with LineageStore(tmp_path / "lineage.db") as store:
        reader = LineageReader(parsed, {}, store=store)
        first = {unique_id: reader.columns_of(unique_id) for unique_id in models}
    code = f"""
import sys
from pathlib import Path
import msgspec
from dbt_docsmith.dbt.lineage.query.limits import Deadline
from dbt_docsmith.dbt.lineage.reader import LineageReader
from dbt_docsmith.dbt.lineage.store import LineageStore
from dbt_docsmith.types import Manifest, NodeLineage
manifest = msgspec.msgpack.decode(Path({str(tmp_path / "manifest")!r}).read_bytes(), type=Manifest)
with LineageStore(Path({str(tmp_path / "lineage.db")!r})) as store:
    reader = LineageReader(manifest, {{}}, store=store)
    lineage = {{unique_id: reader.columns_of(unique_id) for unique_id in {models!r}}}
assert not {{"sqlglot", "jinja2"}} & set(sys.modules)
sys.stdout.buffer.write(msgspec.msgpack.encode(lineage))
"""
    (tmp_path / "manifest").write_bytes(msgspec.msgpack.encode(parsed))
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert msgspec.msgpack.decode(run.stdout, type=dict[str, NodeLineage]) == first


def test_a_body_that_cannot_be_read_is_read_anew(shop: Manifest, tmp_path: Path) -> None:
    class Broken(LineageStore):
        def get(self, key: bytes) -> bytes | None:
            return b"\xff\xff"

    with Broken(tmp_path / "lineage.db") as store:
        reader = LineageReader(only_parsed(shop), {}, store=store)
        assert reader.columns_of("model.shop.fct_orders").complete


def test_other_vars_are_another_text(tmp_path: Path) -> None:
    mart = node("mart", "select {% if var('x') %}1 as a{% else %}1 as b{% endif %}")
    names = []
    for value in (True, False):
        with LineageStore(tmp_path / "lineage.db") as store:
            reader = LineageReader(project(mart), {}, project_vars={"x": value}, store=store)
            names.append(list(reader.columns_of(mart.unique_id).columns))
    assert names == [["a"], ["b"]]


def test_a_node_that_takes_too_long_is_unknown_with_one_warning(tmp_path: Path) -> None:
    ticks = iter(range(1_000_000))
    slow = node("slow", f"select {'a, ' * 99} b from {{{{ source('web', 'raw') }}}}", RAW.unique_id)
    child = node("child", "select * from {{ ref('slow') }}", slow.unique_id)
    warning = "model.shop.slow: reading its SQL takes more than 90 s; where its columns come from stays unknown"
    for _ in ("read", "kept"):
        said: list[str] = []
        with LineageStore(tmp_path / "lineage.db") as store:
            reader = LineageReader(
                project(slow, child, RAW),
                {},
                store=store,
                warn=said.append,
                deadline=lambda: Deadline(90, clock=lambda: float(next(ticks))),
            )
            assert not reader.columns_of(child.unique_id).complete
            assert reader.columns_of(slow.unique_id).reason == "reading its SQL takes more than 90 s"
        assert said == [warning]


def star_of(raw_code: str, *parents: Node, columns: dict[str, Sequence[str]] | None = None) -> NodeLineage:
    """What ``dbt_utils.star`` comes to in a project that has the package."""
    macros = {
        "macro.dbt_utils.star": "{% macro star() %}{% endmacro %}",
        "macro.dbt_utils.default__star": "{% macro default__star() %}{% endmacro %}",
    }
    mart = node("mart", raw_code, *(parent.unique_id for parent in parents))
    manifest = msgspec.structs.replace(project(mart, *parents, RAW), macros=macros)
    return LineageReader(manifest, columns or {}).columns_of(mart.unique_id)


STARS = {
    "all": ("dbt_utils.star(ref('stg'))", {"order_id": "passed", "amount": "passed", "one": "constant"}),
    "less some": ("dbt_utils.star(from=ref('stg'), except=['ORDER_ID'])", {"amount": "passed", "one": "constant"}),
    "of an alias": ("dbt_utils.star(ref('stg'), 's', ['amount'])", {"order_id": "passed", "one": "constant"}),
    "with a prefix": (
        "dbt_utils.star(ref('stg'), prefix='stg_', except=['amount'])",
        {"stg_order_id": "renamed", "one": "constant"},
    ),
}


@pytest.mark.parametrize(("call", "expected"), STARS.values(), ids=STARS.keys())
def test_the_star_of_dbt_utils_has_the_columns_of_its_relation(call: str, expected: dict[str, str]) -> None:
    lineage = star_of(f"select {{{{ {call} }}}}, 1 as one from {{{{ ref('stg') }}}} as s", STG)
    assert (lineage.complete, kinds(lineage)) == (True, expected)
    name = next(iter(expected))
    assert [origin.unique_id for origin in lineage.columns[name].origins] == [STG.unique_id]


def test_the_star_of_dbt_utils_over_unknown_columns_is_open() -> None:
    star = "{{ dbt_utils.star(source('web', 'raw'), except=['b']) }}"
    lineage = star_of(f"with a as (select {star} from {{{{ source('web', 'raw') }}}}) select id, b from a", RAW)
    assert lineage.columns["id"].origins == (ColumnRef(RAW.unique_id, "id"),)
    assert lineage.columns["b"].kind == "unknown"


def test_the_star_of_dbt_utils_is_shown_as_it_was_called() -> None:
    macros = {"macro.dbt_utils.default__star": "{% macro default__star() %}{% endmacro %}"}
    call = "{{ dbt_utils.star(ref('stg'), except=['a', 'b'], relation_alias='s') }}"
    mart = node("mart", f"select {call} from {{{{ ref('stg') }}}} s", STG.unique_id)
    manifest = msgspec.structs.replace(project(mart, STG, RAW), macros=macros)
    assert call in LineageReader(manifest, {}).sql_of(mart.unique_id).display
