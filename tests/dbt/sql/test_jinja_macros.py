"""What calls of macros come to: rendered as dbt would, or left unknown and named as they were called."""

from __future__ import annotations

import re
import time
from typing import NoReturn

import pytest

from dbt_docsmith.dbt.sql.jinja_sandbox import Surroundings, render
from dbt_docsmith.dbt.sql.macros import MacroLibrary
from dbt_docsmith.dbt.sql.rendering import Rendered
from dbt_docsmith.types import Manifest

MACROS = """
{% macro shop.cents(column, places=2) %}round({{ column }} / 100, {{ places }}){% endmacro %}
{% macro shop.outer(column) %}abs({{ cents(column) }}){% endmacro %}
{% macro shop.names() %}{{ return(['a', 'b']) }}{% endmacro %}
{% macro shop.early(x) %}{% if x %}{% do return('yes') %}{% endif %}no{% endmacro %}
{% macro shop.ask() %}{% for row in run_query('select 1') %}{{ row }}{% endfor %}{% endmacro %}
{% macro shop.ask_first() %}{{ return(run_query('select 1').columns[0].values()[0]) }}{% endmacro %}
{% macro shop.env() %}{{ target.name }}_x{% endmacro %}
{% macro shop.dev(sql) %}{% if target.name == 'dev' %}{{ sql }}{% endif %}{% endmacro %}
{% macro shop.either_way() %}{% if target.name == 'dev' %}a{% else %}{{ 'a' }}{% endif %}{% endmacro %}
{% macro shop.strict(x) %}{% if not x %}{{ exceptions.raise_compiler_error('no') }}{% endif %}{{ x }}{% endmacro %}
{% macro shop.around(name) %}{{ name }}({{ caller() }}){% endmacro %}
{% macro shop.many() %}{{ varargs | join('+') }}{{ kwargs['k'] }}{% endmacro %}
{% macro shop.add_to(list) %}{% do list.append('c') %}{% endmacro %}
{% macro shop.add_and_ask(list) %}{% do list.append('c') %}{% for x in run_query('x') %}{% endfor %}{% endmacro %}
{% macro shop.a_relation(name) %}{{ return(ref(name)) }}{% endmacro %}
{% macro shop.is_text(x) %}{{ 'text' if x is string else 'none' }}{% endmacro %}
{% macro shop.is_relation(x) %}{{ x is mapping and x.get('metadata', {}).get('type', '').endswith('Relation') }}
{%- endmacro %}
{% macro shop.forever(n) %}{{ forever(n + 1) }}{{ forever(n + 1) }}{% endmacro %}
{% macro shop.no_jinja() %}{% if %}{% endmacro %}
{% macro shop.days() %}{{ var('days', 7) }}{% endmacro %}
{% macro shop.counted() %}{% set ns = namespace(n=0) %}{% for x in [1, 2] %}{% set ns.n = ns.n + x %}{% endfor %}
{{- ns.n }}{% endmacro %}
{% macro shop.default__quoted(x) %}{{ adapter.quote(x) }}{% endmacro %}
{% macro shop.quoted(x) %}{{ return(adapter.dispatch('quoted', 'shop')(x)) }}{% endmacro %}
{% macro utils.key(columns) %}{{ return(adapter.dispatch('key', 'utils')(columns)) }}{% endmacro %}
{% macro utils.default__key(columns) -%}
{%- set parts = [] -%}
{%- for c in columns -%}{%- do parts.append("coalesce(cast(" ~ c ~ " as " ~ dbt.type_string() ~ "), '')") -%}
{%- endfor -%}
{{ dbt.hash(parts | join(" || ")) }}
{%- endmacro %}
{% macro dbt.hash(field) %}{{ return(adapter.dispatch('hash', 'dbt')(field)) }}{% endmacro %}
{% macro dbt.default__hash(field) -%}
md5(cast({{ field }} as {{ api.Column.translate_type('string') }}))
{%- endmacro %}
{% macro dbt.type_string() %}{{ return(adapter.dispatch('type_string', 'dbt')()) }}{% endmacro %}
{% macro dbt.default__type_string() %}{{ return(api.Column.translate_type('string')) }}{% endmacro %}
{% macro dbt_duckdb.duckdb__other() %}{% endmacro %}
"""


