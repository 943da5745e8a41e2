"""What dbt-osmosis's context says of a node, over what the files say."""

from __future__ import annotations

import pytest
from tests.osmosis.hosts import host

from dbt_docsmith.dbt.columns import KnownColumns
from dbt_docsmith.dbt.written import ColumnOnDisk, NodeOnDisk, Text
from dbt_docsmith.osmosis.laid_over import columns_of, is_missing, keeps_placeholder, laid_over
from dbt_docsmith.types import KnownColumn

PLACEHOLDERS = ("", "Pending further documentation", "to be done")


def on_disk(**texts: str) -> NodeOnDisk:
    columns = {
        name.lower(): ColumnOnDisk(name=name, line=3, text=Text(text=text, raw=text) if text else None)
        for name, text in texts.items()
    }
    return NodeOnDisk(file="models/orders.yml", line=2, columns=columns)


def rendered(raw: str) -> str:
    return raw.replace("{{ doc('key') }}", "The key of an order.")


@pytest.mark.parametrize(
    ("description", "missing"),
    [
        ("", True),
        ("  \n", True),
        ("to be done", True),
        ("Pending further documentation", True),
        ("Pending further documentation.", True),
        ("Not documented", True),
        ("To be done by Monday", False),
        ("The key of an order.", False),
    ],
)
def test_placeholders_of_the_context_count_as_missing(description: str, missing: bool) -> None:
    assert is_missing(description, PLACEHOLDERS) == missing


def test_what_the_host_inherited_counts_as_written() -> None:
    found = laid_over(on_disk(id="", note=""), host(id="{{ doc('key') }}", note=""), PLACEHOLDERS, rendered)
    assert found.columns["id"].text == Text(text="The key of an order.", raw="{{ doc('key') }}")
    assert found.columns["note"].text is None


def test_a_reference_on_disk_is_not_replaced_by_its_rendered_text() -> None:
    files = NodeOnDisk(text=Text(text="Orders.", raw="{{ doc('orders') }}"))
    found = laid_over(files, host(description="Orders."), PLACEHOLDERS, rendered)
    assert found.text is not None
    assert found.text.raw == "{{ doc('orders') }}"


def test_the_columns_are_the_hosts_in_its_case() -> None:
    found = laid_over(on_disk(ID="A key.", gone="Was here."), host(id=""), PLACEHOLDERS, rendered)
    assert {name: column.name for name, column in found.columns.items()} == {"id": "id"}


def test_a_placeholder_that_the_host_never_replaces_is_not_asked_for() -> None:
    orders = host(description="Undefined")
    assert keeps_placeholder(orders, PLACEHOLDERS)
    assert laid_over(on_disk(), orders, PLACEHOLDERS, rendered).held
    assert not keeps_placeholder(host(), PLACEHOLDERS)


def test_a_column_that_is_to_be_skipped_is_no_column() -> None:
    orders = host(id="", secret="")
    assert "secret" not in laid_over(on_disk(), orders, PLACEHOLDERS, rendered, {"secret"}).columns
    assert [column.name for column in columns_of(orders, on_disk(), KnownColumns(), {"secret"}).columns] == ["id"]


def test_a_column_that_only_the_file_knows_is_not_asked_about() -> None:
    read = KnownColumns(columns=(KnownColumn(name="ID", known_by="sql", declared=True),), unconfirmed=("ghost",))
    found = columns_of(host(id="", ghost="", loaded_at=""), on_disk(ID="", ghost=""), read)
    assert [(column.name, column.known_by) for column in found.columns] == [
        ("id", "sql"),
        ("loaded_at", "catalog"),
    ]
    assert found.unconfirmed == ("ghost",)
    assert all(column.declared for column in found.columns)
