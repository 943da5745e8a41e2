"""`document --provider rules` on the example project, end to end."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from pathlib import Path

import pytest
from tests.pipeline.shop import Tree, copy_shop, made_by

from dbt_docsmith.pipeline.render import render_prompts

Key = tuple[str, str]
FACTS = """
  {% for column in columns %}
  - {{ column.name }}
    {%- for each in column.origins %}
    from {{ each.column }} of {{ each.relation }}{{ each.description and ": " ~ each.description }}
    {%- endfor %}
    {%- for each in column.tests %}
    {{ each.name }} {{ each.values | join(" ") }} {{ each.to or "" }} {{ each.field or "" }} {{ each.arguments }}
    {%- endfor %}
    {%- if column.expression and column.kind not in ("passed", "renamed") %}
    {{ column.kind }}: {{ column.expression }}
    {%- endif %}
    {{- "\\n    comment: " ~ column.comment if column.comment }}
  {%- endfor %}
"""
TELLING = re.compile(
    r"^ *(from |accepted_values|relationships|unique|derived: |aggregated: |cast: |comment: [^;=]+$)", re.MULTILINE
)


class Documented:
    """The example before and after one run."""

    def __init__(self, folder: Path) -> None:
        self.shop = copy_shop(folder)
        self.before = self.shop.files()
        self.report = self.shop.document(provider="rules")
        self.after = self.shop.files()


@pytest.fixture(scope="module")
def documented(tmp_path_factory: pytest.TempPathFactory) -> Documented:
    return Documented(tmp_path_factory.mktemp("rules"))


def changed_lines(before: Tree, after: Tree) -> tuple[list[str], list[str]]:
    """The lines taken out and put in, of all files that are not dbt's own."""
    removed, added = [], []
    for name in sorted(before.keys() | after.keys()):
        old, new = (tree.get(name, b"").decode().splitlines() for tree in (before, after))
        for line in difflib.ndiff(old, new) if old != new else ():
            removed += [line[2:]] if line.startswith("- ") else []
            added += [line[2:]] if line.startswith("+ ") else []
    return removed, added


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], str]:
    """What is known of each missing column, without its name and type."""
    shop = copy_shop(tmp_path_factory.mktemp("facts"))
    prompts = shop.home / "prompts.yml"
    prompts.write_text("".join(f"{name}_user: |{FACTS}" for name in ("model", "column")), encoding="utf-8")
    nodes = {each.unique_id for each in shop.document(dry_run=True, provider="rules").proposals}
    found = {}
    for node in nodes:
        rendered = render_prompts(shop.config(provider="rules", prompt_file=str(prompts)), node, shop.heard)
        for prompt in rendered.prompts:
            for column in f"\n{prompt.user}".split("\n- ")[1:]:
                name, _, known = column.partition("\n")
                found[node, name] = known.strip()
    return found


def test_it_ends_well_and_says_what_it_did(documented: Documented) -> None:
    report = documented.report
    assert (report.exit_code, report.failures) == (0, ())
    assert report.usage.requests == 0
    assert {file.path for file in report.files} == {
        name for name, content in documented.after.items() if documented.before.get(name) != content
    }


def test_nine_columns_in_ten_are_documented_afterwards(documented: Documented) -> None:
    assert documented.report.coverage is not None
    before, after = documented.report.coverage.before, documented.report.coverage.after
    assert before.columns[0] / before.columns[1] < 0.5
    assert after.columns[0] / after.columns[1] > 0.9
    assert after.nodes[0] / after.nodes[1] > 0.9


def test_every_column_with_a_telling_fact_gets_a_text(documented: Documented, facts: dict[Key, str]) -> None:
    """Where it comes from, what it may hold, what it refers to, how it is made, what its comment says."""
    made = {(each.unique_id, each.column) for each in documented.report.proposals}
    telling = {key for key, known in facts.items() if TELLING.search(known)}
    assert len(telling) > 30
    assert telling <= made


def test_no_two_columns_with_different_facts_share_a_text(documented: Documented, facts: dict[Key, str]) -> None:
    sharing = defaultdict(set)
    for each in made_by(documented.report, "rules"):
        if each.column is not None:
            sharing[each.description].add(facts[each.unique_id, each.column])
    assert len(sharing) > 30
    assert {text: known for text, known in sharing.items() if len(known) > 1} == {}


def test_nothing_is_taken_out_of_a_file(documented: Documented) -> None:
    removed, added = changed_lines(documented.before, documented.after)
    assert removed == []
    assert len(added) >= len(documented.report.proposals)


def test_only_properties_files_change(documented: Documented) -> None:
    changed = {name for name, content in documented.after.items() if documented.before.get(name) != content}
    assert {Path(name).suffix for name in changed} == {".yml"}


def test_a_second_run_finds_nothing_to_do_and_parses_nothing(documented: Documented) -> None:
    shop = documented.shop
    said = len(shop.heard.said)
    again = shop.document(provider="rules")
    assert shop.files() == documented.after
    assert [each for each in again.proposals if each.description] == []
    assert shop.heard.said[said:] == []


def test_a_check_finds_what_the_run_left_and_nothing_else(documented: Documented) -> None:
    report, said = documented.report, len(documented.shop.heard.said)
    checked = documented.shop.check()
    left = {(each.unique_id, each.column) for each in report.questions}
    left |= {(node, column) for node, _, column in (name.rpartition(".") for name in report.unconfirmed)}
    assert checked.missing
    assert {(each.unique_id, each.column) for each in checked.missing} <= left
    assert report.coverage is not None
    assert checked.coverage == report.coverage.after
    assert documented.shop.heard.said[said:] == []


@pytest.mark.slow
def test_dbt_parses_and_builds_the_documented_project(documented: Documented, tmp_path: Path) -> None:
    copy = copy_shop(tmp_path, project=documented.shop.root)
    copy.dbt("build")
