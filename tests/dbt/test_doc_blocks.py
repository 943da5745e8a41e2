"""A description that refers to a block written since ``dbt parse`` says what it will say."""

from __future__ import annotations

from dbt_docsmith.dbt.doc_blocks import with_blocks_on_disk
from dbt_docsmith.dbt.written import render_description
from dbt_docsmith.types import Manifest

MANIFEST = Manifest(
    schema_version="v12",
    project_name="shop",
    adapter_type=None,
    generated_at=None,
    nodes={},
    docs={"shop.id": "Old.", "shop.gone": "Gone.", "shop.jinja": "Rendered.", "dbt.id": "Of a package."},
    doc_files={"shop.id": "m.md", "shop.gone": "m.md", "shop.jinja": "m.md", "dbt.id": "docs/overview.md"},
)


def shown(raw: str, **blocks: str) -> str:
    return render_description(raw, with_blocks_on_disk(MANIFEST, {"m.md": blocks}))


def test_a_new_block_is_known() -> None:
    assert shown("{{ doc('new') }}", new="New.") == "New."


def test_an_edited_block_says_what_it_says_now() -> None:
    assert shown("{{ doc('id') }}", id="Edited.") == "Edited."


def test_a_block_that_is_gone_says_nothing() -> None:
    assert shown("{{ doc('gone') }}", id="Old.") == ""


def test_an_escaped_brace_is_shown_as_a_brace() -> None:
    assert shown("{{ doc('new') }}", new="Looks like {{ '{%' }} x %}.") == "Looks like {% x %}."


def test_what_jinja_makes_of_a_block_is_the_manifest_s_to_say() -> None:
    assert shown("{{ doc('jinja') }}", jinja="{{ 1 + 1 }}") == "Rendered."


def test_blocks_of_packages_and_of_files_that_were_not_read_stay() -> None:
    laid = with_blocks_on_disk(MANIFEST, {"other.md": {"more": "More."}})
    assert laid.docs == {**MANIFEST.docs, "shop.more": "More."}
    assert laid.doc_files == {**MANIFEST.doc_files, "shop.more": "other.md"}
