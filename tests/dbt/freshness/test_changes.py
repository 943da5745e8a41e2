"""The example's manifest against the example's files, edited in every way a person edits them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace

from dbt_docsmith.dbt.freshness.changes import changed_since
from dbt_docsmith.dbt.manifest import read_manifest
from dbt_docsmith.dbt.parse import dbt_command, parse_project
from dbt_docsmith.dbt.project import find_project
from dbt_docsmith.dbt.project_files import list_files
from dbt_docsmith.errors import WriteError
from dbt_docsmith.properties.read import read_entries
from dbt_docsmith.types import Manifest, WrittenEntry

SHOP = Path(__file__).parents[3] / "examples" / "shop"
SOURCES = "models/staging/_staging__sources.yml"
STAGING = "models/staging/_staging__models.yml"
FINANCE = "models/marts/finance/_finance__models.yml"
CUSTOMERS = "models/marts/dim_customers.yml"
CATALOGUE = "models/marts/catalogue/_catalogue__models.yml"
LINES = "models/intermediate/int_order_lines_priced.yml"

Edit = Callable[[Path], object]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHOP, tmp_path / "shop"))


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    return read_manifest(SHOP / "target" / "manifest.json")


def changed(root: Path, manifest: Manifest, mtime: float | None = None) -> tuple[str, ...]:
    """What is out of date, where ``mtime`` is the manifest's: that of dbt_project.yml unless it is given."""
    project = find_project(root)
    files = list_files(project)
    written: list[WrittenEntry] = []
    broken = []
    for name in files.properties:
        try:
            written += read_entries(name, (root / name).read_bytes().decode())
        except WriteError:
            broken.append(name)
    same_age = (root / "dbt_project.yml").stat().st_mtime
    return changed_since(manifest, project, files, written, same_age if mtime is None else mtime, broken)


def swap(old: str, new: str) -> Edit:
    """Replace the first ``old``, which must be there."""

    def edit(file: Path) -> None:
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new, 1))

    return edit


def append(text: str) -> Edit:
    """Add to the end of a file, which may be new."""

    def edit(file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text((file.read_text() if file.is_file() else "") + text)

    return edit


def empty(file: Path) -> None:
    file.write_text("")


def with_windows_line_ends(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))


def test_a_manifest_that_dbt_has_just_made_is_good(shop: Path, manifest: Manifest) -> None:
    assert changed(shop, manifest) == ()


@pytest.mark.parametrize(
    ("file", "edit"),
    [
        ("models/marts/dim_customers.sql", swap("'prospect'", "'lead'")),
        ("models/marts/dim_customers.sql", append("\n-- a comment\n")),
        ("models/marts/dim_customers.sql", empty),
        ("models/marts/new_model.sql", append("select 1 as x")),
        ("models/marts/new_model.py", append("def model(dbt, session): ...")),
        ("models/marts/empty_model.sql", append("")),
        ("models/marts/catalogue/dim_products_v1.sql", swap("category_id", "category_id + 0 as category_id")),
        ("snapshots/order_status_history.sql", swap("shipped_at\nfrom", "shipped_at, 1 as x\nfrom")),
        ("snapshots/order_status_history.sql", append("{% snapshot another %}select 1{% endsnapshot %}")),
        ("snapshots/more.sql", append("{%- snapshot another -%}select 1{% endsnapshot %}")),
        ("analyses/look.sql", append("select 1")),
        ("tests/assert_shipped_orders_are_paid.sql", swap("returned", "lost")),
        ("tests/assert_more.sql", append("select 1")),
        ("seeds/countries.csv", append("FR,France,overseas,true\n")),
        ("seeds/new.csv", append("a,b\n")),
        ("macros/cents_to_dollars.sql", swap("100.0", "1000.0")),
        ("macros/cents_to_dollars.sql", append("{% macro more() %}{% endmacro %}")),
        ("macros/cents_to_dollars.sql", empty),
        ("macros/more.sql", append("{%- macro more() -%}{%- endmacro -%}")),
        ("tests/generic/more.sql", append("{% test positive(model) %}select 1{% endtest %}")),
        ("models/docs.md", swap("upper case", "lower case")),
        ("models/docs.md", swap("{% docs customer_id", "{% docs client_id")),
    ],
)
def test_a_file_of_code_that_says_something_else_is_named(
    file: str, edit: Edit, shop: Path, manifest: Manifest
) -> None:
    edit(shop / file)
    assert changed(shop, manifest) == (file,)


