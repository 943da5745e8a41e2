"""Pages of made-up runs."""

from __future__ import annotations

from pathlib import Path

from msgspec import to_builtins

from dbt_docsmith.report.html.page import document_page
from dbt_docsmith.reports import Counts, Coverage, CoverageChange, ForPage, Report
from dbt_docsmith.review.proposals import Item, Place, sealed
from dbt_docsmith.types import Failure, Proposal, Question

HOSTILE = (
    '</script><script>window.pwned = 1</script><img src=x onerror="window.pwned = 2"> <!-- <script> & &lt; '
    "\u2028 [x](javascript:window.pwned=3) @@data@@ \\u003c \u202e right to left, " + "long" * 100
)


def hostile_report() -> Report:
    """Everything that a project says is hostile."""
    where = {"unique_id": f"model.shop.{HOSTILE}", "column": HOSTILE}
    text = Proposal(**where, description=HOSTILE, origin="inherited", source=HOSTILE, file=HOSTILE)
    item = Item(
        text=HOSTILE, risk=HOSTILE, evidence=(HOSTILE,), places=(Place(node=text.unique_id, column=HOSTILE),)
    )
    return Report(
        command="document",
        exit_code=1,
        proposals=(text,),
        failures=(Failure(**where, error="Wrong", message=HOSTILE),),
        questions=(Question(**where, question=HOSTILE),),
        warnings=(HOSTILE,),
        diff="",
        ended=HOSTILE,
        page=ForPage(
            project=HOSTILE,
            diff=f"diff --git a/x b/{HOSTILE}\n+{HOSTILE}\n",
            to_decide=to_builtins(sealed("shop", (item,))),
        ),
    )


def large_report(nodes: int, columns: int) -> Report:
    """As many texts as that makes, waiting for a person."""
    texts = tuple(
        Proposal(
            unique_id=f"model.shop.table_{node}",
            column=f"column_{column}",
            description=f"What `column_{column}.` of `table_{node}.` holds, for each order that was paid.",
            origin="llm",
            source="openai:gpt",
            file=f"models/marts/table_{node}.yml",
        )
        for node in range(nodes)
        for column in range(columns)
    )
    items = tuple(
        Item(
            text=each.description,
            risk="thin evidence, 7 nodes read it",
            evidence=(f"from {each.column} of upstream",),
            places=(Place(node=each.unique_id, column=each.column, file=each.file),),
        )
        for each in texts
    )
    change = CoverageChange(
        columns_from="declared",
        before=Coverage(nodes=(0, nodes), columns=(0, len(texts))),
        after=Coverage(nodes=(0, nodes), columns=(len(texts), len(texts))),
    )
    return Report(
        command="document",
        exit_code=0,
        counts=Counts(nodes=nodes, columns=len(texts), generated=len(texts)),
        proposals=texts,
        coverage=change,
        diff="",
        page=ForPage(project="shop", diff="", to_decide=to_builtins(sealed("shop", items))),
    )


def hostile_page(folder: Path) -> Path:
    """The page of ``hostile_report``."""
    return _written(folder, hostile_report())


def page_of(folder: Path, *, nodes: int, columns: int) -> Path:
    """The page of ``large_report``."""
    return _written(folder, large_report(nodes, columns))


def _written(folder: Path, report: Report) -> Path:
    page = folder / "page.html"
    page.write_text(document_page(report), encoding="utf-8")
    return page
