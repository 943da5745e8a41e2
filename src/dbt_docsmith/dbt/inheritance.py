"""The free text: a column that only passes an upstream column through means what that column means. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from dbt_docsmith.types import ColumnLineage, ColumnRef, Node, NodeLineage

MOST_HOPS = 50
_OWN_ROWS = re.compile(
    r"\b(?:never|not|non-?) ?null\b|\bunique\b|\bprimary key\b|\bkey of each row\b|^always\b", re.IGNORECASE
)
KEY_TESTS = frozenset({"unique", "dbt_constraints.primary_key", "primary_key"})


class KeyFacts(Struct, frozen=True):
    """Which columns are tested (or constrained) to be unique, as lower-case references.

    ``histories`` are the snapshots: they hold many rows for each row of what they read.
    """

    columns: frozenset[ColumnRef]
    histories: frozenset[str] = frozenset()

    def is_key(self, reference: ColumnRef) -> bool:
        """Whether each value stands at most once in its node."""
        return ColumnRef(reference.unique_id, reference.column.lower()) in self.columns


def key_facts(nodes: Iterator[Node]) -> KeyFacts:
    """Read the keys of a whole project off its tests and constraints."""
    found, histories = set(), set()
    for node in nodes:
        if node.resource_type == "snapshot":
            histories.add(node.unique_id)
        test = node.test
        if test and test.attached_node and test.column and test.name in KEY_TESTS and not conditions(node):
            found.add(ColumnRef(test.attached_node, test.column.lower()))
        for name, column in node.columns.items():
            if {"primary_key", "unique"} & set(column.constraints):
                found.add(ColumnRef(node.unique_id, name.lower()))
    return KeyFacts(frozenset(found), frozenset(histories))


def conditions(test: Node) -> tuple[str, ...]:
    """What keeps a generic test from saying something of every row: a ``where``, or failures that are let pass."""
    config = test.config
    said = []
    if config.get("where"):
        said.append(f"where {' '.join(str(config['where']).split())}")
    if str(config.get("severity") or "error").lower() == "warn":
        said.append("only warned about")
    elif str(config.get("error_if") or "!= 0").strip() not in ("!= 0", "!=0", "> 0", ">0"):
        said.append(f"an error if failures {config['error_if']}")
    return tuple(said)


def passes_meaning(
    reference: ColumnRef, lineage_of: Callable[[str], NodeLineage], keys: KeyFacts
) -> ColumnRef | None:
    """The origin whose text says what this column is, None where there is none.

    A key that is joined to something else, or kept in a history, and is no key here has become a foreign key:
    the text that calls it the key of its table would be wrong. So would one text for two columns that a join
    takes from one column: they play two roles.
    """
    columns = lineage_of(reference.unique_id).columns
    lineage = columns.get(reference.column.lower())
    if lineage is None or not _passes(lineage) or len(lineage.origins) != 1:
        return None
    origin = lineage.origins[0]
    repeated = lineage.joined or reference.unique_id in keys.histories
    if repeated and not keys.is_key(reference) and _was_key(origin, lineage_of, keys):
        return None
    return None if lineage.joined and _plays_two_roles(lineage, columns.values()) else origin


def origins_of(
    reference: ColumnRef, lineage_of: Callable[[str], NodeLineage], keys: KeyFacts
) -> Iterator[ColumnRef]:
    """The columns whose text this one could take, nearest first, as far as the meaning is passed on."""
    for _ in range(MOST_HOPS):
        origin = passes_meaning(reference, lineage_of, keys)
        if origin is None:
            return
        reference = origin
        yield reference


def branches_of(reference: ColumnRef, lineage_of: Callable[[str], NodeLineage]) -> tuple[ColumnRef, ...]:
    """The columns that the branches of a union pass on as this one, where each only passes its own on."""
    lineage = lineage_of(reference.unique_id).columns.get(reference.column.lower())
    if lineage is None or not lineage.inheritable or len(lineage.origins) < 2:
        return ()
    return lineage.origins


def _passes(lineage: ColumnLineage) -> bool:
    """Whether the value is the origin's: as it is, or in another type under the same name."""
    if lineage.kind == "cast":
        same_name = all(origin.column.lower() == lineage.name.lower() for origin in lineage.origins)
        return same_name and not lineage.grouped
    return lineage.inheritable


def _was_key(reference: ColumnRef, lineage_of: Callable[[str], NodeLineage], keys: KeyFacts) -> bool:
    """Whether a column is a key, or only passes one on: the test may stand further up."""
    for _ in range(MOST_HOPS):
        if keys.is_key(reference):
            return True
        lineage = lineage_of(reference.unique_id).columns.get(reference.column.lower())
        if lineage is None or not lineage.inheritable or lineage.joined or len(lineage.origins) != 1:
            return False
        reference = lineage.origins[0]
    return False


def _plays_two_roles(lineage: ColumnLineage, columns: Iterable[ColumnLineage]) -> bool:
    twins = [other for other in columns if other.inheritable and other.origins == lineage.origins]
    return len(twins) > 1


def speaks_of_its_own_rows(text: str) -> bool:
    """Whether a text says what a join undoes: that a value is unique, always there, or always the same."""
    return _OWN_ROWS.search(text) is not None
