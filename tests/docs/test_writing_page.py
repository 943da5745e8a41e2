"""docs/writing.md shows settings that are read, and a block as it is written."""

from __future__ import annotations

import re
from pathlib import Path

from tests.pipeline.shop import copy_shop

from dbt_docsmith.config_file import read_config_file
from dbt_docsmith.properties.doc_blocks import DocBlock, with_doc_blocks

PAGE = (Path(__file__).parents[2] / "docs" / "writing.md").read_text(encoding="utf-8")


def test_its_settings_are_read(tmp_path: Path) -> None:
    sections = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert len(sections) == 2
    (tmp_path / "dbt-docsmith.yml").write_text("".join(sections))
    read = read_config_file(tmp_path)
    assert (read.doc_blocks.columns, read.doc_blocks.min, read.doc_blocks.file) == (
        "repeated",
        3,
        "models/_docs.md",
    )
    assert read.placement == {"staging": "_{folder}__models.yml", "marts": "{model}.yml"}


def test_its_block_is_what_is_written() -> None:
    [shown] = re.findall(r"```markdown\n(.*?)```", PAGE, re.DOTALL)
    column = "source.shop.webshop.customers.created"
    block = DocBlock(name="registered_at", text="When the account was made, UTC.", made_for=column)
    assert with_doc_blocks("", [block]) == shown


def test_its_block_is_the_example_s(tmp_path: Path) -> None:
    shop = copy_shop(tmp_path)
    (shop.root / "dbt-docsmith.yml").write_text("doc_blocks: {columns: repeated, min: 2}\n")
    shop.document(provider="rules")
    [shown] = re.findall(r"```markdown\n(.*?)```", PAGE, re.DOTALL)
    assert shown in (shop.root / "models" / "_docs.md").read_text()
