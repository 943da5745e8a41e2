from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from dbt_docsmith.properties.placement import PlacementPlan, PlacementSettings, plan_placement
from dbt_docsmith.types import Node, WrittenEntry

SECTIONS = {"model": "models", "seed": "seeds", "snapshot": "snapshots", "macro": "macros"}


def node(path: str, kind: str = "model", **given: Any) -> Node:
    """A node by the path of its file."""
    *folders, file = path.split("/")
    name = given.pop("name", file.partition(".")[0])
    return Node(
        unique_id=f"{kind}.shop.{name}",
        name=name,
        resource_type=kind,
        package_name=given.pop("package_name", "shop"),
        fqn=("shop", *folders[1:], name),
        original_file_path=path,
        **given,
    )


def entry(name: str, file: str, section: str = "models", **given: Any) -> WrittenEntry:
    return WrittenEntry(file=file, line=1, section=section, name=name, **given)


def written(where: Mapping[str, str], kind: str = "model") -> tuple[list[Node], list[WrittenEntry]]:
    """Nodes by path that have their entries in the files given."""
    nodes = [node(path, kind) for path in where]
    return nodes, [
        entry(each.name, file, SECTIONS[kind]) for each, file in zip(nodes, where.values(), strict=True)
    ]


def plan(
    nodes: Sequence[Node],
    entries: Sequence[WrittenEntry] = (),
    neighbours: Sequence[Node] = (),
    **settings: Any,
) -> PlacementPlan:
    return plan_placement(nodes, entries, PlacementSettings(project_name="shop", **settings), neighbours)


def placed(
    each: Node, entries: Sequence[WrittenEntry] = (), neighbours: Sequence[Node] = (), **settings: Any
) -> str:
    """``reason: file`` of one node."""
    result = plan([each], entries, neighbours, **settings)
    assert not result.failures, result.failures
    return f"{result.reasons[each.unique_id]}: {result.files[each.unique_id]}"


def refusal(each: Node, entries: Sequence[WrittenEntry] = (), **settings: Any) -> str:
    result = plan([each], entries, **settings)
    assert not result.files
    (failure,) = result.failures
    assert (failure.unique_id, failure.column, failure.error) == (each.unique_id, None, "WriteError")
    return failure.message


# ---------------------------------------------------------------- an entry


def test_an_entry_keeps_its_node_whatever_the_rules_say() -> None:
    ruled = node("models/a.sql", config={"dbt-osmosis": "_{model}.yml"}, properties_file="models/old.yml")
    assert placed(ruled, [entry("a", "models/here.yml")], patterns="elsewhere.yml") == "entry: models/here.yml"


def test_an_entry_of_another_section_is_not_the_nodes() -> None:
    assert placed(node("seeds/a.csv", "seed"), [entry("a", "models/x.yml")]) == "default: seeds/_seeds__seeds.yml"


def test_all_versions_share_the_file_of_their_entry() -> None:
    versions = [node(f"models/orders_v{n}.sql", name="orders", version=str(n)) for n in (1, 2)]
    both = [entry("orders", "models/m.yml"), entry("orders", "models/m.yml", version="2")]
    assert {plan([each], both).files[each.unique_id] for each in versions} == {"models/m.yml"}


def test_dbts_own_word_decides_between_two_entries() -> None:
    twice = [entry("a", "models/x.yml"), entry("a", "models/y.yml")]
    assert placed(node("models/a.sql", properties_file="models/y.yml"), twice) == "entry: models/y.yml"


def test_two_entries_that_dbt_never_chose_between_fail_that_node_alone() -> None:
    entries = [entry("a", "models/x.yml"), entry("a", "models/y.yml"), entry("b", "models/x.yml")]
    result = plan([node("models/a.sql"), node("models/b.sql")], entries)
    assert result.files == {"model.shop.b": "models/x.yml"}
    assert [failure.unique_id for failure in result.failures] == ["model.shop.a"]
    assert "models/x.yml and models/y.yml both have an entry" in result.failures[0].message


def test_a_source_table_stays_in_the_file_of_its_own_source() -> None:
    table = node("models/src.yml", "source", name="orders", source_name="shop_db")
    entries = [
        entry("orders", "models/other.yml", "sources", source_name="other_db"),
        entry("orders", "models/src.yml", "sources", source_name="shop_db"),
    ]
    assert placed(table, entries) == "entry: models/src.yml"


def test_a_source_table_without_an_entry_is_refused() -> None:
    assert "source('s', 'gone')" in refusal(node("models/src.yml", "source", name="gone", source_name="s"))


