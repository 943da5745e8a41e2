"""How people document this project: where their entries stand, how long and in which language they write."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterator, Sequence

from msgspec.structs import asdict

from dbt_docsmith.dbt.doc_block_habit import doc_block_habit
from dbt_docsmith.dbt.written import mentions_doc
from dbt_docsmith.first_look import DocBlocksFound, FolderHabit, StyleFound
from dbt_docsmith.language import usual_language
from dbt_docsmith.pipeline.opening import OpenProject
from dbt_docsmith.properties.habits import Habits, Sighting
from dbt_docsmith.properties.path_templates import folder_of
from dbt_docsmith.properties.read import is_placeholder
from dbt_docsmith.types import WrittenEntry


def find_placement(opened: OpenProject) -> tuple[FolderHabit, ...]:
    """The habit of each folder in which models have entries."""
    by_folder: dict[str, list[Sighting]] = defaultdict(list)
    for node in opened.manifest.nodes.values():
        file = opened.on_disk(node.unique_id).file
        if node.resource_type == "model" and node.package_name == opened.manifest.project_name and file:
            folder = folder_of(node.original_file_path)
            by_folder[folder].append(Sighting(node.name, folder, file))
    habits = Habits((each for seen in by_folder.values() for each in seen), lambda _path: True)
    return tuple(_habit(habits, folder, len(by_folder[folder])) for folder in sorted(by_folder))


def _habit(habits: Habits, folder: str, entries: int) -> FolderHabit:
    file = habits.file_for("{model}", folder) or f"{folder}/{{model}}.yml"
    return FolderHabit(folder=folder, pattern=posixpath.relpath(file, folder), entries=entries)


def find_style(entries: Sequence[WrittenEntry]) -> StyleFound:
    """Of the texts that stand in the properties files themselves."""
    texts = [
        text for text in map(str.strip, _texts(entries)) if not is_placeholder(text) and not mentions_doc(text)
    ]
    if not texts:
        return StyleFound()
    lengths = sorted(map(len, texts))
    return StyleFound(
        texts=len(texts),
        usual=lengths[(len(lengths) - 1) // 2],
        long=lengths[(len(lengths) - 1) * 19 // 20],
        language=usual_language(texts),
    )


def _texts(entries: Sequence[WrittenEntry]) -> Iterator[str]:
    for entry in entries:
        columns = (column.description for column in entry.columns.values())
        yield from (text.raw for text in (entry.description, *columns) if text and text.raw.strip())


def find_doc_blocks(opened: OpenProject) -> DocBlocksFound:
    """Whether texts of columns stand in doc blocks."""
    files = {block.name: file for file, blocks in opened.doc_blocks.items() for block in blocks}
    return DocBlocksFound(**asdict(doc_block_habit(opened.entries, files)))
