"""`init`, from a look at the project to a dbt-docsmith.yml and a free dry run with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path, PurePosixPath

from msgspec.structs import replace

from dbt_docsmith.config import Config
from dbt_docsmith.config_file import FILE_NAME
from dbt_docsmith.dbt.project import find_project
from dbt_docsmith.errors import ProjectError, UsageError
from dbt_docsmith.first_look import Findings, InitReport
from dbt_docsmith.pipeline.document import Mode, Talk, run_document
from dbt_docsmith.pipeline.first_look.habits import find_doc_blocks, find_placement, find_style
from dbt_docsmith.pipeline.first_look.jobs import find_jobs
from dbt_docsmith.pipeline.first_look.marks import find_marks
from dbt_docsmith.pipeline.first_look.providers import find_providers
from dbt_docsmith.pipeline.first_look.settings_file import settings_file
from dbt_docsmith.pipeline.opening import open_project
from dbt_docsmith.report.git import git_prefix
from dbt_docsmith.types import Proposal

SAMPLES = 5
_NODES_OF_SAMPLES = 40
_LONG_SAMPLE = 140


def run_init(load: Callable[[], Config], talk: Talk) -> InitReport:
    """Look, write the file, then foretell a run that reads it. ``load`` gives the Config as it stands now.

    Raises UsageError where there is such a file, ProjectError where there is no manifest, or none can be made.
    """
    config = load()
    path = config.project_dir / FILE_NAME
    if path.exists():
        raise UsageError(f"{path} is there already, and is not overwritten; move it away to have one written anew")
    findings = look(config, talk)
    _write(path, settings_file(findings))
    config = load()
    foretold = run_document(config, Mode(dry_run=True), talk)
    return InitReport(path=str(path), findings=findings, foretold=foretold, samples=_samples(config, talk))


def look(config: Config, talk: Talk) -> Findings:
    """What there is to know of a project before it is documented."""
    project = find_project(config.project_dir, config.environ)
    repository = _up(project.root.resolve(), git_prefix(project.root))
    with closing(open_project(config, project, talk.say, talk.warn)) as opened:
        own = [n for n in opened.manifest.nodes.values() if n.package_name == opened.manifest.project_name]
        return Findings(
            providers=find_providers(config),
            folders=find_placement(opened),
            style=find_style(opened.entries),
            doc_blocks=find_doc_blocks(opened),
            marks=find_marks(own),
            jobs=find_jobs(repository),
        )


def _up(root: Path, prefix: str) -> Path:
    """The git root of a project that stands at ``prefix`` below it."""
    for _ in PurePosixPath(prefix).parts:
        root = root.parent
    return root


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise ProjectError(f"{path}: cannot be written: {error.strerror}") from error


def _samples(config: Config, talk: Talk) -> tuple[Proposal, ...]:
    """A few texts as the rules make them, offline, of as many nodes as can be."""
    rules = replace(config, provider="rules", model=None, offline=False, limit=_NODES_OF_SAMPLES)
    made = [
        each
        for each in run_document(rules, Mode(dry_run=True), talk).proposals
        if each.origin == "rules" and each.description
    ]
    return tuple(_spread(made))[:SAMPLES]


def _spread(proposals: Iterable[Proposal]) -> list[Proposal]:
    """Of ever other nodes, and of ever other columns; long ones last."""
    seen: Counter[str | None] = Counter()
    ranked: list[tuple[bool, int, Proposal]] = []
    for each in proposals:
        seen.update((each.unique_id, each.column))
        rank = seen[each.unique_id] + seen[each.column]
        ranked.append((len(each.description or "") > _LONG_SAMPLE, rank, each))
    return [each for *_rank, each in sorted(ranked, key=lambda found: found[:2])]
