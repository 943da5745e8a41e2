"""What writing leaves alone: one random text, then all missing ones, in every properties file of some projects.

    python -m benchmarks sweep FOLDER...

The files are copied into a git repository of their own; nothing in the folders is touched. Where a file misses
nothing, the random text is that of a new column. Deleted lines are those of `git diff --patience` (otherwise
git pairs the many lines of YAML that are alike in ways nobody edited): each held an empty description, an empty
collection, an alias or a flow mapping, or was an unterminated last line; any other is listed.
"""

from __future__ import annotations

import random
import re
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import yaml
from msgspec.structs import replace

from dbt_docsmith.errors import WriteError
from dbt_docsmith.properties.read import read_entries
from dbt_docsmith.properties.splice import plan_file
from dbt_docsmith.types import ColumnText, NodeTexts, WrittenEntry

FOREIGN = frozenset({".git", ".venv", "target", "dbt_packages", "dbt_modules", "node_modules"})
TEXT = 'What it holds: "quoted", `code`, 100 %, it\'s # no comment.'
ALLOWED = re.compile(
    r"""description["']?\s*:\s*(?:["'~]|null|[|>]|&|\#|$)   # empty, in any spelling
      | columns["']?\s*:\s*(?:\[|\#|null|~|$)              # an empty collection
      | :\s*\*|-\s+\*|<<                                   # an alias
      | (?:^\s*|[:,-]\s+|\[\s*)[{\[]                      # a flow mapping, or one of a flow sequence
    """,
    re.VERBOSE,
)
SECTIONS = ("models", "sources", "seeds", "snapshots", "analyses")
RUAMEL_SAMPLE = 40


class File(NamedTuple):
    """A properties file, and everything in it that has no text."""

    name: str
    text: str
    entries: tuple[WrittenEntry, ...]


class Swept(NamedTuple):
    """What a pass came to: texts written, CPU seconds, and the reason of each file that was refused."""

    texts: int
    cpu: float
    refused: dict[str, str]


def main(folders: Sequence[str]) -> None:
    unreadable: dict[str, str] = {}
    files = [file for folder in folders for file in _files(Path(folder), unreadable)]
    marks = Counter(mark for file in files for mark in _marks(file.text))
    print(f"  {len(files)} properties files of {len(folders)} folders; {dict(marks)}")
    for name, reason in sorted(unreadable.items()):
        print(f"    not read, nor would dbt read it: {name}: {reason}")
    with tempfile.TemporaryDirectory(prefix="docsmith-sweep-") as scratch:
        root = Path(scratch)
        _commit(root, files)
        chance = random.Random(20261121)
        for title, wanted in (("one random text each", _one(chance)), ("all missing texts", _all)):
            _report(title, root, files, _sweep(root, files, wanted))
    _ruamel(files)


def _files(folder: Path, unreadable: dict[str, str]) -> Iterator[File]:
    for path in sorted(path for ending in ("*.yml", "*.yaml") for path in folder.rglob(ending)):
        if FOREIGN & set(path.relative_to(folder).parts):
            continue
        name = f"{folder.resolve().name}/{path.relative_to(folder).as_posix()}"
        try:
            text = path.read_bytes().decode()
            entries = tuple(entry for entry in read_entries(name, text) if entry.section in SECTIONS)
        except (WriteError, UnicodeDecodeError) as error:
            if re.search(r"^(?:models|sources|seeds|snapshots|analyses):", path.read_text(errors="replace"), re.M):
                unreadable[name] = str(error)
            continue
        if entries:
            yield File(name, text, entries)


def _marks(text: str) -> Iterator[str]:
    if "\r\n" in text:
        yield "CRLF"
    if text and not text.endswith("\n"):
        yield "no final newline"
    nodes = [yaml.compose(text, Loader=yaml.CSafeLoader)]
    found = set()
    while nodes:
        node = nodes.pop()
        if isinstance(node, yaml.CollectionNode):
            found |= {"flow"} if node.flow_style and node.value else set()
            if isinstance(node, yaml.MappingNode):
                keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
                found |= {"duplicate keys"} if len(set(keys)) < len(keys) else set()
                nodes += [value for _, value in node.value]
            else:
                nodes += node.value
    yield from found
    if re.search(r":\s+[&*]\w", text):
        yield "anchors"


def _all(file: File) -> list[NodeTexts]:
    return [texts for entry in file.entries if (texts := _missing(file, entry)) is not None]


