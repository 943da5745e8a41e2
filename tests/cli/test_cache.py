"""`dbt-docsmith cache` and `usage`, as a user meets them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.cli.user import JSON, User
from tests.wire_server import WireServer

ONE = ("document", "-s", "fct_orders")


def told(user: User, *args: str) -> Any:
    return json.loads(user(*args, *JSON).out)


def store_of(user: User) -> Path:
    return user.home / ".cache" / "dbt-docsmith" / "answers.db"


def overwriting(user: User, *more: str) -> None:
    """Ask for the same text once more, or be given it by the store."""
    assert user(*ONE, "--overwrite", *more).code == 0


def test_nothing_is_kept_before_anything_was_asked(user: User) -> None:
    assert told(user, "cache", "info")["answers"] == 0
    assert user("cache", "clear").out.startswith("removed 0 answers and 0 abstentions from ")
    assert user("usage").out == "nothing was asked of any provider in the last 30 days\n"
    assert list(user.home.iterdir()) == []


def test_the_store_says_what_it_holds_and_what_it_saved(online: User, wire_server: WireServer) -> None:
    overwriting(online)
    overwriting(online)
    info = told(online, "cache", "info")
    assert (info["answers"], info["replayed"]) == (len(wire_server.seen), len(wire_server.seen))
    assert info["path"] == str(store_of(online))
    assert info["bytes"] >= store_of(online).stat().st_size > 0
    assert float(info["saved_usd"]) > 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", info["oldest"])
    text = online("cache", "info").out
    assert text.startswith(str(store_of(online)))
    assert "that nobody was asked for again" in text


def test_clearing_asks_nothing_says_what_went_and_forgets_no_money(online: User, wire_server: WireServer) -> None:
    overwriting(online)
    asked = len(wire_server.seen)
    said = online("cache", "clear")
    assert said.code == 0
    assert said.out.startswith(f"removed {asked} answer")
    assert told(online, "cache", "info")["answers"] == 0
    assert told(online, "usage")["total"]["requests"] == asked
    overwriting(online)
    assert len(wire_server.seen) == 2 * asked


def test_a_store_nobody_can_read_is_cleared_too(user: User) -> None:
    store = store_of(user)
    store.parent.mkdir(parents=True)
    store.write_bytes(b"no database at all, and long enough to be looked at" * 50)
    assert "`dbt-docsmith cache clear` removes it" in user("cache", "info").error
    aside = store.with_name(store.name + ".unreadable-7")
    aside.write_bytes(b"x")
    said = user("cache", "clear")
    assert (said.code, f"deleted {store}" in said.out, f"deleted {aside}" in said.out) == (0, True, True)
    assert list(store.parent.iterdir()) == []


@pytest.mark.parametrize(("how", "left"), [(("--older-than", "1"), 1), (("--older-than", "0"), 0)])
def test_pruning_by_age_keeps_what_is_younger(how: tuple[str, ...], left: int, online: User) -> None:
    overwriting(online)
    assert told(online, "cache", "prune", *how)["answers"] == 1 - left
    assert told(online, "cache", "info")["answers"] == left


def test_pruning_says_what_it_wants(user: User) -> None:
    assert "--older-than DAYS" in user("cache", "prune").error
    assert user("cache", "prune", "--older-than", "-1").code == 2


def test_usage_tells_each_day_project_and_model(online: User) -> None:
    overwriting(online)
    overwriting(online)
    [row] = told(online, "usage", "--days", "2")["rows"]
    assert (row["project"], row["provider"], row["model"]) == ("shop", "openai", "gpt-5.4-mini")
    assert (row["requests"], row["stored"], row["prompt_tokens"], row["completion_tokens"]) == (1, 1, 100, 20)
    assert row["cached_prompt_tokens"] == 40
    assert row["cost_usd"] == row["saved_usd"]
    heading, line, total = online("usage").out.splitlines()[:3]
    assert heading.split()[:3] == ["day", "(UTC)", "project"]
    assert line.split()[1:6] == ["shop", "openai", "gpt-5.4-mini", "1", "1"]
    assert total.startswith("all ")


def test_a_price_nobody_knows_is_unknown_in_usage(online: User) -> None:
    overwriting(online, "--model", "gpt-none")
    usage = told(online, "usage")
    assert (usage["rows"][0]["cost_usd"], usage["total"]["cost_usd"]) == (None, None)
    assert usage["total"]["known_cost_usd"] == "0"
    assert "price unknown" in online("usage").out


def test_what_was_spent_is_kept_even_without_a_store(online: User) -> None:
    overwriting(online, "--no-cache")
    assert told(online, "usage")["total"]["requests"] == 1
    assert not store_of(online).exists()


def test_the_usage_log_holds_no_prompt_and_no_path(online: User) -> None:
    overwriting(online, "--no-cache")
    files = list(store_of(online).parent.glob("usage.db*"))
    written = b"".join(file.read_bytes() for file in files)
    assert b"gpt-5.4-mini" in written
    for hidden in (b"Columns to describe", str(online.project).encode(), b"sk-loopback"):
        assert hidden not in written


def test_usage_tells_the_month_against_its_budget(online: User) -> None:
    online.write("dbt-docsmith.yml", "budget: {per_month: 5}\n")
    overwriting(online)
    assert re.search(r"this month \(UTC\): .* of \$5\.00 \(budget\.per_month\)", online("usage").out)
