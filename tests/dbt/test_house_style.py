"""Texts to write like: nearest in folder, by people, and none that a run may write itself."""

from __future__ import annotations

from msgspec.structs import replace

from dbt_docsmith.dbt.house_style import HouseStyle, StyleSources
from dbt_docsmith.dbt.written import ColumnOnDisk, NodeOnDisk, Text
from dbt_docsmith.types import ColumnLineage, Node, NodeLineage


def node(name: str, path: str, resource_type: str = "model") -> Node:
    return Node(
        unique_id=f"{resource_type}.shop.{name}",
        name=name,
        resource_type=resource_type,
        package_name="shop",
        original_file_path=path,
    )


NEAR = node("daily", "models/marts/finance/daily.sql")
NODES = (NEAR, node("far", "models/staging/far.sql"), node("next", "models/marts/finance/next.sql"))


def on_disk(unique_id: str) -> NodeOnDisk:
    name = unique_id.split(".")[-1]
    return NodeOnDisk(
        text=Text(text=f"One row per thing of {name}, and day.", raw=""),
        columns={
            "own": ColumnOnDisk(name="own", line=1, text=Text(text=f"What {name} came to, in US cents.", raw="")),
            "got": ColumnOnDisk(
                name="got", line=2, text=Text(text=f"Taken from what {name} reads, in cents.", raw="")
            ),
            "ref": ColumnOnDisk(name="ref", line=3, text=Text(text="x" * 50, raw="{{ doc('x') }}")),
        },
    )


LINEAGE = NodeLineage(
    columns={
        "own": ColumnLineage(name="own", kind="derived"),
        "got": ColumnLineage(name="got", kind="passed", inheritable=True),
        "ref": ColumnLineage(name="ref", kind="derived"),
    }
)
SOURCES = StyleSources(
    nodes={each.unique_id: each for each in NODES},
    project_name="shop",
    on_disk=on_disk,
    lineage_of=lambda _uid: LINEAGE,
    may_show=lambda _uid: True,
    is_made=lambda _uid, _column: False,
)


def test_the_nearest_come_first_and_never_the_node_s_own() -> None:
    assert HouseStyle(SOURCES).of(NEAR) == (
        "What next came to, in US cents.",
        "One row per thing of next, and day.",
        "What far came to, in US cents.",
    )


def test_what_a_model_wrote_is_no_style() -> None:
    made = replace(SOURCES, is_made=lambda uid, column: uid.endswith("next") and column == "own")
    style = HouseStyle(made).of(NEAR)
    assert style[0] == "One row per thing of next, and day."


def test_what_may_not_leave_is_shown_to_no_other_node() -> None:
    style = HouseStyle(replace(SOURCES, may_show=lambda uid: not uid.endswith("next"))).of(NEAR)
    assert style == ("What far came to, in US cents.", "One row per thing of far, and day.")


def test_where_lineage_does_not_know_a_column_its_text_may_be_another_s() -> None:
    style = HouseStyle(replace(SOURCES, lineage_of=lambda _uid: NodeLineage())).of(NEAR)
    assert style == ("One row per thing of next, and day.", "One row per thing of far, and day.")