def _one(chance: random.Random) -> object:
    def one(file: File) -> list[NodeTexts]:
        whole = _all(file)
        if not whole:
            return _new_column(file, chance)
        texts = chance.choice(whole)
        columns = [column for column in texts.columns if chance.random() < 0.5 or texts.description is None]
        if columns and (texts.description is None or chance.random() < 0.8):
            return [_with(texts, None, [chance.choice(columns)])]
        return [_with(texts, texts.description, [])]

    return one


def _new_column(file: File, chance: random.Random) -> list[NodeTexts]:
    entry = chance.choice([entry for entry in file.entries if entry.version is None])
    column = ColumnText(name="found_by_the_sweep", description=TEXT)
    return [_texts(file, entry, None, (column,))]


def _with(texts: NodeTexts, description: str | None, columns: Sequence[ColumnText]) -> NodeTexts:
    return replace(texts, description=description, columns=tuple(columns))


def _missing(file: File, entry: WrittenEntry) -> NodeTexts | None:
    columns = tuple(
        ColumnText(name=column.name, description=f"{TEXT} {column.name}")
        for column in entry.columns.values()
        if column.description is None or not column.description.raw.strip()
    )
    is_missing = entry.version is None and (entry.description is None or not entry.description.raw.strip())
    if not (is_missing or columns):
        return None
    return _texts(file, entry, TEXT if is_missing else None, columns)


def _texts(file: File, entry: WrittenEntry, description: str | None, columns: tuple[ColumnText, ...]) -> NodeTexts:
    return NodeTexts(
        unique_id=f"{entry.section}.{entry.source_name or ''}.{entry.name}.{entry.version or ''}",
        file=file.name,
        section=entry.section,
        name=entry.name,
        source_name=entry.source_name,
        version=entry.version,
        description=description,
        columns=columns,
    )


def _commit(root: Path, files: Sequence[File]) -> None:
    for file in files:
        _put(root, file.name, file.text)
    _git(root, "init", "-q")
    _git(root, "add", "-A")
    _git(root, "-c", "user.name=sweep", "-c", "user.email=sweep@example.invalid", "commit", "-qm", "before")


def _sweep(root: Path, files: Sequence[File], wanted: object) -> Swept:
    texts, cpu, refused = 0, 0.0, {}
    assert callable(wanted)
    for file in files:
        asked = wanted(file)
        began = time.process_time()
        plan = plan_file(file.text, asked)
        cpu += time.process_time() - began
        texts += plan.descriptions
        if plan.failures:
            refused[file.name] = str(plan.failures[0][1])
        _put(root, file.name, plan.after)
    return Swept(texts, cpu, refused)


def _report(title: str, root: Path, files: Sequence[File], swept: Swept) -> None:
    deleted = list(_deleted(root, {file.name: file.text for file in files}))
    other = [line for line in deleted if not line[2]]
    print(
        f"\n  {title}: {swept.texts} texts, {swept.cpu:.2f} s CPU, "
        f"{500 * swept.cpu / len(files):.2f} s for 500 files"
    )
    print(f"    deleted lines that may be: {len(deleted) - len(other)}; others: {len(other)}")
    for name, line, _ in other:
        print(f"      {name}: {line}")
    share = 100 * len(swept.refused) / len(files)
    print(f"    files with a text refused: {len(swept.refused)} ({share:.2f} %)")
    for name, reason in swept.refused.items():
        print(f"      {name}: {reason}")


def _deleted(root: Path, before: dict[str, str]) -> Iterator[tuple[str, str, bool]]:
    """Each deleted line, and whether it is one of those that may be."""
    name = ""
    for line in _git(root, "diff", "--patience", "-U0", "--no-color", "--no-prefix").split("\n"):
        if line.startswith("--- "):
            name = line[4:].rstrip("\t")
        elif line.startswith("-"):
            is_last = not before[name].endswith("\n") and before[name].endswith(line[1:])
            yield name, line[1:], is_last or ALLOWED.search(line[1:]) is not None


def _ruamel(files: Sequence[File]) -> None:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    chosen = random.Random(1).sample(list(files), min(RUAMEL_SAMPLE, len(files)))
    began = time.process_time()
    changed = 0
    for file in chosen:
        reader, written = YAML(), StringIO()
        reader.preserve_quotes = True
        try:
            reader.dump(reader.load(file.text), written)
        except (YAMLError, ValueError):
            continue
        changed += written.getvalue() != file.text
    cpu = (time.process_time() - began) / len(chosen)
    print(
        f"\n  ruamel.yaml loads and dumps {len(chosen)} of them: {500 * cpu:.1f} s for 500 files; "
        f"{changed} came out changed, unasked"
    )


def _put(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-c", "core.autocrlf=false", "-c", "core.quotepath=false", *arguments]
    return subprocess.run(command, cwd=root, check=True, capture_output=True, encoding="utf-8").stdout
