import pytest

from dbt_docsmith.errors import AnswerError
from dbt_docsmith.prompting.checks import check_text, escape_jinja, tidy
from dbt_docsmith.prompting.restating import restates


def checked(text: str, name: str = "customer_id", node_name: str = "orders", **options: int) -> str:
    return check_text(text, name=name, node_name=node_name, **options)


@pytest.mark.parametrize(
    "text",
    [
        "The customer who placed it; null for a guest checkout.",
        "Refers to customers.",
        "Paid in US dollars, refunds already taken off.",
        "Sure-fire leads only, as scored by sales.",
        "One of: placed, shipped, returned.",
        "Wert in Euro, ohne Mehrwertsteuer - für Kunden außerhalb der EU leer.",
        "注文した顧客。ゲスト購入の場合は空。",
        "First line of it\n\nA second paragraph says more.",
    ],
)
def test_a_sentence_that_says_something_passes_as_it_is(text: str) -> None:
    assert checked(text) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("   \n ", "empty"),
        ("```\nThe buyer.\n```", "fence"),
        ("Sure! Here is the text: the buyer.", "preamble"),
        ("Here's the description you asked for.", "preamble"),
        ("Description: the buyer of the goods.", "preamble"),
        ("As an AI, I would say it is the buyer.", "preamble"),
        ("N/A", "says nothing"),
        ("No description available.", "says nothing"),
        ("I cannot tell from the SQL what this is.", "says nothing"),
        ("Insufficient evidence to say.", "says nothing"),
        ("The buyer who placed the", "cut off"),
        ("The buyer (never a guest", "cut off"),
        ("The buyer, among others,", "cut off"),
        ("The buyer and so on...", "cut off"),
        ("The customer id.", "other words"),
        ("Unique identifier of the customer", "other words"),
        ("The buyer\x07.", "control character"),
        ("The buyer\ud800.", "control character"),
        ("The \u202ebuyer\u202c.", "control character"),
        ("The buyer. " * 60, "at most 500"),
    ],
)
def test_a_text_that_is_not_fit_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(AnswerError, match=reason):
        checked(text)


def test_the_configured_length_is_the_limit() -> None:
    assert checked("Buyer, or a guest.", max_length=18)
    with pytest.raises(AnswerError, match="at most 17"):
        checked("Buyer, or a guest.", max_length=17)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("order_id", "The order id"),
        ("order_id", "Identifier of the order."),
        ("orderDate", "Order date"),
        ("is_active", "Whether the order is active"),
        ("created_at", "Created timestamp"),
        ("total_amount", "The total amount of the order"),
        ("status", "Status (varchar)"),
    ],
)
def test_the_name_in_other_words_says_nothing(name: str, text: str) -> None:
    assert restates(text, name=name, node_name="orders")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("order_id", "Order the payment settles."),
        ("customers", "One row per customer."),
        ("amount", "Amount in cents."),
        ("is_active", "Whether the subscription is paid up."),
        ("id", "Never null."),
    ],
)
def test_one_more_word_of_meaning_is_enough(name: str, text: str) -> None:
    assert not restates(text, name=name, node_name="orders")


@pytest.mark.parametrize(
    ("text", "tidied"),
    [
        ('"Buyer of the goods."', "Buyer of the goods."),
        ("Buyer\n of\tthe goods. ", "Buyer of the goods."),
        ("Buyer.\r\n\r\nMore.", "Buyer.\n\nMore."),
        ("Values:\n- a\n- b", "Values:\n- a\n- b"),
        ("It's the buyer's", "It's the buyer's"),
    ],
)
def test_tidying_keeps_the_words_and_drops_the_noise(text: str, tidied: str) -> None:
    assert tidy(text) == tidied


@pytest.mark.parametrize("text", ["a {{ b }}", "{% if x %}", "{# no #}", "{{{ three", "{{%", "plain } text %} {"])
def test_jinja_in_a_text_comes_out_of_jinja_as_it_went_in(text: str) -> None:
    from jinja2 import Environment

    assert Environment().from_string(escape_jinja(text)).render() == text
