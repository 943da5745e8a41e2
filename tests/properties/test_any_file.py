"""Whatever a file looks like and whatever the texts are: the data is equal but for them, and so is every byte."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from tests.properties.yaml_files import TEXTS, properties_files

from dbt_docsmith.properties.splice import plan_file, undo_edits
from dbt_docsmith.types import ColumnText, NodeTexts

Entry = tuple[str, str | None, dict[str, Any]]


def entries_of(data: Any) -> list[Entry]:
    """Every entry: its section, its source, itself."""
    found: list[Entry] = [(name, None, entry) for name in ("models", "seeds") for entry in data.get(name) or ()]
    for source in data.get("sources") or ():
        found += [("sources", source["name"], table) for table in source.get("tables") or ()]
    return found


def is_open(thing: dict[str, Any]) -> bool:
    return not str(thing.get("description") or "").strip()


def unshared(data: Any) -> Any:
    """A copy in which nothing is the same object twice."""
    if isinstance(data, dict):
        return {key: unshared(value) for key, value in data.items()}
    return [unshared(item) for item in data] if isinstance(data, list) else data


@st.composite
def wanted_texts(draw: Any, data: Any) -> list[NodeTexts]:
    """Texts for some of what is open in a file, and for columns that are not there."""
    wanted = []
    for number, (section, source, entry) in enumerate(entries_of(data)):
        columns = {column["name"]: column for column in entry.get("columns") or ()}
        chosen = [name for name, column in columns.items() if is_open(column) and draw(st.integers(0, 2))]
        new = draw(st.lists(st.sampled_from(["new_1", "new 2", "NEW", "on"]), max_size=2, unique=True))
        order = draw(st.permutations([*columns, *new]))
        wanted.append(
            NodeTexts(
                unique_id=str(number),
                file="models/any.yml",
                section=section,
                name=entry["name"],
                source_name=source,
                description=draw(TEXTS) if is_open(entry) and draw(st.integers(0, 3)) else None,
                columns=tuple(ColumnText(name=name, description=draw(TEXTS)) for name in [*chosen, *new]),
                order=tuple(order),
            )
        )
    return wanted


def with_texts(data: Any, wanted: list[NodeTexts]) -> Any:
    """What the file must say afterwards; new columns are left out."""
    after = unshared(data)
    for one, (_, _, entry) in zip(wanted, entries_of(after), strict=True):
        if one.description is not None:
            entry["description"] = one.description
        texts = {column.name: column.description for column in one.columns}
        named = {column["name"]: column for column in entry.get("columns") or ()}
        for name, column in named.items():
            if name in texts:
                column["description"] = texts[name]
    return after


def without_new(data: Any, before: Any, wanted: list[NodeTexts]) -> Any:
    """The file's data with the new columns taken out, once they are as wanted."""
    after = unshared(data)
    for one, (_, _, entry), (_, _, old) in zip(wanted, entries_of(after), entries_of(before), strict=True):
        standing = {column["name"] for column in old.get("columns") or ()}
        new = [
            {"name": column.name, "description": column.description}
            for column in one.columns
            if column.name not in standing
        ]
        if new:
            added = [column for column in entry["columns"] if column["name"] not in standing]
            assert sorted(map(repr, added)) == sorted(map(repr, new))
            entry["columns"] = [column for column in entry["columns"] if column["name"] in standing]
            if not entry["columns"]:
                entry.pop("columns")
                old.pop("columns", None)
    return after


def says_nothing(replaced: str) -> bool:
    """Whether what an edit replaced was blank, an empty list, an alias or nothing but a block scalar's header."""
    bare = replaced.strip()
    if bare.startswith("*") or bare.rstrip("-+") in ("|", ">"):
        return True
    return not str(yaml.safe_load(bare) or "").strip()


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_only_descriptions_change_in_any_file(data: st.DataObject) -> None:
    text = data.draw(properties_files())
    try:
        before = yaml.safe_load(text)
    except yaml.YAMLError:
        event("not YAML")
        assume(False)
    wanted = data.draw(wanted_texts(before))
    plan = plan_file(text, wanted)
    assert plan.failures == ()
    after = yaml.safe_load(plan.after)
    old = unshared(before)
    rest = without_new(after, old, wanted)
    assert rest == with_texts(old, wanted)
    assert undo_edits(plan.after, plan.edits) == text
    assert all(says_nothing(edit.original) for edit in plan.edits)
    assert plan_file(plan.after, wanted).edits == ()
