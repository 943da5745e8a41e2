"""A patch is right when git applies it and the files come out byte for byte."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dbt_docsmith.report.diff import unified_diff
from dbt_docsmith.types import FileChange

BEFORE = "version: 2\nmodels:\n  - name: a\n  - name: b\n  - name: c\n  - name: d\n  - name: e\n"


def change(before: str | None, after: str, path: str = "models/a.yml") -> FileChange:
    return FileChange(path=path, before=before, after=after, descriptions=1)


def git(folder: Path, *arguments: str, stdin: bytes | None = None) -> None:
    subprocess.run(["git", *arguments], cwd=folder, input=stdin, check=True, capture_output=True)


def lay_out(project: Path, changes: Sequence[FileChange]) -> None:
    project.mkdir(parents=True, exist_ok=True)
    for each in changes:
        if each.before is not None:
            path = project / each.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(each.before.encode())


def applied(changes: Sequence[FileChange], root: Path, prefix: str = "", stand_in: str = "") -> dict[str, bytes]:
    """The project's files after git applied the patch, standing in the folder ``stand_in`` below the root."""
    git(root, "init", "-q")
    git(root, "config", "core.autocrlf", "false")
    lay_out(root / prefix, changes)
    git(root / stand_in, "apply", "-", stdin=unified_diff(changes, prefix).encode())
    return {each.path: (root / prefix / each.path).read_bytes() for each in changes}


def wanted(changes: Sequence[FileChange]) -> dict[str, bytes]:
    return {each.path: each.after.encode() for each in changes}


def test_a_patch_reads_as_git_writes_it() -> None:
    after = BEFORE.replace("  - name: b\n", "  - name: b\n    description: Bees.\n")
    assert unified_diff([change(BEFORE, after)], "transform/") == (
        "diff --git a/transform/models/a.yml b/transform/models/a.yml\n"
        "--- a/transform/models/a.yml\n"
        "+++ b/transform/models/a.yml\n"
        "@@ -2,6 +2,7 @@\n"
        " models:\n"
        "   - name: a\n"
        "   - name: b\n"
        "+    description: Bees.\n"
        "   - name: c\n"
        "   - name: d\n"
        "   - name: e\n"
    )


def test_a_new_file_comes_from_dev_null() -> None:
    assert unified_diff([change(None, "version: 2\n")]) == (
        "diff --git a/models/a.yml b/models/a.yml\n"
        "new file mode 100644\n"
        "--- /dev/null\n"
        "+++ b/models/a.yml\n"
        "@@ -0,0 +1 @@\n"
        "+version: 2\n"
    )


def test_a_file_that_stays_as_it_is_does_not_appear() -> None:
    assert unified_diff([change(BEFORE, BEFORE)]) == ""


TEXTS = {
    "a line inserted": (BEFORE, BEFORE.replace("  - name: d\n", "  - name: d\n    description: Dee.\n")),
    "two hunks": ("".join(f"{n}\n" for n in range(40)), "".join(f"{n}\n" for n in range(40) if n not in (5, 30))),
    "touching contexts": ("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\nx\n2\n3\n4\n5\n6\n7\ny\n8\n9\n"),
    "windows lines": ("a:\r\n  b: 1\r\n", "a:\r\n  b: 1\r\n  c: 2\r\n"),
    "windows lines made unix": ("a: 1\r\nb: 2\r\n", "a: 1\nb: 2\r\n"),
    "a lone carriage return": ("a: 1\rb\nc: 2\n", "a: 1\rb\nd: 3\nc: 2\n"),
    "separators that are no line ends": (
        "a\x85b\u2028c\x0cd\x0b\x1ce\nf\n",
        "a\x85b\u2028c\x0cd\x0b\x1ce\nx\u2029y\nf\n",
    ),
    "a byte order mark": ("\ufeffa: 1\n", "\ufeffa: 1\nb: 2\n"),
    "no newline at either end": ("a\nb", "a\nx\nb"),
    "a newline gained": ("a\nb", "a\nb\n"),
    "a newline lost": ("a\nb\n", "a\nb"),
    "no newline before, more after": ("a", "a\nb\n"),
    "no newline far from the change": ("0\n1\n2\n3\n4\n5\n6\n7\n8", "x\n0\n1\n2\n3\n4\n5\n6\n7\n8"),
    "a new file": (None, BEFORE),
    "a new file of one unended line": (None, "a: 1"),
    "a new empty file": (None, ""),
    "an empty file filled": ("", BEFORE),
    "a file emptied": (BEFORE, ""),
    "only newlines": ("\n\n\n", "\n\n\n\n"),
    "lines that look like a patch": (
        "--- a\n+++ b\n@@ -1 +1 @@\n",
        "--- a\n-- x\n+++ b\n@@ -1 +1 @@\n\\ No newline\n",
    ),
    "spaces at the end": ("a: \n", "a: \nb:  \t\n"),
}


