"""What was found -> the text of a dbt-docsmith.yml. Pure.

Words stand behind ``# ``; a key that is not set stands behind a bare ``#``, which is all there is to take away.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from textwrap import wrap

from msgspec import Struct

from dbt_docsmith.first_look import DocBlocksFound, Findings, FolderHabit, JobsFound, ProvidersFound, StyleFound
from dbt_docsmith.one_line import one_line

_MOST_FOLDERS = 20
_WIDTH = 100
_ENGLISH = "English"

HEAD = """\
# What dbt-docsmith is to do in this project, as `dbt-docsmith init` proposes it. All of it is yours.
#
# A # and one space begin words. A line like "#model: gpt-5-mini" is a key that is not set: take its #
# away, and that of the line it stands under. What is not set has its default. Options and the
# environment go before this file, but for `policy`, which nothing widens. What is wrong in it is told
# with its line.
"""


class Line(Struct, frozen=True):
    """One line of YAML; ``is_set``: it holds as it stands."""

    text: str
    is_set: bool = False

    @property
    def indent(self) -> int:
        """How deep it stands."""
        return len(self.text) - len(self.text.lstrip())


def settings_file(findings: Findings) -> str:
    """The whole file: every key, with what was found that bears on it."""
    sections = (
        _provider(findings.providers),
        _limits(),
        _style(findings.style),
        _texts(),
        _placement(findings.folders),
        _doc_blocks(findings.doc_blocks),
        _policy(findings),
        _rest(),
        _jobs(findings.jobs),
    )
    return "\n".join([HEAD, *sections])


def _section(title: str, words: Sequence[str], lines: Sequence[Line] = ()) -> str:
    told = [line for each in words for line in _words(each)]
    return "\n".join([f"# ---- {title}", *told, *map(_shown, _settled(lines)), ""])


def _words(text: str) -> list[str]:
    return wrap(one_line(text), _WIDTH, initial_indent="# ", subsequent_indent="# ")


def _settled(lines: Sequence[Line]) -> Iterator[Line]:
    """A line under which something is set is set, too."""
    for position, line in enumerate(lines):
        below = []
        for other in lines[position + 1 :]:
            if other.indent <= line.indent:
                break
            below.append(other)
        yield Line(line.text, line.is_set or any(each.is_set for each in below))


def _shown(line: Line) -> str:
    return line.text if line.is_set else f"#{line.text}"


def _value(value: object) -> str:
    """As YAML in one line; JSON is that."""
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isprintable() else json.dumps(value)


def _provider(found: ProvidersFound) -> str:
    words = [
        f"Configured here: {', '.join(found.configured) or 'none'}. SDKs installed, by pip extra: "
        f"{', '.join(found.installed) or 'none'}.",
        *(f"{found.chosen} lacks {each}" for each in found.lacks),
        "Without `provider` the one that is configured writes, with its default `model`; a list falls back "
        "in order. `dbt-docsmith providers` says what each needs.",
        "`providers` holds settings of one of them: its address, its model, headers, a command that "
        "prints its key.",
    ]
    name = found.chosen or next(iter(found.configured), "openai")
    lines = (
        f"provider: {name}",
        "model: gpt-5-mini",
        "providers:",
        "  openai:",
        "    base_url: https://llm.example.com/v1",
        "    api_key_command: pass show llm-key",
        "    headers: {X-Team: analytics}",
    )
    return _section("who writes", words, [Line(text) for text in lines])


def _limits() -> str:
    words = (
        "`limits`: requests and tokens a minute, requests in flight, seconds, tries, and the tokens of a prompt.",
        "`budget`: what a run, and all runs of a month, may cost at most, in US dollars; a run that "
        "reaches it stops.",
        "`prices`: US dollars for a million tokens of a model that the price table does not know.",
    )
    lines = (
        "limits: {requests_per_minute: auto, threads: 16, timeout: 120, max_retries: 3, prompt_tokens: 8000}",
        "budget: {per_run: 5, per_month: 50}",
        "prices:",
        "  my-model: {input: 0.25, output: 2}",
    )
    return _section("how fast, and for how much", words, [Line(text) for text in lines])


def _style(found: StyleFound) -> str:
    words = ["`style`: how texts shall be written; `examples` are texts to take the tone from."]
    if found.texts:
        language = f", in {found.language}" if found.language else ", in a language that cannot be told"
        words.append(
            f"There are {found.texts:,} texts here{language}; half are no longer than {found.usual:,} "
            f"characters, nearly all no longer than {found.long:,}."
        )
    else:
        words.append("There are no texts here to go by.")
    language = found.language or _ENGLISH
    lines = [
        Line("style:"),
        Line(f"  language: {language}", is_set=language != _ENGLISH),
        Line("  tone: plain and precise"),
        Line("  max_length: 500"),
        Line('  examples: ["One row for each order that was paid."]'),
    ]
    return _section("how they are written", words, lines)


def _texts() -> str:
    words = (
        "`glossary`: what a column of that name, or of a name that fits the /pattern/, is; free, and the same "
        "everywhere.",
        "`prompts`: prompt templates of your own (`dbt-docsmith prompts init` writes them), and "
        "variables for them.",
    )
    lines = (
        "glossary:",
        "  customer_id: The customer's number in the shop.",
        "  /.*_cents/: An amount in cents.",
        "prompts: {vars: {company: Example}}",
    )
    return _section("what you know already", words, [Line(text) for text in lines])


def _placement(folders: Sequence[FolderHabit]) -> str:
    words = [
        "`placement`: the properties file of a node that has none. Without it each folder's own habit is followed:"
        if folders
        else "`placement`: the properties file of a node that has none. No folder has a habit yet.",
    ]
    shown = folders[:_MOST_FOLDERS]
    lines = [Line("placement:")]
    lines += [Line(f"  {_value(each.folder)}: {_value(each.pattern)}") for each in shown]
    if len(folders) > len(shown):
        words.append(f"({len(folders) - len(shown):,} more folders have one.)")
    if not folders:
        lines.append(Line('  models: "_{folder}__models.yml"'))
    lines.append(Line("columns: {add: true, add_source: false}"))
    words.append(
        "`columns`: whether columns without an entry get one, in models and in sources; `case: lower` or `upper` "
        "for their names."
    )
    return _section("where texts go", words, lines)


def _doc_blocks(found: DocBlocksFound) -> str:
    words = [
        "`doc_blocks`: which columns' texts go to {% docs %} blocks: never, repeated (those that at "
        "least `min` columns share), always.",
        f"Of {found.described:,} described columns {found.referring:,} refer to one now.",
    ]
    is_set = found.columns != "never"
    lines = [
        Line("doc_blocks:"),
        Line(f"  columns: {found.columns}", is_set),
        Line(f"  min: {found.min}", is_set),
        Line(f"  file: {_value(found.file or 'models/_docs.md')}", is_set and found.file is not None),
    ]
    return _section("doc blocks", words, lines)


def _policy(findings: Findings) -> str:
    marks = findings.marks
    words = [
        "PLEASE READ. Sent are SQL, names, types, tests and descriptions; no row of any table.",
        "`policy`: the only providers and hosts that anything goes to; what carries a mark of "
        "`never_send` goes to "
        "none, nor does its name.",
    ]
    if marks.tags or marks.meta:
        words.append(
            f"Marked here as sensitive: nodes {marks.nodes:,}, columns {marks.columns:,}. They are kept "
            "here; inheritance "
            "and rules still describe them."
        )
    else:
        words.append("No tag and no meta here says that anything is sensitive.")
    words.append(
        "`redact`: keys, addresses and numbers of people are masked in what leaves; `all` masks every literal."
    )
    provider = findings.providers.chosen or "openai"
    lines = [
        Line("policy:"),
        Line(f"  providers: [{provider}, rules]"),
        Line("  hosts: [api.openai.com]"),
        Line("  never_send:"),
        Line(f"    tags: {_value(marks.tags or ['pii'])}", bool(marks.tags)),
        Line(f"    meta: {_value(marks.meta or ['contains_pii', 'class=secret'])}", bool(marks.meta)),
        Line("    paths: [models/hr]"),
        Line("redact: {mode: matching, patterns: ['EMP-[0-9]{6}']}"),
    ]
    return _section("what leaves", words, lines)


def _rest() -> str:
    words = (
        "`skip`: selectors of what is never described and never counted.",
        "`ledger`: keep on record, in .dbt-docsmith/, which texts a machine made; `check --stale` then "
        "names those whose "
        "SQL has changed since.",
    )
    return _section("the rest", words, (Line("skip: [path:models/legacy]"), Line("ledger: on")))


def _jobs(jobs: Sequence[JobsFound]) -> str:
    words = [
        "`dbt-docsmith check` needs no key; docs/ci.md has a snippet to copy for GitHub, GitLab, "
        "pre-commit and dbt Cloud."
    ]
    words += [f"{each.file}: {'runs dbt-docsmith already' if each.ours else _snippet(each)}." for each in jobs]
    return _section("in CI", words)


def _snippet(job: JobsFound) -> str:
    section = "Before a commit" if job.host == "pre-commit" else job.host
    return f'for {job.host}, the snippet under "{section}" in docs/ci.md'
