"""Raw SQL rendered without Jinja, and in the sandbox: the same where both can."""

from __future__ import annotations

from typing import NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dbt_docsmith.dbt.sql.jinja_sandbox import Surroundings, render
from dbt_docsmith.dbt.sql.macros import MacroLibrary
from dbt_docsmith.dbt.sql.rendering import render_simple, without_jinja_comments, without_snapshot_tags


def no_vars(name: str) -> NoReturn:
    raise KeyError(name)


SIMPLE = [
    "select 1",
    "select * from {{ ref('a') }}",
    "select * from {{ref('a')}} join {{ ref( \"b\" ) }}",
    "select * from {{ ref('p', 'a') }}, {{ ref('a', v=2) }}, {{ ref('a', version='x') }}",
    "select * from {{ source('s', 't') }}",
    "select '{{ this }}'",
    "{{ config(materialized='table') }}\nselect 1\n",
    "{{ config(\n  meta={'a': {'b': ['}}', \"{{ this }}\"]}},\n  tags=['x'])\n}}\n\nselect 1\r\nfrom t\r\n",
    "{{config({'materialized': 'view', 'post-hook': 'grant {{ this }} to (x)'})}} select 1",
    "a {#- one -#} b {# {{ ref('x') }} {% if %} #} c",
    "a  {{- ref('a') -}}  b\n\n{{- config(a=1) -}}\n\nc",
    "{{ ref('it\"s') }}",
    "select '}}', '%}', '{' , \"{\"",
]


@pytest.mark.parametrize("raw_code", SIMPLE)
def test_what_needs_no_jinja_renders_as_in_the_sandbox(raw_code: str) -> None:
    simple = render_simple(raw_code)
    assert simple is not None
    assert simple == render(raw_code, Surroundings(no_vars, MacroLibrary.empty()))


@pytest.mark.parametrize(
    "raw_code",
    [
        "{% set x = 1 %}{{ x }}",
        "{{ var('x') }}",
        "{{ ref(name) }}",
        "{{ ref('a').schema }}",
        "{{ ref('a') | upper }}",
        "{{ ref('a\\'b') }}",
        "{{ config(a=1) }} {{ star() }}",
        '{{ config(a=\'{{ this }}\' ~ "\\"") }}',
        "{# never closed",
        "{{ ref('a') ",
    ],
)
def test_anything_else_is_left_to_the_sandbox(raw_code: str) -> None:
    assert render_simple(raw_code) is None


PIECES = st.sampled_from(
    [
        *(
            "{{ ref('a') }}",
            "{{- ref('b', v=1) }}",
            "{{ source('s','t') -}}",
            "{{ this }}",
            "{{ config(x=[1, '}}']) -}}",
        ),
        *(
            "{# note #}",
            "{#- note -#}",
            "{",
            "}",
            "}}",
            "#}",
            "-",
            " ",
            "\n",
            "\r\n",
            "\t ",
            "select",
            "'",
            '"',
            "{{",
            "(",
            ")",
        ),
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=12))
def test_both_ways_of_rendering_agree_on_any_text(pieces: list[str]) -> None:
    raw_code = "".join(pieces)
    simple = render_simple(raw_code)
    if simple is not None:
        assert simple == render(raw_code, Surroundings(no_vars, MacroLibrary.empty()))


def test_a_snapshot_block_is_its_query() -> None:
    assert without_snapshot_tags("{% snapshot s %}\nselect 1\n{%- endsnapshot -%}") == "\nselect 1\n"


def test_raw_code_is_quoted_without_comments_and_config() -> None:
    raw_code = "{{ config(a=1) }}\n{# note #}\nselect {{ star(ref('a')) }} from {{ ref('a') }}"
    assert without_jinja_comments(raw_code) == "\n\nselect {{ star(ref('a')) }} from {{ ref('a') }}"
