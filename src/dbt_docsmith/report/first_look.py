"""InitReport -> what a person reads in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from dbt_docsmith.first_look import Findings, InitReport
from dbt_docsmith.one_line import one_line
from dbt_docsmith.report.totals import named, plural, summary

_MOST_NAMED = 4


def init_text(report: InitReport) -> str:
    """What was found, what a run would do, a few texts, and what to type next."""
    lines = [f"Wrote {report.path}. Found:", *(f"  {name:10} {said}" for name, said in _found(report.findings))]
    lines += ["", "A dry run with it, in which nothing was sent:", *_indented(summary(report.foretold))]
    if report.samples:
        lines += [
            "",
            f"{plural(len(report.samples), 'text')} as the rules write them, offline (a model writes prose):",
        ]
        lines += [
            f"  {named(each.unique_id, each.column)}: {one_line(each.description or '')}"
            for each in report.samples
        ]
    return "\n".join([*lines, "", "Read `policy` in the file, then: dbt-docsmith document --dry-run"])


def _indented(text: str) -> Iterator[str]:
    return (f"  {line}" for line in text.splitlines())


def _found(findings: Findings) -> Iterator[tuple[str, str]]:
    yield "provider", _provider(findings)
    yield "placement", _placement(findings)
    yield "style", _style(findings)
    blocks = findings.doc_blocks
    yield (
        "doc blocks",
        f"{blocks.columns}: {blocks.referring:,} of {blocks.described:,} described columns refer to one",
    )
    yield "sensitive", _marks(findings)
    yield "CI", _jobs(findings)


def _provider(findings: Findings) -> str:
    found = findings.providers
    if found.chosen is not None:
        return f"{found.chosen}{''.join(f'; lacks {each}' for each in found.lacks)}"
    if found.configured:
        return f"several are configured, choose one: {', '.join(found.configured)}"
    return "none is configured: see `dbt-docsmith providers`"


def _placement(findings: Findings) -> str:
    if not findings.folders:
        return "no habit yet"
    shown = [f"{each.folder}/{each.pattern}" for each in findings.folders[:_MOST_NAMED]]
    rest = len(findings.folders) - len(shown)
    return ", ".join(shown) + (f" and {rest:,} more" if rest else "")


def _style(findings: Findings) -> str:
    style = findings.style
    if not style.texts:
        return "no texts yet"
    language = style.language or "language not clear"
    return f"{plural(style.texts, 'text')}, {language}, usually up to {style.usual:,} characters"


def _marks(findings: Findings) -> str:
    marks = findings.marks
    named_so = [*(f"tag {tag}" for tag in marks.tags), *(f"meta {meta}" for meta in marks.meta)]
    if not named_so:
        return "nothing is marked"
    where = f"{plural(marks.nodes, 'node')}, {plural(marks.columns, 'column')}"
    return f"{', '.join(map(one_line, named_so))} ({where}): kept here by policy.never_send"


def _jobs(findings: Findings) -> str:
    return ", ".join(f"{each.file}{' (runs it)' if each.ours else ''}" for each in findings.jobs) or "none"
