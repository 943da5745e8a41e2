"""What `check` holds a project against: an earlier report, and an earlier state."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct

from dbt_docsmith.config import Config
from dbt_docsmith.dbt.catalog import read_catalog
from dbt_docsmith.dbt.gate import State
from dbt_docsmith.dbt.manifest import read_manifest
from dbt_docsmith.errors import UsageError
from dbt_docsmith.properties.read import is_placeholder
from dbt_docsmith.reports import Coverage
from dbt_docsmith.types import Catalog


def compared_with(config: Config) -> Coverage | None:
    """The coverage of an earlier report. Raises UsageError for one that is none, or that counts differently."""
    if config.compare is None:
        return None
    where = f"--compare: {config.compare}"
    try:
        earlier = msgspec.json.decode(config.compare.read_bytes(), type=_EarlierReport)
    except OSError as error:
        raise UsageError(
            f"{where} cannot be read ({error.strerror}); name a report of check --format json"
        ) from None
    except msgspec.MsgspecError as error:
        raise UsageError(f"{where} is no report of check --format json: {error}") from None
    if earlier.coverage.columns_from != config.count_columns:
        raise UsageError(
            f"{where} counts {earlier.coverage.columns_from} columns and this check {config.count_columns} ones; "
            f"give --count-columns {earlier.coverage.columns_from}"
        )
    return Coverage(nodes=earlier.coverage.nodes, columns=earlier.coverage.columns)


class _EarlierCoverage(Struct):
    columns_from: str
    nodes: tuple[int, int]
    columns: tuple[int, int]


class _EarlierReport(Struct):
    version: Literal[1]
    command: Literal["check"]
    coverage: _EarlierCoverage


def state_before(config: Config) -> State | None:
    """What there was before, for --new-only. Raises UsageError where nobody says where that is."""
    if not config.new_only:
        return None
    if config.state is None:
        raise UsageError("--new-only needs --state DIR, the folder with the manifest.json to compare with")
    catalog = config.state / "catalog.json"
    return State(
        manifest=read_manifest(config.state / "manifest.json"),
        catalog=read_catalog(catalog) if catalog.is_file() else Catalog(columns={}),
        is_text=lambda text: bool(text.strip()) and not is_placeholder(text),
    )