@pytest.mark.parametrize(("before", "after"), TEXTS.values(), ids=TEXTS)
def test_git_applies_the_patch_byte_for_byte(tmp_path: Path, before: str | None, after: str) -> None:
    changes = [change(before, after)]
    assert applied(changes, tmp_path) == wanted(changes)


PATHS = [
    "models/my orders.yml",
    "models/ordrés/日本.yml",
    'models/"quoted".yml',
    "models/back\\slash.yml",
    "models/tab\there\x01\x7f.yml",
    "models/two\nlines.yml",
    "models/space and é.yml",
    " models/ a.yml",
    "b/a/b.yml",
]


@pytest.mark.parametrize("before", [None, BEFORE], ids=["new", "changed"])
@pytest.mark.parametrize("path", PATHS)
def test_git_finds_a_file_whatever_its_name(tmp_path: Path, path: str, before: str | None) -> None:
    changes = [change(before, f"{BEFORE}\n# end\n", path)]
    assert applied(changes, tmp_path) == wanted(changes)


@pytest.mark.parametrize("path", PATHS)
def test_a_name_is_quoted_as_git_quotes_it(tmp_path: Path, path: str) -> None:
    changes = [change("a\n", "b\n", path)]
    git(tmp_path, "init", "-q")
    lay_out(tmp_path, changes)
    git(tmp_path, "add", ".")
    (tmp_path / path).write_text("b\n")
    own = subprocess.run(["git", "diff"], cwd=tmp_path, capture_output=True, check=True).stdout.decode()
    without_index = "".join(line for line in own.splitlines(keepends=True) if not line.startswith("index "))
    assert unified_diff(changes) == without_index


@pytest.mark.parametrize("stand_in", ["", "sub dir/transform"])
def test_a_project_below_the_git_root_is_patched_from_both_folders(tmp_path: Path, stand_in: str) -> None:
    changes = [change(BEFORE, BEFORE + "#\n"), change(None, BEFORE, "models/new/b.yml")]
    assert applied(changes, tmp_path, "sub dir/transform/", stand_in) == wanted(changes)


LINES = st.lists(
    st.sampled_from(
        ["  - name: id", "    description: ''", "", "\r", "a\x85b", "\u2028", "x\x0c", " ", "-", "\\ No"]
    ),
    max_size=25,
)


@st.composite
def spliced(draw: st.DrawFn) -> FileChange:
    """A text and the same text with some lines put in, taken out or replaced."""
    old = draw(LINES)
    new = list(old)
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(new)))
        end = draw(st.integers(start, min(len(new), start + 3)))
        new[start:end] = draw(LINES)[:4]
    before = "\n".join(old) + draw(st.sampled_from(["", "\n"]))
    after = "\n".join(new) + draw(st.sampled_from(["", "\n"]))
    return change(draw(st.sampled_from([before, before, None])), after)


@settings(max_examples=100, deadline=None)
@given(texts=st.lists(spliced(), min_size=1, max_size=12), prefix=st.sampled_from(["", "deep/er"]))
def test_git_applies_any_patch_byte_for_byte(texts: list[FileChange], prefix: str) -> None:
    changes = [
        FileChange(path=f"models/{number}.yml", before=each.before, after=each.after, descriptions=0)
        for number, each in enumerate(texts)
        if each.before != each.after
    ]
    if not changes:
        return
    with TemporaryDirectory() as folder:
        assert applied(changes, Path(folder), prefix) == wanted(changes)


def columns_file(columns: int) -> list[str]:
    """A properties file that repeats itself: 40 columns to a model, the same names in all of them."""
    lines = ["version: 2", "models:"]
    for number in range(columns):
        if number % 40 == 0:
            lines += [f"  - name: model_{number // 40}", "    columns:"]
        lines += [f"      - name: column_{number % 40}", "        data_type: text"]
    return lines


def same_lines(count: int) -> list[str]:
    return ["      - name: id", "        data_type: text"] * (count // 2)


@pytest.mark.parametrize("lines", [columns_file(9_750), same_lines(20_000)], ids=["columns", "all alike"])
def test_a_large_file_takes_less_than_a_second(lines: list[str]) -> None:
    after = list(lines)
    for place in sorted(random.Random(1).sample(range(3, len(lines)), 500), reverse=True):
        after.insert(place, f"        description: text {place}")
    started = time.process_time()
    patch = unified_diff([change("\n".join(lines) + "\n", "\n".join(after) + "\n")])
    assert time.process_time() - started < 1
    body = patch.splitlines()[3:]
    assert sum(line.startswith("+") for line in body) == 500
    assert not any(line.startswith("-") for line in body)


def test_a_wide_rewrite_is_still_a_patch_that_git_takes(tmp_path: Path) -> None:
    source = random.Random(2)
    before = "".join(f"{source.randrange(5)}\n" for _ in range(3_000))
    after = "".join(f"{source.randrange(5)}\n" for _ in range(3_000))
    changes = [change(before, after)]
    assert applied(changes, tmp_path) == wanted(changes)
