from __future__ import annotations

from collections.abc import Mapping

from dbt_docsmith.dbt.written import ColumnOnDisk, NodeOnDisk, Text
from dbt_docsmith.pipeline.texts import TextBoard
from dbt_docsmith.pipeline.versions import siblings
from dbt_docsmith.types import ColumnRef, Node, Proposal


def version(number: str) -> Node:
    return Node(
        unique_id=f"model.p.m.v{number}", name="m", resource_type="model", package_name="p", version=number
    )


def proposal(unique_id: str, column: str | None, text: str = "made") -> Proposal:
    return Proposal(unique_id=unique_id, column=column, description=text, origin="llm", source=None, file=None)


def board(on_disk: Mapping[str, NodeOnDisk] | None = None) -> TextBoard:
    others = siblings([version("1"), version("2"), version("3")])
    return TextBoard(lambda uid: (on_disk or {}).get(uid, NodeOnDisk()), lambda uid: others.get(uid, ()))


def written(text: str) -> Text:
    return Text(text=text, raw=text)


def column_on_disk(text: str) -> dict[str, ColumnOnDisk]:
    return {"c": ColumnOnDisk(name="c", line=1, text=written(text))}


def test_what_is_made_in_a_run_goes_before_what_was_on_disk() -> None:
    texts = board({"m": NodeOnDisk(text=written("old"), columns=column_on_disk("old"))})
    assert (texts.of_node("m"), texts.of_column(ColumnRef("m", "C"))) == ("old", "old")
    texts.keep(proposal("m", "C"), "new")
    texts.keep(proposal("m", None), "newer")
    assert (texts.of_node("m"), texts.of_column(ColumnRef("m", "c"))) == ("newer", "new")


def test_a_text_made_for_one_version_counts_for_all_as_it_will_on_disk() -> None:
    texts = board()
    texts.keep(proposal("model.p.m.v2", "c"), "shared")
    texts.keep(proposal("model.p.m.v2", None), "of the model")
    assert [texts.of_column(ColumnRef(f"model.p.m.v{n}", "c")) for n in "123"] == ["shared"] * 3
    assert [texts.of_node(f"model.p.m.v{n}") for n in "123"] == ["of the model"] * 3


def test_a_version_keeps_the_text_it_has_of_its_own() -> None:
    own = {"model.p.m.v1": NodeOnDisk(text=written("mine"), columns=column_on_disk("mine"))}
    texts = board(own)
    texts.keep(proposal("model.p.m.v2", "c"), "shared")
    texts.keep(proposal("model.p.m.v2", None), "of the model")
    assert texts.of_column(ColumnRef("model.p.m.v1", "c")) == "mine"
    assert texts.of_node("model.p.m.v1") == "mine"


def test_a_text_in_a_version_s_own_list_counts_for_no_other() -> None:
    texts = board({"model.p.m.v2": NodeOnDisk(version_columns=frozenset({"c"}))})
    texts.keep(proposal("model.p.m.v2", "c"), "only here")
    assert texts.of_column(ColumnRef("model.p.m.v1", "c")) == ""
    assert texts.of_column(ColumnRef("model.p.m.v2", "c")) == "only here"
