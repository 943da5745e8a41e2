"""The program's promises: help, selection, JSON, exit codes."""

import json
import resource
import signal
import sys
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from tests.cli.contract import CHECK, DOCUMENT, misfits
from tests.cli.user import JSON, RULES, User, finished, reported, running
from tests.wire_server import Body, Reply, WireServer, answering, asked_columns, describe_everything, failing

PROGRAM = Path(sys.executable).with_name("dbt-docsmith")
STAGING = "models/staging/_staging__models.yml"


def abstaining(body: Body) -> Reply:
    """An answer that puts a question instead of every text."""
    columns = [{"name": name, "description": None, "question": "Which?"} for name in asked_columns(body)]
    return answering({"description": None, "question": "What is it for?", "columns": columns})


def failing_for(*names: str) -> Any:
    """A server that refuses to speak of some columns and describes the others."""

    def respond(body: Body) -> Reply:
        answer = describe_everything(body)
        return answering({**answer, "columns": [each for each in answer["columns"] if each["name"] not in names]})

    return respond


def nodes_of(report: Any) -> set[str]:
    return {proposal["unique_id"] for proposal in report["proposals"]}


# ---------------------------------------------------------------- help and version


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["-h"],
        ["--help"],
        ["document", "-h"],
        ["check", "--help"],
        ["demo", "-h"],
        ["prompts"],
        ["prompts", "-h"],
        ["prompts", "render", "--help"],
    ],
)
def test_help_is_everywhere(args: list[str], user: User) -> None:
    said = user.anywhere(*args)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Usage: dbt-docsmith")
    assert "-h, --help" in said.out


@pytest.mark.parametrize("args", [[], ["prompts"]])
def test_no_command_s_help_is_cut_off(args: list[str], user: User) -> None:
    assert "..." not in user.anywhere(*args).out.partition("Commands:")[2]


@pytest.mark.parametrize("flag", ["-V", "--version"])
@pytest.mark.parametrize("program", [[PROGRAM], [sys.executable, "-m", "dbt_docsmith"]])
def test_the_program_and_the_module_say_their_version(
    program: Sequence[str], flag: str, user: User, tmp_path: Path
) -> None:
    said = finished([*map(str, program), flag], user.environ, tmp_path)
    assert (said.code, said.out, said.err) == (0, f"dbt-docsmith, version {version('dbt-docsmith')}\n", "")


def test_help_costs_next_to_nothing(user: User, tmp_path: Path) -> None:
    def cpu() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        finished([str(PROGRAM), "--help"], user.environ, tmp_path)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(cpu() for _ in range(3)) < 0.3  # 0.15 on an idle machine


def test_the_project_is_found_from_a_folder_inside_it(user: User) -> None:
    said = finished([str(PROGRAM), "check"], user.environ, user.project / "models" / "marts")
    assert said.code == 1
    assert "models/marts/dim_customers.yml:11: model.shop.dim_customers.customer_name" in said.out


# ---------------------------------------------------------------- selection


@pytest.mark.parametrize(
    "args",
    [
        ["-s", "fct_orders", "dim_customers"],
        ["-s", "fct_orders", "-s", "dim_customers"],
        ["--select", "fct_orders dim_customers"],
        ["--select=fct_orders", "dim_customers"],
        ["--fqn", "fct_orders", "dim_customers"],
        ["--selector", "one", "--selector", "two"],
        [
            "--select",
            "marts",
            "--exclude",
            "daily_revenue",
            "monthly_category_sales",
            "dim_products",
        ],
        ["--select", "fct_orders", "dim_customers", "countries", "--resource-type", "model", "snapshot"],
    ],
)
def test_options_take_several_values_and_may_be_repeated(args: list[str], user: User) -> None:
    manifest = user.project / "target/manifest.json"
    defined = {
        name: {"name": name, "definition": {"method": "fqn", "value": value}}
        for name, value in {"one": "fct_orders", "two": "dim_customers"}.items()
    }
    manifest.write_text(json.dumps({**json.loads(manifest.read_bytes()), "selectors": defined}))
    said = user(*RULES, "--dry-run", *JSON, *args)
    assert nodes_of(json.loads(said.out)) == {"model.shop.fct_orders", "model.shop.dim_customers"}
    assert said.err == ""


# ---------------------------------------------------------------- JSON


@pytest.mark.parametrize("args", [(), ("--dry-run",), ("--diff",), ("--check",), ("-s", "nothing_at_all")])
@pytest.mark.parametrize("answer", ["all", "none", "some", "broken"])
def test_document_says_what_the_contract_promises(
    args: Sequence[str], answer: str, online: User, wire_server: WireServer
) -> None:
    if answer != "all":
        respond = {"none": abstaining, "some": failing_for("paid_cents", "sku")}
        wire_server.respond = respond.get(answer, lambda _body: failing(400, "no such model"))
    said = online("document", *args, *JSON)
    report = json.loads(said.out)
    assert misfits(report, DOCUMENT) == []
    assert report["exit_code"] == said.code
    assert (report["estimate"] is not None) == report["dry_run"] == (args in (("--dry-run",), ("--check",)))
    assert report["usage"]["requests"] == len(wire_server.seen)


@pytest.mark.parametrize("args", [(), ("--min-coverage", "80"), ("--count-columns", "known"), ("-s", "nothing")])
def test_check_says_what_the_contract_promises(args: Sequence[str], user: User) -> None:
    said = user("check", *args, *JSON)
    report = json.loads(said.out)
    assert misfits(report, CHECK) == []
    assert report["exit_code"] == said.code
    assert report["thresholds"] == ({"min_coverage": 80.0} if "--min-coverage" in args else {})


