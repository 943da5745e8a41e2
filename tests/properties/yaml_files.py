"""Hypothesis strategies: properties files as people write them, and worse."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

NASTY = "aZ09 .,:;#-?!&*|>'\"%@`\\/{}[]()<>=~_\n\t\réß中😀\u05d0\u200f\xa0\x85\u2028\u2029\ufeff\x00\x07\x1b\x7f"
WORDS = "yes no null ~ true 12 1e3 0x1f 2024-01-01 12:30:45 .5 = << y -- --- ... ? : [] {} *a &a !b".split()
TEXTS = st.one_of(
    st.text(NASTY, min_size=1, max_size=30),
    st.text(min_size=1, max_size=30),
    st.lists(st.text("abc def:#'\"-", min_size=1, max_size=25), min_size=1, max_size=12).map(" ".join),
    st.lists(st.text("abc- :#", max_size=20), min_size=2, max_size=5).map("\n".join),
    st.sampled_from(
        [*WORDS, "{{ doc('x') }}", "{% if %}", "key: value", "a #b", " a", "a ", "word " * 60 + "end"]
    ),
).filter(lambda text: bool(text.strip()))
"""Texts of every kind of character that a description can have; never blank."""

NOTHING = ("", "", "", "''", '""', "null", "~", "Null", ">", "|-", '"  "')
WRITTEN = (
    "Plain words.",
    "'single: it''s'",
    '"double \\" \\n it"',
    ">\n{0}folded text of\n{0}two lines\n",
    "|\n{0}literal text\n\n{0}  of three: lines\n",
    "|-\n{0}short\n",
    "|+\n{0}kept\n\n",
    "plain text\n{0}of two lines",
    '"quoted text\n{0}of two lines"',
    "{{{{ doc('x') }}}}",
)
COMMENTS = ("# a comment", "#", "# tab\there", "# - name: old", "# 😀 é", "#: odd")
NAMES = ("orders", "a", "'it''s'", '"two words"', "naïve", "'2024'", '"yes"', "x" * 50, "中")
COLUMNS = ("id", "Amount", "created_at", "'a b'", '"no"', "été", "c1", "c2", "c3")
FLOW_ITEMS = (
    "{{name: {0}}}",
    "{{name: {0}, tests: [unique]}}",
    "{{ name: {0}, description: }}",
    '{{name: {0}, description: ""}}',
)
OTHER_KEYS = (
    ("meta:", "  owner: '@a: b'", "  # deeper"),
    ("config: {tags: [a, 'b: c']}",),
    ("tests:", "- unique", "- accepted_values:", '    values: [a, "b"]'),
    ("meta:", "  sql: |", "    select 1 # no comment", "", "    from x"),
    ('meta: {note: "😀 \\u2028"}',),
    ("docs:", "    show: false"),
)


class FileWriter:
    """Draws one file, line by line."""

    def __init__(self, data: Any) -> None:
        self._data = data
        self.lines: list[str] = []
        self._anchors: list[str] = []
        self.newline: str = self.pick("\n", "\n", "\n", "\r\n")
        self._offset = self.pick(0, 2, 2, 2, 4)
        self._gap = self.pick(2, 2, 2, 4)

    def pick(self, *choices: Any) -> Any:
        """One of these."""
        return self._data.draw(st.sampled_from(choices))

    def chance(self, percent: int) -> bool:
        """True, as often as this."""
        return bool(self._data.draw(st.integers(0, 99)) >= 100 - percent)

    def text(self) -> str:
        """The whole file."""
        if self.chance(20):
            self.lines += [self.pick("# head", "", "%YAML 1.1\n---", "---", "--- # begins")]
        if self.chance(70):
            self._add("version: 2")
        names = self._data.draw(st.permutations(["models", "sources", "seeds"]))
        for name in names[: self.pick(1, 2, 3)]:
            self._noise(0)
            self._sources() if name == "sources" else self._section(name)
        if self.chance(10):
            self.lines += ["...", "# after"]
        end = self.pick("\n", "\n", "\n", "", "\n\n", "\n  \n")
        text = "\n".join(self.lines) + end
        mark: str = self.pick("", "", "", "\ufeff")
        return mark + text.replace("\n", self.newline)

    def _add(self, line: str) -> None:
        self.lines.append(line + (f"  {self.pick(*COMMENTS)}" if self.chance(15) else ""))

    def _noise(self, column: int) -> None:
        if self.chance(15):
            self.lines.append(self.pick("", "", " " * 3, " " * column))
        if self.chance(15):
            self.lines.append(" " * self.pick(0, column, column + 2) + self.pick(*COMMENTS))

    def _section(self, name: str) -> None:
        self._add(f"{name}:")
        self._entries(0, self._data.draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True)))

    def _sources(self) -> None:
        self._add("sources:")
        dash = self._offset
        keys = dash + self._gap
        self._add(" " * dash + "-" + " " * (self._gap - 1) + "name: raw")
        self._add(" " * keys + "tables:")
        self._entries(keys, self._data.draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True)))

    def _entries(self, column: int, names: list[str]) -> None:
        for name in names:
            dash = column + self._offset
            self._noise(dash)
            if self.chance(10):
                self._add(" " * dash + "- " + self._flow_entry(name))
            else:
                self._entry(dash, name)

    def _entry(self, dash: int, name: str) -> None:
        keys = dash + self._gap
        first = len(self.lines)
        parts = self._data.draw(st.permutations([self._name(name), *self._other(keys)]))
        if self.chance(60):
            parts = sorted(parts, key=lambda part: not part[0].lstrip("'\"").startswith("name"))
        for part in parts:
            self._put(keys, part)
        self._columns(keys)
        self._begin_item(first, dash)

    def _name(self, name: str) -> list[str]:
        return [self.pick("name", "name", "name", '"name"') + f": {name}"]

    def _begin_item(self, first: int, dash: int) -> None:
        if self.chance(8):
            self.lines.insert(first, " " * dash + self.pick("-", "- # new"))
        else:
            line = self.lines[first]
            self.lines[first] = line[:dash] + "-" + line[dash + 1 :]

    def _other(self, keys: int) -> list[list[str]]:
        parts = [list(part) for part in OTHER_KEYS if self.chance(15)]
        if self.chance(25):
            parts.append([f"description: {self.pick(*NOTHING)}"])
        elif self.chance(30):
            parts.append(f"description: {self.pick(*WRITTEN).format('  ')}".split("\n"))
        return parts

    def _put(self, keys: int, part: list[str]) -> None:
        single = len(part) == 1
        for index, line in enumerate(part):
            indented = " " * keys + line if line else ""
            if single or (index == 0 and line.endswith(":")):
                self._add(indented)
            else:
                self.lines.append(indented)

    def _columns(self, keys: int) -> None:
        names = self._data.draw(st.lists(st.sampled_from(COLUMNS), max_size=4, unique=True))
        if not names:
            if self.chance(50):
                self._add(" " * keys + self.pick("columns:", "columns: []", "columns: ~", "columns: null"))
        elif self.chance(12):
            self._add(" " * keys + f"columns: [{', '.join(self._flow_column(name) for name in names)}]")
        else:
            self._add(" " * keys + "columns:")
            for name in names:
                self._noise(keys + self._offset)
                self._column(keys + self._offset, name)

    def _column(self, dash: int, name: str) -> None:
        keys = dash + self._gap
        if self._anchors and self.chance(20):
            anchor = self.pick(*self._anchors)
            self._add(" " * dash + f"-{' ' * (self._gap - 1)}{self.pick('*', '<<: *')}{anchor}")
            if self.lines[-1].lstrip("- ").startswith("<<") and self.chance(60):
                self._add(" " * keys + f"name: {name}")
            return
        if self.chance(12):
            anchor = f"anchor{len(self._anchors)}"
            self._anchors.append(anchor)
            self.lines.append(" " * dash + f"- &{anchor}")
            self._put_all(keys, name)
            return
        first = len(self.lines)
        self._put_all(keys, name)
        self._begin_item(first, dash)

    def _put_all(self, keys: int, name: str) -> None:
        for part in [self._name(name), *self._other(keys)]:
            self._put(keys, part)

    def _flow_column(self, name: str) -> str:
        return str(self.pick(*FLOW_ITEMS)).format(name)

    def _flow_entry(self, name: str) -> str:
        inner = self.pick("", ", columns: []", ", description: ''", ", description: ~", ", columns: [{name: id}]")
        return "{" + f"name: {name}{inner}" + "}"


@st.composite
def properties_files(draw: Any) -> str:
    """The text of a properties file."""
    return FileWriter(draw(st.data())).text()
