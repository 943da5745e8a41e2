"""The proof that a selection means here what it means in ``dbt ls``: real dbt answers the same words.

A line of ``selections/<project>.txt`` is what would stand behind ``dbt ls``. A new doubt is a new line.
"""

from __future__ import annotations

import json
import random
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
import yaml

from dbt_docsmith.dbt.manifest import read_manifest
from dbt_docsmith.dbt.selection.select import DOCUMENTED, select
from dbt_docsmith.errors import UsageError
from dbt_docsmith.types import Manifest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
PROJECTS = (
    ROOT / "tests" / "projects" / "orchard",
    ROOT / "tests" / "projects" / "harbour",
    ROOT / "tests" / "projects" / "lantern",
    ROOT / "examples" / "shop",
)
every_project = pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)

THINGS = ("exposure", "metric", "semantic_model", "analysis")
Answer = Sequence[str] | str
REFUSED = "refused"


@pytest.mark.parametrize(
    "project",
    [pytest.param(each, marks=() if each.name == "shop" else pytest.mark.slow) for each in PROJECTS],
    ids=lambda project: project.name,
)
def test_every_selection_is_what_dbt_ls_lists(project: Path, tmp_path: Path) -> None:
    copy = copied(project, tmp_path / "project")
    lines = selections(project)

    dbt = asked_of_dbt(copy, tmp_path, lines)
    manifest = read_manifest(copy / "target" / "manifest.json")
    ours = {line: answered(manifest, copy, line) for line in lines}

    assert ours == dbt


@pytest.mark.slow
@every_project
def test_random_selections_are_what_dbt_ls_lists(project: Path, tmp_path: Path) -> None:
    copy = copied(project, tmp_path / "project")
    asked_of_dbt(copy, tmp_path, [])
    manifest = read_manifest(copy / "target" / "manifest.json")
    lines = random_lines(manifest, count=300)

    dbt = asked_of_dbt(copy, tmp_path, lines)

    assert {line: answered(manifest, copy, line) for line in lines} == dbt
    assert sum(bool(answer) and answer != REFUSED for answer in dbt.values()) > len(dbt) / 4


@pytest.mark.slow
def test_things_without_columns_are_selected_as_dbt_ls_lists_them(tmp_path: Path) -> None:
    copy = copied(ROOT / "tests" / "projects" / "bakery", tmp_path / "project")
    lines = selections(Path("bakery"))

    dbt = asked_of_dbt(copy, tmp_path, lines, THINGS)
    manifest = read_manifest(copy / "target" / "manifest.json")

    assert {line: answered(manifest, copy, line, THINGS) for line in lines} == dbt
    assert sum(bool(answer) and answer != REFUSED for answer in dbt.values()) > len(dbt) / 2


@every_project
def test_every_project_is_asked_sixty_selections(project: Path) -> None:
    assert len(selections(project)) >= 60


