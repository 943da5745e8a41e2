"""The example project: real dbt builds it, and the artifacts kept beside it are of the project as it stands."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
ARTIFACTS = ("manifest.json", "catalog.json")


@pytest.fixture(scope="session")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The artifacts of a build from nothing; any warning of dbt's, or a test that fails, is an error here."""
    folder = tmp_path_factory.mktemp("artifacts")
    made = subprocess.run([sys.executable, EXAMPLES / "rebuild.py", folder], capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr
    return folder


def kept(name: str) -> Any:
    return json.loads((EXAMPLES / "shop" / "target" / name).read_bytes())


@pytest.mark.parametrize("name", ARTIFACTS)
def test_the_artifacts_beside_the_project_are_what_dbt_makes_of_it_today(name: str, rebuilt: Path) -> None:
    if json.loads((rebuilt / name).read_bytes()) != kept(name):
        pytest.fail(
            f"examples/shop/target/{name} is stale: run `python examples/rebuild.py` and commit what changes"
        )


@pytest.mark.parametrize("name", ARTIFACTS)
def test_the_artifacts_tell_nothing_of_the_machine_or_the_run(name: str) -> None:
    text = (EXAMPLES / "shop" / "target" / name).read_text()
    one_run = r'"(?:/|[A-Za-z]:\\)[^"]*"|invocation|"user_id": (?!{)|"created_at"|site-packages|localhost'
    leaks = re.findall(one_run, text)
    assert leaks == []


def test_dbt_itself_loads_the_manifest_without_its_own_macros() -> None:
    from dbt.artifacts.schemas.manifest import WritableManifest

    manifest = WritableManifest.read_and_check_versions(str(EXAMPLES / "shop" / "target" / "manifest.json"))
    assert "model.shop.fct_orders" in manifest.nodes


def test_about_half_of_the_example_is_described() -> None:
    manifest = kept("manifest.json")
    nodes = [*manifest["sources"].values(), *manifest["nodes"].values()]
    documented = [n for n in nodes if n["resource_type"] in ("model", "source", "seed", "snapshot")]
    columns = [column for node in documented for column in node["columns"].values()]
    assert 0.4 < share_described(documented) < 0.7
    assert 0.4 < share_described(columns) < 0.7


def share_described(things: list[dict[str, Any]]) -> float:
    return sum(bool(thing["description"].strip()) for thing in things) / len(things)
