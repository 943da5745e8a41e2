"""``--select``, ``--exclude`` and ``--selector``: which nodes a run is about, as ``dbt ls`` would tell."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from msgspec import Struct

from dbt_docsmith.dbt.selection.definitions import default_selector, named_selector
from dbt_docsmith.dbt.selection.graph import Graph
from dbt_docsmith.dbt.selection.methods import Surroundings, matcher
from dbt_docsmith.dbt.selection.spec import (
    Criterion,
    SelectionDifference,
    SelectionUnion,
    Spec,
    parse_intersection,
    split_union,
)
from dbt_docsmith.dbt.selection.state.comparison import Comparison
from dbt_docsmith.describable import DEFAULT_TYPES
from dbt_docsmith.types import Manifest, Node

DOCUMENTED = DEFAULT_TYPES


class Selection(Struct, frozen=True, kw_only=True):
    """The unique ids selected, in the manifest's order, and a line for each thing the user should hear of.

    ``default_selector`` names the selector of selectors.yml that applied because nothing was asked for.
    """

    unique_ids: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    default_selector: str | None = None


def select(
    manifest: Manifest,
    *,
    project_dir: Path,
    select: Sequence[str] = (),
    exclude: Sequence[str] = (),
    selectors: Sequence[str] = (),
    resource_types: Collection[str] = DOCUMENTED,
    compare: Callable[[], Comparison] | None = None,
) -> Selection:
    """The nodes of ``resource_types`` that ``dbt ls`` lists for the same words.

    dbt lists no macros: they are there only where ``resource_types`` names them, by name, path, package and file.
    ``path:`` looks at the files below ``project_dir``, as dbt does. ``selectors`` are names of selectors.yml;
    where one is given, ``select`` and ``exclude`` count for nothing. With neither, the project's default
    selector applies, else everything. ``state:`` puts its questions to ``compare``, which is called only then.
    UsageError: dbt would refuse a selector.
    """
    nodes = {uid: node for uid, node in manifest.nodes.items() if node.resource_type != "macro"}
    nodes = dict(manifest.nodes) if "macro" in resource_types else nodes
    selecting = _Selecting(manifest, Surroundings(manifest.project_name, project_dir, compare), nodes)
    default = None if selectors or select or exclude else default_selector(manifest.selectors)
    names = selectors if default is None else (default,)
    if names:
        selected = selecting.named(names)
    else:
        selected = selecting.typed(select) if select else set(manifest.nodes)
        selected -= selecting.typed(exclude)
    in_order = tuple(
        unique_id
        for unique_id, node in manifest.nodes.items()
        if unique_id in selected and node.resource_type in resource_types
    )
    overruled = bool(selectors and (select or exclude))
    warnings = (*selecting.unmatched, *_warnings(overruled=overruled, empty=not in_order))
    return Selection(unique_ids=in_order, warnings=warnings, default_selector=default)


def _warnings(*, overruled: bool, empty: bool) -> Iterator[str]:
    if overruled:
        yield "a --selector is given, so --select and --exclude count for nothing, as in dbt"
    if empty:
        yield "nothing is selected"


class _Selecting:
    """One selection over one graph: the criteria evaluated, and what matched nothing noted."""

    def __init__(self, manifest: Manifest, surroundings: Surroundings, nodes: Mapping[str, Node]) -> None:
        self._nodes = nodes
        self._selectors = manifest.selectors
        self._surroundings = surroundings
        self.unmatched: list[str] = []

    @cached_property
    def _graph(self) -> Graph:
        return Graph(self._nodes)

    def named(self, names: Sequence[str]) -> set[str]:
        """What the selectors of these names select."""
        return self._union(named_selector(name, self._selectors) for name in names)

    def typed(self, texts: Sequence[str]) -> set[str]:
        """What the words of one option select; a word that selects nothing is worth a warning."""
        criteria = {text: parse_intersection(text) for text in split_union(texts)}
        selected = {text: self._evaluate(spec) for text, spec in criteria.items()}
        self.unmatched += [
            f"the selection criterion {text!r} does not match any enabled nodes"
            for text, unique_ids in selected.items()
            if not unique_ids
        ]
        return set().union(*selected.values())

    def _union(self, specs: Iterable[Spec]) -> set[str]:
        return set().union(*map(self._evaluate, specs))

    def _evaluate(self, spec: Spec) -> set[str]:
        if isinstance(spec, Criterion):
            return self._with_relatives(spec, self._matching(spec))
        if isinstance(spec, SelectionDifference):
            return self._evaluate(spec.included) - self._evaluate(spec.excluded)
        if isinstance(spec, SelectionUnion):
            return self._union(spec.parts)
        return set.intersection(*map(self._evaluate, spec.parts)) if spec.parts else set()

    def _matching(self, criterion: Criterion) -> set[str]:
        matches = matcher(criterion, self._surroundings)
        return {unique_id for unique_id, node in self._nodes.items() if matches(node)}

    def _with_relatives(self, criterion: Criterion, selected: set[str]) -> set[str]:
        relatives: set[str] = set()
        if criterion.childrens_parents:
            relatives |= self._graph.with_childrens_parents(selected)
        if criterion.parents:
            relatives |= self._graph.ancestors(selected, criterion.parents_depth)
        if criterion.children:
            relatives |= self._graph.descendants(selected, criterion.children_depth)
        return selected | relatives