def test_stdout_carries_one_object_and_stderr_the_talk(user: User) -> None:
    said = user(*RULES, *JSON, "-s", "fct_orders", "no_such_node")
    assert json.loads(said.out)["counts"]["nodes"] == 1
    assert said.warnings == ["the selection criterion 'no_such_node' does not match any enabled nodes"]


@pytest.mark.parametrize("folder", ["", "transform/", "data/my transform/"])
def test_paths_are_from_the_project_and_repo_paths_from_the_git_root(
    folder: str, user: User, tmp_path: Path
) -> None:
    root = tmp_path / "repository"
    moved = User(root / folder, user.home, user.environ, user.capture)
    moved.project.parent.mkdir(parents=True, exist_ok=True)
    user.project.rename(moved.project)
    assert finished(["git", "init", "--quiet", str(root)], user.environ, tmp_path).code == 0
    files = reported(moved, *RULES)["files"]
    assert len(files) == 10
    assert [each["repo_path"] for each in files] == [folder + each["path"] for each in files]
    assert all((moved.project / each["path"]).is_file() for each in files)


def test_the_report_is_in_the_project_s_order_whoever_answered_first(
    online: User, wire_server: WireServer
) -> None:
    wire_server.respond = abstaining
    one = reported(online, "document", "--threads", "1", "--no-cache")
    many = reported(online, "document", "--threads", "16", "--no-cache")
    assert one["questions"] == many["questions"]
    assert [each["unique_id"] for each in one["questions"]] == sorted(
        (each["unique_id"] for each in one["questions"]), key=list(dict.fromkeys(manifest_order(online))).index
    )


def manifest_order(user: User) -> list[str]:
    manifest = json.loads((user.project / "target/manifest.json").read_bytes())
    return [*manifest["nodes"], *manifest["sources"]]


# ---------------------------------------------------------------- exit codes


def test_a_complete_run_is_0_and_so_is_one_that_abstains(online: User, wire_server: WireServer) -> None:
    assert online("document", "-s", "fct_orders").code == 0
    wire_server.respond = abstaining
    assert online("document").code == 0


@pytest.mark.parametrize(
    ("fail_on", "abstained", "failed"), [("never", 0, 0), ("failed", 0, 1), ("abstained", 1, 1)]
)
def test_fail_on_says_what_falls_short(
    fail_on: str, abstained: int, failed: int, online: User, wire_server: WireServer
) -> None:
    wire_server.respond = abstaining
    assert online("document", "-s", "fct_orders", "--fail-on", fail_on).code == abstained
    wire_server.respond = failing_for("net_cents")
    assert online("document", "-s", "int_order_lines_priced", "--fail-on", fail_on).code == failed


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [
        (401, "invalid_api_key", "the key is not accepted"),
        (403, "forbidden", "is no good"),
        (429, "insufficient_quota", "has no credit left"),
    ],
)
def test_a_provider_that_will_not_serve_is_2_and_said_on_stderr(
    status: int, code: str, told: str, online: User, wire_server: WireServer
) -> None:
    wire_server.respond = lambda _body: failing(status, "sk-loopback is no good", code=code)
    said = online("document", "--quiet")
    assert said.code == 2
    assert said.err.startswith("error: openai at 127.0.0.1:")
    assert said.err.count("\n") == 1
    assert told in said.err
    assert "sk-loopback" not in said.err + said.out


def test_a_server_that_is_not_there_is_2(user: User) -> None:
    said = user(
        "document", "-q", "--llm-retry-delay", "0", OPENAI_API_KEY="k", OPENAI_BASE_URL="http://127.0.0.1:9/v1"
    )
    assert said.code == 2
    assert said.err.startswith("error: openai at 127.0.0.1:9: no connection")
    assert said.err.count("\n") == 1


def test_a_provider_that_gives_up_after_money_was_spent_is_1(online: User, wire_server: WireServer) -> None:
    wire_server.script.append(answering(describe_everything({"messages": [{"content": ""}]})))
    wire_server.respond = lambda _body: failing(429, "no more", code="insufficient_quota")
    said = online("document", "--threads", "1")
    assert said.code == 1
    assert said.err.startswith("error: openai at 127.0.0.1:")


def wait_for(condition: Any, seconds: float = 30) -> None:
    """Until it holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_second_interrupt_ends_a_run_at_once_with_130(online: User, wire_server: WireServer) -> None:
    wire_server.respond = lambda _body: Reply(manner="hang")
    with running(online, "document", *JSON) as run:
        wait_for(lambda: wire_server.seen)
        run.send_signal(signal.SIGINT)
        assert run.stderr is not None
        assert run.stderr.readline().startswith("stopping: waiting up to 5 s for what is in flight")
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=30)
    assert run.returncode == 130
    report = json.loads(out)
    assert misfits(report, DOCUMENT) == []
    assert report["exit_code"] == 130
    assert "Traceback" not in err
    free = {each["description"] for each in report["proposals"]}
    assert "Number printed on the receipt; restarts every year." in free
    assert "Number printed on the receipt; restarts every year." in (online.project / STAGING).read_text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_is_in_flight_when_a_run_is_interrupted_is_written(
    number: signal.Signals, online: User, wire_server: WireServer
) -> None:
    wire_server.latency = 0.5
    with running(online, "document", "--threads", "2", *JSON) as run:
        wait_for(lambda: len(wire_server.seen) == 2)
        run.send_signal(number)
        out, _ = run.communicate(timeout=30)
    assert run.returncode == 130
    assert len(wire_server.seen) == 2
    asked = {each["unique_id"] for each in json.loads(out)["proposals"] if each["origin"] == "llm"}
    assert len(asked) == 2
    assert "said by the server" in "".join(path.read_text() for path in online.project.glob("models/**/*.yml"))
