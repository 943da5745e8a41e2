"""Report -> Markdown: what a run did, or would do, as a comment for a pull request or a job's summary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dbt_docsmith.report.markdown import code, folded, table, words
from dbt_docsmith.report.preview_markdown import preview_lines
from dbt_docsmith.report.stale import stale_sentence
from dbt_docsmith.report.totals import headline, named, persisted, plural, share, short_name, spent
from dbt_docsmith.reports import Report
from dbt_docsmith.types import Proposal

MARK = "<!-- dbt-docsmith document -->"
"""The first line: a job finds its own earlier comment by it."""

_MOST_TEXTS = 24_000
_MOST_ROWS = 14_000
_MOST_OTHERS = 4_500
_WAYS = {"llm": "made", "cache": "stored", "doc_block": "doc block"}


def document_markdown(report: Report) -> str:
    """The sums, the coverage before and after, then questions and failures, and each text, by file.

    Of a dry run a table of the nodes stands before the questions: how each text will be made, where, for how much.
    It fits in a comment of 65,536 characters: what does not is counted.
    """
    parts = [MARK, f"### dbt-docsmith: {headline(report)}", *_coverage(report), *_spent(report)]
    if report.dry_run:
        parts += _fitting(list(preview_lines(report)), _MOST_ROWS)
    parts += _section("Questions for the owners", list(_questions(report)))
    parts += _section("Failed", list(_failures(report)))
    parts += _section("Stale, and left as they are", [f"- {words(stale_sentence(each))}" for each in report.stale])
    parts += _section("Not added, because the contract is enforced there", _names(report.undeclared))
    parts += _section("Only the YAML knows, so nobody is asked about", _names(report.unconfirmed))
    parts += _texts(report)
    return "\n".join(parts)


def _coverage(report: Report) -> Iterator[str]:
    if report.coverage is None:
        return
    before, after = report.coverage.before, report.coverage.after
    yield ""
    yield from table(
        ("documented", "before", "after"),
        (
            ("nodes", share(before.nodes), share(after.nodes)),
            (f"columns ({report.coverage.columns_from})", share(before.columns), share(after.columns)),
        ),
    )


def _spent(report: Report) -> Iterator[str]:
    for line in (*persisted(report), *spent(report)):
        yield f"\n{words(line)}"


def _questions(report: Report) -> Iterator[str]:
    for question in report.questions:
        yield f"- [ ] {code(named(question.unique_id, question.column))}: {words(question.question)}"


def _failures(report: Report) -> Iterator[str]:
    for failure in report.failures:
        where = named(failure.unique_id, failure.column)
        yield f"- {code(where)}: {words(f'{failure.error}: {failure.message}')}"


def _names(names: Sequence[str]) -> list[str]:
    return [f"- {code(name)}" for name in names]


def _section(title: str, items: list[str]) -> Iterator[str]:
    if items:
        yield from ("", f"**{title}**", "", *_fitting(items, _MOST_OTHERS))


def _texts(report: Report) -> Iterator[str]:
    by_file: dict[str, list[Proposal]] = {}
    for proposal in report.proposals:
        by_file.setdefault(proposal.file or "(no properties file)", []).append(proposal)
    lines = [line for file, texts in by_file.items() for line in _file_table(file, texts)]
    if lines:
        yield from folded("Texts", _fitting(lines, _MOST_TEXTS))


def _file_table(file: str, texts: list[Proposal]) -> Iterator[str]:
    yield from ("", f"**{code(file)}**", "")
    yield from table(("", "how", "text"), (_row(proposal) for proposal in texts))


def _row(proposal: Proposal) -> tuple[str, str, str]:
    item = code(short_name(proposal.unique_id, proposal.column))
    known = proposal.description is not None
    way = _WAYS.get(proposal.origin, proposal.origin) if known or proposal.origin != "llm" else "requested"
    source = f" from {code(proposal.source)}" if proposal.origin == "inherited" and proposal.source else ""
    return item, way + source, words(proposal.description or "")


def _fitting(lines: list[str], most: int) -> Iterator[str]:
    """As many lines as fit in ``most`` characters, and how many more there are."""
    room = most
    for position, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            yield from ("", f"and {plural(len(lines) - position, 'more line')}")
            return
        yield line
