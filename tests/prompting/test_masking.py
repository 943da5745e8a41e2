"""Evidence as it may leave, in each mode."""

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_docsmith.prompting.masking import Masker, Redaction, RedactMode
from dbt_docsmith.prompting.sql_pieces import Quoting, pieces
from dbt_docsmith.types import ColumnEvidence, Detail, Evidence, Neighbour, OriginFact, TestFact

EMAIL, KEY, CARD = "ann@shop.example", "AKIAIOSFODNN7EXAMPLE", "4111111111111111"
SQL = f"""-- owner: {EMAIL}
select a as "Name", 'vip' as tier, {{{{ var('x') }}}}, 42 /* {KEY} */
from {{{{ ref('stg_a') }}}} where b <> '{CARD}'"""


def masker(mode: RedactMode = "matching", *patterns: str, **quoting: bool) -> Masker:
    found = tuple(map(re.compile, patterns))
    return Masker(Redaction(mode=mode, patterns=found), Quoting(**quoting))


def planted(text: str) -> Evidence:
    """Evidence with ``text`` in every place that holds a text of the project."""
    details = (Detail("label", text), Detail("filter", f"a = '{text}'", is_code=True))
    test = TestFact(name="accepted_values", values=(text,), arguments=f"where: b = '{text}'")
    column = ColumnEvidence(
        name="a",
        expression=f"coalesce(a, '{text}')",
        origins=(OriginFact(relation="ref('p')", column="a", description=text),),
        tests=(test,),
        constraints=(f"check: a <> '{text}'",),
        tags=(text,),
        comment=text,
        details=details,
        note=text,
        meta=(f"said: {text}",),
    )
    return Evidence(
        unique_id="model.shop.a",
        name="a",
        resource_type="model",
        relation="ref('a')",
        description=text,
        documented={"b": text},
        tests=(test,),
        parents=(Neighbour(relation="ref('p')", description=text),),
        children=(Neighbour(relation="ref('c')", description=text),),
        exposures=(Neighbour(relation=text, description=text),),
        meta=(f"said: {text}",),
        owner=text,
        note=text,
        house_style=(text,),
        source_description=text,
        sql=f"select a -- {text}\nfrom p where b = '{text}'",
        tags=(text,),
        details=details,
        columns=(column,),
    )


@pytest.mark.parametrize("secret", [EMAIL, KEY, CARD])
@pytest.mark.parametrize("mode", ["matching", "all"])
def test_a_planted_secret_leaves_in_no_place(mode: RedactMode, secret: str) -> None:
    assert secret in msgspec.json.encode(planted(secret)).decode()
    assert secret not in msgspec.json.encode(masker(mode).evidence(planted(secret))).decode()


def test_off_masks_nothing() -> None:
    assert masker("off", "vip").evidence(planted(EMAIL)) == planted(EMAIL)


def test_matching_leaves_every_other_literal_and_all_code() -> None:
    masked = masker().sql(SQL)
    assert masked == (
        SQL.replace(EMAIL, "[masked e-mail]").replace(KEY, "[masked key]").replace(CARD, "[masked card]")
    )


def test_all_masks_every_literal_and_keeps_names_and_references() -> None:
    assert masker("all").sql(SQL) == (
        """-- owner: [masked e-mail]
select a as "Name", '***' as tier, {{ var('***') }}, *** /* [masked key] */
from {{ ref('stg_a') }} where b <> '***'"""
    )


def test_all_masks_accepted_values_and_case_literals() -> None:
    masked = masker("all").evidence(planted("gold"))
    assert masked.columns[0].tests[0].values == ("***",)
    assert masked.columns[0].tests[0].arguments == "where: b = '***'"
    assert masked.columns[0].expression == "coalesce(a, '***')"
    assert masked.columns[0].constraints == ("check: a <> '***'",)


def test_the_user_s_patterns_are_masked_in_literals_and_comments_only() -> None:
    assert masker("matching", "Project ?X").sql("select projectx, 'Project X' -- ProjectX") == (
        "select projectx, '***' -- ***"
    )
    assert masker("matching", "acme").sql("select acme.a, 'acme' from acme") == "select acme.a, '***' from acme"


@pytest.mark.parametrize(
    ("quoting", "sql", "masked"),
    [
        ({}, "'a''b', \"c\", '\\'", "'***', \"c\", '***'"),
        ({"backslashes": True}, "'it\\'s', 1", "'***', ***"),
        ({"quotes_hold_text": True}, '"x y", `n 1`', '"***", `n 1`'),
        ({"hashes": True}, "a # 'x'\n, 'y'", "a # '***'\n, '***'"),
        ({}, "$$ it's $$, a1, 1.5e3", "$***$, a1, ***"),
        ({}, "'never closed", "'***'"),
    ],
)
def test_strings_are_told_as_the_dialect_writes_them(quoting: dict[str, bool], sql: str, masked: str) -> None:
    assert masker("all", **quoting).sql(sql) == masked


@given(st.text(alphabet="ab'\"`-/*#{}%\\$1. \n"), st.booleans(), st.booleans(), st.booleans())
def test_the_pieces_are_the_text(sql: str, backslashes: bool, quotes: bool, hashes: bool) -> None:
    quoting = Quoting(backslashes=backslashes, quotes_hold_text=quotes, hashes=hashes)
    assert "".join(piece.text for piece in pieces(sql, quoting)) == sql
