"""Proposals for a person, in one file or in one for each of several people; nothing else is written."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct

from dbt_docsmith.dbt.project import Project
from dbt_docsmith.errors import ProposalsError, UsageError
from dbt_docsmith.properties.replacing import content_of, locked, remove_leftovers, replace_file
from dbt_docsmith.review.proposals import Item, seal_of
from dbt_docsmith.review.reading import read_proposals
from dbt_docsmith.review.rendering import render_proposals
from dbt_docsmith.review.splitting import part_file, split_items
from dbt_docsmith.types import Node

Split = Literal["folder", "group", "owner"]


class SaveTo(Struct, frozen=True, kw_only=True):
    """Where proposals go: a file, or with ``split`` a folder that takes one for each folder, group or owner."""

    path: Path
    split: Split | None = None


def check_destination(to: SaveTo, project: Project) -> None:
    """Raises ProposalsError or UsageError, before anything is spent, where the proposals cannot go there."""
    path = to.path.absolute()
    _refuse_where_dbt_reads(path, to, project)
    if to.split is None and path.is_dir():
        raise UsageError(f"{_said(to)} is a folder; name a file, or say with --split how to part them")
    if to.split is not None and path.exists() and not path.is_dir():
        raise UsageError(f"{_said(to)} is a file; with --split name a folder")
    standing = next(folder for folder in path.parents if folder.is_dir())
    if not os.access(path if path.is_dir() else standing, os.W_OK | os.X_OK):
        raise UsageError(f"{_said(to)} cannot be written to; name another place")
    for file in [path] if to.split is None else sorted(path.rglob("*.yml")):
        _refuse_edited(file)


def save_proposals(
    to: SaveTo, project: str, items: Sequence[Item], nodes: Mapping[str, Node]
) -> tuple[tuple[str, int], ...]:
    """Write the items; gives each file with the number of its texts. A file that says the same is left alone."""
    split = to.split
    if split is None:
        parts = {to.path: tuple(items)}
    else:
        taken: set[str] = set()
        found = split_items(items, lambda place: _part(split, nodes[place.node]))
        parts = {to.path / part_file(part, taken): there for part, there in found.items()}
    for path, there in parts.items():
        write_over(path, render_proposals(project, there).encode("utf-8"))
    return tuple((str(path), len(there)) for path, there in parts.items())


def write_over(path: Path, content: bytes, expected: bytes | None = None) -> None:
    """Give a file this content, whole or not at all. ``expected``: only if it still says that."""
    path = path.resolve()
    before = content_of(path) if expected is None else expected
    if before == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with locked(path.parent):
        remove_leftovers(path.parent)
        if not replace_file(path, before, content):
            raise ProposalsError(f"{path}: was changed by something else meanwhile; run again")


def _said(to: SaveTo) -> str:
    return f"--save-proposals {to.path}:"


def _refuse_where_dbt_reads(path: Path, to: SaveTo, project: Project) -> None:
    """dbt takes every YAML file below its own folders for a properties file."""
    for name in project.source_paths:
        folder = project.root / name
        if path.is_relative_to(folder):
            raise UsageError(f"{_said(to)} dbt reads every YAML file in {name}/; name a place outside")
        if to.split is not None and folder.is_relative_to(path):
            raise UsageError(f"{_said(to)} the project is in there; name a folder for the proposals alone")


def _refuse_edited(path: Path) -> None:
    content = content_of(path)
    if content is None:
        return
    cure = "apply it, or move or delete it, and run again"
    try:
        found = read_proposals(str(path), content).proposals
    except ProposalsError as error:
        raise ProposalsError(f"{path}: is not what --save-proposals wrote, and stays as it is; {cure}") from error
    if found.seal != seal_of(found.project, found.proposals):
        raise ProposalsError(f"{path}: was edited or reviewed since it was made, and stays as it is; {cure}")


def _part(split: Split, node: Node) -> str:
    if split == "folder":
        return posixpath.dirname(node.original_file_path) or "project"
    if split == "group":
        return node.group or "no-group"
    return _owner(node) or "no-owner"


def _owner(node: Node) -> str:
    """As ``meta: {owner: ...}`` says, by name or by name and e-mail address; else the node's group."""
    owner = node.meta.get("owner")
    if isinstance(owner, dict):
        owner = owner.get("name") or owner.get("email")
    return str(owner or node.group or "").replace("/", "-")
