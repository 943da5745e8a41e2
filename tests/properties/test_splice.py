"""Plans for one file: what cannot be written stops nothing else, and planning is quick."""

from __future__ import annotations

import time

import pytest
from msgspec.structs import replace

from dbt_docsmith.errors import WriteError
from dbt_docsmith.properties.layout import Layout
from dbt_docsmith.properties.splice import apply_edits, new_file, plan_edits, plan_file
from dbt_docsmith.properties.units import Skipped
from dbt_docsmith.types import ColumnText, NodeTexts

FILE = "models/schema.yml"


def texts(name: str, description: str | None = None, *columns: str, unique_id: str = "") -> NodeTexts:
    return NodeTexts(
        unique_id=unique_id or f"model.shop.{name}",
        file=FILE,
        section="models",
        name=name,
        description=description,
        columns=tuple(ColumnText(name=column, description=f"About {column}.") for column in columns),
        order=columns,
    )


def test_edits_make_the_file_that_was_planned() -> None:
    before = "models:\n  - name: orders\n"
    wanted = [texts("orders", "All orders.", "id")]
    plan = plan_file(before, wanted)
    assert plan.after == "models:\n  - name: orders\n    description: All orders.\n    columns:\n" + (
        "      - name: id\n        description: About id.\n"
    )
    assert plan.descriptions == 2
    assert apply_edits(before, plan_edits(before, wanted)) == plan.after


def test_without_texts_nothing_is_planned() -> None:
    assert plan_file("not: [yaml", []).after == "not: [yaml"


def test_planning_all_or_nothing_raises_what_fails() -> None:
    with pytest.raises(WriteError, match="orders has no version 7"):
        plan_edits("models:\n  - name: orders\n", [replace(texts("orders", "x"), version="7")])


def test_one_bad_column_stops_neither_its_node_nor_others() -> None:
    bad = "      - name: id\n        description: [x]\n"
    before = f"models:\n  - name: a\n    columns:\n{bad}      - name: n\n  - name: b\n"
    plan = plan_file(before, [texts("a", "An a.", "id", "n"), texts("b", "A b.")])
    assert [unique_id for unique_id, _ in plan.failures] == ["model.shop.a"]
    assert str(plan.failures[0][1]).startswith(f"{FILE}:5: ")
    assert plan.descriptions == 3


def test_two_nodes_of_one_entry_give_it_one_text_each_place() -> None:
    """Versions of a model share its entry."""
    before = "models:\n  - name: orders\n    columns:\n      - name: id\n"
    first = texts("orders", "First.", "id", unique_id="model.shop.orders.v1")
    second = texts("orders", "Second.", "ID", "status", unique_id="model.shop.orders.v2")
    plan = plan_file(before, [first, second])
    assert plan.after.count("description:") == plan.descriptions == 3
    assert "First." in plan.after
    assert "Second." not in plan.after


def test_what_is_described_by_now_is_skipped_and_said() -> None:
    before = "models:\n  - name: orders\n    description: A person's.\n"
    plan = plan_file(before, [texts("orders", "All orders.")])
    assert plan.edits == ()
    assert plan.skipped == (Skipped("model.shop.orders", None, "described"),)


def test_a_lone_surrogate_fails_by_name() -> None:
    plan = plan_file("models:\n  - name: a\n  - name: b\n", [texts("a", "x\ud800"), texts("b", "A b.")])
    assert [unique_id for unique_id, _ in plan.failures] == ["model.shop.a"]
    assert plan.descriptions == 1


def test_a_new_file_has_the_layout_that_is_asked_for() -> None:
    written = new_file([texts("orders", "All orders.", "id")], layout=Layout(entry_offset=0, column_offset=4))
    assert written == (
        "version: 2\n\nmodels:\n- name: orders\n  description: All orders.\n  columns:\n"
        "      - name: id\n        description: About id.\n"
    )


def test_a_new_file_is_never_made_for_a_source() -> None:
    source = NodeTexts(
        unique_id="source.shop.raw.a", file=FILE, section="sources", name="a", source_name="raw", description="A."
    )
    with pytest.raises(WriteError, match=r"raw\.a"):
        new_file([source])


@pytest.mark.slow
def test_500_nodes_in_one_file_take_at_most_5_seconds() -> None:
    entry = "  - name: model_{0}\n    columns:\n" + "".join(
        f"      - name: column_{n}\n        tests:\n          - not_null\n" for n in range(10)
    )
    before = "version: 2\n\nmodels:\n" + "\n".join(entry.format(n) for n in range(500))
    wanted = [texts(f"model_{n}", "A model: this.", *(f"column_{c}" for c in range(12))) for n in range(500)]
    began = time.process_time()
    plan = plan_file(before, wanted)
    assert time.process_time() - began <= 5
    assert plan.descriptions == 500 * 13


@pytest.mark.slow
def test_500_files_take_at_most_3_seconds() -> None:
    entry = "  - name: model_{0}\n    columns:\n" + "".join(
        f"      - name: column_{n}\n        description: Column {n}.\n" for n in range(8)
    )
    before = "version: 2\n\nmodels:\n" + "\n".join(entry.format(n) for n in range(4))
    wanted = [texts(f"model_{n}", "A model: this.", "column_1", "column_8") for n in range(4)]
    began = time.process_time()
    for _ in range(500):
        plan_file(before, wanted)
    assert time.process_time() - began <= 3
