"""The figures of one project, as lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

from benchmarks.people.leaving_out import LeftOut
from dbt_docsmith.types import Manifest

ALIKE = 0.8
Pair = tuple[str, str]


def tell(name: str, manifest: Manifest, found: Sequence[LeftOut]) -> None:
    """Print both rules side by side, ours by rule, and the misses by cause."""
    texts = Counter(each.person for each in found)
    elsewhere = sum(texts[each.person] > 1 for each in found)
    print(f"  {name} ({manifest.adapter_type}): {len(found)} columns described by people")
    print(f"    elsewhere {_percent(elsewhere, len(found))}")
    print("                    given  precision     recall      alike")
    _tell_rule("ours", [(each.ours, each.person) for each in found if each.ours], len(found))
    for rule in sorted({each.rule for each in found if each.ours}):
        pairs = [(each.ours, each.person) for each in found if each.ours and each.rule == rule]
        _tell_rule(f"  {rule}", pairs, len(found))
    _tell_rule("same name", [(each.same_name, each.person) for each in found if each.same_name], len(found))
    print("    misses of ours, by cause")
    for cause, number in Counter(filter(None, map(miss, found))).most_common():
        print(f"      {number:6}  {cause}")


def miss(left_out: LeftOut) -> str:
    """Why the person's text was not given back, "" where it was."""
    if left_out.ours is None:
        return left_out.cause
    if left_out.ours == left_out.person:
        return ""
    if is_alike(left_out.ours, left_out.person):
        return "given, and the person wrote it a little otherwise"
    return "given, and the person wrote something else"


def is_alike(one: str, other: str) -> bool:
    """Whether four words in five are the same, in the same order."""
    return SequenceMatcher(None, one.split(), other.split(), autojunk=False).ratio() >= ALIKE


def _tell_rule(name: str, pairs: Sequence[Pair], hidden: int) -> None:
    right = sum(one == other for one, other in pairs)
    alike = sum(one == other or is_alike(one, other) for one, other in pairs)
    given = len(pairs)
    shares = (_percent(right, given), _percent(right, hidden), _percent(alike, given))
    print(f"    {name:<14}{given:7}" + "".join(f"{share:>11}" for share in shares))


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"
