"""Selection over small graphs drawn here; that it agrees with dbt is proved in test_selection_against_dbt."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_docsmith.dbt.selection.select import Selection, select
from dbt_docsmith.errors import UsageError
from dbt_docsmith.types import GenericTest, Manifest, Node

SMALL_FOLDER = Path(__file__).parent / "selections"
Choose = Callable[..., Selection]
SELECTORS = {
    "early": {
        "name": "early",
        "default": True,
        "definition": {"method": "tag", "value": "daily", "parents": True},
    },
    "late": {"name": "late", "default": False, "definition": {"method": "fqn", "value": "marts"}},
}


def node(unique_id: str, *parents: str, **facts: Any) -> Node:
    kind, package, *names = unique_id.split(".")
    fqn = (package, *facts.pop("folders", ()), *names)
    return Node(
        unique_id=unique_id,
        name=names[0],
        resource_type=kind,
        package_name=package,
        fqn=fqn,
        depends_on=parents,
        **facts,
    )


def manifest(*nodes: Node, **facts: Any) -> Manifest:
    return Manifest(
        schema_version="v12",
        project_name="shop",
        adapter_type=None,
        generated_at=None,
        nodes={each.unique_id: each for each in nodes},
        **facts,
    )


@pytest.fixture
def choose(tmp_path: Path) -> Choose:
    """Select in a chain raw -> stg -> mart with a test on stg, an exposure of mart, and a model apart."""
    nodes = (
        node("source.shop.web.raw", source_name="web"),
        node("model.shop.stg", "source.shop.web.raw", folders=("staging",), tags=("daily",)),
        node("model.shop.other", "source.shop.web.raw"),
        node("model.shop.mart", "model.shop.stg", folders=("marts",)),
        node("test.shop.rel", "model.shop.stg", "model.shop.other", test=GenericTest(name="relationships")),
        node("exposure.shop.board", "model.shop.mart"),
    )

    def choosing(*words: str, defined: dict[str, Any] | None = None, **options: Any) -> Selection:
        graph = manifest(*nodes, selectors=defined or {})
        return select(graph, project_dir=tmp_path, select=words, **options)

    return choosing


def test_without_a_word_everything_that_is_documented_is_selected(choose: Choose) -> None:
    assert choose().unique_ids == ("source.shop.web.raw", "model.shop.stg", "model.shop.other", "model.shop.mart")


def test_the_order_is_that_of_the_manifest(choose: Choose) -> None:
    assert choose("mart", "stg").unique_ids == ("model.shop.stg", "model.shop.mart")


def test_resource_types_narrow_and_widen(choose: Choose) -> None:
    assert choose("+board", resource_types=["source", "exposure"]).unique_ids == (
        "source.shop.web.raw",
        "exposure.shop.board",
    )


def test_a_family_takes_what_its_tests_need(choose: Choose) -> None:
    assert "model.shop.other" in choose("@stg").unique_ids
    assert "model.shop.other" not in choose("+stg+").unique_ids


@pytest.mark.parametrize(
    ("words", "selected"),
    [
        ("mart", {"mart"}),
        ("1+mart", {"stg", "mart"}),
        ("+mart", {"raw", "stg", "mart"}),
        ("0+mart", {"mart"}),
        ("source:web+1", {"raw", "stg", "other"}),
        ("stg mart,+board other,mart", {"stg", "mart"}),
    ],
)
def test_words_are_united_and_commas_intersect(choose: Choose, words: str, selected: set[str]) -> None:
    assert {unique_id.rpartition(".")[2] for unique_id in choose(words).unique_ids} == selected


def test_what_matches_nothing_is_a_warning_and_the_rest_goes_on(choose: Choose) -> None:
    selection = choose("stg nosuch", exclude=["tag:never"])

    assert selection.unique_ids == ("model.shop.stg",)
    assert selection.warnings == (
        "the selection criterion 'nosuch' does not match any enabled nodes",
        "the selection criterion 'tag:never' does not match any enabled nodes",
    )


def test_a_selection_of_nothing_says_so(choose: Choose) -> None:
    assert choose("exposure:*").warnings == ("nothing is selected",)


@pytest.mark.parametrize(
    ("word", "complaint"),
    [
        ("tags:daily", r"'tags' in the selector 'tags:daily' is no selection method: did you mean tag:\?"),
        ("xyzzy:daily", "the methods are fqn, tag, group"),
        ("@stg+", "'@' takes the children already"),
        ("stg\nmart", "holds a line break"),
        ("source:a.b.c.d", "source:PACKAGE.NAME.TABLE"),
        ("exposure:a.b.c", "it is exposure:NAME or exposure:PACKAGE.NAME"),
        ("resource_type:table", "it is one of analysis, doc, exposure"),
        ("test_type:slow", "it is one of data, generic, schema, singular, unit"),
        ("version:newest", "it is one of latest, none, old, prerelease"),
        ("path:", "needs a path below the project's folder"),
        ("path:.", "needs a path below the project's folder"),
        ("/etc/passwd", "needs a path below the project's folder"),
        ("state:modified", r"'state:modified' needs --state DIR \(or DBT_STATE\)"),
        ("state:changed", "it is one of modified, modified.body, modified.configs"),
        ("result:error+", "what an earlier run came to, which is not supported"),
        ("1+source_status:fresher", "what an earlier run came to, which is not supported"),
    ],
)
def test_what_dbt_would_refuse_is_refused_with_its_cure(choose: Choose, word: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        choose(word)
    with pytest.raises(UsageError, match=complaint):
        choose(exclude=[word])


@pytest.mark.parametrize(
    ("options", "selected"),
    [
        ({}, {"raw", "stg"}),
        ({"select": ["mart"]}, {"mart"}),
        ({"exclude": ["stg"]}, {"raw", "other", "mart"}),
        ({"selectors": ["late"]}, {"mart"}),
        ({"selectors": ["early", "late"]}, {"raw", "stg", "mart"}),
        ({"selectors": ["late"], "select": ["other"], "exclude": ["mart"]}, {"mart"}),
    ],
)
def test_the_default_selector_applies_where_nothing_else_is_asked_for(
    choose: Choose, options: dict[str, list[str]], selected: set[str]
) -> None:
    selection = choose(*options.pop("select", ()), defined=SELECTORS, **options)

    assert {unique_id.rpartition(".")[2] for unique_id in selection.unique_ids} == selected


def test_who_hears_of_the_default_selector_and_of_words_that_do_not_count(choose: Choose) -> None:
    assert choose(defined=SELECTORS).default_selector == "early"
    assert choose("mart", defined=SELECTORS).default_selector is None
    assert "count for nothing" in choose("mart", selectors=["early"], defined=SELECTORS).warnings[0]


def test_an_unknown_selector_names_the_known_ones(choose: Choose) -> None:
    with pytest.raises(UsageError, match="no selector 'erly'; the project's selectors are early, late"):
        choose(selectors=["erly"], defined=SELECTORS)


def test_paths_are_those_of_the_files_there_are(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "new.sql").touch()
    graph = manifest(
        node("model.shop.new", original_file_path="models/new.sql", properties_file="models/gone.yml"),
        node("model.shop.gone", original_file_path="models/gone.sql"),
    )

    def chosen(word: str) -> tuple[str, ...]:
        return select(graph, project_dir=tmp_path, select=[word]).unique_ids

    assert chosen("path:models") == ("model.shop.new", "model.shop.gone")
    assert chosen("path:models/*.sql") == ("model.shop.new",)
    assert chosen("path:models/gone.yml") == ()


@given(
    word=st.text(alphabet="a.*?[]!/\\\\:+@,~0 \\n\\0|(", max_size=12).filter(lambda word: ".." not in word),
    method=st.sampled_from(["", "path:", "fqn:"]),
)
def test_any_word_is_either_evaluated_or_refused(word: str, method: str) -> None:
    with contextlib.suppress(UsageError):
        select(manifest(node("model.shop.a")), project_dir=SMALL_FOLDER, select=[method + word])


def test_five_thousand_models_are_sifted_in_milliseconds(tmp_path: Path) -> None:
    chain = [node("model.shop.m0")] + [node(f"model.shop.m{i}", f"model.shop.m{i - 1}") for i in range(1, 5000)]
    graph = manifest(*chain)

    started = time.process_time()
    selection = select(
        graph, project_dir=tmp_path, select=["m2500+", "*9?,tag:x"], exclude=["+m2600", "config.a:b"]
    )

    assert len(selection.unique_ids) == 2399
    assert time.process_time() - started < 1
