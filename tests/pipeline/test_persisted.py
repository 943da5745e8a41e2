"""Where `persist_docs` is on, a dry run says what dbt will build because of the new texts: real dbt counts."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.pipeline.shop import DBT, DBT_FLAGS, Shop, copy_shop

from dbt_docsmith.reports import PersistedDocs

BUILT = ("model.", "seed.", "snapshot.")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("folder", "what"), [("staging", "{relation: true, columns: true}"), ("intermediate", "{relation: true}")]
)
def test_it_is_what_dbt_selects_as_modified_and_below(tmp_path: Path, folder: str, what: str) -> None:
    shop = copy_shop(tmp_path)
    settings = shop.root / "dbt_project.yml"
    told = f"    {folder}:\n"
    settings.write_text(settings.read_text().replace(told, f"{told}      +persist_docs: {what}\n"))
    shop.dbt("parse")
    shutil.copytree(shop.root / "target", tmp_path / "before")

    foretold = shop.document(provider="rules", dry_run=True).persisted
    shop.document(provider="rules")

    names = selected(shop, "state:modified+", tmp_path / "before")
    assert foretold is not None
    assert (foretold.selected, foretold.built) == (len(names), sum(name.startswith(BUILT) for name in names))
    modified = selected(shop, "state:modified", tmp_path / "before")
    assert foretold.nodes == sum(name.startswith(BUILT) for name in modified)


def test_nothing_is_said_where_it_is_off(tmp_path: Path) -> None:
    assert copy_shop(tmp_path).document(provider="rules", dry_run=True).persisted is None


def test_a_run_that_writes_says_it_too(tmp_path: Path) -> None:
    """Of a manifest that has it for one model."""
    shop = copy_shop(tmp_path)
    manifest = shop.root / "target" / "manifest.json"
    known = json.loads(manifest.read_text())
    known["nodes"]["model.shop.fct_orders"]["config"]["persist_docs"] = {"columns": True}
    manifest.write_text(json.dumps(known))
    found = shop.document(provider="rules", manifest=str(manifest), select=["fct_orders"]).persisted
    assert isinstance(found, PersistedDocs)
    assert (found.nodes, found.built) == (1, 1)
    assert found.selected > 1


def selected(shop: Shop, selector: str, state: Path) -> list[str]:
    """The unique ids that dbt lists."""
    environ = {"PATH": os.environ["PATH"], "HOME": str(shop.home), "DBT_PROFILES_DIR": str(shop.root)}
    keys = ["--output", "json", "--output-keys", "unique_id"]
    command = [*DBT, *DBT_FLAGS, "ls", "-s", selector, "--state", str(state), *keys]
    ran = subprocess.run(command, cwd=shop.root, env=environ, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return [line.split('"')[3] for line in ran.stdout.splitlines() if line.startswith("{")]