@pytest.mark.parametrize(
    ("file", "edit"),
    [
        (SOURCES, append("      - name: refunds\n")),
        (SOURCES, append("  - name: warehouse\n    tables: [{name: stock}]\n")),
        (SOURCES, swap("- name: order_lines", "- name: order_items")),
        ("models/more_sources.yml", append("sources: [{name: warehouse, tables: [{name: stock}]}]\n")),
        (STAGING, swap("  - name: stg_till__sales\n    description: Receipts", "  - name: x\n    description: R")),
        (STAGING, swap("      - name: registered_at\n", "")),
        (STAGING, swap("- name: registered_at\n", "- name: registered_at\n        data_tests: [not_null]\n")),
        (STAGING, swap("- name: registered_at\n", "- name: added\n        data_tests: [not_null]\n")),
        (STAGING, swap("- name: registered_at\n", "- name: registered_at\n        config: {tags: [pii]}\n")),
        (STAGING, swap("- name: registered_at\n", "- name: registered_at\n        meta: {owner: mo}\n")),
        (STAGING, swap("        data_tests: [unique]\n", "")),
        (STAGING, swap("data_tests: [unique, not_null]", "data_tests: [unique]")),
        (STAGING, swap("'shipped', ", "")),
        (STAGING, swap("'shipped', ", "'shipped', 'lost', ")),
        (STAGING, swap("to: ref('countries')", "to: ref('product_categories')")),
        (
            STAGING,
            swap(
                "sku\n        data_tests:\n          - rel",
                "sku\n        data_tests:\n          - unique\n          - rel",
            ),
        ),
        (
            STAGING,
            swap(
                "    columns:\n",
                "    data_tests:\n      - unique: {arguments: {column_name: email}}\n    columns:\n",
            ),
        ),
        (STAGING, swap("    columns:\n", "    config: {tags: [nightly]}\n    columns:\n")),
        (STAGING, swap("    columns:\n", "    config: {meta: {dbt-docsmith: {skip: true}}}\n    columns:\n")),
        (STAGING, swap("    columns:\n", "    meta: {owner: mo}\n    columns:\n")),
        (STAGING, swap("    columns:\n", "    config: {enabled: false}\n    columns:\n")),
        (STAGING, swap("    columns:\n", "    config: {materialized: table}\n    columns:\n")),
        (STAGING, swap("    columns:\n", "    config: {contract: {enforced: true}}\n    columns:\n")),
        (FINANCE, swap("enforced: true", "enforced: false")),
        (FINANCE, swap("        constraints:\n          - type: not_null\n", "")),
        (LINES, swap("unit: US cents", "unit: cents")),
        (LINES, swap("data_tests: [unique, not_null]", "data_tests: [unique]")),
        (
            LINES,
            swap(
                "  - &cents\n    data_type: bigint\n",
                "  - &cents\n    data_type: bigint\n    data_tests: [not_null]\n",
            ),
        ),
        (
            CATALOGUE,
            swap(
                "          - name: category_name\n",
                "          - name: category_name\n            data_tests: [not_null]\n",
            ),
        ),
        (CATALOGUE, swap("          - name: is_perishable\n", "")),
        (CATALOGUE, swap("      - name: list_price\n", "")),
        (
            CATALOGUE,
            swap("      - name: list_price\n", "      - name: list_price\n        data_tests: [not_null]\n"),
        ),
        (CATALOGUE, swap("      - v: 1\n        deprecation_date: 2027-06-30\n", "")),
        ("models/marts/_exposures.yml", swap("weekly_sales_review", "daily_sales_review")),
        ("models/marts/_exposures.yml", append("  - {name: more, type: ml, owner: {name: Mo}}\n")),
        (
            "snapshots/_snapshots.yml",
            append("  - {name: more, relation: ref('countries'), config: {strategy: check}}\n"),
        ),
        ("seeds/_seeds.yml", swap("domestic, ", "")),
        ("models/more.yml", append("models: [{name: monthly_category_sales, data_tests: [my_test]}]\n")),
    ],
)
def test_a_properties_file_that_declares_something_else_is_named(
    file: str, edit: Edit, shop: Path, manifest: Manifest
) -> None:
    edit(shop / file)
    assert changed(shop, manifest) == (file,)


