"""Doc blocks are read as dbt reads them, and new ones only ever stand at a file's end."""

from __future__ import annotations

import pytest
from dbt_common.clients._jinja_blocks import BlockIterator, TagIterator
from dbt_common.exceptions import CompilationError
from hypothesis import given
from hypothesis import strategies as st

from dbt_docsmith.errors import WriteError
from dbt_docsmith.prompting.checks import escape_jinja
from dbt_docsmith.properties.doc_blocks import (
    DocBlock,
    block_name,
    column_mark,
    doc_reference,
    marked_column,
    read_doc_blocks,
    referred_block,
    with_doc_blocks,
)
from dbt_docsmith.types import ColumnRef

PIECES = [
    *(
        "{% docs a %}",
        "{% enddocs %}",
        "{%- docs b -%}",
        "{%-enddocs-%}",
        "{%docs c%}",
        "{% if x %}",
        "{% endif %}",
    ),
    *("{#", "#}", "{{ 'x' }}", "{{ '{%' }}", "{{ '}}' }}", "{% raw %}", "{% endraw %}", "{{", "}}", "{%", "%}"),
    *("text", " ", "\n", "\r\n", "don't", '"', "<!-- dbt-docsmith: model.shop.orders.id -->\n", "\ufeff", "|"),
]
MARKDOWN = st.lists(st.sampled_from(PIECES), max_size=9).map("".join)


def as_dbt_reads_it(text: str) -> list[tuple[str | None, str]] | None:
    """What dbt's own reader finds; None where it refuses the file."""
    try:
        found = BlockIterator(TagIterator(text)).lex_for_blocks({"docs"}, collect_raw_data=False)
    except CompilationError:
        return None
    return [(block.block_name or "", (block.contents or "").replace("\r\n", "\n").strip()) for block in found]


@given(MARKDOWN)
def test_what_is_read_is_what_dbt_reads(text: str) -> None:
    try:
        ours = [(block.name, block.text) for block in read_doc_blocks(text)]
    except WriteError:
        return
    assert ours == as_dbt_reads_it(text)


@given(MARKDOWN, st.lists(st.text(max_size=60).map(str.strip), min_size=1, max_size=3))
def test_new_blocks_stand_at_the_end_of_any_file_and_say_what_was_meant(before: str, texts: list[str]) -> None:
    blocks = [
        DocBlock(name=f"new_{number}", text=escape_jinja(" ".join(text.split())), made_for="model.shop.a.b")
        for number, text in enumerate(texts)
    ]
    try:
        after = with_doc_blocks(before, blocks)
    except WriteError:
        return
    assert after.startswith(before)
    expected = [(block.name, block.text) for block in blocks]
    assert (as_dbt_reads_it(after) or [])[-len(blocks) :] == expected
    assert read_doc_blocks(after)[-len(blocks) :] == tuple(blocks)


def test_a_new_block_is_typed_as_a_person_would_and_names_its_column() -> None:
    block = DocBlock(name="id", text="Key of an order.", made_for="source.shop.web.orders.id")
    written = "<!-- dbt-docsmith: source.shop.web.orders.id -->\n{% docs id %}\nKey of an order.\n{% enddocs %}\n"
    assert with_doc_blocks("", [block]) == written
    assert with_doc_blocks("# Ours\n", [block]) == "# Ours\n\n" + written
    assert with_doc_blocks("# Ours", [block]) == "# Ours\n\n" + written
    windows = "# Ours\r\n"
    assert with_doc_blocks(windows, [block]) == windows + ("\n" + written).replace("\n", "\r\n")


@pytest.mark.parametrize(
    "text",
    ["{% docs a %} no end", "{# no end", "{{ 'no end }}", "{% if x %} no end", "{% raw %} no end", "{% endif %}"],
)
def test_a_file_whose_end_is_no_place_for_a_block_is_refused(text: str) -> None:
    with pytest.raises(WriteError):
        with_doc_blocks(text, [DocBlock(name="id", text="Key.")])


@pytest.mark.parametrize(
    ("column", "taken", "name"),
    [
        ("ID", "", "id"),
        ("id", "id", "id_of_orders"),
        ("id", "id id_of_orders", "id_of_orders_2"),
        ("id", "id id_of_orders id_of_orders_2", "id_of_orders_3"),
        ("_loaded_at", "", "_loaded_at"),
        ("2nd line", "", "_2nd_line"),
        ("größe", "", "gr_e"),
        ("名前", "", "column"),
    ],
)
def test_a_block_is_named_by_its_column_then_by_its_node_as_well(column: str, taken: str, name: str) -> None:
    assert block_name(column, "orders", frozenset(taken.split())) == name


def test_the_mark_gives_the_column_back_where_its_name_can_stand_in_a_comment() -> None:
    column = ColumnRef("source.shop.web.orders", "Order Id")
    mark = column_mark(column)
    assert mark is not None
    assert marked_column(DocBlock(name="a", text="", made_for=mark)) == ColumnRef(column.unique_id, "order id")
    assert [column_mark(ColumnRef("m", name)) for name in ("a-->b", "a.b", "{{a}}", "a\nb")] == [None] * 4


def test_a_reference_names_its_block() -> None:
    assert referred_block(doc_reference("order_id")) == "order_id"
    assert referred_block("See {{ doc('order_id') }}.") is None
