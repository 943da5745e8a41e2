"""FileChanges as one patch that ``git apply`` takes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from dbt_docsmith.report.git_quoting import quote_path
from dbt_docsmith.report.line_diff import ChangedLines, changed_lines
from dbt_docsmith.types import FileChange

_CONTEXT = 3
_NO_NEWLINE = "\n\\ No newline at end of file\n"


def unified_diff(changes: Iterable[FileChange], prefix: str = "") -> str:
    """The changes as git writes them, with 3 lines of context; files that stay as they are do not appear.

    ``prefix`` is the project's path below the git root (``transform/``), empty where it is the root: git skips
    paths from anywhere else without a word. Lines end at ``\\n`` only, so print it without newline translation.
    """
    folder = prefix.strip("/")
    return "".join(
        part
        for change in changes
        if change.before != change.after
        for part in _file_patch(change, f"{folder}/{change.path}" if folder else change.path)
    )


def _file_patch(change: FileChange, path: str) -> Iterator[str]:
    old, new = quote_path(f"a/{path}"), quote_path(f"b/{path}")
    yield f"diff --git {old} {new}\n"
    if change.before is None:
        yield "new file mode 100644\n"
    if change.before or change.after:
        # git ends a name that holds a space with a tab, so that the name's own end can be told
        tab = "\t" if " " in path else ""
        yield "--- /dev/null\n" if change.before is None else f"--- {old}{tab}\n"
        yield f"+++ {new}{tab}\n"
        yield from _hunks(_lines(change.before or ""), _lines(change.after))


def _lines(text: str) -> list[str]:
    """The text cut after each ``\\n`` and nowhere else."""
    lines = [f"{line}\n" for line in text.split("\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def _hunks(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    for group in _near_changes(changed_lines(before, after)):
        lead = min(_CONTEXT, group[0].start)
        trail = min(_CONTEXT, len(before) - group[-1].end)
        start, new_start = group[0].start - lead, group[0].new_start - lead
        end, new_end = group[-1].end + trail, group[-1].new_end + trail
        yield f"@@ -{_range(start, end)} +{_range(new_start, new_end)} @@\n"
        for change in group:
            yield from _marked(" ", before[start : change.start])
            yield from _marked("-", before[change.start : change.end])
            yield from _marked("+", after[change.new_start : change.new_end])
            start = change.end
        yield from _marked(" ", before[start:end])


def _near_changes(changes: Iterable[ChangedLines]) -> list[list[ChangedLines]]:
    """The changes in groups whose contexts touch."""
    groups: list[list[ChangedLines]] = []
    for change in changes:
        if groups and change.start - groups[-1][-1].end <= 2 * _CONTEXT:
            groups[-1].append(change)
        else:
            groups.append([change])
    return groups


def _range(start: int, end: int) -> str:
    """Lines as a hunk header counts them: from 1, and an empty range by the line before it."""
    length = end - start
    if length == 1:
        return f"{start + 1}"
    return f"{start + 1 if length else start},{length}"


def _marked(mark: str, lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield f"{mark}{line}" if line.endswith("\n") else f"{mark}{line}{_NO_NEWLINE}"
