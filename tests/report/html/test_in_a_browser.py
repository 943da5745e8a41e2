"""The page in a real browser: opened from a file, read, searched and decided on, and its decisions applied."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.browser import Tab, open_tab
from tests.cli.user import JSON, ROOT, copy_of_the_shop
from tests.report.html.pages import HOSTILE, hostile_page, page_of

from dbt_docsmith.cli.main import run

pytestmark = pytest.mark.slow

ONE_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SHOWN = "[...document.querySelectorAll('.entry')].filter((row) => row.checkVisibility()).length"
COLOURS = "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"


@pytest.fixture(scope="module")
def browser_tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with open_tab(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest.fixture
def tab(browser_tab: Tab) -> Iterator[Tab]:
    """A tab that remembers no decision."""
    browser_tab.requests.clear()
    browser_tab.complaints.clear()
    yield browser_tab
    browser_tab.run("localStorage.clear()")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return copy_of_the_shop(tmp_path / "shop")


def documented(shop: Path, *args: str) -> Path:
    """The page of a run on the shop."""
    page = shop.parent / "run.html"
    assert docsmith(shop, "document", "--provider", "rules", *args, "--report", str(page)) == 0
    return page


def docsmith(shop: Path, *args: str) -> int:
    return run(args, {"HOME": str(shop.parent), "DBT_PROJECT_DIR": str(shop)})


def search(tab: Tab, words: str) -> int:
    tab.run(f"document.getElementById('search').value = {json.dumps(words)}")
    tab.run("document.getElementById('search').dispatchEvent(new Event('input'))")
    tab.run("new Promise((done) => setTimeout(done, 200))")
    return int(tab.run(SHOWN))


def unfold(tab: Tab) -> None:
    """Open all that is folded, and what is folded in there."""
    for _depth in range(2):
        tab.run("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        tab.run("new Promise((done) => setTimeout(done, 100))")


def downloaded(tab: Tab, folder: Path) -> Path:
    """What the button brings, kept in ``folder``."""
    tab.call("Page.setDownloadBehavior", behavior="allow", downloadPath=str(folder))
    tab.press("#download")
    tab.wait_for("Page.downloadProgress", state="completed")
    return folder / "decisions.json"


def row(node: str, column: str | None) -> str:
    """Where an entry stands, as a selector."""
    name = ".".join(filter(None, [node.split(".", 2)[2], column]))
    return f'[aria-label="{node}"] .entry:has([aria-label$=" {name}"])'


def test_it_opens_from_a_file_and_asks_the_network_for_nothing(tab: Tab, shop: Path) -> None:
    page = documented(shop, "--diff")
    tab.open(page)
    assert tab.run("document.documentElement.dataset.ready") == "true"
    unfold(tab)
    assert tab.run("document.querySelectorAll('#diff pre').length") > 0
    assert tab.complaints == []
    assert {url for url in tab.requests if not url.startswith("data:")} == {page.as_uri()}


def test_search_and_chips_narrow_what_is_shown(tab: Tab, shop: Path) -> None:
    tab.open(documented(shop, "--diff"))
    every = tab.run(SHOWN)
    by_node, by_file = search(tab, "daily_revenue channel"), search(tab, "_staging__models.yml")
    assert 0 < by_node < by_file < every
    assert search(tab, "no such thing") == 0
    assert search(tab, "") == every
    tab.press(".chip.inherited")
    inherited = tab.run("document.querySelectorAll('.entry.inherited').length")
    assert tab.run(SHOWN) == inherited
    assert tab.run("document.getElementById('shown').textContent") == f"{inherited} of {every} shown"


def test_the_keyboard_is_enough_and_every_control_has_a_name(tab: Tab, shop: Path) -> None:
    tab.open(documented(shop, "--diff"))
    tab.type_key("/", "Slash")
    assert tab.run("document.activeElement.id") == "search"
    tab.run("document.querySelector('[data-decision]').focus()")
    tab.type_key("\r", "Enter")
    assert tab.run("document.getElementById('count').textContent").startswith("1 accepted")
    tree = tab.call("Accessibility.getFullAXTree")["nodes"]
    controls = [each for each in tree if each.get("role", {}).get("value") in ("button", "searchbox", "checkbox")]
    assert {each["role"]["value"] for each in controls} == {"button", "searchbox", "checkbox"}
    assert all(each["name"]["value"].strip() for each in controls)


def test_paper_is_light_and_has_every_text(tab: Tab, shop: Path) -> None:
    tab.open(documented(shop, "--diff"))
    dark = {"name": "prefers-color-scheme", "value": "dark"}
    tab.call("Emulation.setEmulatedMedia", media="print", features=[dark])
    paper, ink = (luminance(colour) for colour in tab.run(COLOURS))
    shown, controls = tab.run(SHOWN), tab.run(SHOWN.replace(".entry", "button, input"))
    tab.call("Emulation.setEmulatedMedia", media="", features=[])
    assert (paper, ink) == (1, 0)
    assert (shown, controls) == (tab.run("document.querySelectorAll('.entry').length"), 0)


def test_what_is_accepted_there_is_what_apply_writes(
    tab: Tab, shop: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    tab.open(documented(shop, "--diff"))
    yes = [("model.shop.daily_revenue", "channel"), ("model.shop.daily_revenue", None)]
    no = ("model.shop.daily_revenue", "sale_count")
    for node, column in yes:
        tab.press(f'{row(node, column)} [data-decision="accepted"]')
    tab.press(f'{row(*no)} [data-decision="refused"]')
    assert tab.run("document.getElementById('count').textContent").startswith("2 accepted, 1 refused, ")
    report = applied(shop, downloaded(tab, shop.parent), capfd)
    assert sorted(((each["unique_id"], each["column"]) for each in report["proposals"]), key=str) == sorted(
        yes, key=str
    )
    assert report["counts"]["refused"] == 1
    before = {file: (ROOT / "examples/shop" / file.relative_to(shop)).read_bytes() for file in shop.rglob("*.yml")}
    assert len([file for file, content in before.items() if file.read_bytes() != content]) == 1


def test_all_that_is_shown_can_be_accepted_and_the_rest_taken_along(
    tab: Tab, shop: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    tab.open(documented(shop, "--save-proposals", str(shop.parent / "p.yml")))
    shown = search(tab, "inherited stg_")
    tab.press("#refuse-shown")
    search(tab, "")
    tab.press("#with-undecided")
    every = tab.run("document.querySelectorAll('.choice').length")
    report = applied(shop, downloaded(tab, shop.parent), capfd)
    assert shown > 0
    assert len(report["proposals"]) == every - shown


def applied(shop: Path, file: Path, capfd: pytest.CaptureFixture[str]) -> Any:
    capfd.readouterr()
    assert docsmith(shop, "apply", str(file), *JSON) == 0
    return json.loads(capfd.readouterr().out)


def test_decisions_outlive_the_tab(tab: Tab, shop: Path) -> None:
    page = documented(shop, "--diff")
    tab.open(page)
    tab.press("#accept-shown")
    said = tab.run("document.getElementById('count').textContent")
    tab.open(page)
    assert tab.run("document.getElementById('count').textContent") == said


@pytest.mark.parametrize("args", [[], ["--dry-run"]])
def test_nothing_is_to_decide_where_nothing_waits(tab: Tab, shop: Path, args: list[str]) -> None:
    tab.open(documented(shop, *args))
    assert tab.run("document.querySelectorAll('.choice').length") == 0
    assert not tab.run("document.getElementById('decisions').checkVisibility()")
    assert tab.run("document.querySelectorAll('.entry').length") > 0


def test_what_a_project_says_is_text_whatever_it_says(tab: Tab, tmp_path: Path) -> None:
    tab.open(hostile_page(tmp_path))
    assert tab.complaints == []
    assert tab.run("window.pwned") is None
    assert tab.run("document.querySelectorAll('img, iframe, object, main a, main script').length") == 0
    assert tab.run("document.querySelector('.text').textContent") == HOSTILE


def test_whatever_gets_into_the_page_can_neither_run_nor_load(tab: Tab, tmp_path: Path) -> None:
    page = hostile_page(tmp_path)
    smuggled = (
        '<script>window.pwned = 4</script><p onclick="window.pwned = 5" id="bait"></p><img src="x.png" id="x">'
    )
    page.write_text(page.read_text(encoding="utf-8").replace("<main>", f"<main>{smuggled}"), encoding="utf-8")
    (tmp_path / "x.png").write_bytes(ONE_PIXEL)
    tab.open(page)
    tab.run("document.getElementById('bait').click()")
    assert tab.run("window.pwned") is None
    assert tab.run("document.getElementById('x').naturalWidth") == 0
    assert len([each for each in tab.complaints if "Content Security Policy" in each]) >= 3


def test_five_thousand_texts_are_usable_within_seconds(tab: Tab, tmp_path: Path) -> None:
    tab.open(page_of(tmp_path, nodes=250, columns=20))
    assert tab.run("performance.now()") < 20_000
    assert tab.run("document.querySelectorAll('.entry').length") == 5_000
    assert search(tab, "table_7. column_3.") == 1


@pytest.mark.parametrize("width", [390, 320, 1280])
def test_nothing_stands_out_of_the_screen(tab: Tab, tmp_path: Path, width: int) -> None:
    tab.size(width)
    tab.open(hostile_page(tmp_path))
    unfold(tab)
    assert tab.run("document.documentElement.scrollWidth") <= width
    tab.call("Emulation.clearDeviceMetricsOverride")


def test_it_is_dark_where_the_system_is_and_can_be_read(tab: Tab, shop: Path) -> None:
    tab.prefer("dark")
    tab.open(documented(shop, "--diff"))
    dark = [luminance(colour) for colour in tab.run(COLOURS)]
    tab.prefer("light")
    light = [luminance(colour) for colour in tab.run(COLOURS)]
    assert dark[0] < 0.05 < light[1] + 0.05 < light[0]
    for paper, ink in (dark, light):
        assert (max(paper, ink) + 0.05) / (min(paper, ink) + 0.05) > 7


def luminance(colour: str) -> float:
    """As WCAG has it, from ``rgb(20, 23, 26)``."""
    channels = [int(value) / 255 for value in re.findall(r"\d+", colour)[:3]]
    linear = [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