@pytest.mark.parametrize(
    ("file", "edit"),
    [
        (STAGING, swap("Customers of the web shop", "People")),
        (STAGING, swap("- name: registered_at\n", "- name: registered_at\n        description: When.\n")),
        (
            STAGING,
            swap(
                "- name: registered_at\n",
                "- name: added\n        description: New.\n      - name: registered_at\n",
            ),
        ),
        (
            STAGING,
            swap(
                "- name: registered_at\n",
                "- name: registered_at\n      - {name: A b, quote: true, data_type: int}\n",
            ),
        ),
        (STAGING, swap("# the price history", "# another comment; the price history")),
        (STAGING, swap("data_tests:\n          - unique\n", "tests:\n          - unique\n")),
        (STAGING, swap("- unique\n", "- unique: {config: {severity: warn}, description: Why.}\n")),
        (STAGING, swap("- unique\n", "- {name: my_own_name, test_name: unique}\n")),
        (
            STAGING,
            swap(
                "arguments:\n                to: ref('countries')\n                field: country_code",
                "field: country_code\n              to: ref('countries')",
            ),
        ),
        (STAGING, append("\n  - name: a_model_that_has_no_file\n    data_tests: [my_test]\n")),
        (
            STAGING,
            swap("    columns:\n", "    config: {materialized: \"{{ var('m', 'table') }}\"}\n    columns:\n"),
        ),
        (STAGING, with_windows_line_ends),
        (STAGING, append("  nonsense: [\n")),
        (
            SOURCES,
            swap(
                "- name: order_lines\n",
                "- name: order_lines\n        description: New.\n        columns: [{name: sku}]\n",
            ),
        ),
        (CATALOGUE, swap("            description: Weight of one unit with its packaging, in kilograms.\n", "")),
        (
            CATALOGUE,
            swap(
                "          - name: is_perishable\n",
                "          - name: is_perishable\n          - {name: more, description: New.}\n",
            ),
        ),
        (
            CATALOGUE,
            swap(
                "      - name: list_price\n", "      - name: list_price\n      - {name: more, description: New.}\n"
            ),
        ),
        (CATALOGUE, swap("      - v: 1\n", "      - v: 1\n        description: The old one.\n")),
        (FINANCE, append("  - name: monthly_category_sales\n    columns: [{name: revenue, description: Sum.}]\n")),
        (LINES, swap("quantity: 3", "quantity: 4")),
        ("models/more.yml", append("models: [{name: monthly_category_sales, description: New.}]\n")),
        ("models/more.yml", append("sources: [{name: \"{{ var('s') }}\", tables: [{name: stock}]}]\n")),
        ("models/marts/dim_customers.sql", append("\n\n")),
        ("models/marts/dim_customers.sql", with_windows_line_ends),
        ("models/marts/dim_customers.sql", os.utime),
        ("models/.dim_customers.sql", append("select 1")),
        ("snapshots/order_status_history.sql", with_windows_line_ends),
        ("snapshots/more.sql", append("{# {% snapshot another %}select 1{% endsnapshot %} #}")),
        ("macros/cents_to_dollars.sql", with_windows_line_ends),
        ("macros/cents_to_dollars.sql", append("{# {% macro more() %}{% endmacro %} #}")),
        ("models/docs.md", with_windows_line_ends),
        ("models/docs.md", append("Words that belong to no block.")),
        ("models/docs.md", append("{% docs more %}A new one.{% enddocs %}")),
        ("models/more.md", append("{% docs more %}A new one.{% enddocs %}")),
        ("seeds/countries.csv", with_windows_line_ends),
        ("tests/fixtures/rows.csv", append("a,b\n")),
        ("README.md", append("more")),
    ],
)
def test_what_makes_no_difference_to_the_manifest_is_passed_over(
    file: str, edit: Edit, shop: Path, manifest: Manifest
) -> None:
    edit(shop / file)
    assert changed(shop, manifest) == ()


