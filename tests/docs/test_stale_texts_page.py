"""The page on stale texts: each of its commands can be typed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from tests.cli.ledgers import change_sql, documented
from tests.cli.user import User

PAGE = (Path(__file__).parents[2] / "docs" / "stale-texts.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"\| `dbt-docsmith ([^`]+)` \|", PAGE)


def test_the_page_has_its_commands() -> None:
    assert len(COMMANDS) == 9


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_of_the_page_can_be_typed(command: str, user: User, tmp_path: Path) -> None:
    documented(user)
    main = shutil.copytree(user.project / "target", tmp_path / "target-of-main")
    change_sql(user)
    words = command.replace("target-of-main", str(main)).split()

    said = user(*words, LLM_PROVIDER="rules")

    assert said.code == (1 if words[0] == "check" else 0)
    assert "error" not in said.err
    assert "dim_customers" in said.out or "0 texts" in said.out


def test_what_is_not_in_the_ledger_is_as_the_page_says(user: User) -> None:
    documented(user)
    folder = user.project / ".dbt-docsmith"
    content = (folder / "ledger.jsonl").read_text(encoding="utf-8")

    assert sorted(path.name for path in folder.iterdir()) == [".gitattributes", "ledger.jsonl"]
    assert str(user.project) not in content
    assert ".yml" not in content
    assert "select" not in content.lower()
