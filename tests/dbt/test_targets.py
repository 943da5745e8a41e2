from dbt_docsmith.dbt.columns import KnownColumns
from dbt_docsmith.dbt.coverage import coverage, missing
from dbt_docsmith.dbt.targets import TargetSettings, plan_targets, undeclared_by_contract
from dbt_docsmith.dbt.written import ColumnOnDisk, NodeOnDisk, Text
from dbt_docsmith.reports import Coverage, Missing
from dbt_docsmith.types import DocTarget, KnownColumn, Node


def node(name: str = "orders", **fields: object) -> Node:
    base = {"unique_id": f"model.shop.{name}", "name": name, "resource_type": "model", "package_name": "shop"}
    return Node(**{**base, **fields})  # type: ignore[arg-type]


def known(*declared: str, undeclared: tuple[str, ...] = ()) -> KnownColumns:
    columns = [KnownColumn(name=name, known_by="sql", declared=True) for name in declared]
    columns += [KnownColumn(name=name, known_by="sql", declared=False) for name in undeclared]
    return KnownColumns(columns=tuple(columns))


def written(raw: str | None = None, **columns: str | None) -> NodeOnDisk:
    return NodeOnDisk(
        file="models/s.yml",
        line=3,
        text=text(raw),
        columns={name: ColumnOnDisk(name=name, line=9, text=text(said)) for name, said in columns.items()},
    )


def text(raw: str | None) -> Text | None:
    return Text(text=raw, raw=raw) if raw else None


def targets(each: Node, on_disk: NodeOnDisk, columns: KnownColumns, **settings: object) -> tuple[DocTarget, ...]:
    options = TargetSettings(**settings)  # type: ignore[arg-type]
    return plan_targets([each], {each.unique_id: on_disk}, {each.unique_id: columns}, options)


def names(found: tuple[DocTarget, ...]) -> list[str]:
    return [column.name for target in found for column in target.columns]


def test_what_has_no_text_is_missing_and_what_has_one_is_not() -> None:
    found = targets(node(), written("Said.", id="Key.", status=None), known("id", "status"))
    assert [target.needs_description for target in found] == [False]
    assert names(found) == ["status"]


def test_a_node_with_all_its_texts_is_no_target() -> None:
    assert targets(node(), written("Said.", id="Key."), known("id")) == ()


def test_undeclared_columns_are_added_unless_the_user_or_a_contract_forbids_it() -> None:
    columns = known("id", undeclared=("amount",))
    on_disk = written("Said.", id="Key.")
    assert names(targets(node(), on_disk, columns)) == ["amount"]
    assert names(targets(node(), on_disk, columns, add_columns=False)) == []
    enforced = node(contract_enforced=True)
    assert names(targets(enforced, on_disk, columns)) == []
    assert undeclared_by_contract(enforced, columns) == ("amount",)


def test_sources_get_new_columns_only_when_asked_for() -> None:
    source = node(unique_id="source.shop.raw.orders", resource_type="source", source_name="raw")
    columns = known(undeclared=("amount",))
    assert names(targets(source, written("Said."), columns)) == []
    assert names(targets(source, written("Said."), columns, add_source_columns=True)) == ["amount"]


def test_only_nodes_or_only_columns() -> None:
    on_disk, columns = written(None, id=None), known("id")
    only_nodes = targets(node(), on_disk, columns, only="nodes")
    assert only_nodes[0].needs_description
    assert names(only_nodes) == []
    only_columns = targets(node(), on_disk, columns, only="columns")
    assert not only_columns[0].needs_description
    assert names(only_columns) == ["id"]


def test_overwrite_takes_persons_texts_but_no_doc_reference() -> None:
    on_disk = written("{{ doc('orders') }}", id="Key.", status="{{ doc('status') }}")
    found = targets(node(), on_disk, known("id", "status"), overwrite=True)
    assert not found[0].needs_description
    assert names(found) == ["id"]


def test_a_reference_to_an_empty_doc_block_is_never_a_target() -> None:
    on_disk = NodeOnDisk(file="models/s.yml", line=1, text=None, held=True)
    assert targets(node(), on_disk, known()) == ()


def test_versions_share_an_entry_so_the_latest_speaks_for_all() -> None:
    v1 = node(unique_id="model.shop.orders.v1", version="1", latest_version="2")
    v2 = node(unique_id="model.shop.orders.v2", version="2", latest_version="2")
    on_disk = {v1.unique_id: written(None, id=None, old=None), v2.unique_id: written(None, id=None)}
    columns = {v1.unique_id: known("id", "old", undeclared=("x",)), v2.unique_id: known("id", undeclared=("y",))}
    found = plan_targets([v1, v2], on_disk, columns, TargetSettings())
    assert [(target.node.version, target.needs_description) for target in found] == [("1", False), ("2", True)]
    assert [[column.name for column in target.columns] for target in found] == [["old"], ["id", "y"]]


def test_a_version_s_own_columns_are_missing_beside_the_shared_ones() -> None:
    v1 = node(unique_id="model.shop.orders.v1", version="1", latest_version="2")
    v2 = node(unique_id="model.shop.orders.v2", version="2", latest_version="2")
    own = NodeOnDisk(
        file="models/s.yml",
        columns={"id": ColumnOnDisk(name="id", line=9, text=None)},
        version_columns=frozenset({"id"}),
    )
    on_disk = {v1.unique_id: own, v2.unique_id: written("Said.", id=None)}
    found = plan_targets(
        [v1, v2], on_disk, {v1.unique_id: known("id"), v2.unique_id: known("id")}, TargetSettings()
    )
    assert [[column.name for column in target.columns] for target in found] == [["id"], ["id"]]


def test_coverage_counts_declared_columns_or_known_ones() -> None:
    orders = node()
    on_disk = {orders.unique_id: written("Said.", id="Key.", status=None)}
    columns = {orders.unique_id: known("id", "status", undeclared=("amount",))}
    assert coverage([orders], on_disk, columns) == Coverage(nodes=(1, 1), columns=(1, 2))
    assert coverage([orders], on_disk, columns, "known") == Coverage(nodes=(1, 1), columns=(1, 3))


def test_what_is_missing_is_named_with_its_file_and_line() -> None:
    orders = node()
    on_disk = {orders.unique_id: written(None, id=None)}
    columns = {orders.unique_id: known("id", undeclared=("amount",))}
    uid, file = orders.unique_id, "models/s.yml"
    assert missing([orders], on_disk, columns, "known") == (
        Missing(unique_id=uid, column=None, file=file, line=3),
        Missing(unique_id=uid, column="id", file=file, line=9),
        Missing(unique_id=uid, column="amount", file=file, line=3),
    )
