"""The Markdown file of doc blocks: every byte that stood there stands, and nothing is there twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbt_docsmith.errors import WriteError
from dbt_docsmith.properties.doc_blocks import DocBlock
from dbt_docsmith.properties.docs_file import apply_blocks, preview_blocks
from dbt_docsmith.properties.replacing import TEMPORARY

FILE = "models/docs/_docs.md"
BLOCK = DocBlock(name="id", text="Key.", made_for="model.shop.orders.id")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / FILE
    path.parent.mkdir(parents=True)
    return path


def test_it_is_made_where_there_is_none(tmp_path: Path) -> None:
    preview = preview_blocks(tmp_path, FILE, [BLOCK])
    assert not (tmp_path / "models").exists()
    assert apply_blocks(tmp_path, FILE, [BLOCK]) == preview
    assert (tmp_path / FILE).read_text() == preview.after
    assert (preview.before, preview.descriptions) == (None, 1)


@pytest.mark.parametrize(
    "before", [b"# Ours", b"\xef\xbb\xbf# Ours\r\n", b"", b"\n\n", "é\u2028 {% docs a %}b{% enddocs %}".encode()]
)
def test_what_stood_there_stands_to_the_byte(before: bytes, path: Path, tmp_path: Path) -> None:
    path.write_bytes(before)
    apply_blocks(tmp_path, FILE, [BLOCK])
    assert path.read_bytes().startswith(before)
    assert b"{% docs id %}" in path.read_bytes()


def test_a_block_that_another_run_wrote_for_the_same_column_stays_the_only_one(path: Path, tmp_path: Path) -> None:
    apply_blocks(tmp_path, FILE, [BLOCK])
    before = path.read_bytes()
    other = DocBlock(name="id", text="Said otherwise.", made_for=BLOCK.made_for)
    assert apply_blocks(tmp_path, FILE, [other]).descriptions == 0
    assert path.read_bytes() == before


def test_a_block_of_that_name_which_somebody_has_written_meanwhile_is_no_ones_home(
    path: Path, tmp_path: Path
) -> None:
    path.write_text("{% docs id %}By hand.{% enddocs %}")
    with pytest.raises(WriteError, match="has a block 'id' since this run began; run again"):
        apply_blocks(tmp_path, FILE, [BLOCK])
    assert path.read_text() == "{% docs id %}By hand.{% enddocs %}"


def test_what_a_killed_run_left_is_removed(path: Path, tmp_path: Path) -> None:
    left = path.with_name(f"._docs.md.0badf00d{TEMPORARY}")
    left.write_text("half a fi")
    apply_blocks(tmp_path, FILE, [BLOCK])
    assert [each.name for each in path.parent.iterdir()] == ["_docs.md"]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"\xff", "not UTF-8"), (b"{% docs a %}", "has no end"), (b"{#", "does not end")],
)
def test_a_file_that_cannot_be_read_is_left_alone(content: bytes, said: str, path: Path, tmp_path: Path) -> None:
    path.write_bytes(content)
    with pytest.raises(WriteError, match=said):
        apply_blocks(tmp_path, FILE, [BLOCK])
    assert path.read_bytes() == content


def test_a_link_that_leads_outside_is_refused(path: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "_docs.md").symlink_to(path)
    with pytest.raises(WriteError, match="leads outside the project"):
        apply_blocks(project, "_docs.md", [BLOCK])


def test_a_text_that_no_file_can_hold_is_refused(path: Path, tmp_path: Path) -> None:
    with pytest.raises(WriteError):
        apply_blocks(tmp_path, FILE, [DocBlock(name="id", text="\ud83d")])
    assert not path.exists()