@pytest.mark.parametrize(
    "file",
    [
        "models/marts/dim_customers.sql",
        "snapshots/order_status_history.sql",
        "seeds/countries.csv",
        "macros/cents_to_dollars.sql",
        "models/docs.md",
        "tests/assert_shipped_orders_are_paid.sql",
        SOURCES,
        "models/marts/_exposures.yml",
    ],
)
def test_a_file_that_is_gone_is_named(file: str, shop: Path, manifest: Manifest) -> None:
    (shop / file).unlink()
    assert changed(shop, manifest) == (file,)


def test_a_properties_file_that_was_moved_is_named_as_the_manifest_knows_it(
    shop: Path, manifest: Manifest
) -> None:
    (shop / STAGING).rename(shop / "models/staging/moved.yml")
    assert changed(shop, manifest) == (STAGING,)


def test_a_file_that_was_moved_is_named_twice(shop: Path, manifest: Manifest) -> None:
    (shop / "models/marts/dim_customers.sql").rename(shop / "models/dim_customers.sql")
    assert changed(shop, manifest) == ("models/dim_customers.sql", "models/marts/dim_customers.sql")


def test_the_project_file_is_judged_by_its_time_with_a_second_to_spare(shop: Path, manifest: Manifest) -> None:
    project_file = (shop / "dbt_project.yml").stat().st_mtime
    assert changed(shop, manifest, project_file - 0.9) == ()
    assert changed(shop, manifest, project_file - 1.1) == ("dbt_project.yml",)