def library() -> MacroLibrary:
    found = re.findall(r"\{% macro (\w+)\.((\w+)\(.*?endmacro %\})", MACROS, re.DOTALL)
    macros = {f"macro.{package}.{name}": f"{{% macro {code}" for package, code, name in found}
    manifest = Manifest(
        schema_version="12",
        project_name="shop",
        adapter_type="duckdb",
        generated_at=None,
        nodes={},
        macros=macros,
    )
    return MacroLibrary(manifest)


def no_vars(name: str) -> NoReturn:
    raise KeyError(name)


def rendered(raw_code: str) -> Rendered:
    return render(raw_code, Surroundings(no_vars, library(), "shop"))


def texts(raw_code: str) -> list[str]:
    """The texts, with marks as ``<ref('x')>`` and ``<{{ unknown }}>``."""
    result = rendered(raw_code)
    assert not result.reason

    def written(mark: re.Match[str]) -> str:
        number = int(mark[2])
        return f"<{result.references[number].written if mark[1] == 'r' else result.unknowns[number]}>"

    return [re.sub("\ue000([ru])(\\d+)\ue001", written, text) for text in result.texts]


EXPANDED = {
    "arguments": ("{{ cents('x') }} {{ cents(column='y', places=0) }}", "round(x / 100, 2) round(y / 100, 0)"),
    "by its package's name": ("{{ shop.cents('x') }}", "round(x / 100, 2)"),
    "a macro in a macro": ("{{ outer('x') }}", "abs(round(x / 100, 2))"),
    "return": ("{% for n in names() %}{{ n }},{% endfor %}", "a,b,"),
    "return on the way": ("{{ early(true) }} {{ early(false) }}", "yes no"),
    "a var": ("{{ days() }}", "7"),
    "a namespace": ("{{ counted() }}", "3"),
    "a call block": ("{% call around('f') %}x{% endcall %}", "f(x)"),
    "any arguments": ("{{ many('a', 'b', k='c') }}", "a+bc"),
    "dispatch and quotes": ("{{ quoted('x') }}", '"x"'),
    "a list that grows": ("{% set l = ['a'] %}{% do add_to(l) %}{{ l | join }}", "ac"),
    "a relation": ("from {{ a_relation('o') }}", "from <ref('o')>"),
    "a relation as an argument": ("{{ cents(ref('o')) }}", "round(<ref('o')> / 100, 2)"),
    "what a relation is": (
        "{{ is_relation(ref('o')) }} {{ is_text(ref('o')) }} {{ is_text('o') }}",
        "True none text",
    ),
    "a relation is not none": (
        "{% if ref('o') != None and ref('o') == ref('o') and (ref('o') ~ '') is not none %}a{% endif %}",
        "a",
    ),
    "more than a relation's name": ("{{ source('s', 't', database='d') }}", "<source('s', 't')>"),
    "both ways the same": ("{{ either_way() }}", "a"),
    "a macro that would stop": ("{{ strict(target.name) }}", "<{{ target.name }}>"),
    "an unknown argument": ("{{ cents(m('x')) }}", "round(<{{ m('x') }}> / 100, 2)"),
    "an unknown piece": ("{{ env() }}", "<{{ target.name }}>_x"),
    "a key": (
        "{{ utils.key(['a', 'b']) }}",
        "md5(cast(coalesce(cast(a as <{{ dbt.type_string() }}>), '') || coalesce(cast(b as "
        "<{{ dbt.type_string() }}>), '') as <{{ api.Column.translate_type('string') }}>))",
    ),
    "a name that is no package": ("{{ elsewhere.star(ref('a')) }}", "<{{ elsewhere.star(ref('a')) }}>"),
    "a package without that macro": ("{{ utils.star(ref('a')) }}", "<{{ utils.star(ref('a')) }}>"),
}


