from collections.abc import Callable

import pytest
from msgspec.structs import replace

from dbt_docsmith.dbt.economy import economised
from dbt_docsmith.dbt.evidence import EvidenceSources, build_evidence, clip, first_sentence
from dbt_docsmith.dbt.fitting import fit_evidence, size
from dbt_docsmith.dbt.project_facts import ProjectFacts, read_test
from dbt_docsmith.dbt.written import ColumnOnDisk, NodeOnDisk
from dbt_docsmith.types import (
    Column,
    ColumnLineage,
    ColumnRef,
    DocTarget,
    Evidence,
    GenericTest,
    KnownColumn,
    Manifest,
    Neighbour,
    Node,
    NodeLineage,
    OriginFact,
    TestFact,
)

ORDERS, STAGED = "model.shop.orders", "model.shop.stg_orders"


def generic_test(
    name: str, column: str | None, config: dict[str, object] | None = None, **arguments: object
) -> Node:
    test = GenericTest(name=name, attached_node=ORDERS, column=column, arguments=arguments)
    return Node(
        unique_id=f"test.shop.{name}_{column}",
        name=name,
        resource_type="test",
        package_name="shop",
        test=test,
        config=config or {},
    )


STATUS = Column(name="status", tags=("core",), meta={"unit": "none", "nested": {"a": 1}})

NODES = [
    Node(unique_id=STAGED, name="stg_orders", resource_type="model", package_name="shop"),
    Node(
        unique_id=ORDERS,
        name="orders",
        resource_type="model",
        package_name="shop",
        fqn=("shop", "marts", "orders"),
        depends_on=(STAGED,),
        columns={"order_id": Column(name="order_id"), "status": STATUS},
        config={"materialized": "table"},
        group="sales",
        meta={"owner": {"name": "Mo", "email": "mo@shop.example"}, "dbt-docsmith": {}, "reviewed": 2024},
    ),
    Node(
        unique_id="model.shop.report",
        name="report",
        resource_type="model",
        package_name="shop",
        depends_on=(ORDERS,),
    ),
    Node(
        unique_id="exposure.shop.board",
        name="board",
        resource_type="exposure",
        package_name="shop",
        depends_on=(ORDERS,),
    ),
    generic_test("unique", "order_id"),
    generic_test("accepted_values", "status", values=["new", "done", 3]),
    generic_test("relationships", "status", to="ref('statuses')", field="code"),
    generic_test("dbt_utils.unique_combination_of_columns", None, combination_of_columns=["a", "b"]),
]


REPORT = "model.shop.report"
ON_DISK = NodeOnDisk(
    note="asked for by purchasing",
    columns={"status": ColumnOnDisk(name="status", line=3, text=None, note="only moves down this list")},
)


class Texts:
    def of_node(self, unique_id: str) -> str:
        return "Cleaned orders. Tests are filtered." if unique_id == STAGED else ""

    def of_column(self, reference: ColumnRef) -> str:
        known = {(STAGED, "state"): "Where it is.", (ORDERS, "order_id"): "Key."}
        return known.get((reference.unique_id, reference.column), "")


def by_people(unique_id: str, column: str | None) -> str:
    texts = {REPORT: "What the board reads.", "exposure.shop.board": "Looked at on Mondays. By three people."}
    return texts.get(unique_id, "") if column is None else ""


OTHER = Neighbour(relation="ref('countries')", description="Countries.")


def made(written_by_people: Callable[[str, str | None], str] = by_people) -> Evidence:
    manifest = Manifest(
        schema_version="v12",
        project_name="shop",
        adapter_type="duckdb",
        generated_at=None,
        nodes={node.unique_id: node for node in NODES},
    )
    status = ColumnLineage(
        name="status", kind="derived", expression="upper(state)", origins=(ColumnRef(STAGED, "state"),)
    )
    sources = EvidenceSources(
        facts=ProjectFacts(manifest),
        lineage_of=lambda uid: NodeLineage(columns={"status": status} if uid == ORDERS else {}),
        sql_of=lambda node: f"select upper(state) as status from ref -- {node.name}",
        texts=Texts(),
        on_disk=lambda _uid: ON_DISK,
        written_by_people=written_by_people,
        house_style=lambda _node: ("Day of the sale, local time.", "Net of tax, in cents.", "Who took the order."),
    )
    column = KnownColumn(name="status", known_by="sql", declared=True, data_type="text")
    target = DocTarget(
        node=manifest.nodes[ORDERS], needs_description=True, columns=(column,), order=("order_id", "status")
    )
    return build_evidence(target, [column], sources)


def test_a_column_comes_with_its_expression_its_origin_s_text_its_type_and_its_tests() -> None:
    column = made().columns[0]
    assert (column.expression, column.kind, column.data_type, column.tags) == (
        "upper(state)",
        "derived",
        "text",
        ("core",),
    )
    assert column.origins == (
        OriginFact(relation="ref('stg_orders')", column="state", description="Where it is."),
    )
    assert column.tests == (
        TestFact(name="accepted_values", values=("new", "done", "3")),
        TestFact(name="relationships", to="ref('statuses')", field="code"),
    )


