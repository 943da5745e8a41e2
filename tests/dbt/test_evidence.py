from msgspec.structs import replace

from dbt_docsmith.dbt.evidence import EvidenceSources, build_evidence, clip, first_sentence, fit_evidence, size
from dbt_docsmith.dbt.project_facts import ProjectFacts, read_test
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


NODES = [
    Node(unique_id=STAGED, name="stg_orders", resource_type="model", package_name="shop"),
    Node(
        unique_id=ORDERS,
        name="orders",
        resource_type="model",
        package_name="shop",
        fqn=("shop", "marts", "orders"),
        depends_on=(STAGED,),
        columns={"order_id": Column(name="order_id"), "status": Column(name="status", tags=("core",))},
        config={"materialized": "table"},
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


class Texts:
    def of_node(self, unique_id: str) -> str:
        return "Cleaned orders. Tests are filtered." if unique_id == STAGED else ""

    def of_column(self, reference: ColumnRef) -> str:
        known = {(STAGED, "state"): "Where it is.", (ORDERS, "order_id"): "Key."}
        return known.get((reference.unique_id, reference.column), "")


def made() -> Evidence:
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
    assert (evidence.children, evidence.exposures) == (("ref('report')",), ("board",))
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
