"""Every prompt a run would send, without sending one: a stand-in answers each, and its texts are inherited on."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from msgspec import Struct

from dbt_docsmith.cli.talk import Talk
from dbt_docsmith.config import Config, load_config
from dbt_docsmith.dbt.project import find_project
from dbt_docsmith.pipeline.answering import open_answering
from dbt_docsmith.pipeline.asking import Accept
from dbt_docsmith.pipeline.engine import Engine
from dbt_docsmith.pipeline.opening import OpenProject, open_project
from dbt_docsmith.pipeline.selected import select_nodes
from dbt_docsmith.pipeline.templates import masked, open_templates
from dbt_docsmith.pipeline.work import Work, find_work, make_engine
from dbt_docsmith.prompting.templates import Templates
from dbt_docsmith.types import Completion, DocTarget, Evidence, Prompt, Proposal

ANSWER = "Stands for what a model would say of {name}, at the usual length of such texts."
"""Some 80 characters, as the texts that people wrote in the example and in public projects have."""


class Asked(Struct, frozen=True):
    """One request: what it rests on, and what it says."""

    evidence: Evidence
    prompt: Prompt


class Run(Struct):
    """What a run asked, and the texts it came to."""

    work: Work
    opened: OpenProject
    templates: Templates
    asked: list[Asked]
    proposals: Sequence[Proposal]


class _NoFiles:
    def add(self, target: DocTarget, proposals: Sequence[Proposal]) -> None:
        """Write nothing."""

    def done(self, target: DocTarget) -> None:
        """Do nothing."""


@contextmanager
def run_of(folder: Path, **given: object) -> Iterator[Run]:
    """Document a project as it stands in ``folder``, and write nothing."""
    with tempfile.TemporaryDirectory() as home:
        environ = {"HOME": home, "OPENAI_API_KEY": "none", "OSMOSIS_LLM_CACHE_DIR": home}
        config = load_config({"project_dir": str(folder), "provider": "openai", **given}, environ)
        talk = Talk(quiet=True)
        with closing(open_project(config, find_project(folder, environ), talk.say, talk.warn)) as opened:
            templates = masked(config, open_templates(config), opened.manifest.adapter_type)
            yield _run(config, opened, templates, talk)


def _run(config: Config, opened: OpenProject, templates: Templates, talk: Talk) -> Run:
    work = find_work(config, opened, select_nodes(config, opened, talk.say, talk.warn))
    asked: list[Asked] = []

    async def complete(prompt: Prompt, evidence: Evidence, _accept: Accept) -> Completion:
        asked.append(Asked(evidence, prompt))
        return Completion(text=_answer(evidence), provider="stand-in", model="none")

    answering = open_answering(config, dry_run=True, notice=talk.say, warn=talk.warn)
    engine: Engine = make_engine(config, work, answering, templates, complete, _NoFiles(), lambda _target: None)
    asyncio.run(engine.run(work.targets, opened.manifest))
    answering.store.close()
    return Run(work, opened, templates, asked, engine.outcome.proposals)


def _answer(evidence: Evidence) -> str:
    columns = [{"name": each.name, "description": ANSWER.format(name=each.name)} for each in evidence.columns]
    own = ANSWER.format(name=evidence.name) if evidence.needs_description else None
    return json.dumps({"description": own, "question": None, "columns": columns})
