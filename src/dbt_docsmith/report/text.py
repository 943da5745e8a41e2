"""Report -> what a person reads in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from dbt_docsmith.one_line import one_line
from dbt_docsmith.report.stale import stale_lines, stale_sentence
from dbt_docsmith.report.totals import check_lines, named, plural, summary
from dbt_docsmith.reports import CheckReport, Report
from dbt_docsmith.types import Failure, Proposal

_MOST_NAMED = 3
_MOST_MISSING = 200
_WIDEST_NAME = 32
_WAYS = {"llm": "requested", "cache": "stored", "doc_block": "doc block"}


def document_text(report: Report, width: int | None = None) -> str:
    """The result of ``document``: each text with how it was come by, what there is none for, and the sums.

    Texts are cut to ``width`` columns, where one is given.
    """
    return "\n".join([*_nodes(report, width), beside_texts(report)])


def beside_texts(report: Report) -> str:
    """All there is to say of a run besides its texts: questions, failures, notes, and the sums."""
    told = [*_questions(report), *_failures(report.failures), *_notes(report), *_saved(report)]
    return "\n".join([*told, summary(report)])


def check_text(report: CheckReport) -> str:
    """The result of ``check``: each missing description with its place, then the coverage."""
    missing = report.missing[:_MOST_MISSING]
    lines = [f"{place(m.file, m.line)}: {named(m.unique_id, m.column)} has no description" for m in missing]
    if len(report.missing) > _MOST_MISSING:
        lines.append(f"... and {len(report.missing) - _MOST_MISSING} more (--format json lists all)")
    lines += [f"{place(each.file, each.line)}: {stale_sentence(each)}" for each in report.stale[:_MOST_MISSING]]
    if len(report.stale) > _MOST_MISSING:
        lines.append(f"... and {len(report.stale) - _MOST_MISSING} more stale ones")
    lines += _failures(report.failures)
    return "\n".join([*lines, *check_lines(report), *stale_lines(report.stale)])


def place(file: str | None, line: int | None) -> str:
    """``models/x.yml:12``; what is known of it."""
    if file is None:
        return "(no properties file)"
    return f"{file}:{line}" if line else file


def _nodes(report: Report, width: int | None) -> Iterator[str]:
    new = {file.path for file in report.files if file.created}
    for unique_id, proposals in groupby(report.proposals, lambda proposal: proposal.unique_id):
        texts = list(proposals)
        yield f"{unique_id} -> {texts[0].file}{' (new)' if texts[0].file in new else ''}"
        widest = min(_WIDEST_NAME, max(len(_item(proposal)) for proposal in texts))
        for proposal in texts:
            line = f"  {_item(proposal):{widest}}  {_way(proposal):9}  {_words(proposal)}".rstrip()
            yield line if width is None or len(line) <= width else line[: width - 1].rstrip() + "…"


def _item(proposal: Proposal) -> str:
    return proposal.column or "(description)"


def _way(proposal: Proposal) -> str:
    """How a text is come by. What the model said, or is to say, costs something; nothing else does."""
    if proposal.origin == "llm" and proposal.description is not None:
        return "made"
    return _WAYS.get(proposal.origin, proposal.origin)


def _words(proposal: Proposal) -> str:
    place = f"{{% docs {proposal.doc_block} %}} " if proposal.doc_block else ""
    if proposal.description is not None:
        return place + one_line(proposal.description)
    return place + (f"from {proposal.source}" if proposal.origin == "inherited" else "")


def _questions(report: Report) -> Iterator[str]:
    if report.questions:
        yield "Questions for the owners:"
    for question in report.questions:
        yield f"  {named(question.unique_id, question.column)}: {one_line(question.question)}"


def _failures(failures: Sequence[Failure]) -> Iterator[str]:
    """Each error once, however many texts it cost."""
    costs: dict[tuple[str, str], list[str]] = {}
    for failure in failures:
        name = named(failure.unique_id, failure.column)
        costs.setdefault((failure.error, one_line(failure.message)), []).append(name)
    if costs:
        yield "Failed:"
    for (error, message), names in costs.items():
        times = f" ({len(names):,} times)" if len(names) > 1 else ""
        yield f"  {error}{times}: {message}"
        yield f"    {_listed(names)}"


def _notes(report: Report) -> Iterator[str]:
    for file in report.files:
        if file.path.endswith(".md"):
            yield f"Doc blocks -> {file.path}{' (new)' if file.created else ''}: {file.descriptions:,}"
    if report.unconfirmed:
        yield f"Only the YAML knows, so nobody was asked about: {_listed(report.unconfirmed)}"
    if report.undeclared:
        yield f"Not added, because the contract is enforced there: {_listed(report.undeclared)}"
    if report.stale:
        yield "Stale, and left as they are:"
    yield from (f"  {place(each.file, each.line)}: {stale_sentence(each)}" for each in report.stale)


def _saved(report: Report) -> Iterator[str]:
    """A text that has several places is one to look at."""
    for file in report.saved:
        yield f"saved in {file.path}: {plural(file.texts, 'text')} to look at"


def _listed(names: Sequence[str]) -> str:
    rest = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {rest:,} more" if rest > 0 else "")
