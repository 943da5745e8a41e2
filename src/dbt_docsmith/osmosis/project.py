"""The project as the host has it: its manifest, and its descriptions laid over the properties files."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from dbt_docsmith.config import Config
from dbt_docsmith.dbt.columns import KnownColumns
from dbt_docsmith.dbt.project import Project
from dbt_docsmith.dbt.written import NodeOnDisk, render_description
from dbt_docsmith.osmosis.host import HostContext, HostNode
from dbt_docsmith.osmosis.laid_over import columns_of, laid_over
from dbt_docsmith.pipeline.current_manifest import Say
from dbt_docsmith.pipeline.opening import OpenProject, open_project, skipped_columns
from dbt_docsmith.types import Node


class HostProject(OpenProject):
    """What is written of the nodes that the host selected is what its context says."""

    def __init__(self, hosts: Mapping[str, HostNode], placeholders: frozenset[str], *args: Any) -> None:
        super().__init__(*args)
        self._hosts = hosts
        self._placeholders = placeholders
        self._over: dict[str, NodeOnDisk] = {}

    def on_disk(self, unique_id: str) -> NodeOnDisk:
        found = super().on_disk(unique_id)
        host = self._hosts.get(unique_id)
        if host is None:
            return found
        if unique_id not in self._over:
            render = partial(render_description, manifest=self.manifest)
            skipped = skipped_columns(self.manifest.nodes[unique_id])
            self._over[unique_id] = laid_over(found, host, self._placeholders, render, skipped)
        return self._over[unique_id]

    def known(self, node: Node) -> KnownColumns:
        host = self._hosts.get(node.unique_id)
        read = super().known(node)
        if host is None:
            return read
        return columns_of(host, super().on_disk(node.unique_id), read, skipped_columns(node))


def open_host_project(
    config: Config, project: Project, context: HostContext, hosts: Mapping[str, HostNode], say: Say, warn: Say
) -> OpenProject:
    """Read the project through the manifest that the host holds in memory."""
    with tempfile.TemporaryDirectory(prefix="dbt-docsmith-") as folder:
        path = Path(folder) / "manifest.json"
        context.project.manifest.writable_manifest().write(str(path))
        make = partial(HostProject, hosts, frozenset(context.placeholders))
        return open_project(replace(config, manifest=path), project, say, warn, make)
