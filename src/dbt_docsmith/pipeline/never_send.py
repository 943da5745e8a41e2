"""What goes to no provider: `policy.never_send`. Such texts are still inherited, and made by rules offline."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache, cached_property, lru_cache

from msgspec.structs import replace

from dbt_docsmith.config_sections import NeverSendSection
from dbt_docsmith.dbt.evidence import clip
from dbt_docsmith.dbt.selection.graph import Graph
from dbt_docsmith.dbt.things.users import CALLED_AS
from dbt_docsmith.describable import THINGS
from dbt_docsmith.llm.providers.rules import RulesProvider
from dbt_docsmith.pipeline.asking import Accept, Complete
from dbt_docsmith.pipeline.hidden_macros import HiddenMacros
from dbt_docsmith.pipeline.marks_of_policy import is_marked, is_marked_node, is_set
from dbt_docsmith.prompting.evidence_texts import TextChange
from dbt_docsmith.types import (
    Column,
    ColumnEvidence,
    ColumnRef,
    Completion,
    CompletionRequest,
    Evidence,
    Manifest,
    Neighbour,
    Node,
    OriginFact,
    Prompt,
    TestFact,
)

HIDDEN = "withheld"


def answered_here(complete: Complete) -> Complete:
    """``complete`` for all that may leave; the offline rules for what may not."""
    rules = RulesProvider()

    async def answer(prompt: Prompt, evidence: Evidence, accept: Accept) -> Completion:
        if not evidence.withheld:
            return await complete(prompt, evidence, accept)
        request = CompletionRequest(prompt=prompt, model=rules.model, max_tokens=0, evidence=evidence)
        return await rules.complete(request)

    return answer


class NeverSend:
    """Which nodes and columns stay here, and evidence without a trace of them.

    A column that may not leave is known by its name to everything built from its node: there the name is hidden,
    and a column of that name stays here, too. Under another name its text does. ``sql_of`` gives the SQL that
    would be shown of a node, ``said_of`` a column's text by now, ``written_of`` the one that was there when the
    run began, ``columns_of`` the columns a node has.
    """

    def __init__(
        self,
        section: NeverSendSection,
        manifest: Manifest,
        sql_of: Callable[[Node], str] = lambda node: node.raw_code,
        said_of: Callable[[ColumnRef], str] = lambda _column: "",
        written_of: Callable[[ColumnRef], str] = lambda _column: "",
        columns_of: Callable[[Node], Iterable[str]] = lambda node: node.columns,
    ) -> None:
        self._section = section
        self._nodes = manifest.nodes
        self._sql_of = sql_of
        self._said_of = said_of
        self._written_of = written_of
        self._columns_of = columns_of
        self._names: dict[str, frozenset[str]] = {}
        self._hidden_columns = cache(self._find_hidden_columns)

    def split(self, evidence: Evidence) -> tuple[Evidence | None, Evidence | None]:
        """What may be asked of a provider, and what only here; None where there is nothing to ask."""
        if not is_set(self._section):
            return evidence, None
        if evidence.unique_id in self._hidden_nodes:
            return None, replace(evidence, withheld=True)
        names = self.names(evidence.unique_id)
        ours = tuple(column for column in evidence.columns if _own_name(column) in names)
        theirs = tuple(column for column in evidence.columns if _own_name(column) not in names)
        private = replace(evidence, columns=ours, needs_description=False, withheld=True) if ours else None
        public = replace(evidence, columns=theirs) if theirs or evidence.needs_description else None
        public = public and self._macros.without_them(self._without_hidden_calls(public))
        return (self._without_trace(public, names) if public else None), private

    def may_leave(self, unique_id: str) -> bool:
        """Whether nothing of a node must stay here, so that its texts may be shown with other nodes."""
        return not is_set(self._section) or (unique_id not in self._hidden_nodes and not self.names(unique_id))

    def names(self, unique_id: str) -> frozenset[str]:
        """The columns, in lower case, that nothing which leaves for that node may name."""
        if unique_id not in self._names:
            self._names[unique_id] = frozenset()  # a node that reads itself ends here
            self._names[unique_id] = self._find_names(unique_id)
        return self._names[unique_id]

    def _find_names(self, unique_id: str) -> frozenset[str]:
        node = self._nodes.get(unique_id)
        if node is None:
            return frozenset()
        marked = (each for each in node.columns.values() if is_marked(self._section, each.tags, each.meta))
        own = {_own_name(column) for column in marked}
        users = (user.unique_id for user in self._users.get(unique_id, ()))
        upstream = {name for other in (*node.depends_on, *users) for name in self.names(other)}
        return frozenset(own | {name for name in upstream if self._may_hold(node, name)})

    def _may_hold(self, node: Node, name: str) -> bool:
        """Whether what is shown of a node may name such a column: it stands there, or ``*`` takes everything."""
        if node.resource_type in THINGS or node.language != "sql" or name in map(str.lower, node.columns):
            return True
        code = f"{node.compiled_code or node.raw_code}\n{self._sql_of(node)}"
        return "*" in code or name in code.lower()

    def _without_trace(self, evidence: Evidence, names: frozenset[str]) -> Evidence:
        said = self._hidden_texts(evidence.unique_id)
        evidence = replace(
            evidence,
            description="" if evidence.description in said else evidence.description,
            parents=tuple(map(self._neighbour, evidence.parents)),
            children=tuple(self._child(child, names) for child in evidence.children),
            exposures=tuple(map(self._exposure, evidence.exposures)),
            tests=self._tests(evidence.tests, names),
            columns=tuple(self._column(column, names, said) for column in evidence.columns),
            documented={
                name: text
                for name, text in evidence.documented.items()
                if name.lower() not in names and text not in said
            },
        )
        return TextChange(text=_hide(names), sql=_hide(names), value=_hide(names)).evidence(evidence)

    def _hidden_texts(self, unique_id: str) -> frozenset[str]:
        """What is said of columns that stay here: others have it under other names, most of them further down."""
        there = {unique_id, *self._graph.ancestors([unique_id])}
        said = (self._said_of(column) for each in there for column in self._hidden_columns(each))
        return self._written_texts.union(clip(text) for text in said if text)

    @cached_property
    def _written_texts(self) -> frozenset[str]:
        columns = (column for each in self._nodes for column in self._hidden_columns(each))
        return frozenset(clip(text) for text in map(self._written_of, columns) if text)

    def _find_hidden_columns(self, unique_id: str) -> tuple[ColumnRef, ...]:
        node = self._nodes[unique_id]
        names = self.names(unique_id)
        everything = unique_id in self._hidden_nodes
        return tuple(
            ColumnRef(unique_id, column)
            for column in (self._columns_of(node) if everything or names else ())
            if everything or column.lower() in names
        )

    def _without_hidden_calls(self, evidence: Evidence) -> Evidence:
        """How a macro is called stands in the SQL of its users, some of which may stay here."""
        users = (user.unique_id for user in self._users.get(evidence.unique_id, ()))
        if self._hidden_nodes.isdisjoint(users):
            return evidence
        return replace(evidence, details=tuple(each for each in evidence.details if each.label != CALLED_AS))

    @cached_property
    def _users(self) -> dict[str, list[Node]]:
        """Who calls each macro: some of their SQL is evidence."""
        users: dict[str, list[Node]] = {}
        for node in self._nodes.values():
            for macro in node.macros:
                users.setdefault(macro, []).append(node)
        return users

    def _neighbour(self, node: Neighbour) -> Neighbour:
        if node.relation in self._hidden_relations:
            return replace(node, description="")
        return replace(node, description=_hide(self._names_of(node.relation))(node.description))

    def _exposure(self, exposure: Neighbour) -> Neighbour:
        """An exposure goes by its name."""
        found = [each for each in self._exposures if each.name == exposure.relation]
        if any(each.unique_id in self._hidden_nodes for each in found):
            return replace(exposure, description="")
        names = frozenset[str]().union(*(self.names(each.unique_id) for each in found))
        return replace(exposure, description=_hide(names)(exposure.description))

    def _child(self, child: Neighbour, names: frozenset[str]) -> Neighbour:
        """Without its text where that may name columns that stay here, and that its parent does not have."""
        there = self._names_of(child.relation)
        return self._neighbour(child) if there <= names else replace(child, description="")

    def _column(self, column: ColumnEvidence, names: frozenset[str], said: frozenset[str]) -> ColumnEvidence:
        origins = tuple(self._origin(each, said) for each in column.origins if each.column.lower() not in names)
        return replace(column, origins=origins, tests=self._tests(column.tests, names))

    def _tests(self, tests: Sequence[TestFact], names: frozenset[str]) -> tuple[TestFact, ...]:
        """Without those that point to a column that stays here, wherever its node stands."""
        return tuple(test for test in tests if not self._points_to_hidden(test, names))

    def _points_to_hidden(self, test: TestFact, names: frozenset[str]) -> bool:
        if test.field is None:
            return False
        there = self._names_of(test.to or "")
        return test.field.strip("\"'`").lower() in names | there

    def _origin(self, origin: OriginFact, said: frozenset[str]) -> OriginFact:
        if origin.relation in self._hidden_relations or origin.description in said:
            return replace(origin, description="")
        return replace(origin, description=_hide(self._names_of(origin.relation))(origin.description))

    def _names_of(self, relation: str) -> frozenset[str]:
        return self.names(self._by_reference.get(relation, ""))

    @cached_property
    def _macros(self) -> HiddenMacros:
        return HiddenMacros(self._nodes, self._hidden_nodes)

    @cached_property
    def _graph(self) -> Graph:
        return Graph(self._nodes)

    @cached_property
    def _exposures(self) -> list[Node]:
        return [node for node in self._nodes.values() if node.resource_type == "exposure"]

    @cached_property
    def _by_reference(self) -> dict[str, str]:
        return {node.reference: node.unique_id for node in self._nodes.values()}

    @cached_property
    def _hidden_nodes(self) -> frozenset[str]:
        return frozenset(node.unique_id for node in self._nodes.values() if is_marked_node(self._section, node))

    @cached_property
    def _hidden_relations(self) -> frozenset[str]:
        return frozenset(self._nodes[unique_id].reference for unique_id in self._hidden_nodes)


def _own_name(column: Column | ColumnEvidence) -> str:
    """In lower case; a part of a semantic model that shares its name with another goes by its list as well."""
    return (column.name.rpartition(".")[2] if column.part != "column" else column.name).lower()


@lru_cache(maxsize=256)
def _hide(names: frozenset[str]) -> Callable[[str], str]:
    """Puts a word in place of those names, also behind the name of an entity: ``customer__email``."""
    if not names:
        return lambda text: text
    alternatives = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    pattern = re.compile(rf"(?:(?<!\w)|(?<=__))(?:{alternatives})(?!\w)", re.IGNORECASE)
    return lambda text: pattern.sub(HIDDEN, text)
