import pytest

from dbt_docsmith.dbt.written import Entries, blocks_of_tables, mentions_doc, render_description
from dbt_docsmith.types import Column, Manifest, Node, WrittenColumn, WrittenEntry, WrittenText

DOCS = {"shop.status": "Where the order is.\n", "shop.blank": " ", "other.status": "Theirs."}


def node(name: str, **fields: object) -> Node:
    uid = f"model.shop.{name}" + (f".v{fields['version']}" if "version" in fields else "")
    return Node(unique_id=uid, name=name, resource_type="model", package_name="shop", **fields)  # type: ignore[arg-type]


def manifest(*nodes: Node) -> Manifest:
    return Manifest(
        schema_version="v12",
        project_name="shop",
        adapter_type="duckdb",
        generated_at=None,
        nodes={each.unique_id: each for each in nodes},
        docs=DOCS,
    )


def text(raw: str) -> WrittenText:
    return WrittenText(raw=raw, line=2)


def entry(name: str = "orders", **fields: object) -> WrittenEntry:
    return WrittenEntry(**{"file": "models/s.yml", "line": 1, "section": "models", "name": name, **fields})  # type: ignore[arg-type]


def column(name: str, raw: str | None = None) -> WrittenColumn:
    return WrittenColumn(name=name, line=5, description=text(raw) if raw is not None else None)


def placeholder(raw: str) -> bool:
    return raw == "Undefined"


@pytest.mark.parametrize(
    ("raw", "rendered"),
    [
        ("plain", "plain"),
        ("{{ doc('status') }}", "Where the order is."),
        ('{{- doc("other", "status") -}}', "Theirs."),
        ("See {{ doc('status') }} Always.", "See Where the order is. Always."),
        ("{{ doc('nowhere') }}", ""),
        ("{{ '{{' }} x }}", "{{ x }}"),
        ("{{ var('x') }}", "{{ var('x') }}"),
    ],
)
def test_a_description_is_read_as_dbt_shows_it(raw: str, rendered: str) -> None:
    assert render_description(raw, manifest()) == rendered


@pytest.mark.parametrize("raw", ["", "  \n", "Undefined"])
def test_blank_texts_and_placeholders_are_missing(raw: str) -> None:
    orders = node("orders")
    found = Entries(manifest(orders), [entry(description=text(raw))], placeholder).of(orders)
    assert found.text is None
    assert not found.held


def test_a_doc_reference_that_renders_to_nothing_is_missing_but_held() -> None:
    orders = node("orders")
    found = Entries(manifest(orders), [entry(description=text("{{ doc('blank') }}"))], placeholder).of(orders)
    assert found.text is None
    assert found.held


def test_a_column_is_found_without_case() -> None:
    orders = node("orders")
    written = entry(columns={"ID": column("ID", "Key.")})
    found = Entries(manifest(orders), [written], placeholder).of(orders).column_text("id")
    assert found is not None
    assert found.text == "Key."


def test_of_two_entries_the_one_the_manifest_names_counts() -> None:
    orders = node("orders", properties_file="models/b.yml")
    entries = [
        entry(file="models/b.yml", description=text("b")),
        entry(file="models/c.yml", description=text("c")),
    ]
    assert Entries(manifest(orders), entries, placeholder).of(orders).file == "models/b.yml"


def test_a_model_and_a_source_of_one_name_are_two_things() -> None:
    source = Node(
        unique_id="source.shop.raw.orders",
        name="orders",
        resource_type="source",
        package_name="shop",
        source_name="raw",
    )
    entries = [
        entry(description=text("model")),
        entry(section="sources", source_name="raw", description=text("source")),
    ]
    found = Entries(manifest(source), entries, placeholder)
    assert found.of(source).text.text == "source"  # type: ignore[union-attr]
    assert found.of(node("orders")).text.text == "model"  # type: ignore[union-attr]


def test_versions_share_columns_except_those_one_leaves_out() -> None:
    v1 = node("orders", version="1", latest_version="2", columns={"id": Column(name="id")})
    v2 = node(
        "orders",
        version="2",
        latest_version="2",
        columns={"id": Column(name="id"), "extra": Column(name="extra")},
    )
    shared = entry(columns={"id": column("id", "Key."), "extra": column("extra"), "new": column("new", "New.")})
    own = entry(version="2", columns={"mine": column("mine", "Mine.")})
    found = Entries(manifest(v1, v2), [shared, own], placeholder)
    assert set(found.of(v1).columns) == {"id", "new"}
    assert set(found.of(v2).columns) == {"id", "extra", "new", "mine"}
    assert found.of(v2).version_columns == {"mine"}


def test_a_doc_reference_is_told_from_a_text_that_only_says_doc() -> None:
    assert mentions_doc("{{ doc('x') }}")
    assert not mentions_doc("the doc( of it")


def test_blocks_that_describe_nodes_are_told_from_those_of_columns() -> None:
    described = entry(description=text("{{ doc('Orders') }}"), columns={"id": column("id", "{{ doc('id') }}")})
    assert blocks_of_tables([described, entry(name="plain")]) == {"orders"}