def test_an_entry_that_was_taken_out_comes_back_where_it_was() -> None:
    gone = node("models/a.sql", properties_file="models/x.yml")
    assert placed(gone, [entry("b", "models/x.yml")]) == "manifest: models/x.yml"


def test_a_node_whose_entry_stands_in_an_unreadable_file_is_refused() -> None:
    message = refusal(
        node("models/a.sql", properties_file="models/broken.yml"), existing_files=frozenset({"models/broken.yml"})
    )
    assert message == "models/broken.yml, where dbt found its entry, cannot be read as a properties file"


def test_a_properties_file_that_was_removed_is_forgotten() -> None:
    assert placed(node("models/a.sql", properties_file="models/gone.yml")) == "default: models/_models__models.yml"


# ---------------------------------------------------------------- the default


@pytest.mark.parametrize(
    ("path", "kind", "file"),
    [
        ("models/a.sql", "model", "models/_models__models.yml"),
        ("models/staging/stripe/a.sql", "model", "models/staging/stripe/_stripe__models.yml"),
        ("models/py/a.py", "model", "models/py/_py__models.yml"),
        ("seeds/a.csv", "seed", "seeds/_seeds__seeds.yml"),
        ("snapshots/daily/a.sql", "snapshot", "snapshots/daily/_daily__snapshots.yml"),
        ("analyses/a.sql", "analysis", "analyses/_analyses__analyses.yml"),
    ],
)
def test_without_rule_or_habit_each_folder_gets_a_file_of_its_own(path: str, kind: str, file: str) -> None:
    assert placed(node(path, kind)) == f"default: {file}"


def test_a_new_file_ends_as_most_of_the_projects_do() -> None:
    files = frozenset({"models/sources/a.yaml", "models/sources/b.yaml", "models/c.yml"})
    assert placed(node("models/x/a.sql"), properties_files=files) == "default: models/x/_x__models.yaml"


# ---------------------------------------------------------------- rules


@pytest.mark.parametrize(
    ("patterns", "path", "file"),
    [
        ("{folder}.yml", "models/staging/a.sql", "models/staging/staging.yml"),
        ("_{folder}__{section}", "seeds/ref/a.csv", "seeds/ref/_ref__seeds.yml"),
        ("/docs/{model}.yaml", "seeds/ref/a.csv", "seeds/docs/a.yaml"),
        ("../{parent}.yml", "models/staging/a.sql", "models/staging.yml"),
        (
            {"models/staging": "s.yml", "staging/stripe": "deep.yml"},
            "models/staging/stripe/a.sql",
            "models/staging/stripe/deep.yml",
        ),
        ({"models/staging": "s.yml", ".": "all.yml"}, "models/staging/x/a.sql", "models/staging/x/s.yml"),
        ({"staging/": "s.yml", ".": "all.yml"}, "models/marts/a.sql", "models/marts/all.yml"),
        ({"seeds": "s.yml"}, "seeds/a.csv", "seeds/s.yml"),
        ({"stag": "s.yml"}, "models/staging/a.sql", "models/staging/_staging__models.yml"),
    ],
)
def test_placement_of_the_configuration_decides(patterns: str | dict[str, str], path: str, file: str) -> None:
    placing = node(path, "seed" if path.startswith("seeds") else "model")
    assert placed(placing, patterns=patterns).partition(": ")[2] == file


def test_placement_goes_before_routing_rules_and_they_before_habits() -> None:
    nodes, entries = written({"models/a.sql": "models/schema.yml", "models/b.sql": "models/schema.yml"})
    ruled = node("models/c.sql", config={"dbt-osmosis": "_{model}.yml"})
    assert placed(ruled, entries, nodes, patterns="mine.yml") == "placement: models/mine.yml"
    assert placed(ruled, entries, nodes) == "routing rule: models/_c.yml"
    assert placed(node("models/c.sql"), entries, nodes) == "folder habit: models/schema.yml"


def test_a_node_that_no_routing_rule_covers_is_not_lost() -> None:
    only_staging = {"dbt-osmosis": {"models": {"staging": "_{model}.yml"}}}
    assert placed(node("models/staging/a.sql"), vars=only_staging) == "routing rule: models/staging/_a.yml"
    assert placed(node("models/marts/a.sql"), vars=only_staging) == "default: models/marts/_marts__models.yml"


