"""A dry run, as a person decides from it: on a terminal, through a pipe, in a pull request."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from tests.report.test_text import FILE, ORDERS, failed, made, report

from dbt_docsmith.report.document_markdown import document_markdown
from dbt_docsmith.report.preview import preview_rows
from dbt_docsmith.report.preview_terminal import preview_table
from dbt_docsmith.report.preview_text import preview_text
from dbt_docsmith.reports import Estimate, FileReport, NodeEstimate, PersistedDocs, Report
from dbt_docsmith.types import Question

TILLS = "model.shop.tills"
PROPOSALS = (
    made(None, None),
    made("kind", None),
    made("status", None, doc_block="status"),
    made("id", "The number.", "inherited", source="source.shop.web.orders.id"),
    made("paid_at", "When it was paid.", "cache"),
    made("vat", "In cents.", "glossary"),
    made("customer_id", "{{ doc('customer_id') }}", "doc_block"),
    made("id", None, "inherited", unique_id=TILLS, file="models/tills.yml", source=f"{ORDERS}.id"),
)
ESTIMATE = Estimate(
    requests=1,
    requests_most=4,
    prompt_tokens=1234,
    max_completion_tokens=4096,
    cost_usd=Decimal("0.0123"),
    nodes=(NodeEstimate(unique_id=ORDERS, requests=1, prompt_tokens=1234, cost_usd=Decimal("0.0123")),),
)
FILES = (FileReport(path="models/tills.yml", repo_path="models/tills.yml", created=True, descriptions=1),)


def dry(**fields: Any) -> Report:
    known = {"proposals": PROPOSALS, "estimate": ESTIMATE, "files": FILES, "host": "api.test", **fields}
    return report(dry_run=True, **known)


def test_each_node_has_a_line_and_each_way_its_columns() -> None:
    assert preview_text(dry()).splitlines()[:10] == [
        "node               missing                 requests  tokens  at most  file",
        f"{ORDERS}  description, 6 columns         1   1,234  $0.0123  {FILE}",
        "    requested  (description), kind, status in {% docs status %}",
        "    inherited  id (from source.shop.web.orders)",
        "    stored     paid_at",
        "    glossary   vat",
        "    doc block  customer_id",
        f"{TILLS}   1 column                       0       0     free  models/tills.yml (new)",
        f"    inherited  id (from {ORDERS})",
        "",
    ]


def test_what_was_left_to_its_owners_before_is_missing_too() -> None:
    asked = Question(unique_id=TILLS, column="drawer", question="Which drawer is meant?")
    [row] = [row for row in preview_rows(dry(questions=(asked,))) if row.unique_id == TILLS]
    assert (row.missing, [way.name for way in row.ways]) == ("2 columns", ["inherited", "left to its owners"])


def test_the_totals_and_every_obstacle_stand_below() -> None:
    told = preview_text(
        dry(
            failures=(failed(None, "models/x.yml: is read-only", "WriteError"),),
            undeclared=("model.shop.orders.hidden",),
            unconfirmed=("model.shop.orders.gone",),
            obstacle="no provider is configured",
            estimate=Estimate(requests=2, requests_most=2, over_budget=("more than --max-requests 1",)),
        )
    )
    for line in (
        "models/x.yml: is read-only",
        "model.shop.orders.hidden",
        "model.shop.orders.gone",
        "more than --max-requests 1",
        "a real run would end here: no provider is configured",
    ):
        assert line in told


def test_what_would_end_a_run_is_told_where_nothing_would_be_sent() -> None:
    assert "would end here: no key" in preview_text(dry(proposals=(), estimate=Estimate(), obstacle="no key"))


def test_a_price_that_is_not_known_is_not_free() -> None:
    unknown = Estimate(requests=1, nodes=(NodeEstimate(unique_id=ORDERS, requests=1, cost_usd=None),))
    assert "price unknown" in preview_text(dry(estimate=unknown)).splitlines()[1]
    assert preview_table(dry(estimate=unknown), 120, colors=False).split()[-1] == "unknown"


@pytest.mark.parametrize("width", [40, 80, 120, 200])
@pytest.mark.parametrize("colors", [True, False])
def test_a_terminal_shows_it_whole_in_its_width(width: int, colors: bool) -> None:
    drawn = preview_table(dry(), width, colors=colors)
    plain = re.sub(r"\x1b\[[\d;]*m", "", drawn)
    assert ("\x1b[" in drawn) == colors
    assert max(map(len, plain.splitlines())) <= width
    words = re.sub(r"\s", "", plain)
    for each in ("tills", "models/", "(new)", "kind", "status", "paid_at", "vat", "customer_id", "1,234"):
        assert each in words
    assert ("requests" in plain.splitlines()[1]) == (width >= 100)


def test_a_terminal_shows_as_many_nodes_as_anybody_looks_through_and_counts_all() -> None:
    many = tuple(made("id", None, unique_id=f"model.shop.n{number}") for number in range(1_302))
    drawn = preview_table(dry(proposals=many), 80, colors=False)
    assert "n299\n" in drawn.replace(" ", "\n")
    assert "n300\n" not in drawn.replace(" ", "\n")
    assert "1,302 in all" in drawn
    assert drawn.endswith("1,002 more nodes are not drawn; a pipe, or --report run.md, has them all\n")


def test_a_run_with_nothing_to_do_has_no_table() -> None:
    assert preview_table(dry(proposals=()), 80, colors=True) == ""
    assert preview_text(dry(proposals=())).startswith("0 descriptions to write in ")


def test_a_pull_request_shows_the_nodes_as_a_table() -> None:
    lines = document_markdown(dry(undeclared=("model.shop.orders.hidden",))).splitlines()
    head = lines.index("| node | how each text will be made | requests | prompt tokens | at most | file |")
    assert lines[head + 2].startswith("| `orders` | requested: `(description)`, `kind`, ")
    assert "<br>inherited from `web.orders`: `id`<br>stored: `paid_at`" in lines[head + 2]
    assert lines[head + 2].endswith(f" | 1 | 1,234 | $0.0123 | `{FILE}` |")
    assert lines[head + 3].endswith(" | 0 | 0 | free | `models/tills.yml` (new) |")
    assert "- `model.shop.orders.hidden`" in lines


def test_a_pull_request_s_table_fits_in_a_comment() -> None:
    texts = tuple(
        made(f"column_{number % 40}", "word " * 9, unique_id=f"model.shop.node_{number // 40}")
        for number in range(20_000)
    )
    names = tuple(f"model.shop.orders.c{number}" for number in range(2_000))
    asked = tuple(Question(unique_id=ORDERS, column=f"c{n}", question="what " * 9) for n in range(900))
    wrong = tuple(failed(f"c{n}", "it is empty " * 9) for n in range(900))
    whole = document_markdown(
        dry(proposals=texts, undeclared=names, unconfirmed=names, questions=asked, failures=wrong)
    )
    assert len(whole) < 65_536


def test_what_dbt_would_build_because_of_it_is_told() -> None:
    told = dry(persisted=PersistedDocs(nodes=2, selected=9, built=4))
    line = "persist_docs is on for 2 nodes of these: state:modified+ will select 9 for that, tests included, and"
    assert f"{line} build 4" in preview_text(told)
    assert "state:modified+ will select 9" in document_markdown(told)
