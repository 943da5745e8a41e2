"""Everything that evidence comes from in one run: the project, the policy, and what models said before."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import cache

from dbt_docsmith.config import Config
from dbt_docsmith.dbt.evidence import EvidenceSources
from dbt_docsmith.dbt.house_style import HouseStyle, StyleSources
from dbt_docsmith.dbt.needed_sql.needed import needed_sql
from dbt_docsmith.dbt.project_facts import ProjectFacts
from dbt_docsmith.dbt.sql.dialects import dialect_of, lexis_of
from dbt_docsmith.llm.answers import read_json
from dbt_docsmith.llm.store import Store
from dbt_docsmith.pipeline.never_send import NeverSend
from dbt_docsmith.pipeline.opening import OpenProject
from dbt_docsmith.pipeline.provenance import open_provenance
from dbt_docsmith.pipeline.texts import TextBoard

IsMade = Callable[[str, str | None], bool]


def evidence_sources(
    config: Config,
    opened: OpenProject,
    facts: ProjectFacts,
    board: TextBoard,
    never_send: NeverSend,
    store: Store,
    replaced: Collection[str] = (),
) -> EvidenceSources:
    """Where the evidence of a run comes from.

    ``store`` and the ledger know which texts on disk a model wrote; ``replaced`` are the nodes whose texts the run
    writes anew: what is to be replaced is no evidence, or a second run would ask something else.
    """
    is_made = cache(_is_made(config, opened, store))
    style = HouseStyle(
        StyleSources(
            nodes=opened.manifest.nodes,
            project_name=opened.manifest.project_name,
            on_disk=opened.on_disk,
            lineage_of=opened.lineage_of,
            may_show=lambda unique_id: unique_id not in replaced and never_send.may_leave(unique_id),
            is_made=is_made,
        )
    )

    def written_by_people(unique_id: str, column: str | None) -> str:
        written = opened.on_disk(unique_id)
        text = written.text if column is None else written.column_text(column)
        return text.text if text and unique_id not in replaced and not is_made(unique_id, column) else ""

    return EvidenceSources(
        facts,
        opened.lineage_of,
        opened.sql_of,
        board,
        on_disk=opened.on_disk,
        written_by_people=written_by_people,
        house_style=(lambda _node: ()) if config.file.style.examples else style.of,
        needed_sql=_cutter(opened.manifest.adapter_type),
    )


def _cutter(adapter_type: str | None) -> Callable[[str, Collection[str]], str]:
    lexis = lexis_of(dialect_of(adapter_type))

    @cache
    def cut(sql: str, columns: frozenset[str]) -> str:
        return needed_sql(sql, columns, lexis)

    return lambda sql, columns: cut(sql, frozenset(columns))


def _is_made(config: Config, opened: OpenProject, store: Store) -> IsMade:
    """Whether a text on disk is one that a model gave, in an answer that is kept or as the ledger has it."""
    made = {_squeezed(text) for answer in store.said() for text in _descriptions(read_json(answer))}
    provenance = open_provenance(config, opened)

    def is_made(unique_id: str, column: str | None) -> bool:
        written = opened.on_disk(unique_id)
        text = written.text if column is None else written.column_text(column)
        if text is not None and _squeezed(text.text) in made:
            return True
        return provenance is not None and provenance.is_made(unique_id, column)

    return is_made


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _descriptions(answer: object) -> Iterator[str]:
    """Every text under a ``description`` in an answer, however deep."""
    if isinstance(answer, dict):
        for key, value in answer.items():
            if key == "description" and isinstance(value, str):
                yield value
            else:
                yield from _descriptions(value)
    elif isinstance(answer, list):
        for item in answer:
            yield from _descriptions(item)
