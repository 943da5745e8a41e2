"""Whose text each column takes, and which of those texts a doc block is to hold: the DocHomes of one run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from msgspec.structs import replace

from dbt_docsmith.config import Config
from dbt_docsmith.config_file import FILE_NAME
from dbt_docsmith.dbt.inheritance import KeyFacts, origins_of, speaks_of_its_own_rows
from dbt_docsmith.dbt.project_facts import ProjectFacts
from dbt_docsmith.dbt.targets import TargetSettings, plan_targets
from dbt_docsmith.dbt.written import Text, mentions_doc
from dbt_docsmith.describable import SECTIONS, THINGS
from dbt_docsmith.errors import ConfigError
from dbt_docsmith.pipeline.doc_homes import GLOSSARY, DocHomes, no_homes
from dbt_docsmith.pipeline.free import find_in_glossary
from dbt_docsmith.pipeline.opening import OpenProject
from dbt_docsmith.properties.doc_blocks import DocBlock, block_name, marked_column
from dbt_docsmith.properties.files import check_writable
from dbt_docsmith.types import ColumnRef, DocTarget


def open_homes(config: Config, opened: OpenProject, targets: Sequence[DocTarget]) -> DocHomes:
    """Where the texts of this run's columns go, as ``doc_blocks`` of dbt-docsmith.yml has it.

    Raises ConfigError where the file it names cannot take them.
    """
    section = config.file.doc_blocks
    if section.columns == "never":
        return no_homes()
    file = _docs_file(section.file, opened)
    subjects = _Subjects(config, opened, targets)
    if section.columns == "always":
        wanted = _in_groups(subjects, targets)
    else:
        groups = _in_groups(subjects, [*_missing_anywhere(config, opened), *targets])
        wanted = {
            each: columns for each, columns in groups.items() if _sharers(subjects, each, columns) >= section.min
        }
    made = _made_blocks(opened)
    taken = _taken(opened)
    return DocHomes(
        file,
        subjects.of,
        _names(opened, {each: columns for each, columns in wanted.items() if each not in made}, taken),
        made,
        taken,
        frozenset(subjects.missing),
        every_text=section.columns == "always",
    )


class _Subjects:
    """The subject of each column: the nearest column above it that has a text, else the topmost one."""

    def __init__(self, config: Config, opened: OpenProject, targets: Sequence[DocTarget]) -> None:
        self._opened = opened
        self._glossary = config.file.glossary
        self._inherit = config.inherit
        self._keys: KeyFacts = ProjectFacts(opened.manifest).keys
        self.missing = {
            ColumnRef(target.node.unique_id, column.name.lower())
            for target in targets
            for column in target.columns
        }
        self.of = cache(self._of)

    def text(self, subject: ColumnRef) -> Text | None:
        """The text a subject has already, where this run is not to replace it."""
        if subject.unique_id == GLOSSARY or subject in self.missing:
            return None
        return self._opened.on_disk(subject.unique_id).column_text(subject.column)

    def _of(self, unique_id: str, column: str) -> ColumnRef:
        own = ColumnRef(unique_id, column.lower())
        above = [ColumnRef(each.unique_id, each.column.lower()) for each in self._origins(own)]
        for each in above:
            text = self.text(each)
            if text is not None:
                return own if self._is_joined(own) and speaks_of_its_own_rows(text.text) else each
        topmost = above[-1] if above else own
        asked = topmost if topmost in self.missing else own
        return ColumnRef(GLOSSARY, asked.column) if find_in_glossary(self._glossary, asked.column) else topmost

    def _origins(self, column: ColumnRef) -> Iterator[ColumnRef]:
        yield from origins_of(column, self._opened.lineage_of, self._keys) if self._inherit else ()

    def _is_joined(self, column: ColumnRef) -> bool:
        found = self._opened.lineage_of(column.unique_id).columns.get(column.column)
        return found is not None and found.joined


def _docs_file(given: str | None, opened: OpenProject) -> str:
    project = opened.project
    folders = project.docs_paths or project.source_paths
    file = given or f"{(project.docs_paths or project.model_paths)[0]}/_docs.md"
    where = f"{FILE_NAME}: doc_blocks.file: {file}"
    if not file.lower().endswith(".md"):
        raise ConfigError(f"{where}: dbt reads doc blocks from Markdown only; let its name end in .md")
    if not any(file.startswith(f"{folder}/") for folder in folders) and "." not in folders:
        raise ConfigError(f"{where}: dbt reads no doc blocks there, only in {', '.join(folders)}")
    obstacle = check_writable(project.root, file)
    if obstacle is not None:
        raise ConfigError(f"{FILE_NAME}: doc_blocks.file: {obstacle}")
    if (project.root / file).is_file() and file not in opened.doc_blocks:
        raise ConfigError(f"{where}: dbt cannot read the doc blocks that stand in it; mend it, or name another")
    return file


def _missing_anywhere(config: Config, opened: OpenProject) -> tuple[DocTarget, ...]:
    """What the whole project misses, so that a part of it gets the blocks that the whole would get."""
    nodes = [
        node
        for node in opened.manifest.nodes.values()
        if node.resource_type in SECTIONS.keys() - THINGS and node.package_name == opened.manifest.project_name
    ]
    settings = TargetSettings(
        only="columns", add_columns=config.add_columns, add_source_columns=config.add_source_columns
    )
    on_disk = {node.unique_id: opened.on_disk(node.unique_id) for node in nodes}
    return plan_targets(nodes, on_disk, {node.unique_id: opened.known(node) for node in nodes}, settings)


def _in_groups(subjects: _Subjects, targets: Iterable[DocTarget]) -> dict[ColumnRef, dict[ColumnRef, None]]:
    """The missing columns of each subject, but of those whose text refers to a block already."""
    groups: dict[ColumnRef, dict[ColumnRef, None]] = {}
    for target in (target for target in targets if target.node.resource_type not in THINGS):
        for column in target.columns:
            subject = subjects.of(target.node.unique_id, column.name)
            text = subjects.text(subject)
            if text is None or not mentions_doc(text.raw):
                own = ColumnRef(target.node.unique_id, column.name.lower())
                groups.setdefault(subject, {})[own] = None
    return groups


def _sharers(subjects: _Subjects, subject: ColumnRef, columns: Mapping[ColumnRef, None]) -> int:
    return len(columns) + (subjects.text(subject) is not None)


def _names(
    opened: OpenProject, groups: Mapping[ColumnRef, Mapping[ColumnRef, None]], taken: frozenset[str]
) -> dict[ColumnRef, str]:
    """A name for each subject's block: what most of its columns are called."""
    gone = set(taken)
    names = {}
    for subject in sorted(groups):
        column = _usual_name(groups[subject], subject)
        owner = next(iter(sorted(groups[subject]))) if subject.unique_id == GLOSSARY else subject
        names[subject] = block_name(column, opened.manifest.nodes[owner.unique_id].name, gone)
        gone.add(names[subject])
    return names


def _usual_name(columns: Iterable[ColumnRef], subject: ColumnRef) -> str:
    """What most columns are called; rather not what the source calls it, which somebody found reason to change."""
    names = Counter(each.column for each in columns)
    return min(names, key=lambda name: (-names[name], name == subject.column, name))


def _made_blocks(opened: OpenProject) -> dict[ColumnRef, DocBlock]:
    """The blocks that earlier runs made, as dbt shows them, by the column they were made for."""
    own = opened.manifest.project_name
    made = {}
    for block in (block for blocks in opened.doc_blocks.values() for block in blocks):
        column = marked_column(block)
        if column is not None:
            made[column] = replace(block, text=opened.manifest.docs.get(f"{own}.{block.name}", ""))
    return made


def _taken(opened: OpenProject) -> frozenset[str]:
    """Every name that some block has, here or in a package, and those that dbt gives a meaning."""
    packages = {name.partition(".")[0] for name in opened.manifest.docs} | {opened.manifest.project_name}
    reserved = {"__overview__", *(f"__{package}__" for package in packages)}
    return frozenset(
        {name.partition(".")[2].lower() for name in opened.manifest.docs} | {name.lower() for name in reserved}
    )
