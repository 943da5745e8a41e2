"""A review: where it stands and what each command does. Draws nothing, asks nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from msgspec import Struct

from dbt_docsmith.errors import DocsmithError
from dbt_docsmith.review.deciding import Sheet
from dbt_docsmith.review.kinds import is_of_kind, kinds_of
from dbt_docsmith.review.proposals import Decision, Item

HELP = """\
a          accept this text      a KIND   accept all undecided of a kind
r          refuse it             r KIND   refuse all of a kind
e          edit it in your editor; then it is accepted
l, Enter   decide later          b        go back
p          show all of it        u        undo the last decision
k          the kinds there are: origin:inherited, a folder, a node, risk:thin
q          quit; all decisions are kept, and the next review goes on here"""

_MOST_KINDS = 12
_DECISIONS: dict[str, Decision] = {"a": "accepted", "r": "refused"}


class Reply(Struct, frozen=True, kw_only=True):
    """What a command came to. ``whole``: all of the text is to be shown, not only what has room."""

    message: str = ""
    whole: bool = False


class Session:
    """Goes through a sheet. ``save`` keeps its content after every decision; ``edit`` asks a person for another
    text and gives None where there is none; ``check`` raises DocsmithError for a text that cannot be written.
    """

    def __init__(
        self,
        sheet: Sheet,
        save: Callable[[bytes], None],
        edit: Callable[[Item], str | None],
        check: Callable[[str], None],
    ) -> None:
        self.ended = False
        self._sheet = sheet
        self._save = save
        self._edit = edit
        self._check = check
        self._seen: list[int] = []
        self._undo: list[tuple[int, dict[int, tuple[Item, str]]]] = []
        self.position = 0
        self._go_on(-1)

    @property
    def items(self) -> Sequence[Item]:
        """All entries, as they are decided by now."""
        return self._sheet.items

    @property
    def current(self) -> Item:
        """The entry that is looked at."""
        return self._sheet.items[self.position]

    def summary(self) -> str:
        """How far it is: ``12 accepted, 3 refused, 40 open``."""
        counts: Counter[str] = Counter(
            item.decision or ("open" if is_open(item) else "refused") for item in self.items
        )
        return ", ".join(f"{counts[each]:,} {each}" for each in ("accepted", "refused", "open"))

    def do(self, line: str) -> Reply:
        """Obey one command."""
        name, _, kind = line.strip().partition(" ")
        kind = kind.strip()
        if name in _DECISIONS:
            return self._decide_all(kind, _DECISIONS[name]) if kind else self._decide(_DECISIONS[name])
        plain: dict[str, Callable[[], Reply]] = {
            "": self._later,
            "l": self._later,
            "e": self._reword,
            "b": self._back,
            "u": self._take_back,
            "k": self._kinds,
            "p": lambda: Reply(whole=True),
            "q": self._quit,
            "?": lambda: Reply(message=HELP),
        }
        if name not in plain:
            return Reply(message=f"there is no command '{name}'\n{HELP}")
        return plain[name]()

    def _decide(self, decision: Decision) -> Reply:
        self._change([self.position], decision)
        self._go_on(self.position)
        return Reply()

    def _decide_all(self, kind: str, decision: Decision) -> Reply:
        open_ones = [at for at, item in enumerate(self.items) if is_open(item)]
        found = [at for at in open_ones if is_of_kind(self.items[at], kind)]
        if not found:
            return Reply(message=f"nothing undecided is of the kind '{kind}'; k lists the kinds there are")
        self._change(found, decision)
        self._go_on(self.position - 1)
        return Reply(message=f"{len(found):,} {decision}")

    def _change(self, positions: Sequence[int], decision: Decision, text: str | None = None) -> None:
        before = {at: self._sheet.state(at) for at in positions}
        for at in positions:
            if text is not None:
                self._sheet.reword(at, text)
            self._sheet.decide(at, decision)
        self._save(self._sheet.content)
        self._undo.append((self.position, before))

    def _reword(self) -> Reply:
        text = self._edit(self.current)
        if text is None or not text.strip():
            return Reply(message="nothing was changed")
        try:
            self._check(text)
        except DocsmithError as error:
            return Reply(message=f"not taken: {error}")
        self._change([self.position], "accepted", None if text == self.current.text else text)
        self._go_on(self.position)
        return Reply()

    def _later(self) -> Reply:
        self._go_on(self.position)
        return Reply()

    def _back(self) -> Reply:
        if len(self._seen) < 2:
            return Reply(message="this is where you began")
        self._seen.pop()
        self.position = self._seen[-1]
        return Reply()

    def _take_back(self) -> Reply:
        if not self._undo:
            return Reply(message="nothing was decided in this review")
        self.position, before = self._undo.pop()
        for at, state in before.items():
            self._sheet.restore(at, state)
        self._save(self._sheet.content)
        self._seen.append(self.position)
        return Reply(message=f"{len(before):,} undone")

    def _kinds(self) -> Reply:
        kinds = kinds_of(filter(is_open, self.items))
        lines = [f"{number:6,}  {kind}" for kind, number in kinds[:_MOST_KINDS]]
        rest = len(kinds) - _MOST_KINDS
        return Reply(message="\n".join([*lines, *([f"  and {rest:,} more"] if rest > 0 else [])]))

    def _quit(self) -> Reply:
        self.ended = True
        return Reply()

    def _go_on(self, position: int) -> None:
        """To the next entry that is undecided; the review ends behind the last."""
        following = range(position + 1, len(self.items))
        found = next((at for at in following if is_open(self.items[at])), None)
        if found is None:
            self.ended = True
        else:
            self.position = found
            self._seen.append(found)


def is_open(item: Item) -> bool:
    """Whether a decision is wanted: it was not made, neither here nor by deleting the text or all places."""
    return item.decision is None and item.is_wanted
