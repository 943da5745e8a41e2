"""Whether dbt-osmosis wrote what it was given."""

from pathlib import Path

from tests.osmosis.hosts import node, proposal

from dbt_docsmith.osmosis.arrived import arrivals
from dbt_docsmith.types import Manifest

WRITTEN = """
models:
  - name: orders
    description: >-
      One row an order,
      however it was folded.
    columns:
      - name: id
        description: "Braces { { are apart."
      - name: note
"""


def manifest() -> Manifest:
    orders = node()
    return Manifest(
        schema_version="12",
        project_name="shop",
        adapter_type="duckdb",
        generated_at=None,
        nodes={orders.unique_id: orders},
    )


def test_what_stands_in_the_file_arrived_and_the_rest_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "orders.yml").write_text(WRITTEN, encoding="utf-8")
    texts = [
        proposal(None, "One row an order, however it was folded."),
        proposal("id", "Braces { { are apart."),
        proposal("note", "Never written."),
    ]
    arrived, lost = arrivals(tmp_path, manifest(), texts)
    written = {named for outcome in arrived["models/orders.yml"] for named in outcome.written}
    assert written == {("model.shop.orders", None), ("model.shop.orders", "id")}
    assert [(failure.column, failure.error) for failure in lost] == [("note", "WriteError")]
    assert "the answer is kept" in lost[0].message


def test_a_file_that_never_came_is_a_failure_of_each_text(tmp_path: Path) -> None:
    arrived, lost = arrivals(tmp_path, manifest(), [proposal(None, "Orders."), proposal("id", "The key.")])
    assert (arrived, len(lost)) == ({}, 2)
