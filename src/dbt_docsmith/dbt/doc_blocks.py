"""The doc blocks that stand on disk laid over those of the manifest. Pure.

So a description that refers to a block which was written since ``dbt parse`` says what it will say.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from dbt_docsmith.dbt.written import unescape_jinja
from dbt_docsmith.types import Manifest


def with_blocks_on_disk(manifest: Manifest, on_disk: Mapping[str, Mapping[str, str]]) -> Manifest:
    """The manifest with the blocks of the project's own Markdown files: by file, then by name, Jinja not rendered.

    What Jinja makes of a block is the manifest's to say, where it knows the block.
    """
    own = f"{manifest.project_name}."
    kept = {
        name: text
        for name, text in manifest.docs.items()
        if not name.startswith(own) or manifest.doc_files.get(name) not in on_disk
    }
    there = {f"{own}{name}": (file, text) for file, blocks in on_disk.items() for name, text in blocks.items()}
    read = {name: _text(raw, manifest.docs.get(name)) for name, (_file, raw) in there.items()}
    files = {name: file for name, file in manifest.doc_files.items() if name in kept}
    return replace(
        manifest,
        docs={**kept, **read},
        doc_files={**files, **{name: file for name, (file, _text) in there.items()}},
    )


def _text(raw: str, rendered: str | None) -> str:
    text = unescape_jinja(raw)
    is_plain = not any(mark in _without_escapes(raw) for mark in ("{{", "{%", "{#"))
    return text if is_plain or rendered is None else rendered


def _without_escapes(raw: str) -> str:
    return unescape_jinja(raw, lambda _text: "")
