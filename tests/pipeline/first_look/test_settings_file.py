"""The file that `init` writes is read, changes nothing that no finding speaks for, and explains every key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dbt_docsmith.config_file import FILE_NAME, read_config_file
from dbt_docsmith.config_sections import (
    ConfigFile,
    DocBlocksSection,
    NeverSendSection,
    PolicySection,
    StyleSection,
)
from dbt_docsmith.first_look import (
    DocBlocksFound,
    Findings,
    FolderHabit,
    JobsFound,
    MarksFound,
    ProvidersFound,
    StyleFound,
)
from dbt_docsmith.pipeline.first_look.settings_file import settings_file
from dbt_docsmith.prompting.templates import PromptStyle

MUCH = Findings(
    providers=ProvidersFound(
        configured=("anthropic", "openai"),
        chosen="anthropic",
        lacks=("its SDK: pip install x",),
        installed=("openai",),
    ),
    folders=(
        FolderHabit(folder="models/staging", pattern="_staging__models.yml", entries=4),
        FolderHabit(folder="models/a: b", pattern="../'quoted' #1.yml", entries=1),
    ),
    style=StyleFound(texts=1234, usual=61, long=140, language="German"),
    doc_blocks=DocBlocksFound(columns="repeated", min=2, file="models/docs.md", described=20, referring=9),
    marks=MarksFound(tags=("pii", 'a "b": #c', "line\nbreak"), meta=("class=secret",), nodes=1, columns=3),
    jobs=(JobsFound(file=".gitlab-ci.yml", host="GitLab", ours=False),),
)


def read(tmp_path: Path, text: str) -> ConfigFile:
    (tmp_path / FILE_NAME).write_text(text, encoding="utf-8")
    return read_config_file(tmp_path)


def test_where_nothing_was_found_it_sets_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, settings_file(Findings())) == ConfigFile()


def test_what_was_found_is_set_and_nothing_else(tmp_path: Path) -> None:
    assert read(tmp_path, settings_file(MUCH)) == ConfigFile(
        style=StyleSection(language="German"),
        doc_blocks=DocBlocksSection(columns="repeated", min=2, file="models/docs.md"),
        policy=PolicySection(
            never_send=NeverSendSection(tags=["pii", 'a "b": #c', "line\nbreak"], meta=["class=secret"])
        ),
    )


@pytest.mark.parametrize("found", [Findings(), MUCH])
def test_every_key_can_be_set_by_taking_its_mark_away(tmp_path: Path, found: Findings) -> None:
    text = re.sub(r"^#(?! \S|$)", "", settings_file(found), flags=re.MULTILINE)
    whole = read(tmp_path, text)
    default = ConfigFile()
    for key in ConfigFile.__struct_fields__:
        assert f"`{key}`" in text, key
        assert getattr(whole, key) != getattr(default, key) or key in ("redact", "doc_blocks"), key
    assert (whole.style.tone, whole.style.max_length) == (PromptStyle().tone, PromptStyle().max_length)


def test_words_are_wrapped_and_nothing_of_them_is_yaml(tmp_path: Path) -> None:
    for line in settings_file(MUCH).splitlines():
        assert len(line) <= 104 or not line.startswith("# ")


def test_it_says_what_was_found() -> None:
    text = settings_file(MUCH)
    for told in (
        "Configured here: anthropic, openai",
        "anthropic lacks its SDK: pip install x",
        '#  "models/staging": "_staging__models.yml"',
        "1,234 texts here, in German",
        "Of 20 described columns 9 refer to one now.",
        "nodes 1, columns 3",
        '.gitlab-ci.yml: for GitLab, the snippet under "GitLab" in docs/ci.md',
    ):
        assert told in text.replace("\n# ", " ") or told in text, told
