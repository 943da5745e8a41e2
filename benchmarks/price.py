"""Prompt tokens for each new description, inherited ones counted, and what each kind of evidence costs of them.

Tokens are characters / 3.5, as a dry run counts them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from benchmarks.prompts import Asked, Run, run_of
from dbt_docsmith.pipeline.node_plan import CHARS_PER_TOKEN
from dbt_docsmith.types import Evidence, Prompt

Change = Callable[[Evidence], Evidence]


def _columns(**emptied: object) -> Change:
    return lambda evidence: replace(
        evidence, columns=tuple(replace(column, **emptied) for column in evidence.columns)
    )


def _node(**emptied: object) -> Change:
    return lambda evidence: replace(evidence, **emptied)


WITHOUT: Mapping[str, Change] = {
    "SQL": _node(sql=""),
    "expressions": _columns(expression=""),
    "origins and their texts": _columns(origins=()),
    "types": _columns(data_type=None),
    "tests and constraints": _columns(tests=(), constraints=()),
    "comments": lambda evidence: _columns(comment="", note="")(replace(evidence, note="")),
    "tags and meta": lambda evidence: _columns(tags=(), meta=())(replace(evidence, tags=(), meta=())),
    "texts of other columns": _node(documented={}),
    "texts of the table and its source": _node(description="", source_description=""),
    "grain and tests of the table": _node(grain=(), tests=()),
    "parents": _node(parents=()),
    "children": _node(children=()),
    "exposures": _node(exposures=()),
    "folder, group and owner": _node(layer="", group=None, owner="", materialized=None),
    "house style": _node(house_style=()),
}
"""The same evidence without one kind of it."""


def main(folders: Sequence[str]) -> None:
    for folder in folders or ["examples/shop"]:
        with run_of(Path(folder)) as run:
            _tell(folder, run)


def tokens(prompt: Prompt) -> float:
    """The tokens of a prompt's two messages."""
    return (len(prompt.system) + len(prompt.user)) / CHARS_PER_TOKEN


def _tell(folder: str, run: Run) -> None:
    texts = len(run.proposals)
    whole = sum(tokens(each.prompt) for each in run.asked)
    origins = Counter(proposal.origin for proposal in run.proposals)
    print(f"  {folder}: {len(run.asked)} requests, {texts} descriptions ({dict(origins)})")
    print(f"    prompt tokens {whole:8.0f}   for each description {whole / max(texts, 1):6.1f}")
    fixed = sum(len(each.prompt.system) for each in run.asked) / CHARS_PER_TOKEN
    print(f"      {'the fixed part':<34}{fixed:8.0f}{fixed / max(texts, 1):8.1f}")
    for kind, without in WITHOUT.items():
        cost = whole - sum(_tokens_without(run, each, without) for each in run.asked)
        print(f"      {kind:<34}{cost:8.0f}{cost / max(texts, 1):8.1f}")


def _tokens_without(run: Run, asked: Asked, without: Change) -> float:
    return tokens(run.templates.render(without(asked.evidence)))