def test_a_node_comes_with_its_neighbours_its_grain_and_its_other_texts() -> None:
    evidence = made()
    assert evidence.parents == (Neighbour(relation="ref('stg_orders')", description="Cleaned orders."),)
    assert evidence.children == (Neighbour(relation="ref('report')", description="What the board reads."),)
    assert evidence.exposures == (Neighbour(relation="board", description="Looked at on Mondays."),)
    assert evidence.grain == ("order_id", "a, b")
    assert evidence.documented == {"order_id": "Key."}
    assert (evidence.layer, evidence.materialized) == ("marts", "table")


def test_what_does_not_fit_goes_least_useful_first_and_the_columns_never() -> None:
    evidence = replace(made(), sql="select 1\n" * 500, documented={f"c{i}": "text" for i in range(50)})
    fitted = fit_evidence(evidence, 2000)
    assert size(fitted) <= 2000
    assert (fitted.exposures, fitted.documented) == ((), {})
    assert fitted.columns == evidence.columns
    assert fitted.sql_cut
    assert fitted.sql.endswith("select 1")


def test_what_fits_is_left_whole() -> None:
    assert fit_evidence(made(), 10_000) == made()


def test_the_sql_obeys_its_own_limit() -> None:
    assert len(fit_evidence(made(), 10_000, 10).sql) <= 10


def test_no_description_longer_than_500_characters_enters_another_prompt() -> None:
    assert len(clip("word " * 300)) <= 500
    assert first_sentence("One. Two.") == "One."
    assert len(first_sentence("x" * 900)) <= 500


def test_a_test_s_condition_is_part_of_the_fact_and_keeps_it_from_being_a_grain() -> None:
    fact = read_test(generic_test("accepted_values", "status", {"where": "is  live"}, values=[True, None]))
    assert (fact.values, fact.arguments) == (("true", "null"), "where is live")
    manifest = Manifest(
        schema_version="v12",
        project_name="shop",
        adapter_type="duckdb",
        generated_at=None,
        nodes={
            node.unique_id: node
            for node in [
                NODES[1],
                generic_test("unique", "order_id", {"severity": "warn"}),
                generic_test(
                    "x.unique_combination_of_columns", None, {"where": "1"}, combination_of_columns=["a"]
                ),
            ]
        },
    )
    assert ProjectFacts(manifest).grain_of(manifest.nodes[ORDERS]) == ()


def test_what_people_wrote_beside_it_is_told_and_no_setting_of_a_tool() -> None:
    evidence, column = made(), made().columns[0]
    assert (evidence.note, column.note) == ("asked for by purchasing", "only moves down this list")
    assert (evidence.meta, column.meta) == (("reviewed: 2024",), ("unit: none",))


@pytest.mark.parametrize(
    ("meta", "owner"),
    [
        ({"owner": {"name": "Mo", "email": "mo@shop.example"}}, "Mo"),
        ({"owner": ["Mo", {"name": "Ann"}]}, "Mo, Ann"),
        ({"owner": "@finance"}, "@finance"),
        ({}, "Sales team"),
    ],
)
def test_a_node_s_owner_is_its_own_or_its_group_s(meta: dict[str, object], owner: str) -> None:
    manifest = Manifest(
        schema_version="v12",
        project_name="shop",
        adapter_type=None,
        generated_at=None,
        nodes={},
        group_owners={"sales": "Sales team"},
    )
    assert ProjectFacts(manifest).owner_of(replace(NODES[1], meta=meta)) == owner


def test_texts_of_its_own_that_people_wrote_take_the_place_of_others_to_write_like() -> None:
    assert len(made().house_style) == 3
    people = made(lambda _uid, column: "Key." if column == "order_id" else "")
    assert people.house_style == ("Day of the sale, local time.", "Net of tax, in cents.")


def test_the_fewer_texts_are_asked_for_the_less_of_what_lies_around_is_told() -> None:
    documented = {f"c{i}_status": f"Text {i}. And more." for i in range(9)}
    evidence = replace(made(), needs_description=False, documented=documented, parents=(OTHER, *made().parents))
    cheap = economised(evidence)
    assert list(cheap.documented.values()) == ["Text 0."]
    assert (cheap.house_style, [child.description for child in cheap.children]) == ((), [""])
    assert [parent.description for parent in cheap.parents] == ["", "Cleaned orders."]
    assert cheap.columns == evidence.columns


def test_what_an_origin_s_text_says_is_not_told_of_another_column_again() -> None:
    evidence = replace(made(), documented={"other_status": "Where it is.", "order_id": "Key."})
    assert economised(evidence).documented == {"order_id": "Key."}
