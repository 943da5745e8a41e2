"""`dbt-docsmith osmosis`: dbt-osmosis with the options of this program."""

from __future__ import annotations

from typing import Any

import click
import pytest
from tests.cli.user import User

from dbt_docsmith.cli.osmosis import GIVEN, add_llm_options
from dbt_docsmith.errors import UsageError

Seen = list[tuple[dict[str, Any], dict[str, Any]]]


def document_of(seen: Seen) -> click.Command:
    """A command as dbt-osmosis has it: what it was given, and what was left for the engine."""

    @click.command()
    @click.option("--dry-run", is_flag=True)
    @click.option("--threads", type=int)
    @click.option("--synthesize", is_flag=True)
    def document(**params: Any) -> None:
        """Of dbt-osmosis."""
        seen.append((params, dict(click.get_current_context().meta[GIVEN])))

    add_llm_options(document)
    return document


def test_where_dbt_osmosis_is_not_installed_one_line_says_the_cure(user: User) -> None:
    said = user("osmosis", "yaml", "document", "--synthesize")
    assert said.code == 2
    assert (
        said.error == "dbt-osmosis is not installed here: pip install 'dbt-osmosis[openai]' where dbt-docsmith is"
    )


def test_its_command_gets_its_own_options_and_the_engine_the_others() -> None:
    seen: Seen = []
    args = [
        "--synthesize",
        "--threads",
        "3",
        "--llm-timeout",
        "60",
        "--llm-stats",
        "--no-cache",
        "--max-cost",
        "2",
    ]
    document_of(seen).main(args, standalone_mode=False)
    [(theirs, ours)] = seen
    assert theirs == {"dry_run": False, "threads": 3, "synthesize": True}
    assert (ours["timeout"], ours["stats"], ours["use_cache"], ours["max_cost"]) == ("60", True, False, "2")


def test_llm_dry_run_is_its_dry_run() -> None:
    seen: Seen = []
    document_of(seen).main(["--llm-dry-run"], standalone_mode=False)
    assert seen[0][0]["dry_run"] is True


def test_an_option_that_nobody_would_read_is_refused() -> None:
    seen: Seen = []
    off = {"OSMOSIS_LLM_ENGINE": "off"}
    document_of(seen).main(["--synthesize", "--llm-dry-run"], standalone_mode=False, obj=off)
    with pytest.raises(UsageError, match="which has no --llm-timeout; leave that out"):
        document_of(seen).main(["--llm-timeout", "3"], standalone_mode=False, obj=off)
    assert len(seen) == 1


def test_the_options_are_in_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    document_of([]).main(["--help"], standalone_mode=False)
    said = capsys.readouterr().out
    named = (
        "--llm-stats",
        "--llm-prompt-file",
        "--llm-timeout",
        "--llm-dry-run",
        "--llm-rate-limit",
        "--provider",
    )
    assert [flag for flag in named if flag not in said] == []
    assert said.count("--threads") == 1


def test_options_are_added_once_however_often() -> None:
    document = document_of([])
    before = len(document.params)
    add_llm_options(document)
    assert len(document.params) == before
