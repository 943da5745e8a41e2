"""docs/review.md: each of its commands is run, in its order, on the example."""

import json
import os
import re
import shlex
import sys
from pathlib import Path

import pytest
from tests.cli.terminal import Terminal
from tests.cli.user import copy_of_the_shop, finished

from dbt_docsmith.review.session import HELP

PAGE = (Path(__file__).parents[2] / "docs" / "review.md").read_text(encoding="utf-8")
IN_A_BROWSER = re.findall(
    r"^dbt-docsmith .*$", PAGE.partition("## In a browser")[2].partition("\n## ")[0], re.MULTILINE
)
COMMANDS = [line for line in re.findall(r"^dbt-docsmith .*$", PAGE, re.MULTILINE) if line not in IN_A_BROWSER]


@pytest.mark.slow
@pytest.mark.parametrize("commands", [COMMANDS[:3], [COMMANDS[0], *COMMANDS[3:]]], ids=["at once", "with care"])
def test_its_commands_do_what_it_says(commands: list[str], tmp_path: Path) -> None:
    shop = copy_of_the_shop(tmp_path / "shop")
    environ = {"HOME": str(tmp_path), "PATH": os.defpath, "LLM_PROVIDER": "rules", "TERM": "dumb"}
    documented = shop / "models/marts/dim_customers.yml"
    before, writing = documented.read_bytes(), []
    for command in commands:
        _, name, *args = shlex.split(command)
        code, said = run(shop, environ, name, *args)
        assert code == 0, said
        if documented.read_bytes() != before:
            writing.append(command)
            before = documented.read_bytes()
    assert writing == [next(each for each in commands if " apply " in each and " --d" not in each)]


@pytest.mark.slow
def test_the_page_leads_to_a_file_that_apply_takes(tmp_path: Path) -> None:
    """What is pressed there is pressed in tests/report/html/test_in_a_browser.py."""
    shop = copy_of_the_shop(tmp_path / "shop")
    environ = {"HOME": str(tmp_path), "PATH": os.defpath, "LLM_PROVIDER": "rules"}
    page, apply = [shlex.split(command)[1:] for command in IN_A_BROWSER]
    assert run(shop, environ, *page)[0] == 0
    shown = re.search(r'id="data">(.*?)</script>', (shop / page[-1]).read_text(encoding="utf-8"), re.DOTALL)
    assert shown
    (shop / apply[-1]).write_text(json.dumps(json.loads(shown[1])["to_decide"]), encoding="utf-8")
    code, said = run(shop, environ, *apply)
    assert code == 0, said
    assert re.search(r"^[1-9]\d* descriptions written", said, re.MULTILINE)


def run(shop: Path, environ: dict[str, str], *args: str) -> tuple[int, str]:
    """One command; whoever is asked in a review accepts what was made from facts."""
    if args[0] == "review":
        terminal = Terminal(*args, cwd=shop, environ=environ).answers("a origin:rules", "q")
        code, said = terminal.end()
        terminal.close()
        return code, said
    ran = finished([sys.executable, "-m", "dbt_docsmith", *args], environ, shop)
    return ran.code, ran.out + ran.err


def test_its_keys_are_those_of_the_program() -> None:
    table = PAGE.partition("| key | does |")[2].partition("\n\n")[0]
    keys = {key for cell in re.findall(r"^\| (.*?) \|", table, re.MULTILINE) for key in re.findall(r"`(\w)", cell)}
    assert keys == set(re.findall(r"(?:^|   )([a-z])(?:,|  | KIND)", HELP, re.MULTILINE))