def selections(project: Path) -> list[str]:
    lines = (HERE / "selections" / f"{project.name}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def copied(project: Path, copy: Path) -> Path:
    """The project as ``dbt deps`` would leave it: its local packages installed."""
    shutil.copytree(project, copy, ignore=shutil.ignore_patterns("target", "logs", "dbt_packages"))
    if (copy / "local_packages").is_dir():
        shutil.copytree(copy / "local_packages", copy / "dbt_packages")
    return copy


def asked_of_dbt(
    project: Path, profiles_dir: Path, lines: Sequence[str], types: Sequence[str] = DOCUMENTED
) -> dict[str, Answer]:
    output = {"type": "duckdb", "path": ":memory:"}
    name = yaml.safe_load((project / "dbt_project.yml").read_text(encoding="utf-8"))["profile"]
    profiles = {name: {"target": "dev", "outputs": {"dev": output}}}
    (profiles_dir / "profiles.yml").write_text(yaml.safe_dump(profiles), encoding="utf-8")
    given = [word for each in types for word in ("--resource-type", each)]
    calls = [[*given, *shlex.split(line)] for line in lines]
    program = [sys.executable, str(HERE / "run_dbt_ls.py"), str(project), str(profiles_dir)]
    run = subprocess.run(program, input=json.dumps(calls), capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    answers = json.loads(run.stdout)
    return {
        line: REFUSED if answer is None else sorted(answer) for line, answer in zip(lines, answers, strict=True)
    }


def answered(manifest: Manifest, project: Path, line: str, types: Sequence[str] = DOCUMENTED) -> Answer:
    options: dict[str, list[str]] = {"--select": [], "--exclude": [], "--selector": []}
    for word in shlex.split(line):
        if word in options:
            given = options[word]
        else:
            given.append(word)
    try:
        selection = select(
            manifest,
            project_dir=project,
            select=options["--select"],
            exclude=options["--exclude"],
            selectors=options["--selector"],
            resource_types=types,
        )
    except UsageError:
        return REFUSED
    return sorted(selection.unique_ids)


def random_lines(manifest: Manifest, count: int) -> list[str]:
    """Selections made of what the project holds, some of it blurred by wildcards, with random operators."""
    rng = random.Random(manifest.project_name)
    facts = list(dict.fromkeys(facts_of(manifest)))

    def criterion() -> str:
        method, value = rng.choice(facts)
        method = "" if method in ("fqn", "path", "file") and rng.random() < 0.5 else f"{method}:"
        before = rng.choice(["", "", "", "+", "1+", "2+", "0+", "@"])
        after = rng.choice(["", "", "", "+", "+1", "+2"]) if before != "@" else ""
        return before + method + blurred(value, rng) + after

    def words(most: int) -> list[str]:
        return [
            ",".join(criterion() for _ in range(rng.choice([1, 1, 2, 3]))) for _ in range(rng.randint(1, most))
        ]

    def line() -> str:
        exclude = ["--exclude", *words(1)] if rng.random() < 0.3 else []
        return shlex.join(["--select", *words(3), *exclude])

    return list(dict.fromkeys(line() for _ in range(count)))


def blurred(value: str, rng: random.Random) -> str:
    start, end = sorted((rng.randrange(len(value) + 1), rng.randrange(len(value) + 1)))
    chance = rng.random()
    if chance < 0.6:
        return value
    return value[:start] + ("?" * (end - start) if chance < 0.8 else "*") + value[end:]


def facts_of(manifest: Manifest) -> Iterator[tuple[str, str]]:
    for method, values in FIXED_VALUES.items():
        yield from ((method, value) for value in values)
    for node in manifest.nodes.values():
        yield from (("fqn", ".".join(node.fqn[start:])) for start in range(len(node.fqn)))
        yield "path", node.properties_file or node.original_file_path
        yield from (("path", str(folder)) for folder in Path(node.original_file_path).parents if folder.name)
        yield "file", Path(node.original_file_path).name
        yield "package", node.package_name
        yield "resource_type", node.resource_type
        yield from (("tag", tag) for tag in node.tags)
        yield from config_facts("config", node.config)
        if node.source_name:
            yield "source", f"{node.source_name}.{node.name}"
        if node.test:
            yield "test_name", node.test.name
        if node.resource_type in NAMED_TYPES:
            yield node.resource_type, node.name


def config_facts(method: str, config: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for key, value in config.items():
        if isinstance(value, Mapping):
            yield from config_facts(f"{method}.{key}", value)
        elif isinstance(value, list):
            yield from ((f"{method}.{key}", str(item)) for item in value)
        elif "-" not in key and " " not in str(value):
            yield f"{method}.{key}", str(value)


NAMED_TYPES = ("exposure", "metric", "semantic_model", "saved_query", "unit_test")
FIXED_VALUES = {
    "package": ["this"],
    "access": ["public", "protected", "private"],
    "group": ["finance", "growers", "Masters", "makers"],
    "test_type": ["generic", "singular", "data", "unit"],
    "version": ["latest", "old", "prerelease", "none"],
}