def test_a_slash_in_a_routing_rule_means_the_first_models_folder_even_for_seeds() -> None:
    seed = node("seeds/a.csv", "seed", config={"dbt-osmosis": "/{model}"})
    assert placed(seed, model_paths=("transform", "models")) == "routing rule: transform/a.yml"


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("../../{model}.yml", "../a.yml is outside the project"),
        ("//etc/{model}.yml", "/etc/a.yml is outside the project"),
        ("../dbt_packages/x/{model}.yml", "is not in this project's own folders"),
        ("../{model}.yml", "a.yml is where dbt reads no properties files"),
        ("../models_too/{model}.yml", "is where dbt reads no properties files"),
        ("broken", "models/broken.yml exists and is not a properties file"),
        ("b.sql/x.yml", "models/b.sql is a file"),
        ("folder.yml", "models/folder.yml is a folder"),
        ("docs/", "names a folder"),
        ("c:/x.yml", "not every file system"),
        ("a\x00b", "not every file system"),
        ("{node.tags[0]}.yml", "says nothing of this node"),
    ],
)
def test_a_rule_that_leads_nowhere_fails_its_node(rule: str, said: str) -> None:
    standing = frozenset({"models/b.sql", "models/broken.yml", "models/folder.yml/x.md"})
    assert said in refusal(node("models/a.sql", config={"dbt-osmosis": rule}), existing_files=standing)


def test_a_package_inside_the_models_folder_is_not_ours() -> None:
    rule = {"dbt-osmosis": "vendored/{model}.yml"}
    said = refusal(node("models/a.sql", config=rule), foreign_folders=("models/vendored/",))
    assert said == "models/vendored/a.yml is not in this project's own folders"


def test_nodes_of_other_packages_are_refused() -> None:
    other = node("models/a.sql", package_name="dbt_utils")
    assert "belongs to the package dbt_utils" in refusal(other, [entry("a", "models/x.yml")])


def test_what_has_no_section_is_refused() -> None:
    assert refusal(node("tests/a.sql", "test")) == "no entry can be made for a test"


def test_one_bad_rule_costs_one_node() -> None:
    result = plan([node("models/a.sql", config={"dbt-osmosis": "{oops}"}), node("models/b.sql")])
    assert list(result.files) == ["model.shop.b"]
    assert [failure.unique_id for failure in result.failures] == ["model.shop.a"]


def test_names_that_differ_only_in_case_are_one_file() -> None:
    nodes = [
        node("models/a.sql", config={"dbt-osmosis": "PII"}),
        node("models/b.sql", config={"dbt-osmosis": "pii"}),
    ]
    assert set(plan(nodes).files.values()) == {"models/PII.yml"}
    standing = frozenset({"models/Pii.yml"})
    assert set(plan(nodes, properties_files=standing).files.values()) == standing


def test_the_order_of_the_nodes_does_not_matter() -> None:
    nodes = [
        node("models/a.sql", config={"dbt-osmosis": "PII"}),
        node("models/b.sql", config={"dbt-osmosis": "pii"}),
    ]
    assert plan(nodes) == plan(nodes[::-1])


@pytest.mark.parametrize(
    ("path", "beside", "expected"),
    [
        ("macros/cents.sql", {}, "default: macros/_macros.yml"),
        ("macros/money/cents.sql", {}, "default: macros/money/_money__macros.yml"),
        ("tests/generic/is_odd.sql", {}, "default: tests/generic/_generic__macros.yml"),
        ("macros/cents.sql", {"macros/vat.sql": "macros/schema.yml"}, "folder habit: macros/schema.yml"),
        ("macros/cents.sql", {"macros/vat.sql": "macros/vat.yml"}, "folder habit: macros/cents.yml"),
        (
            "macros/money/cents.sql",
            {"macros/a/b.sql": "macros/a/_a.yml"},
            "project habit: macros/money/_money.yml",
        ),
    ],
)
def test_a_macro_goes_where_its_folder_s_macros_go(path: str, beside: dict[str, str], expected: str) -> None:
    neighbours, entries = written(beside, "macro")
    assert placed(node(path, "macro"), entries, neighbours) == expected


def test_a_folder_s_one_properties_file_takes_its_macros() -> None:
    files = frozenset({"macros/properties.yml", "models/a.yml", "models/b.yml"})
    assert (
        placed(node("macros/cents.sql", "macro"), properties_files=files) == "folder habit: macros/properties.yml"
    )


def test_rules_of_dbt_osmosis_are_not_for_macros() -> None:
    rules = {"dbt_osmosis_default_path": "_{model}.yml"}
    assert placed(node("macros/cents.sql", "macro"), vars=rules) == "default: macros/_macros.yml"
    assert placed(node("macros/a.sql", "macro"), patterns="_{model}.yml") == "placement: macros/_a.yml"


@pytest.mark.parametrize("kind", ["exposure", "metric", "semantic_model"])
def test_what_its_entry_makes_is_never_given_one(kind: str) -> None:
    assert "the manifest is out of date" in refusal(node("models/a.yml", kind))
