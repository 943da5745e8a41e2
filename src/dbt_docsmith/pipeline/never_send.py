"""What goes to no provider: `policy.never_send`. Such texts are still inherited, and made by rules offline."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

from msgspec.structs import replace

from dbt_docsmith.config_sections import NeverSendSection
from dbt_docsmith.dbt.things.users import CALLED_AS
from dbt_docsmith.describable import THINGS
from dbt_docsmith.llm.providers.rules import RulesProvider
from dbt_docsmith.pipeline.asking import Accept, Complete
from dbt_docsmith.prompting.evidence_texts import TextChange
from dbt_docsmith.types import (
    ColumnEvidence,
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
    and a column of that name stays here, too.
    """

    def __init__(self, section: NeverSendSection, manifest: Manifest) -> None:
        self._section = section
        self._nodes = manifest.nodes
        self._names: dict[str, frozenset[str]] = {}

    def split(self, evidence: Evidence) -> tuple[Evidence | None, Evidence | None]:
        """What may be asked of a provider, and what only here; None where there is nothing to ask."""
        if not self._is_set:
            return evidence, None
        if evidence.unique_id in self._hidden_nodes:
            return None, replace(evidence, withheld=True)
        names = self.names(evidence.unique_id)
        ours = tuple(column for column in evidence.columns if column.name.lower() in names)
        theirs = tuple(column for column in evidence.columns if column.name.lower() not in names)
        private = replace(evidence, columns=ours, needs_description=False, withheld=True) if ours else None
        public = replace(evidence, columns=theirs) if theirs or evidence.needs_description else None
        public = public and self._without_hidden_calls(public)
        return (self._without_trace(public, names) if public else None), private

    def may_leave(self, unique_id: str) -> bool:
        """Whether nothing of a node must stay here, so that its texts may be shown with other nodes."""
        return not self._is_set or (unique_id not in self._hidden_nodes and not self.names(unique_id))

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
        own = {name.lower() for name, column in node.columns.items() if self._is_marked(column.tags, column.meta)}
        users = (user.unique_id for user in self._users.get(unique_id, ()))
        upstream = {name for other in (*node.depends_on, *users) for name in self.names(other)}
        return frozenset(own | {name for name in upstream if _may_hold(node, name)})

    def _without_trace(self, evidence: Evidence, names: frozenset[str]) -> Evidence:
        evidence = replace(
            evidence,
            parents=tuple(map(self._neighbour, evidence.parents)),
            children=tuple(self._child(child, names) for child in evidence.children),
            tests=self._tests(evidence.tests, names),
            columns=tuple(self._column(column, names) for column in evidence.columns),
            documented={name: text for name, text in evidence.documented.items() if name.lower() not in names},
        )
        if not names:
            return evidence
        alternatives = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
        pattern = re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)", re.IGNORECASE)

        def hide(text: str) -> str:
            return pattern.sub(HIDDEN, text)

        return TextChange(text=hide, sql=hide, value=hide).evidence(evidence)

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
        return replace(node, description="") if node.relation in self._hidden_relations else node

    def _child(self, child: Neighbour, names: frozenset[str]) -> Neighbour:
        """Without its text where that may name columns that stay here, and that its parent does not have."""
        there = self.names(self._by_reference.get(child.relation, ""))
        return self._neighbour(child) if there <= names else replace(child, description="")

    def _column(self, column: ColumnEvidence, names: frozenset[str]) -> ColumnEvidence:
        origins = tuple(self._origin(each) for each in column.origins if each.column.lower() not in names)
        return replace(column, origins=origins, tests=self._tests(column.tests, names))

    def _tests(self, tests: Sequence[TestFact], names: frozenset[str]) -> tuple[TestFact, ...]:
        """Without those that point to a column that stays here, wherever its node stands."""
        return tuple(test for test in tests if not self._points_to_hidden(test, names))

    def _points_to_hidden(self, test: TestFact, names: frozenset[str]) -> bool:
        if test.field is None:
            return False
        there = self.names(self._by_reference.get(test.to or "", ""))
        return test.field.strip("\"'`").lower() in names | there

    def _origin(self, origin: OriginFact) -> OriginFact:
        return replace(origin, description="") if origin.relation in self._hidden_relations else origin

    @cached_property
    def _by_reference(self) -> dict[str, str]:
        return {node.reference: node.unique_id for node in self._nodes.values()}

    @cached_property
    def _hidden_nodes(self) -> frozenset[str]:
        return frozenset(node.unique_id for node in self._nodes.values() if self._is_hidden(node))

    @cached_property
    def _hidden_relations(self) -> frozenset[str]:
        return frozenset(self._nodes[unique_id].reference for unique_id in self._hidden_nodes)

    @property
    def _is_set(self) -> bool:
        return bool(self._section.tags or self._section.meta or self._section.paths)

    def _is_hidden(self, node: Node) -> bool:
        paths = self._section.paths
        return any(_is_below(node.original_file_path, each) for each in paths) or self._is_marked(
            node.tags, node.meta
        )

    def _is_marked(self, tags: Sequence[str], meta: Mapping[str, Any]) -> bool:
        section = self._section
        return not set(tags).isdisjoint(section.tags) or any(_has(meta, wanted) for wanted in section.meta)


def _is_below(path: str, wanted: str) -> bool:
    """``models/staging``, ``models/staging/*.sql`` or the file itself."""
    return path.startswith(wanted.rstrip("/") + "/") or fnmatchcase(path, wanted)


def _has(meta: Mapping[str, Any], wanted: str) -> bool:
    """``pii``: the key is there and not false; ``class=secret``: it has that value."""
    key, equals, value = wanted.partition("=")
    found = meta.get(key.strip())
    return str(found).lower() == value.strip().lower() if equals else found not in (None, False)


def _may_hold(node: Node, name: str) -> bool:
    """Whether a node built from such a column may name it: it is written there, or ``*`` takes everything."""
    if node.resource_type in THINGS:
        return True
    code = node.compiled_code or node.raw_code
    return name in map(str.lower, node.columns) or "*" in code or name in code.lower() or node.language != "sql"
