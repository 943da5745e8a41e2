"""What the sandbox renders, what it leaves as a mark, and what it refuses."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from dbt_docsmith.dbt.sql.jinja_sandbox import MOST_WAYS, Surroundings, render
from dbt_docsmith.dbt.sql.macros import MacroLibrary
from dbt_docsmith.dbt.sql.rendering import Rendered
from dbt_docsmith.dbt.sql.undecided import UnknownError

VARS = {
    "days": 7,
    "names": ["a", "b"],
    "table": "{{ source('s', 't') }}",
    "loop": "{{ var('loop') }}",
    "off": False,
}


def rendered(raw_code: str) -> Rendered:
    def variables(name: str) -> Any:
        if name == "of_a_package":
            raise UnknownError("a package may set its own vars")
        return VARS[name]

    return render(raw_code, Surroundings(variables, MacroLibrary.empty()))


def texts(raw_code: str) -> list[str]:
    """The texts, with marks as ``<ref('x')>`` and ``<{{ unknown }}>``."""
    result = rendered(raw_code)
    assert not result.reason

    def written(mark: re.Match[str]) -> str:
        number = int(mark[2])
        return f"<{result.references[number].written if mark[1] == 'r' else result.unknowns[number]}>"

    return [re.sub("\ue000([ru])(\\d+)\ue001", written, text) for text in result.texts]


CERTAIN = {
    "ref": ("{{ ref('a') }} {{ ref('p', 'a', v=2) }}", "<ref('a')> <ref('p', 'a', v=2)>"),
    "source": ("{{ source('s', 't') }}", "<source('s', 't')>"),
    "this": ("{{ this }}", "<this>"),
    "config prints nothing": ("x{{ config(materialized='table', meta={'a': target.name}) }}y", "xy"),
    "a var": ("{{ var('days') }} {{ var('days', 1) }} {{ var('none', 3) }}", "7 7 3"),
    "a var that holds Jinja": ("from {{ var('table') }}", "from <source('s', 't')>"),
    "a loop": ("{% for n in var('names') %}{{ n }}{{ ',' if not loop.last }}{% endfor %}", "a,b"),
    "set and if": ("{% set x = 2 %}{% if x > 1 %}big{% else %}small{% endif %}", "big"),
    "do": ("{% set l = [] %}{% do l.append('x') %}{{ l | join }}", "x"),
    "break": ("{% for i in range(9) %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% endfor %}", "01"),
    "a macro of its own": ("{% macro m(x) %}[{{ x }}]{% endmacro %}{{ m(1) }}", "[1]"),
    "not incremental": ("{% if is_incremental() %}where x{% endif %}", ""),
    "as when compiled": ("{% if execute %}yes{% endif %}", "yes"),
    "said to a log": ("{{ log('x', info=true) }}{{ print('y') }}{% do log('z') %}", ""),
    "a filter": ("{{ ['b', 'a'] | sort | join('-') | upper }}", "A-B"),
    "dbt's filters": ("{{ 'true' | as_bool }}{{ 1 | as_text }}", "true1"),
    "json": ("{{ fromjson('{\"a\": 1}').a }}", "1"),
    "a var that is set or not": ("{{ var.has_var('days') }} {{ var.has_var('none') }}", "True False"),
    "text put together": ("{{ 'a' ~ 1 ~ ref('x') }}", "a1<ref('x')>"),
    "no newline at the end": ("x\n\n", "x\n"),
}


@pytest.mark.parametrize(("raw_code", "text"), CERTAIN.values(), ids=CERTAIN.keys())
def test_what_needs_no_warehouse_renders_as_in_dbt(raw_code: str, text: str) -> None:
    assert texts(raw_code) == [text]


UNKNOWN = {
    "a macro": ("{{ cents('x') }} as y", "<{{ cents('x') }}> as y"),
    "a package's macro": (
        "{{ dbt_utils.star(ref('a'), except=['b', 1, none]) }}",
        "<{{ dbt_utils.star(ref('a'), except=['b', 1, none]) }}>",
    ),
    "in a loop it is told what it gets": (
        "{% for n in ['a', 'b'] %}{{ m(n) }}{% endfor %}",
        "<{{ m('a') }}><{{ m('b') }}>",
    ),
    "the environment": ("{{ env_var('X', 'y') }}", "<{{ env_var('X', 'y') }}>"),
    "the target": ("{{ target.schema }}.t", "<{{ target.schema }}>.t"),
    "a var without a value": ("{{ var('none') }}", "<{{ var('none') }}>"),
    "a var a package may set": ("{{ var('of_a_package', 3) }}", "<{{ var('of_a_package') }}>"),
    "what a relation is called": (
        "{{ this.identifier }} {{ ref('a').schema }}",
        "<{{ this.identifier }}> <{{ ref('a').schema }}>",
    ),
    "what is configured": ("{{ config.get('x', default=1) }}", "<{{ config.get('x', default=1) }}>"),
    "kept in a name": ("{% set x = m(1) %}{{ x }} {{ x.y[0] }}", "<{{ m(1) }}> <{{ m(1).y[0] }}>"),
    "through a filter": ("{{ m(1) | upper | replace('a', 'b') }}", "<{{ m(1) | upper | replace('a', 'b') }}>"),
    "through arithmetic": (
        "{{ var('none') + 1 }} {{ 2 * var('none') }}",
        "<{{ var('none') + 1 }}> <{{ 2 * var('none') }}>",
    ),
    "put into a text": ("{{ 'cast(a as ' ~ dbt.type_string() ~ ')' }}", "cast(a as <{{ dbt.type_string() }}>)"),
    "joined with others": ("{{ ['a', m(1)] | join(', ') }}", "a, <{{ m(1) }}>"),
    "a ref nobody can tell": ("{{ ref(m(1)) }}", "<{{ ref(m(1)) }}>"),
    "a block of text": ("{% set x %}a {{ m(1) }}{% endset %}{{ x }}", "a <{{ m(1) }}>"),
}


@pytest.mark.parametrize(("raw_code", "text"), UNKNOWN.values(), ids=UNKNOWN.keys())
def test_what_only_dbt_knows_is_marked_and_not_guessed(raw_code: str, text: str) -> None:
    assert texts(raw_code) == [text]


WAYS = {
    "a condition on the target": ("a{% if target.name == 'dev' %} limit 9{% endif %}", ["a", "a limit 9"]),
    "asked twice": ("{{ 1 if m() else 2 }}{{ 1 if m() else 2 }}", ["22", "11"]),
    "one of several": ("{% if target.type in ('a', 'b') %}1{% else %}2{% endif %}", ["2", "1"]),
    "two of them": ("{{ 1 if x else 2 }}{{ 1 if y else 2 }}", ["22", "21", "12", "11"]),
    "both ways the same": ("{% if x %}a{% else %}a{% endif %}", ["a"]),
    "not": ("{{ 1 if not x else 2 }}", ["1", "2"]),
    "defined": ("{% if x is defined %}1{% else %}2{% endif %}", ["2", "1"]),
    "a text partly unknown": ("{% set t = target.name ~ '_x' %}{{ 1 if t == 'dev_x' else 2 }}", ["2", "1"]),
    "dbt would stop one way": ("{% if x %}{{ exceptions.raise_compiler_error('no') }}{% endif %}a", ["a"]),
    "configured": ("{{ config(materialized='table' if target.name == 'x' else 'view') }}a", ["a"]),
}


@pytest.mark.parametrize(("raw_code", "expected"), WAYS.values(), ids=WAYS.keys())
def test_a_condition_only_dbt_can_tell_goes_every_way(raw_code: str, expected: list[str]) -> None:
    assert texts(raw_code) == expected


REFUSED = {
    "a loop over what nobody knows": (
        "{% for x in run_query('x') %}{{ x }}{% endfor %}",
        "it hangs on {{ run_query('x') }}",
    ),
    "how long it is": ("{% if m() | length > 1 and m() + 1 < 2 %}{% endif %}{{ range(m()) }}", "it hangs on"),
    "too many conditions": ("".join(f"{{{{ 1 if x{n} else 2 }}}}" for n in range(9)), "it hangs on x"),
    "no Jinja": ("{% if %}", "its Jinja cannot be rendered (TemplateSyntaxError)"),
    "no filter": ("{{ 1 | frobnicate }}", "its Jinja cannot be rendered (TemplateAssertionError)"),
    "another file": ("{% include 'x' %}", "its Jinja cannot be rendered (TypeError)"),
    "a number that is none": ("{{ 1 / 0 }}", "its Jinja cannot be rendered (ZeroDivisionError)"),
    "out of the sandbox": ("{{ ''.__class__.__mro__ }}", "its Jinja cannot be rendered (SecurityError)"),
    "out of it by a filter": (
        "{{ ''|attr('__class__')|attr('mro') }}",
        "its Jinja cannot be rendered (SecurityError)",
    ),
    "a var that is itself": ("{{ var('loop') }}", "a var refers to itself"),
    "always an error": ("{{ exceptions.raise_compiler_error('no') }}", "its Jinja always raises an error"),
}


@pytest.mark.parametrize(("raw_code", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_what_hangs_on_the_unknown_has_a_reason(raw_code: str, reason: str) -> None:
    result = rendered(raw_code)
    assert not result.texts
    assert result.reason.startswith(reason)


@pytest.mark.parametrize(
    "raw_code",
    [
        "{{ 'a' * 1000000000 }}",
        "{{ [0] * 1000000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{% for a in range(10000) %}{% for b in range(10000) %}{% endfor %}{% endfor %}",
        "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(40) }}",
        "{% set t = 'x' * 10000 %}{% for a in range(10000) %}{{ t }}{% endfor %}",
    ],
)
def test_no_template_runs_away(raw_code: str) -> None:
    began = time.process_time()
    assert rendered(raw_code).reason
    assert time.process_time() - began < 5


def test_a_template_changes_no_var_for_the_others() -> None:
    assert texts("{% do var('names').append('c') %}{{ var('names') | join }}") == ["abc"]
    assert texts("{{ var('names') | join }}") == ["ab"]


def test_there_are_at_most_so_many_ways() -> None:
    conditions = "".join(f"{{{{ 1 if x{n} else 2 }}}}" for n in range(3))
    assert len(texts(conditions)) == MOST_WAYS
