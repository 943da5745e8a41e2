"""`--synthesize`, from the host's context to the Report: the story of a run, one list of calls."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from functools import partial
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from dbt_docsmith.config import Config, load_config
from dbt_docsmith.dbt.project import find_project
from dbt_docsmith.dbt.targets import TargetSettings, plan_targets
from dbt_docsmith.osmosis.arrived import arrivals
from dbt_docsmith.osmosis.context_writer import ContextWriter, for_host
from dbt_docsmith.osmosis.host import HostContext, HostNode, candidates, find_files, project_dir
from dbt_docsmith.osmosis.laid_over import keeps_placeholder
from dbt_docsmith.osmosis.project import open_host_project
from dbt_docsmith.pipeline.answering import open_answering
from dbt_docsmith.pipeline.doc_homes import no_homes
from dbt_docsmith.pipeline.document import Mode, Talk, work_through
from dbt_docsmith.pipeline.opening import OpenProject
from dbt_docsmith.pipeline.places import Places, find_obstacle
from dbt_docsmith.pipeline.provenance import open_provenance
from dbt_docsmith.pipeline.recording import Recorder
from dbt_docsmith.pipeline.selected import select_nodes
from dbt_docsmith.pipeline.telling import Done, make_report
from dbt_docsmith.pipeline.templates import masked, open_templates
from dbt_docsmith.pipeline.versions import siblings
from dbt_docsmith.pipeline.work import Work
from dbt_docsmith.reports import Report
from dbt_docsmith.types import DocTarget, Failure

DEFAULT_PROVIDER = "openai"


class Served(Struct, frozen=True, kw_only=True):
    """A run whose texts are in the host's context, and not yet in any file."""

    config: Config
    mode: Mode
    done: Done
    recorder: Recorder

    def report(self) -> Report:
        """What came of it, if the host writes all it was given."""
        return make_report(self.config, self.mode, self.done)

    def report_as_written(self) -> Report:
        """What came of it once the host is done: what it did not write is a failure."""
        proposals = [] if self.mode.dry_run else [for_host(each) for each in self.done.outcome.proposals]
        manifest = self.done.work.opened.manifest
        arrived, lost = arrivals(self.config.project_dir, manifest, proposals)
        written = {named for outcomes in arrived.values() for outcome in outcomes for named in outcome.written}
        self.recorder.record(
            (manifest.nodes[text.unique_id], text)
            for text in proposals
            if (text.unique_id, text.column) in written
        )
        return make_report(self.config, self.mode, replace(self.done, written=arrived, unwritten=lost))


def host_config(
    context: HostContext, given: Mapping[str, Any], environ: Mapping[str, str] | None = None
) -> Config:
    """What the user told the host and this program. ``given`` are options as ``load_config`` takes them."""
    told = {
        "project_dir": str(project_dir(context)),
        "catalog": context.settings.catalog_path,
        "threads": context.project.config.threads,
    }
    config = load_config({**told, **given}, environ)
    if config.provider is None:
        return replace(config, provider=DEFAULT_PROVIDER)
    if config.where["provider"] == "LLM_PROVIDER":
        return replace(config, provider=_lower_names(config.provider))
    return config


def serve(context: HostContext, config: Config, talk: Talk, only: HostNode | None = None) -> Served:
    """Describe what is missing in the nodes the host selected, or in one of them.

    Raises DocsmithError, with nothing spent, for whatever can be known to be wrong before.
    """
    mode = Mode(dry_run=context.settings.dry_run)
    hosts = {node.unique_id: node for node in ([only] if only is not None else candidates(context))}
    files = find_files(context, hosts.values())
    project = find_project(config.project_dir, config.environ)
    templates = open_templates(config)
    answering = open_answering(
        config,
        dry_run=mode.dry_run,
        notice=talk.say,
        warn=talk.warn,
        project=project.name,
        watch=partial(talk.attempt, prompts=config.log_prompts),
    )
    with closing(open_host_project(config, project, context, hosts, talk.say, talk.warn)) as opened:
        templates = masked(config, templates, opened.manifest.adapter_type)
        work = _find_work(config, opened, hosts, files, talk)
        recorder = Recorder(work.provenance if mode.writes else None, talk.warn, time.time)
        recorder.prepare()
        _tell_of_placeholders(context, hosts, talk)
        others = siblings(opened.manifest.nodes.values())
        writer = ContextWriter(hosts, context.placeholders, lambda unique_id: others.get(unique_id, ()))
        done = work_through(config, mode, work, answering, templates, writer, talk)
    if mode.dry_run:
        context.register_mutations(len(done.outcome.proposals))
    return Served(config=config, mode=mode, done=done, recorder=recorder)


def _find_work(
    config: Config, opened: OpenProject, hosts: Mapping[str, HostNode], files: Mapping[str, str], talk: Talk
) -> Work:
    nodes = [node for node in select_nodes(config, opened, talk.say, talk.warn) if node.unique_id in hosts]
    on_disk = {node.unique_id: opened.on_disk(node.unique_id) for node in nodes}
    known = {node.unique_id: opened.known(node) for node in nodes}
    targets = plan_targets(nodes, on_disk, known, TargetSettings(add_columns=False))
    places = _places(opened, targets, files)
    writable = [target for target in targets if target.node.unique_id in places.files]
    return Work(
        opened=opened,
        nodes=nodes,
        on_disk=on_disk,
        known=known,
        targets=writable,
        places=places,
        provenance=open_provenance(config, opened),
        homes=no_homes(),  # the host writes, and it writes no doc blocks
    )


def _places(opened: OpenProject, targets: Sequence[DocTarget], files: Mapping[str, str]) -> Places:
    wanted = {target.node.unique_id: files[target.node.unique_id] for target in targets}
    obstacles = {file: find_obstacle(opened, file) for file in set(wanted.values())}
    return Places(
        files={unique_id: file for unique_id, file in wanted.items() if obstacles[file] is None},
        failures=tuple(
            Failure(unique_id=unique_id, column=None, error="WriteError", message=reason)
            for unique_id, file in wanted.items()
            if (reason := obstacles[file]) is not None
        ),
        created=frozenset(obstacles) - set(opened.files.properties),
    )


def _tell_of_placeholders(context: HostContext, hosts: Mapping[str, HostNode], talk: Talk) -> None:
    kept = [uid for uid, node in hosts.items() if keeps_placeholder(node, context.placeholders)]
    if kept:
        talk.warn(
            f"dbt-osmosis replaces no placeholder that stands as a node's description, so none was asked for: "
            f"{', '.join(kept)}; `dbt-docsmith document` replaces it"
        )


def _lower_names(providers: str) -> str:
    """The host takes names in any case; a model's name stays as it is."""
    parts = (part.partition(":") for part in providers.split(","))
    return ",".join(name.lower() + colon + model for name, colon, model in parts)
