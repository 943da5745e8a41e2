from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from dbt_docsmith.dbt.inheritance import key_facts
from dbt_docsmith.dbt.inheriting.rules import Inheritance
from dbt_docsmith.dbt.written import ColumnOnDisk, NodeOnDisk, Text
from dbt_docsmith.types import Column, ColumnLineage, ColumnRef, Manifest, Node, NodeLineage

Lineage = Mapping[str, ColumnLineage]


def passed(*origins: str, name: str, joined: bool = False) -> ColumnLineage:
    refs = tuple(ColumnRef(*origin.split(".")) for origin in origins)
    same = all(ref.column == name for ref in refs)
    kind = "passed" if same else "renamed"
    return ColumnLineage(name=name, kind=kind, origins=refs, inheritable=True, joined=joined)


def made(expression: str, *origins: str, name: str) -> ColumnLineage:
    refs = tuple(ColumnRef(*origin.split(".")) for origin in origins)
    return ColumnLineage(name=name, kind="derived", origins=refs, expression=expression)


class Project:
    """Nodes by name: ``texts`` are their descriptions as ``node.column``, ``new`` those the manifest lacks."""

    def __init__(
        self,
        lineage: Mapping[str, Lineage],
        texts: Mapping[str, str],
        *,
        new: Sequence[str] = (),
        parents: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        names = {*lineage, *(parents or {})} | {text.split(".")[0] for text in texts}
        for each in lineage.values():
            names |= {origin.unique_id for column in each.values() for origin in column.origins}
        self._lineage = {name: NodeLineage(columns=columns) for name, columns in lineage.items()}
        self._texts = {name: self._written(name, texts) for name in names}
        known = {name: self._written(name, {key: texts[key] for key in texts if key not in new}) for name in names}
        nodes = {
            name: Node(
                unique_id=name,
                name=name,
                resource_type="model",
                package_name="shop",
                columns={key: Column(name=key, description=text) for key, text in known[name].items()},
                depends_on=(parents or {}).get(name, self._parents(name)),
            )
            for name in sorted(names)
        }
        manifest = Manifest(
            schema_version="v12", project_name="shop", adapter_type=None, generated_at=None, nodes=nodes
        )
        self._inheritance = Inheritance(
            manifest, self.lineage_of, key_facts(iter(nodes.values())), self._text_of, self._on_disk
        )

    def lineage_of(self, unique_id: str) -> NodeLineage:
        return self._lineage.get(unique_id, NodeLineage())

    def by_lineage(self, column: str) -> str | None:
        found = self._inheritance.by_lineage(ColumnRef(*column.split(".")))
        return found.text.text if found else None

    def by_name(self, column: str) -> str | None:
        found = self._inheritance.by_name(ColumnRef(*column.split(".")))
        return found.text.text if found else None

    def _parents(self, name: str) -> tuple[str, ...]:
        columns = self.lineage_of(name).columns.values()
        return tuple(dict.fromkeys(origin.unique_id for column in columns for origin in column.origins))

    def _written(self, name: str, texts: Mapping[str, str]) -> dict[str, str]:
        return {key.split(".")[1]: text for key, text in texts.items() if key.split(".")[0] == name}

    def _on_disk(self, unique_id: str) -> NodeOnDisk:
        columns = {
            name: ColumnOnDisk(name=name, line=1, text=Text(text=text, raw=text))
            for name, text in self._texts[unique_id].items()
        }
        return NodeOnDisk(columns=columns)

    def _text_of(self, reference: ColumnRef) -> Text | None:
        return self._on_disk(reference.unique_id).column_text(reference.column)


STAGED = {"stg": {"at": passed("raw.at", name="at")}, "mart": {"at": passed("stg.at", name="at")}}
COUSINS = {name: {"at": passed("raw.at", name="at")} for name in ("a", "b", "c", "d")}


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ({"raw.at": "Left."}, "Left."),
        ({"raw.at": "Left.", "stg.at": "Left the house."}, "Left the house."),
        ({}, None),
    ],
)
def test_the_nearest_text_above_is_taken(texts: dict[str, str], expected: str | None) -> None:
    assert Project(STAGED, texts).by_lineage("mart.at") == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ({"raw.at": "Left.", "b.at": "left"}, "Left."),
        ({"raw.at": "Left.", "b.at": "Came."}, None),
        ({"raw.at": "Left.", "b.at": "Came.", "c.at": "Came."}, None),
        ({"raw.at": "Left.", "b.at": "Came.", "c.at": "Came.", "d.at": "Came."}, "Came."),
        ({"b.at": "Left.", "c.at": "Left."}, "Left."),
        ({"b.at": "Left."}, "Left."),
        ({"b.at": "Left.", "other.at": "Came.", "another.at": "Came."}, None),
        ({"b.at": "Left.", "c.at": "Came."}, None),
    ],
)
def test_what_columns_of_one_origin_say_must_agree(texts: dict[str, str], expected: str | None) -> None:
    assert Project(COUSINS, texts).by_lineage("a.at") == expected


