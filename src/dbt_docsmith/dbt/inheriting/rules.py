"""Which written text a column takes. Each rule has earned its place: docs/inheritance.md has the figures.

Above a column every text counts, the run's own too: it is made before. Beside and below it only those count that
the manifest knows as well: what a run wrote before it was killed would make the rest of it another run.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from itertools import pairwise

from dbt_docsmith.dbt.inheritance import KeyFacts, branches_of, speaks_of_its_own_rows
from dbt_docsmith.dbt.inheriting.namesakes import Namesakes
from dbt_docsmith.dbt.inheriting.relatives import Relatives
from dbt_docsmith.dbt.inheriting.voices import TextOf, Voice, agreed, in_one_voice, voices
from dbt_docsmith.dbt.written import NodeOnDisk, Text
from dbt_docsmith.types import Column, ColumnLineage, ColumnRef, LineageKind, Manifest, Node, NodeLineage

MADE_HERE: frozenset[LineageKind] = frozenset({"derived", "aggregated", "constant"})
OF_RELATIVES = 0.75
OF_NAMESAKES = 0.9


class Inheritance:
    """Looks for the text of one column at a time. ``text_of`` is a column's text by now, made or on disk.

    What stands in the nodes that are to be ``replaced`` is nobody's word: a second run would find others there.
    """

    def __init__(
        self,
        manifest: Manifest,
        lineage_of: Callable[[str], NodeLineage],
        keys: KeyFacts,
        text_of: TextOf,
        on_disk: Callable[[str], NodeOnDisk],
        *,
        replaced: Collection[str] = (),
    ) -> None:
        self._replaced = replaced
        self._manifest = manifest
        self._lineage_of = lineage_of
        self._text_of = text_of
        self._on_disk = on_disk
        self._relatives = Relatives(manifest, lineage_of, keys)
        self._namesakes = Namesakes(manifest, on_disk)
        self._heard: dict[ColumnRef, list[Voice]] = {}

    def origins(self, reference: ColumnRef) -> list[ColumnRef]:
        """The columns whose text this one could take, nearest first."""
        return self._relatives.above(reference)

    def by_lineage(self, reference: ColumnRef) -> Voice | None:
        """The text of what the column holds, as those describe it that hold it as well."""
        lineage = self._lineage(reference)
        above = self._above(reference)
        if above:
            found = self._confirmed(reference, above)
        else:
            found = None if lineage.kind in MADE_HERE else self._beside(reference)
        if found and lineage.joined and speaks_of_its_own_rows(found.text.text):
            return None
        return found

    def by_name(self, reference: ColumnRef) -> Voice | None:
        """The project's own word for columns of that name; what is made here must be made alike there."""
        lineage = self._lineage(reference)
        if lineage.kind in MADE_HERE:
            return agreed(self._twins(reference, lineage), least=2, share=OF_NAMESAKES)
        return self._house_word(reference, lineage) or self._of_only_parent(reference, lineage)

    def is_said_otherwise(self, reference: ColumnRef, text: str) -> bool:
        """Whether people describe columns of that name, and mostly in other words than these."""
        named = voices(self._namesakes.of(reference), self._known)
        block = Voice(reference, Text(text=text, raw=text))
        alike = sum(voice.said == block.said for voice in named)
        return alike < OF_NAMESAKES * len(named)

    def _above(self, reference: ColumnRef) -> list[Voice]:
        """What the columns it comes from say, nearest first; of a union what all of its branches say."""
        above = voices(self._relatives.above(reference), self._text_of)
        if above:
            return above
        branches = [self._nearest(branch) for branch in branches_of(reference, self._lineage_of)]
        spoken = [voice for voice in branches if voice is not None]
        return spoken[:1] if len(spoken) == len(branches) and in_one_voice(spoken) else []

    def _nearest(self, reference: ColumnRef) -> Voice | None:
        return next(iter(voices([reference, *self._relatives.above(reference)], self._text_of)), None)

    def _confirmed(self, reference: ColumnRef, above: list[Voice]) -> Voice | None:
        """What comes from above, unless those that have the value call it otherwise: then what most of them say.

        A text that is newer than the manifest is the last word; so is the nearest where only the way up disagrees.
        """
        nearest = above[0]
        if self._known(nearest.column) is None:
            return nearest
        if nearest.column.column != reference.column.lower() and self._has_a_role(reference, nearest):
            return None
        on_the_way = {voice.column for voice in above}
        heard = [*above, *(voice for voice in self._spoken(reference) if voice.column not in on_the_way)]
        if in_one_voice(heard) or (not in_one_voice(above) and len(heard) == len(above)):
            return nearest
        return agreed(heard, least=3, share=OF_RELATIVES)

    def _has_a_role(self, reference: ColumnRef, above: Voice) -> bool:
        """Whether a new name is more than a name: given behind a join, or with a meaning of its own elsewhere.

        It is none where that name is described in these very words elsewhere.
        """
        named = voices(self._namesakes.of(reference), self._known)
        if above.said in {each.said for each in named}:
            return False
        several = len({each.column.unique_id for each in named}) > 1
        return several or self._is_renamed_behind_a_join(reference, above.column)

    def _is_renamed_behind_a_join(self, reference: ColumnRef, origin: ColumnRef) -> bool:
        """Whether one of the nodes between joins and gives the new name at once."""
        above = self._relatives.above(reference)
        way = [reference, *above[: above.index(origin) + 1]] if origin in above else [reference, origin]
        return any(
            self._lineage(lower).joined for lower, upper in pairwise(way) if lower.column.lower() != upper.column
        )

    def _beside(self, reference: ColumnRef) -> Voice | None:
        """What columns say that have the same value and the same name, where nothing above says anything.

        Not from below where nothing is above: what a machine wrote there would come back to where it begins.
        """
        kin = self._kin(reference) if self._relatives.above(reference) else []
        if len(kin) > 1:
            return agreed(kin, least=2, share=OF_RELATIVES)
        named = agreed(voices(self._namesakes.of(reference), self._known), least=1, share=OF_RELATIVES)
        return kin[0] if kin and named and named.said == kin[0].said else None

    def _kin(self, reference: ColumnRef) -> list[Voice]:
        name = reference.column.lower()
        return [voice for voice in self._spoken(reference) if voice.column.column == name]

    def _spoken(self, reference: ColumnRef) -> list[Voice]:
        """The others of its family that are described; a family is asked once, however many are in it."""
        family = self._relatives.family(reference)
        if family[0] not in self._heard:
            self._heard[family[0]] = voices(family, self._known)
        own = ColumnRef(reference.unique_id, reference.column.lower())
        return [voice for voice in self._heard[family[0]] if voice.column != own]

    def _house_word(self, reference: ColumnRef, lineage: ColumnLineage) -> Voice | None:
        """Not of a renamed column: its name was given here. Nor from below one with nothing above."""
        if lineage.kind == "renamed":
            return None
        below = set() if self._relatives.above(reference) else set(self._relatives.family(reference))
        named = [each for each in self._namesakes.of(reference) if each not in below]
        word = agreed(voices(named, self._known), least=2, share=OF_NAMESAKES)
        kin = {voice.said for voice in self._kin(reference)}
        return word if word and (not kin or word.said in kin) else None

    def _of_only_parent(self, reference: ColumnRef, lineage: ColumnLineage) -> Voice | None:
        """Where the SQL does not tell and there is but one node it can come from."""
        node = self._manifest.nodes.get(reference.unique_id)
        if node is None or lineage.kind != "unknown" or len(node.depends_on) != 1:
            return None
        parent = ColumnRef(node.depends_on[0], reference.column.lower())
        return next(iter(voices([parent], self._known)), None)

    def _twins(self, reference: ColumnRef, lineage: ColumnLineage) -> list[Voice]:
        """Columns of the same name that are made by the same expression."""
        expression = _plain(lineage)
        alike = (each for each in self._namesakes.of(reference) if _plain(self._lineage(each)) == expression)
        return voices(alike, self._known) if expression else []

    def _known(self, reference: ColumnRef) -> Text | None:
        """A text on disk that was there when dbt made the manifest."""
        node = self._manifest.nodes.get(reference.unique_id)
        if reference.unique_id in self._replaced:
            return None
        then = node and (node.columns.get(reference.column) or _without_case(node, reference.column))
        if then is None or not then.description.strip():
            return None
        return self._on_disk(reference.unique_id).column_text(reference.column)

    def _lineage(self, reference: ColumnRef) -> ColumnLineage:
        found = self._lineage_of(reference.unique_id).columns.get(reference.column.lower())
        return found or ColumnLineage(name=reference.column, kind="unknown")


def _without_case(node: Node, name: str) -> Column | None:
    return next((column for key, column in node.columns.items() if key.lower() == name.lower()), None)


def _plain(lineage: ColumnLineage) -> str:
    return " ".join(lineage.expression.casefold().split()) if lineage.kind in MADE_HERE else ""
