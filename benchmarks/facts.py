"""What can be written without a model: the example project, documented by rules and inheritance alone."""

from __future__ import annotations

from collections import Counter

from dbt_docsmith.cli.talk import Talk
from dbt_docsmith.pipeline.demo import run_demo


def main() -> None:
    report, _ = run_demo(None, Talk(quiet=True))
    columns = Counter(proposal.origin for proposal in report.proposals if proposal.column)
    asked = report.counts.columns
    made = sum(columns.values())
    print(f"  missing columns               {asked:8}")
    print(f"  with a text                   {made:8} ({100 * made / asked:.0f} %)")
    for origin, number in columns.most_common():
        print(f"    {origin:<28}{number:8}")
