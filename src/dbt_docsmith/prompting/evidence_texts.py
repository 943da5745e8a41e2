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
            parents=tuple(map(self._parent, evidence.parents)),
            exposures=tuple(map(text, evidence.exposures)),
            tags=tuple(map(text, evidence.tags)),
            details=tuple(map(self._detail, evidence.details)),
            sql=self.sql(evidence.sql),
            columns=tuple(map(self._column, evidence.columns)),
        )

    def _parent(self, parent: Neighbour) -> Neighbour:
        return replace(parent, description=self.text(parent.description))

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
        )

    def _detail(self, detail: Detail) -> Detail:
        change = self.sql if detail.is_code else self.text
        return replace(detail, text=change(detail.text))

    def _origin(self, origin: OriginFact) -> OriginFact:
        return replace(origin, description=self.text(origin.description))

    def _test(self, test: TestFact) -> TestFact:
        return replace(test, values=tuple(map(self.value, test.values)), arguments=self.sql(test.arguments))
