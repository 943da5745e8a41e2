import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_docsmith.llm.providers.rule_words import (
    balanced,
    first_sentence,
    listed,
    plain,
    relation_name,
    sentence,
    shorten_code,
)


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("ref('orders')", "orders"),
        ('ref("orders")', "orders"),
        ("ref('shop', 'orders')", "orders"),
        ("ref('orders', v=2)", "orders.v2"),
        ("ref('orders', version='2')", "orders.v2"),
        ("source('shop', 'raw_orders')", "shop.raw_orders"),
        ("{{ source('shop', 'raw orders') }}", "shop.raw orders"),
        ("get_where_subquery(ref('orders'))", "orders"),
        ("analytics.orders", "analytics.orders"),
    ],
)
def test_a_reference_is_read_as_the_name_a_person_says(reference: str, name: str) -> None:
    assert relation_name(reference) == name


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Who bought. And when.", "Who bought"),
        ("Who bought", "Who bought"),
        ("Sold in a shop, e.g. Berlin. Never online.", "Sold in a shop, e.g. Berlin"),
        ("Costs 3.50 a piece. More.", "Costs 3.50 a piece"),
        ("Over\ntwo   lines. More.", "Over two lines"),
        ("Is it paid? Yes.", "Is it paid?"),
        ("With `code` (and open", "With code and open"),
        ("From {{ var('x') }}.", ""),
        ("word " * 50, "word word word word word word word word"),
        ("And so on...", "And so on"),
        ("", ""),
    ],
)
def test_the_first_sentence_is_taken_without_its_stop(text: str, said: str) -> None:
    assert first_sentence(text, 40) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("never null", "Never null."),
        ("`a` of `b`", "`a` of `b`."),
        ("iPhone only", "iPhone only."),
        ("Done.", "Done."),
        ("Done...", "Done."),
        ("Really?", "Really?"),
        (" ", ""),
    ],
)
def test_a_sentence_begins_and_ends_as_one(text: str, said: str) -> None:
    assert sentence(text) == said


def test_a_list_is_read_aloud() -> None:
    assert [listed(list("abcde")[:count]) for count in (1, 2, 3)] == ["a", "a and b", "a, b and c"]
    assert listed(list("abcde"), 2) == "a, b and 3 more"
    assert listed(["a", "b"], joint="or") == "a or b"


@pytest.mark.parametrize(
    ("most", "shown"),
    [
        (99, "coalesce(sum(amount_a), 'none (yet)')"),
        (30, "coalesce(sum(amount_a), …)"),
        (20, "coalesce(sum( …))"),
        (3, " …"),
    ],
)
def test_sql_is_cut_at_a_tokens_end_and_closed_again(most: int, shown: str) -> None:
    assert shorten_code("coalesce(sum(amount_a), 'none (yet)')", most) == shown


@given(st.text(), st.integers(min_value=5, max_value=40))
def test_whatever_is_made_plain_is_closed_and_on_one_line(text: str, most: int) -> None:
    for said in (plain(text), first_sentence(text, most)):
        assert balanced(said)
        assert said == " ".join(said.split())
        assert said.isprintable()