ODD_FILES: Mapping[str, str] = {
    "models/empty.sql": "",
    "models/off.sql": "{{ config(enabled=false) }} select 1 as y",
    "models/UPPER.SQL": "select 1 as x",
    "models/frame.py": "def model(dbt, session):\n    return session.sql('select 1 as x')\n",
    "analyses/blank.sql": "\n\n",
    "seeds/large.csv": "id,name\n" + "1,a long enough name to make this a large seed\n" * 25_000,
    "snapshots/two.sql": """
{% snapshot one %}{{ config(unique_key='a', strategy='check', check_cols='all') }} select 1 as a {% endsnapshot %}
{# {% snapshot no %}{% endsnapshot %} #}
{%- snapshot two -%}
{{ config(unique_key='a', strategy='check', check_cols='all') }} select 2 as a
{%- endsnapshot -%}
""",
    "macros/odd.sql": """
{# {% macro commented_out() %}{% endmacro %} #}
{%- macro quoting() -%} {% raw %}{% macro inner() %}{% endraw %} {%- endmacro -%}
{% materialization odd, adapter='duckdb' %}{{ return({'relations': []}) }}{% endmaterialization %}
""",
    "tests/generic/positive.sql": "{% test positive(model, column_name) %}select 1 where false{% endtest %}",
    "models/odd.md": """
{% docs jinja %}uses {{ "braces" }} and {% raw %}{{ x }}{% endraw %}{% enddocs %}
{%- docs short -%} short {%- enddocs -%}
{# {% docs no %}{% enddocs %} #}
""",
    "models/odd.yml": """
models:
  - name: nowhere
    columns: [{name: a, data_tests: [unique]}]
  - name: "off"
    columns: [{name: y, data_tests: [unique]}]
  - name: UPPER
    config: {tags: odd, meta: {since: 2025-01-01, text: "padded "}, post_hook: "select 1"}
    data_tests:
      - positive: {arguments: {column_name: X}}
      - {name: mine, test_name: positive, arguments: {column_name: x}}
    columns:
      - name: X
        quote: true
        config: {tags: pii, meta: {k: [1, true, null]}}
        data_tests:
          - unique: {config: {enabled: false}}
          - shop.positive
          - not_null: {name: my_own, config: {where: "x > 1"}}
          - accepted_values: {arguments: {values: ["{{ var('v', 1) }}", b c, 1, yes, null, 2.50, 2020-01-01]}}
      - name: twice
        data_tests: [unique]
      - name: twice
        data_tests: [not_null]
sources:
  - name: extra
    config: {enabled: false}
    tables: [{name: t, columns: [{name: c, data_tests: [unique]}]}]
  - name: webshop2
    schema: raw_webshop
    tags: [outer]
    tables:
      - {name: orders, tags: [inner], columns: [{name: id, tags: [key], data_tests: [unique]}]}
""",
}


@pytest.fixture(scope="module")
def odd_shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Manifest]:
    root = tmp_path_factory.mktemp("odd") / "shop"
    shutil.copytree(SHOP, root, ignore=shutil.ignore_patterns("target"))
    for name, text in ODD_FILES.items():
        append(text)(root / name)
    command = dbt_command()
    assert command is not None
    return root, read_manifest(parse_project(find_project(root), dbt=command, cwd=root))


def test_odd_files_are_no_false_alarm(odd_shop: tuple[Path, Manifest]) -> None:
    assert changed(*odd_shop) == ()


@pytest.mark.parametrize(
    ("file", "edit", "is_named"),
    [
        ("models/off.sql", swap("enabled=false", "enabled=true"), True),
        ("models/empty.sql", append("select 1"), True),
        ("models/frame.py", swap("as x", "as z"), True),
        ("snapshots/two.sql", swap("select 2", "select 3"), True),
        ("macros/odd.sql", swap("odd, adapter='duckdb'", "odd, default"), True),
        ("models/odd.md", swap("docs short", "docs long"), True),
        ("models/odd.yml", swap("data_tests: [unique]\n      - name: twice", "x: 1\n      - name: twice"), True),
        ("models/odd.yml", swap("tags: [key]", "tags: [pii]"), True),
        ("models/odd.yml", swap("2020-01-01]", "2020-01-02]"), True),
        ("models/odd.yml", swap("2.50", "2.5"), False),
        ("models/odd.yml", swap("name: nowhere", "name: nowhere_else"), False),
        ("seeds/large.csv", append("2,dbt itself keeps the path of a large seed\n"), False),
    ],
)
def test_odd_files_that_change_are_named(
    file: str, edit: Edit, is_named: bool, odd_shop: tuple[Path, Manifest], tmp_path: Path
) -> None:
    root, manifest = odd_shop
    copy = Path(shutil.copytree(root, tmp_path / "shop"))
    edit(copy / file)
    assert changed(copy, manifest) == ((file,) if is_named else ())


def test_a_manifest_of_another_project_knows_none_of_the_files(shop: Path, manifest: Manifest) -> None:
    swap("name: shop", "name: other")(shop / "dbt_project.yml")
    other = replace(manifest, project_name="other", nodes={}, macros={}, macro_files={}, docs={}, doc_files={})
    assert set(list_files(find_project(shop)).models) <= set(changed(shop, other))
