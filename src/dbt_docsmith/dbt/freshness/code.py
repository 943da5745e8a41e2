"""Whether a file of SQL, Python, seed rows, macros or doc blocks says what the manifest says it does. Pure.

Texts are compared, never times: a checkout, a copy or a downloaded manifest makes times meaningless.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence

from dbt_docsmith.types import Node

_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_RAW = re.compile(r"\{%[-+]?\s*raw\s*[-+]?%\}.*?\{%[-+]?\s*endraw\s*[-+]?%\}", re.DOTALL)
_SNAPSHOT = re.compile(r"\{%[-+]?\s*snapshot\s+\w+")
_MACRO = re.compile(r"\{%[-+]?\s*(?:macro|test|data_test|materialization)\s+\w+")
_DOCS = re.compile(r"\{%[-+]?\s*docs\s+(\w+)\s*[-+]?%\}(.*?)\{%[-+]?\s*enddocs\s*[-+]?%\}", re.DOTALL)


def is_node_file_changed(text: str, nodes: Sequence[Node]) -> bool:
    """Whether a file with one node (a model, a seed, an analysis, a singular test) says something else than it.

    ``nodes`` are those the manifest has from this file, versions and disabled ones included. Early Fusion keeps
    the code to itself, and its digest is of a text of its own making: that tells nothing of a file.
    """
    codes = {_plain(node.raw_code) for node in nodes if node.raw_code}
    checksums = {node.checksum for node in nodes if node.checksum}
    if _plain(text) in codes or not checksums.isdisjoint(_digests(text)):
        return False
    return bool(codes) or _digest("") in checksums or any(node.resource_type == "seed" for node in nodes)


def is_snapshot_file_changed(text: str, nodes: Sequence[Node]) -> bool:
    """Whether a file of ``{% snapshot %}`` blocks has other blocks than the manifest's ``nodes`` of it."""
    if not nodes:
        return len(_blocks(_SNAPSHOT, text)) > 0
    if any(node.checksum in _digests(text) for node in nodes if node.checksum):
        return False
    plain = _plain(text)
    known = all(_plain(node.raw_code) in plain for node in nodes)
    return not known or len(_blocks(_SNAPSHOT, text)) > len(nodes)


def is_macro_file_changed(text: str, macros: Iterable[str]) -> bool:
    """Whether a file has other macros, generic tests and materializations than ``macros``, the SQL of each."""
    rest = _plain(text)
    for macro in sorted(map(_plain, macros), key=len, reverse=True):
        if macro not in rest:
            return True
        rest = rest.replace(macro, "", 1)
    return len(_blocks(_MACRO, rest)) > 0


def is_docs_file_changed(text: str, blocks: Mapping[str, str]) -> bool:
    """Whether a Markdown file no longer has all the ``{% docs %}`` of ``blocks``, the text of each by its name.

    A block with Jinja in it counts by its name alone: the manifest has it rendered. One that is new makes no
    manifest bad, for it is read off the file.
    """
    found = dict(_blocks(_DOCS, text))
    if not blocks.keys() <= found.keys():
        return True
    return any(_plain(found[name]) != _plain(blocks[name]) for name in blocks if not _has_jinja(found[name]))


def _blocks(opening: re.Pattern[str], text: str) -> list[tuple[str, str]]:
    return opening.findall(_COMMENT.sub("", _RAW.sub("", text)))


def _has_jinja(text: str) -> bool:
    return any(mark in text for mark in ("{{", "{%", "{#"))


def _plain(text: str) -> str:
    """A text as every system's checkout has it."""
    return text.replace("\r\n", "\n").strip()


def _digests(text: str) -> set[str]:
    """The digests that can have been taken of this file: dbt Core strips its text and leaves line ends as they
    were; Fusion takes seeds as they are, and the lower-case words of everything else."""
    unix, words = _plain(text), text.lower().split()
    spellings = {text, text.strip(), unix, unix.replace("\n", "\r\n"), " ".join(words), "".join(words)}
    return {_digest(spelling) for spelling in spellings}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
