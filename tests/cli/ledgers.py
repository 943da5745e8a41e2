"""A user who keeps a ledger, and what changes in their project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.cli.user import RULES, User, reported

LEDGER = ".dbt-docsmith/ledger.jsonl"
CUSTOMERS = "model.shop.dim_customers"
PROPERTIES = "models/marts/dim_customers.yml"


def documented(user: User) -> User:
    """The project, documented with the ledger on."""
    user.write("dbt-docsmith.yml", "ledger: on\n")
    assert user(*RULES).code == 0
    return user


def entries(user: User) -> list[dict[str, Any]]:
    """The lines of the ledger."""
    return [json.loads(line) for line in (user.project / LEDGER).read_text(encoding="utf-8").splitlines()]


def edit_manifest(user: User, unique_id: str, **facts: Any) -> Path:
    """What dbt would find after a change: the manifest with other facts of one node."""
    path = user.project / "target" / "manifest.json"
    manifest = json.loads(path.read_bytes())
    section = "sources" if unique_id.startswith("source.") else "nodes"
    manifest[section][unique_id].update(facts)
    path.write_text(json.dumps(manifest), encoding="utf-8")
    return path


def change_sql(user: User, unique_id: str = CUSTOMERS) -> str:
    """A node's SQL gets a line more, in its file and in the manifest."""
    manifest = json.loads((user.project / "target" / "manifest.json").read_bytes())
    node = manifest["nodes"][unique_id]
    code = node["raw_code"] + "\n-- and no robots"
    user.write(node["original_file_path"], code)
    edit_manifest(user, unique_id, raw_code=code)
    return code


def stale(user: User, *args: str) -> dict[tuple[str, str | None], dict[str, Any]]:
    """What `check --stale` finds, by node and column."""
    found = reported(user, "check", args[0] if args else "--stale", *args[1:])["stale"]
    return {(each["unique_id"], each["column"]): each for each in found}
