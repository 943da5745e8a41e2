"""The ledger while a run goes on: what it holds when the run is killed, and when a text is not written."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.cli.ledgers import entries
from tests.cli.user import RULES, User, copy_of_the_shop

from dbt_docsmith.config import load_config
from dbt_docsmith.dbt.project import find_project
from dbt_docsmith.errors import WriteError
from dbt_docsmith.pipeline.opening import OpenProject, open_project
from dbt_docsmith.pipeline.provenance import Provenance, open_provenance
from dbt_docsmith.pipeline.recording import Recorder
from dbt_docsmith.properties.files import FileOutcome
from dbt_docsmith.properties.units import Skipped
from dbt_docsmith.types import ColumnText, NodeTexts, Proposal

REVENUE = "model.shop.daily_revenue"
FILE = "models/marts/finance/_finance__models.yml"
A_DAY = 86_400 * 3.5


@pytest.fixture
def user(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> User:
    return User(copy_of_the_shop(tmp_path / "shop"), tmp_path, {"HOME": str(tmp_path), "PATH": os.defpath}, capfd)


@pytest.fixture
def opened(user: User) -> OpenProject:
    user.write("dbt-docsmith.yml", "ledger: on\n")
    config = load_config({"project_dir": str(user.project), "use_cache": False}, user.environ)
    return open_project(config, find_project(user.project), print, print)


@pytest.fixture
def provenance(user: User, opened: OpenProject) -> Provenance:
    config = load_config({"project_dir": str(user.project)}, user.environ)
    found = open_provenance(config, opened)
    assert found is not None
    return found


def proposals(opened: OpenProject, *columns: str) -> list[Proposal]:
    return [
        Proposal(unique_id=REVENUE, column=name, description=said(name), origin="llm", source=None, file=FILE)
        for name in columns
    ]


def said(column: str) -> str:
    return f"Text of {column}."


def texts(*columns: str) -> list[NodeTexts]:
    described = tuple(ColumnText(name=name, description=said(name)) for name in columns)
    return [NodeTexts(unique_id=REVENUE, file=FILE, section="models", name="daily_revenue", columns=described)]


def recorder(opened: OpenProject, provenance: Provenance, *columns: str) -> Recorder:
    made = Recorder(provenance, pytest.fail, lambda: A_DAY)
    made.note(opened.manifest.nodes[REVENUE], proposals(opened, *columns))
    return made


def test_a_text_is_on_record_before_its_file_is_written(opened: OpenProject, provenance: Provenance) -> None:
    def killed(_file: str, _texts: Sequence[NodeTexts]) -> FileOutcome:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        recorder(opened, provenance, "channel").around(killed)(FILE, texts("channel"))

    [entry] = provenance.file.read()
    assert (entry.key, entry.date, entry.origin) == ((REVENUE, "channel"), "1970-01-04", "llm")


def test_a_run_after_one_that_was_killed_leaves_a_line_for_each_text(
    user: User, opened: OpenProject, provenance: Provenance
) -> None:
    provenance.file.add([provenance.entry(opened.manifest.nodes[REVENUE], p, "lost", "2026-11-20")
                         for p in proposals(opened, "channel")])  # fmt: skip

    assert user(*RULES).code == 0

    keys = [(each["node"], each.get("column")) for each in entries(user)]
    assert keys.count((REVENUE, "channel")) == 1
    assert keys == sorted(keys, key=lambda key: (key[0], key[1] or ""))


@pytest.mark.parametrize(
    "outcome",
    [
        FileOutcome(file=FILE, failures=((REVENUE, WriteError("no")),), written=frozenset({(REVENUE, "day")})),
        FileOutcome(
            file=FILE,
            skipped=(Skipped(REVENUE, "channel", "described"),),
            written=frozenset({(REVENUE, "day")}),
        ),
    ],
    ids=["failed", "a person was quicker"],
)
def test_what_is_not_written_is_taken_back(
    opened: OpenProject, provenance: Provenance, outcome: FileOutcome
) -> None:
    made = recorder(opened, provenance, "day", "channel")
    made.around(lambda _file, _texts: outcome)(FILE, texts("day", "channel"))

    made.settle()

    assert [entry.key for entry in provenance.file.read()] == [(REVENUE, "day")]


def test_a_full_disk_costs_the_ledger_and_not_the_texts(opened: OpenProject, provenance: Provenance) -> None:
    warnings: list[str] = []
    made = Recorder(provenance, warnings.append, lambda: A_DAY)
    made.note(opened.manifest.nodes[REVENUE], proposals(opened, "channel"))
    provenance.file.path.mkdir(parents=True)
    outcome = FileOutcome(file=FILE, written=frozenset({(REVENUE, "channel")}))

    assert made.around(lambda _file, _texts: outcome)(FILE, texts("channel")) is outcome
    made.settle()

    assert len(warnings) == 1
    assert "the ledger is not kept any more" in warnings[0]


def test_only_what_a_machine_wrote_is_no_model_for_style(
    user: User, opened: OpenProject, provenance: Provenance
) -> None:
    assert user(*RULES).code == 0
    config = load_config({"project_dir": str(user.project), "use_cache": False}, user.environ)
    now = open_project(config, find_project(user.project), print, print)
    made = open_provenance(config, now)

    assert made is not None
    assert made.is_made("model.shop.dim_customers", "Shipping_Zone")
    assert not made.is_made("model.shop.stg_webshop__customers", None)
    assert not made.is_made("model.shop.dim_customers", "customer_id")


def test_the_folder_of_the_ledger_is_the_projects(user: User, provenance: Provenance) -> None:
    assert provenance.file.path == Path(user.project, ".dbt-docsmith", "ledger.jsonl")
