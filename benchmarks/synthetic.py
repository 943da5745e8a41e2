"""A dbt project of any size, written without dbt: the same for the same size, everywhere."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

COLUMNS = 10


def write_project(folder: Path, models: int, *, documented: bool = False) -> None:
    """A project of ``models`` models in chains of seven: staging, renamed, joined, aggregated; one file a folder.

    Every model has ten columns; half of them have an entry. ``documented``: with descriptions.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dbt_project.yml").write_text(
        "name: synthetic\nversion: '1.0'\nprofile: synthetic\n", encoding="utf-8"
    )
    nodes: dict[str, Any] = {}
    by_folder: dict[str, list[str]] = {}
    for number in range(models):
        place = f"models/area_{number // 35:03}"
        name = f"model_{number:05}"
        parent = f"model_{number - 1:05}" if number % 7 else None
        sql = _sql(number, parent)
        file = folder / place / f"{name}.sql"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(sql, encoding="utf-8")
        by_folder.setdefault(place, []).append(_entry(number, documented))
        nodes[f"model.synthetic.{name}"] = _node(number, name, place, sql, parent, documented)
        nodes[f"test.synthetic.not_null_{number}"] = _not_null(number, name)
    for place, entries in by_folder.items():
        text = "version: 2\n\nmodels:\n" + "".join(entries)
        (folder / place / f"_{Path(place).name}__models.yml").write_text(text, encoding="utf-8")
    _write_manifest(folder, nodes)


def _write_manifest(folder: Path, nodes: dict[str, Any]) -> None:
    source = {
        "unique_id": "source.synthetic.raw.events",
        "name": "events",
        "source_name": "raw",
        "resource_type": "source",
        "package_name": "synthetic",
        "original_file_path": "models/_sources.yml",
        "fqn": ["synthetic", "raw", "events"],
        "relation_name": '"db"."raw"."events"',
        "columns": {},
    }
    (folder / "models" / "_sources.yml").write_text(
        "sources:\n  - name: raw\n    tables:\n      - name: events\n        description: Raw events.\n",
        encoding="utf-8",
    )
    version = "https://schemas.getdbt.com/dbt/manifest/v12.json"
    metadata = {"dbt_schema_version": version, "project_name": "synthetic", "adapter_type": "duckdb"}
    manifest = {"metadata": metadata, "nodes": nodes, "sources": {source["unique_id"]: source}}
    (folder / "target").mkdir(exist_ok=True)
    (folder / "target" / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def _sql(number: int, parent: str | None) -> str:
    origin = f"{{{{ ref('{parent}') }}}}" if parent else "{{ source('raw', 'events') }}"
    names = [f"column_{number if parent is None else number - number % 7:05}_{i}" for i in range(COLUMNS - 4)]
    kept = ",\n        ".join(names)
    steps = "\n".join(_step(step, names[step]) for step in range(3))
    return (
        f"with source as (\n\n    select\n        {kept},\n        amount\n    from {origin}\n\n),\n\n{steps}\n"
        f"final as (\n\n    select\n        {kept},\n        amount,\n"
        f"        upper({names[0]}) as shouted_{number},\n"
        f"        round(amount * {number % 9 + 1}, 2) as scaled_{number},\n"
        f"        coalesce(flag_0, flag_1, flag_2) as flag_{number}\n    from flagged_2\n"
        f"    where amount is not null\n\n)\n\nselect * from final\n"
    )


def _step(step: int, column: str) -> str:
    before = "source" if step == 0 else f"flagged_{step - 1}"
    flag = f"case when {column} > {step} then 1 else 0 end as flag_{step}"
    return f"flagged_{step} as (\n\n    select\n        *,\n        {flag}\n    from {before}\n\n),\n"


def _entry(number: int, documented: bool) -> str:
    said = f"\n    description: Rows of step {number} of the chain, cleaned." if documented else ""
    column = f"\n        description: Worked out in step {number} from the shouted name." if documented else ""
    return (
        f"  - name: model_{number:05}{said}\n    columns:\n      - name: shouted_{number}{column}\n"
        f"        data_tests:\n          - not_null\n      - name: scaled_{number}{column}\n\n"
    )


def _node(number: int, name: str, place: str, sql: str, parent: str | None, documented: bool) -> dict[str, Any]:
    file = f"{place}/{name}.sql"
    declared = {
        column: {"name": column, "description": "", "meta": {}, "data_type": None, "tags": []}
        for column in (f"shouted_{number}", f"scaled_{number}")
    }
    return {
        "unique_id": f"model.synthetic.{name}",
        "name": name,
        "resource_type": "model",
        "package_name": "synthetic",
        "path": file.removeprefix("models/"),
        "original_file_path": file,
        "patch_path": f"synthetic://{place}/_{Path(place).name}__models.yml",
        "fqn": ["synthetic", Path(place).name, name],
        "description": "Documented." if documented else "",
        "columns": declared,
        "raw_code": sql.strip(),
        "language": "sql",
        "relation_name": f'"db"."main"."{name}"',
        "config": {"materialized": "table", "enabled": True},
        "checksum": {"name": "sha256", "checksum": hashlib.sha256(sql.strip().encode()).hexdigest()},
        "depends_on": {
            "macros": [],
            "nodes": [f"model.synthetic.{parent}" if parent else "source.synthetic.raw.events"],
        },
    }


def _not_null(number: int, name: str) -> dict[str, Any]:
    column = f"shouted_{number}"
    return {
        "unique_id": f"test.synthetic.not_null_{number}",
        "name": f"not_null_{name}_{column}",
        "resource_type": "test",
        "package_name": "synthetic",
        "fqn": ["synthetic", f"not_null_{name}_{column}"],
        "attached_node": f"model.synthetic.{name}",
        "column_name": column,
        "test_metadata": {"name": "not_null", "kwargs": {"column_name": column}, "namespace": None},
        "depends_on": {"macros": [], "nodes": [f"model.synthetic.{name}"]},
    }