def test_a_text_beside_is_taken_under_the_same_name_only() -> None:
    beside = {"a": {"at": passed("raw.at", name="at")}, "c": {"left_at": passed("raw.at", name="left_at")}}
    assert Project({**beside, "b": COUSINS["b"]}, {"b.at": "Left."}).by_lineage("a.at") == "Left."
    assert Project(beside, {"c.left_at": "Left."}).by_lineage("a.at") is None


def test_where_nothing_is_above_no_text_comes_back_from_below() -> None:
    texts = {"b.at": "Left.", "c.at": "Left."}
    project = Project(COUSINS, texts)
    assert (project.by_lineage("raw.at"), project.by_name("raw.at")) == (None, None)
    assert Project({}, texts).by_name("b.at") is None
    others = {"other.at": "Left.", "another.at": "Left."}
    assert Project(COUSINS, others).by_name("raw.at") == "Left."


def test_a_text_newer_than_the_manifest_counts_above_and_nowhere_else() -> None:
    assert Project(COUSINS, {"raw.at": "Left.", "b.at": "Came."}, new=["raw.at"]).by_lineage("a.at") == "Left."
    assert Project(COUSINS, {"raw.at": "Left.", "b.at": "Came."}, new=["b.at"]).by_lineage("a.at") == "Left."
    assert Project(COUSINS, {"b.at": "Came.", "c.at": "Came."}, new=["b.at", "c.at"]).by_lineage("a.at") is None


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ({"web.at": "Left.", "shop.at": "Left"}, "Left."),
        ({"web.at": "Left.", "shop.at": "Came."}, None),
        ({"web.at": "Left."}, None),
    ],
)
def test_the_branches_of_a_union_must_all_say_it(texts: dict[str, str], expected: str | None) -> None:
    union = {"all": {"at": passed("web.at", "shop.at", name="at", joined=True)}}
    assert Project(union, texts).by_lineage("all.at") == expected


def test_a_new_name_is_more_than_a_name_behind_a_join_or_where_others_bear_it() -> None:
    texts = {"users.name": "Full name."}
    plain = {"orders": {"author": passed("users.name", name="author")}}
    joined = {"orders": {"author": passed("users.name", name="author", joined=True)}}
    assert Project(plain, texts).by_lineage("orders.author") == "Full name."
    assert Project(joined, texts).by_lineage("orders.author") is None
    assert Project(joined, {**texts, "books.author": "Full name."}).by_lineage("orders.author") == "Full name."
    others = {"books.author": "Who wrote it.", "films.author": "Whose film it is."}
    assert Project(plain, {**texts, **others}).by_lineage("orders.author") is None


def test_a_join_undoes_what_a_text_says_of_the_rows() -> None:
    joined = {"orders": {"id": passed("users.id", name="id", joined=True)}}
    assert Project(joined, {"users.id": "Key of each row: unique."}).by_lineage("orders.id") is None


def test_a_cast_under_the_same_name_keeps_the_text() -> None:
    def cast(name: str, *, grouped: bool = False) -> dict[str, Lineage]:
        origins = (ColumnRef("raw", "at"),)
        return {"stg": {name: ColumnLineage(name=name, kind="cast", origins=origins, grouped=grouped)}}

    texts = {"raw.at": "Left."}
    assert Project(cast("at"), texts).by_lineage("stg.at") == "Left."
    assert Project(cast("day"), texts).by_lineage("stg.day") is None
    assert Project(cast("at", grouped=True), texts).by_lineage("stg.at") is None


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ({"b.zone": "UTC.", "c.zone": "utc"}, "UTC."),
        ({"b.zone": "UTC."}, None),
        ({"b.zone": "UTC.", "c.zone": "UTC.", "d.zone": "Local."}, None),
    ],
)
def test_two_nodes_in_one_voice_are_the_word_for_a_name(texts: dict[str, str], expected: str | None) -> None:
    assert Project({}, texts, parents={"a": ()}).by_name("a.zone") == expected


def test_a_column_that_is_renamed_here_has_no_word_of_others() -> None:
    renamed = {"a": {"zone": passed("raw.tz", name="zone")}}
    assert Project(renamed, {"b.zone": "UTC.", "c.zone": "UTC."}).by_name("a.zone") is None


@pytest.mark.parametrize(("expression", "expected"), [("SUM( x )", "All."), ("max(x)", None)])
def test_what_is_made_here_takes_a_text_only_from_what_is_made_alike(
    expression: str, expected: str | None
) -> None:
    lineage = {name: {"total": made("sum( x )", "raw.x", name="total")} for name in ("b", "c")}
    lineage["a"] = {"total": made(expression, "raw.x", name="total")}
    assert Project(lineage, {"b.total": "All.", "c.total": "All."}).by_name("a.total") == expected


def test_an_only_parent_gives_its_text_where_the_sql_does_not_tell() -> None:
    texts = {"raw.at": "Left."}
    assert Project({}, texts, parents={"a": ("raw",)}).by_name("a.at") == "Left."
    assert Project({}, texts, parents={"a": ("raw", "other"), "other": ()}).by_name("a.at") is None
    told = {"a": {"at": made("now()", name="at")}}
    assert Project(told, texts, parents={"a": ("raw",)}).by_name("a.at") is None
