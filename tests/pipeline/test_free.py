from __future__ import annotations

from collections.abc import Mapping

import pytest

from dbt_docsmith.dbt.inheritance import key_facts
from dbt_docsmith.dbt.written import ColumnOnDisk, NodeOnDisk, Text
from dbt_docsmith.pipeline.free import FreeTexts
from dbt_docsmith.pipeline.texts import TextBoard
from dbt_docsmith.types import (
    Column,
    ColumnLineage,
    ColumnRef,
    KnownColumn,
    Manifest,
    Node,
    NodeLineage,
    Proposal,
)

GERMAN = "Zeitpunkt, zu dem das Paket das Lager verlassen hat; leer, wenn es noch nicht versandt wurde."
AT = KnownColumn(name="at", known_by="sql", declared=True)


def node(name: str, texts: Mapping[str, str]) -> Node:
    columns = {key.split(".")[1]: text for key, text in texts.items() if key.startswith(f"{name}.")}
    return Node(
        unique_id=name,
        name=name,
        resource_type="model",
        package_name="shop",
        columns={key: Column(name=key, description=text) for key, text in columns.items()},
    )


def free_texts(
    texts: Mapping[str, str],
    *,
    language: str | None = None,
    inherit: bool = True,
    docs: Mapping[str, str] | None = None,
    glossary: Mapping[str, str] | None = None,
) -> FreeTexts:
    """Of a model ``mart`` whose ``at`` is the one of ``raw``; other nodes are beside."""
    nodes = {name: node(name, texts) for name in sorted({"mart", "raw", *(key.split(".")[0] for key in texts)})}
    manifest = Manifest(
        schema_version="v12",
        project_name="shop",
        adapter_type=None,
        generated_at=None,
        nodes=nodes,
        docs={f"shop.{name}": text for name, text in (docs or {}).items()},
    )

    def on_disk(unique_id: str) -> NodeOnDisk:
        columns = {
            name: ColumnOnDisk(name=name, line=1, text=Text(text=column.description, raw=column.description))
            for name, column in nodes[unique_id].columns.items()
        }
        return NodeOnDisk(columns=columns)

    def lineage_of(unique_id: str) -> NodeLineage:
        if unique_id != "mart":
            return NodeLineage()
        at = ColumnLineage(name="at", kind="passed", origins=(ColumnRef("raw", "at"),), inheritable=True)
        return NodeLineage(columns={"at": at}, complete=True)

    return FreeTexts(
        manifest,
        lineage_of,
        key_facts(iter(nodes.values())),
        TextBoard(on_disk),
        glossary or {},
        inherit=inherit,
        language=language,
    )


def found(free: FreeTexts) -> Proposal | None:
    text = free.find(node("mart", {}), AT, None)
    return text.proposal if text else None


ABOVE = {"raw.at": "Left."}
BESIDE = {"b.at": "Came.", "c.at": "Came."}


@pytest.mark.parametrize(
    ("texts", "glossary", "docs", "origin", "description"),
    [
        (ABOVE, {"at": "A time."}, {"at": "Time."}, "inherited", "Left."),
        (BESIDE, {"at": "A time."}, {"at": "Time."}, "glossary", "A time."),
        (BESIDE, {}, {"at": "Time."}, "inherited", "Came."),
        ({}, {}, {"at": "Time."}, "doc_block", "{{ doc('at') }}"),
    ],
)
def test_what_is_nearest_to_the_column_goes_first(
    texts: dict[str, str], glossary: dict[str, str], docs: dict[str, str], origin: str, description: str
) -> None:
    proposal = found(free_texts(texts, glossary=glossary, docs=docs))
    assert proposal is not None
    assert (proposal.origin, proposal.description) == (origin, description)


def test_a_doc_block_waits_where_people_describe_that_name_otherwise() -> None:
    assert found(free_texts({"b.at": "Came."}, docs={"at": "Time."})) is None
    assert found(free_texts({"b.at": "Time."}, docs={"at": "Time."})) is not None


@pytest.mark.parametrize("texts", [ABOVE, BESIDE])
def test_without_inheriting_no_text_of_another_column_is_taken(texts: dict[str, str]) -> None:
    assert found(free_texts(texts, inherit=False)) is None


def test_a_text_in_another_language_is_told_and_not_taken() -> None:
    free = free_texts({"raw.at": GERMAN}, language="English")
    assert found(free) is None
    assert free.declined("mart") == (
        "mart.at: the text of raw.at is in German, not in English, and is not taken over",
    )
    assert free.declined("raw") == ()


def test_a_doc_block_in_another_language_is_told_and_not_taken() -> None:
    free = free_texts({}, language="English", docs={"at": GERMAN})
    assert found(free) is None
    assert "the text of the doc block 'at' is in German" in free.declined("mart")[0]


@pytest.mark.parametrize("language", [None, "German"])
def test_where_no_other_language_is_asked_for_the_text_is_taken(language: str | None) -> None:
    free = free_texts({"raw.at": GERMAN}, language=language)
    assert found(free) is not None
    assert free.declined("mart") == ()
