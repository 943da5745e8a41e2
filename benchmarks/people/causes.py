"""Why a person's text was not given back."""

from __future__ import annotations

from dbt_docsmith.dbt.inheritance import origins_of, passes_meaning
from dbt_docsmith.dbt.inheriting.rules import MADE_HERE
from dbt_docsmith.dbt.project_facts import ProjectFacts
from dbt_docsmith.pipeline.opening import OpenProject
from dbt_docsmith.pipeline.texts import TextBoard
from dbt_docsmith.types import ColumnRef


def cause_of(reference: ColumnRef, opened: OpenProject, facts: ProjectFacts, board: TextBoard) -> str:
    """In a few words, for a column that got no text."""
    node = opened.manifest.nodes[reference.unique_id]
    if node.resource_type in ("source", "seed"):
        return "a source or seed: nothing is above it"
    lineage = opened.lineage_of(reference.unique_id).columns.get(reference.column.lower())
    if lineage is None:
        return (
            "its SQL is not read"
            if opened.lineage_of(reference.unique_id).reason
            else "its SQL has no such column"
        )
    if lineage.kind in (*MADE_HERE, "unknown"):
        return {"unknown": "its SQL is read in part"}.get(lineage.kind, f"{lineage.kind} here")
    if len(lineage.origins) > 1:
        return "a union whose branches disagree or say nothing"
    if not lineage.origins:
        return "it comes from no node of the project"
    if passes_meaning(reference, opened.lineage_of, facts.keys) is None:
        return "cast, grouped, or a key that became foreign"
    origins = origins_of(reference, opened.lineage_of, facts.keys)
    described = any(board.column(origin) for origin in origins)
    return "those that have the value disagree" if described else "its origin is not described"