@pytest.mark.parametrize(("raw_code", "text"), EXPANDED.values(), ids=EXPANDED.keys())
def test_a_macro_comes_to_what_dbt_makes_of_it(raw_code: str, text: str) -> None:
    assert texts(raw_code) == [text]


UNKNOWN = {
    "it asks the warehouse": ("{{ ask() }} as x", "<{{ ask() }}> as x"),
    "it gives back what the warehouse says": ("{{ ask_first() }}", "<{{ ask_first() }}>"),
    "it is no Jinja": ("{{ no_jinja() }}", "<{{ no_jinja() }}>"),
    "arguments it does not take": (
        "{{ cents() }} {{ cents(1, nothing=2) }}",
        "round( / 100, 2) <{{ cents(1, nothing=2) }}>",
    ),
    "a type": ("cast(x as {{ dbt.type_string() }})", "cast(x as <{{ dbt.type_string() }}>)"),
    "a macro around one that is": ("{{ outer(ask_first()) }}", "abs(round(<{{ ask_first() }}> / 100, 2))"),
}


@pytest.mark.parametrize(("raw_code", "text"), UNKNOWN.values(), ids=UNKNOWN.keys())
def test_what_only_dbt_can_make_of_it_stays_the_call(raw_code: str, text: str) -> None:
    assert texts(raw_code) == [text]


WAYS = {
    "a condition in a macro is one of the whole text": ("a{{ dev(' limit 9') }}", ["a", "a limit 9"]),
    "and goes one way with the others": ("{{ dev('a') }}{% if target.name == 'dev' %}b{% endif %}", ["", "ab"]),
    "a text partly unknown": ("{{ 1 if env() == 'dev_x' else 2 }}", ["2", "1"]),
    "a block partly unknown": ("{% set x %}{{ target.name }}{% endset %}{{ 1 if x == 'dev' else 2 }}", ["2", "1"]),
    "put together by plus": ("{{ 1 if ('a' + env()) == 'adev_x' else 2 }}", ["2", "1"]),
    "a slice that cuts a mark": ("{{ 1 if env()[:4] == 'dev_' else 2 }}", ["2", "1"]),
    "only so many ways": ("{{ dev('a') }}" + "".join(f"{{{{ 1 if x{n} else 2 }}}}" for n in range(2)), None),
}


@pytest.mark.parametrize(("raw_code", "expected"), WAYS.values(), ids=WAYS.keys())
def test_a_condition_only_dbt_can_tell_goes_every_way(raw_code: str, expected: list[str] | None) -> None:
    found = texts(raw_code)
    assert found == expected if expected is not None else len(found) == 8


def test_where_there_are_too_many_ways_a_macro_is_unknown() -> None:
    conditions = "".join(f"{{{{ 1 if x{n} else 2 }}}}" for n in range(3))
    assert texts(conditions + "{{ dev('a') }}")[0] == "222<{{ dev('a') }}>"


@pytest.mark.parametrize(
    "raw_code", ["{{ (env() ~ ',')[:-1] }}", "{{ env() | trim }}", "{{ (' ' ~ env()).strip() }}"]
)
def test_a_text_partly_unknown_can_be_cut_where_it_is_known(raw_code: str) -> None:
    assert texts(raw_code) == ["<{{ target.name }}>_x"]


def test_what_a_failing_macro_has_changed_is_not_gone_on_with() -> None:
    raw_code = "{% set l = ['a'] %}{% do add_and_ask(l) %}{{ l | join }}"
    assert texts(raw_code) == ["a"]  # as without the macro, which is what dbt may not make of it


def test_a_macro_that_runs_away_leaves_the_rest_as_it_was() -> None:
    began = time.process_time()
    assert texts("{{ forever(0) }} {{ cents('x') }}") == ["<{{ forever(0) }}> <{{ cents('x') }}>"]
    assert time.process_time() - began < 5
