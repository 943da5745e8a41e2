"""Every text in an Evidence, gone over at once. Pure."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from dbt_docsmith.types import ColumnEvidence, Detail, Evidence, Neighbour, OriginFact, TestFact

Change = Callable[[str], str]


class TextChange(Struct, frozen=True, kw_only=True):
    """What is done to what a person wrote, to SQL and its expressions, and to a value that a test lists."""

    text: Change
    sql: Change
    value: Change

    def evidence(self, evidence: Evidence) -> Evidence:
        """The evidence with every text changed. The names of nodes and of the columns asked for stay."""
        text = self.text
        return replace(
            evidence,
            description=text(evidence.description),
            source_description=text(evidence.source_description),
            documented={name: text(said) for name, said in evidence.documented.items()},
            tests=tuple(map(self._test, evidence.tests)),
            grain=tuple(map(text, evidence.grain)),
            parents=tuple(map(self._neighbour, evidence.parents)),
            children=tuple(map(self._neighbour, evidence.children)),
            exposures=tuple(map(self._exposure, evidence.exposures)),
            tags=tuple(map(text, evidence.tags)),
            details=tuple(map(self._detail, evidence.details)),
            meta=tuple(map(text, evidence.meta)),
            owner=text(evidence.owner),
            note=text(evidence.note),
            house_style=tuple(map(text, evidence.house_style)),
            sql=self.sql(evidence.sql),
            columns=tuple(map(self._column, evidence.columns)),
        )

    def _neighbour(self, node: Neighbour) -> Neighbour:
        return replace(node, description=self.text(node.description))

    def _exposure(self, exposure: Neighbour) -> Neighbour:
        return replace(
            exposure, relation=self.text(exposure.relation), description=self.text(exposure.description)
        )

    def _column(self, column: ColumnEvidence) -> ColumnEvidence:
        return replace(
            column,
            expression=self.sql(column.expression),
            origins=tuple(map(self._origin, column.origins)),
            tests=tuple(map(self._test, column.tests)),
            constraints=tuple(map(self.sql, column.constraints)),
            tags=tuple(map(self.text, column.tags)),
            comment=self.text(column.comment),
            details=tuple(map(self._detail, column.details)),
            note=self.text(column.note),
            meta=tuple(map(self.text, column.meta)),
        )

    def _detail(self, detail: Detail) -> Detail:
        change = self.sql if detail.is_code else self.text
        return replace(detail, text=change(detail.text))

    def _origin(self, origin: OriginFact) -> OriginFact:
        return replace(origin, description=self.text(origin.description))

    def _test(self, test: TestFact) -> TestFact:
        return replace(test, values=tuple(map(self.value, test.values)), arguments=self.sql(test.arguments))
