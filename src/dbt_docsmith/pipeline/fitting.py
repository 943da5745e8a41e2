"""Does a proposal still fit? The project may have moved on since it was made."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from dbt_docsmith.dbt.basis import Bases, is_lost
from dbt_docsmith.dbt.written import Text, mentions_doc
from dbt_docsmith.errors import NoLongerFits
from dbt_docsmith.nearest import did_you_mean
from dbt_docsmith.one_line import one_line
from dbt_docsmith.pipeline.opening import OpenProject
from dbt_docsmith.pipeline.typed_text import check_typed, to_raw
from dbt_docsmith.prompting.checks import escape_jinja
from dbt_docsmith.review.proposals import Item, Place
from dbt_docsmith.types import DocTarget, KnownColumn, Node, Proposal

_MOST_SHOWN = 60


class Ground(Struct, frozen=True, kw_only=True):
    """What proposals are held against.

    ``allowed`` are the nodes that may be described; ``targets`` say of each all that could be written there.
    ``any_basis``: a text counts although what it rests on has changed. ``to_blocks``: texts go to doc blocks, also
    one that replaces its like.
    """

    opened: OpenProject
    allowed: Mapping[str, Node]
    targets: Mapping[str, DocTarget]
    bases: Bases
    any_basis: bool = False
    to_blocks: bool = False


def fit(ground: Ground, item: Item, place: Place) -> Proposal | None:
    """The proposal to be written; None where it stands there already.

    Raises NoLongerFits or AnswerError with the reason why it cannot be written.
    """
    node = _node(ground, place)
    column = _column(ground, node, place.column)
    raw = to_raw(item.text or "", item.jinja)
    on_disk = ground.opened.on_disk(node.unique_id)
    found = on_disk if column is None else on_disk.columns.get(column.name.lower())
    if found is not None and found.text is not None and _says(found.text, item, raw):
        moves = ground.to_blocks and column is not None and place.replaces == found.text.raw
        if not moves or mentions_doc(found.text.raw):
            return None
    if found is not None and found.held:
        raise NoLongerFits("a reference to a doc block without content stands there; fill the block")
    if found is not None and found.text is not None:
        _refuse_written(found.text, place, f"{on_disk.file}:{found.line}")
    _refuse_no_room(ground, node, column)
    check_typed(item.text or "", item.jinja, ground.opened.manifest)
    if not ground.any_basis and place.basis and is_lost(place.basis, ground.bases.basis(node, place.column)):
        raise NoLongerFits(
            "what it rests on has changed, the SQL or the tests; look at it again, then use --even-if-changed"
        )
    return _proposal(item, place, column, raw)


def _node(ground: Ground, place: Place) -> Node:
    manifest = ground.opened.manifest
    node = ground.allowed.get(place.node)
    if node is not None:
        return node
    if place.node in manifest.disabled:
        raise NoLongerFits("the node is disabled now")
    if place.node in manifest.nodes:
        raise NoLongerFits("the node is not described here: it is skipped, of another kind or of another package")
    raise NoLongerFits(f"the node is gone{did_you_mean(place.node, ground.allowed)}")


def _column(ground: Ground, node: Node, name: str | None) -> KnownColumn | None:
    if name is None:
        return None
    known = ground.opened.known(node)
    for column in known.columns:
        if column.name.lower() == name.lower():
            return column
    if name.lower() in map(str.lower, known.unconfirmed):
        raise NoLongerFits("only the YAML still knows the column: neither the SQL nor the catalog has it")
    raise NoLongerFits(f"the column is gone{did_you_mean(name, [column.name for column in known.columns])}")


def _says(standing: Text, item: Item, raw: str) -> bool:
    """Whether the text stands there already, in the file or in a doc block that the file refers to."""
    shown = (item.text or "").strip()
    return standing.raw == raw or (mentions_doc(standing.raw) and standing.text.strip() == shown)


def _refuse_written(standing: Text, place: Place, where: str) -> None:
    if mentions_doc(standing.raw):
        raise NoLongerFits(f"{where} refers to a doc block by now, which is never replaced")
    if standing.raw != place.replaces:
        said = one_line(standing.raw)
        short = said if len(said) <= _MOST_SHOWN else f"{said[:_MOST_SHOWN].rstrip()}…"
        raise NoLongerFits(f"there is a text by now, at {where}: {short}")


def _refuse_no_room(ground: Ground, node: Node, column: KnownColumn | None) -> None:
    """Where there is no entry to hold the text, and none may be added."""
    target = ground.targets.get(node.unique_id)
    if column is None:
        if target is None or not target.needs_description:
            raise NoLongerFits("another version of the model speaks for its description now")
    elif target is None or column.name not in {each.name for each in target.columns}:
        reason = "its contract is enforced" if node.contract_enforced else "another version speaks for it now"
        raise NoLongerFits(f"the column is not declared, and cannot be added: {reason}")


def _proposal(item: Item, place: Place, column: KnownColumn | None, raw: str) -> Proposal:
    text = item.text or ""
    is_plain = raw == escape_jinja(text)
    origin = place.origin or item.origin
    source = place.source or item.source
    by_a_provider = origin in ("llm", "rules") and source is not None
    provider, _, model = (source or "").partition(":") if by_a_provider else ("", "", "")
    return Proposal(
        unique_id=place.node,
        column=column.name if column else None,
        description=text if is_plain else raw,
        origin=origin,
        source=source,
        file=place.file,
        provider=provider or None,
        model=model or None,
        raw=not is_plain,
    )
