"""What the example cannot show: manifests of other writers. The rest is in test_freshness.py."""

from __future__ import annotations

import hashlib

import pytest

from dbt_docsmith.dbt.freshness.code import is_node_file_changed, is_snapshot_file_changed
from dbt_docsmith.types import Node

TEXT = "SELECT  1\n  AS x\n"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def node(*, kind: str = "model", checksum: str | None = None, raw_code: str = "") -> Node:
    unique_id = f"{kind}.shop.x"
    return Node(
        unique_id=unique_id,
        name="x",
        resource_type=kind,
        package_name="shop",
        checksum=checksum,
        raw_code=raw_code,
    )


@pytest.mark.parametrize(
    "known",
    [
        node(checksum=digest(TEXT.strip()), raw_code="another spelling"),
        node(checksum=digest(TEXT.strip().replace("\n", "\r\n"))),
        node(checksum=digest("select 1 as x")),
        node(checksum=digest("select1asx")),
        node(checksum=digest("of unknown making"), raw_code=TEXT),
        node(checksum=digest("of unknown making")),
        node(checksum=digest(TEXT), kind="seed"),
        node(),
    ],
    ids=["core", "core-on-windows", "fusion", "early-fusion", "code", "code-kept-back", "fusion-seed", "nothing"],
)
def test_an_unchanged_file_is_known_by_whatever_a_manifest_keeps_of_it(known: Node) -> None:
    assert not is_node_file_changed(TEXT, [known])


@pytest.mark.parametrize(
    "known",
    [
        node(checksum=digest("select 2"), raw_code="select 2"),
        node(raw_code="select 2"),
        node(checksum=digest("")),
        node(checksum=digest("id,name\n"), kind="seed"),
    ],
    ids=["core", "code-alone", "an-empty-file", "seed"],
)
def test_a_changed_file_is_told_wherever_the_manifest_keeps_enough_of_it(known: Node) -> None:
    assert is_node_file_changed(TEXT, [known])


def test_a_file_is_unchanged_when_any_node_of_it_says_so() -> None:
    assert not is_node_file_changed(TEXT, [node(raw_code="select 2"), node(raw_code=TEXT)])


@pytest.mark.parametrize(
    ("text", "codes", "is_changed"),
    [
        ("{% snapshot a %}select 1{% endsnapshot %}", ["select 1"], False),
        ("{% snapshot a %} select 1 {% endsnapshot %}\n-- a comment", [" select 1 "], False),
        ("{% snapshot a %}select 1{% endsnapshot %}", [""], False),
        ("{% snapshot a %}select 2{% endsnapshot %}", ["select 1"], True),
        ("{% snapshot a %}select 1{% endsnapshot %}{% snapshot b %}2{% endsnapshot %}", ["select 1"], True),
        ("{% snapshot a %}select 1{% endsnapshot %}", ["select 1", "select 2"], True),
        ("select 1 -- no snapshot at all", [], False),
    ],
)
def test_snapshots_are_compared_block_by_block(text: str, codes: list[str], is_changed: bool) -> None:
    nodes = [node(kind="snapshot", checksum=digest("of unknown making"), raw_code=code) for code in codes]
    assert is_snapshot_file_changed(text, nodes) is is_changed
