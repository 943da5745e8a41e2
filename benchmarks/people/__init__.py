"""Against people: what is inherited where a person's text is hidden, beside the same-name rule of dbt-osmosis.

Leave one out: of every column that a person described in the project's own properties files, one at a time, the
text is hidden, and the free texts are asked what they would write there, without a glossary. All other texts
stay. The versions of a model share an entry, so there a text is hidden from all.

    given      columns that get a text
    precision  share of the given texts that are the person's: equal but for case, spaces and punctuation,
               a reference to a doc block compared as dbt shows it
    recall     share of all hidden texts that are given back so
    alike      precision when a text also counts that has four words in five of the person's, in their order
    elsewhere  share of all hidden texts that stand at another column of the project, too: no rule can give more

    python -m benchmarks people PROJECT ...

Each project has a `target/manifest.json` whose `adapter_type` is that of its SQL.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from benchmarks.people.leaving_out import leave_one_out
from benchmarks.people.telling import tell
from dbt_docsmith.config import load_config
from dbt_docsmith.dbt.project import find_project, manifest_path
from dbt_docsmith.pipeline.opening import open_project


def main(folders: Sequence[str]) -> None:
    """Measure each project and print what came out."""
    for folder in folders:
        given = {"project_dir": folder, "manifest": str(manifest_path(find_project(Path(folder))))}
        config = load_config(given)
        project = find_project(config.project_dir, config.environ)
        with closing(open_project(config, project, print, print)) as opened:
            tell(project.name, opened.manifest, leave_one_out(opened))
