import asyncio
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from dbt_docsmith.dbt.evidence import EvidenceSources
from dbt_docsmith.dbt.project_facts import ProjectFacts
from dbt_docsmith.dbt.written import ColumnOnDisk, NodeOnDisk, Text
from dbt_docsmith.errors import AuthenticationFailed, ServerFailed
from dbt_docsmith.pipeline.engine import Engine, NotSent, Outcome, target_parents
from dbt_docsmith.pipeline.free import FreeTexts
from dbt_docsmith.pipeline.node_plan import AskLimits, Planner
from dbt_docsmith.pipeline.texts import TextBoard
from dbt_docsmith.prompting.templates import load_templates
from dbt_docsmith.types import (
    ColumnLineage,
    ColumnRef,
    Completion,
    DocTarget,
    Evidence,
    KnownColumn,
    Manifest,
    Node,
    NodeLineage,
    Prompt,
    Proposal,
)

TEMPLATES = load_templates(Path(__file__).parents[2] / "prompts")
Answerer = Callable[[Evidence], object]


def node(name: str, *parents: str) -> Node:
    return Node(
        unique_id=name,
        name=name,
        resource_type="model",
        package_name="shop",
        depends_on=parents,
    )


def target(name: str, *columns: str, parents: Sequence[str] = (), table: bool = False) -> DocTarget:
    known = tuple(KnownColumn(name=column, known_by="sql", declared=True) for column in columns)
    return DocTarget(node=node(name, *parents), needs_description=table, columns=known, order=columns)


def passes(name: str, origin: str) -> NodeLineage:
    reference = ColumnRef(origin, name)
    return NodeLineage(
        columns={name: ColumnLineage(name=name, kind="passed", origins=(reference,), inheritable=True)}
    )


def describe_all(evidence: Evidence) -> object:
    return {
        "description": f"Rows about {evidence.name} as the till sees them.",
        "columns": [
            {"name": column.name, "description": f"Said of {evidence.name}."} for column in evidence.columns
        ],
    }


class Run:
    """An engine over hand-made targets, with everything it sent and everything that came of it."""

    def __init__(
        self,
        targets: Sequence[DocTarget],
        answer: Answerer = describe_all,
        lineage: dict[str, NodeLineage] | None = None,
        on_disk: dict[str, NodeOnDisk] | None = None,
        others: Sequence[Node] = (),
        columns_in_one: int = 50,
        abstentions: dict[str, str] | None = None,
    ) -> None:
        self.sent: list[Evidence] = []
        self.prompts: list[Prompt] = []
        self.added: list[str] = []
        self.abstentions = {} if abstentions is None else abstentions
        self._answer = answer
        nodes = {each.unique_id: each for each in [*(one.node for one in targets), *others]}
        manifest = Manifest(
            schema_version="v12", project_name="shop", adapter_type=None, generated_at=None, nodes=nodes
        )
        facts = ProjectFacts(manifest)
        board = TextBoard(lambda uid: (on_disk or {}).get(uid, NodeOnDisk()))

        def lineage_of(uid: str) -> NodeLineage:
            return (lineage or {}).get(uid, NodeLineage())

        planner = Planner(
            free_texts=FreeTexts(manifest, lineage_of, facts.keys, board, {}),
            sources=EvidenceSources(facts, lineage_of, lambda _node: "", board),
            limits=AskLimits(answer_tokens=250 + 75 * columns_in_one),
            asker=("p", "m"),
            find_abstention=self.abstentions.get,
        )
        self.engine = Engine(
            planner,
            board,
            TEMPLATES,
            self._complete,
            self.abstentions.__setitem__,
            self,
            files={},
            most_length=500,
            threads=4,
            progress=lambda _target: None,
        )
        asyncio.run(self.engine.run(targets, manifest))

    @property
    def outcome(self) -> Outcome:
        return self.engine.outcome

    def texts(self) -> dict[tuple[str, str | None], str | None]:
        return {(each.unique_id, each.column): each.description for each in self.outcome.proposals}

    def add(self, target: DocTarget, proposals: Sequence[Proposal]) -> None:
        self.added += [proposal.unique_id for proposal in proposals]

    def done(self, target: DocTarget) -> None:
        pass

    async def _complete(self, prompt: Prompt, evidence: Evidence, accept: Callable[[str], bool]) -> Completion:
        self.sent.append(evidence)
        self.prompts.append(prompt)
        answer = self._answer(evidence)
        if isinstance(answer, Exception):
            raise answer
        return Completion(text=json.dumps(answer), provider="p", model="m")


def test_one_node_is_one_request() -> None:
    run = Run([target("orders", "a", "b", "c", table=True)])
    assert len(run.sent) == 1
    assert len(run.texts()) == 4


def test_a_wide_node_goes_in_chunks_that_share_their_beginning() -> None:
    run = Run([target("wide", *(f"c{i}" for i in range(25)), table=True)], columns_in_one=10)
    assert [len(evidence.columns) for evidence in run.sent] == [10, 10, 5]
    assert [evidence.needs_description for evidence in run.sent] == [True, False, False]
    beginnings = {re.split("Describe |## ", prompt.user)[0] for prompt in run.prompts}
    assert len(beginnings) == 1
    assert len(run.texts()) == 26


def test_a_column_that_is_passed_on_takes_the_text_just_made_for_its_origin() -> None:
    run = Run(
        [target("child", "id", parents=["parent"]), target("parent", "id")],
        lineage={"child": passes("id", "parent")},
    )
    assert [evidence.name for evidence in run.sent] == ["parent"]
    assert run.texts()["child", "id"] == "Said of parent."
    assert {p.origin for p in run.outcome.proposals if p.unique_id == "child"} == {"inherited"}


def test_a_column_whose_origin_ends_without_a_text_joins_its_own_node_s_request() -> None:
    def answer(evidence: Evidence) -> object:
        if evidence.name == "parent":
            return {"description": None, "columns": [{"name": "id", "description": None, "question": "What?"}]}
        return describe_all(evidence)

    targets = [target("child", "id", "own", parents=["parent"]), target("parent", "id")]
    run = Run(targets, answer, lineage={"child": passes("id", "parent")})
    assert [[column.name for column in evidence.columns] for evidence in run.sent] == [["id"], ["id", "own"]]
    assert run.texts()["child", "id"] == "Said of child."


def test_a_doc_reference_is_inherited_as_the_reference() -> None:
    text = Text(text="Rendered.", raw="{{ doc('id') }}")
    on_disk = {"parent": NodeOnDisk(columns={"id": ColumnOnDisk(name="id", line=1, text=text)})}
    run = Run(
        [target("child", "id", parents=["parent"])],
        lineage={"child": passes("id", "parent")},
        on_disk=on_disk,
        others=[node("parent")],
    )
    assert run.sent == []
    [proposal] = run.outcome.proposals
    assert (proposal.description, proposal.raw, proposal.source) == ("{{ doc('id') }}", True, "parent.id")


def test_parents_come_before_children_and_their_texts_are_evidence() -> None:
    targets = [
        target("c", table=True, parents=["b"]),
        target("b", table=True, parents=["a"]),
        target("a", table=True),
    ]
    run = Run(targets)
    assert [evidence.name for evidence in run.sent] == ["a", "b", "c"]
    assert run.sent[1].parents[0].description == "Rows about a as the till sees them."


def test_nodes_between_targets_that_are_none_are_seen_through() -> None:
    nodes = [node("a"), node("x", "a"), node("b", "x"), node("c", "b", "x")]
    manifest = Manifest(
        schema_version="v12",
        project_name="shop",
        adapter_type=None,
        generated_at=None,
        nodes={each.unique_id: each for each in nodes},
    )
    assert target_parents(manifest, ["c", "b", "a"]) == {"a": [], "b": ["a"], "c": ["a", "b"]}


def test_a_failing_node_fails_alone() -> None:
    def answer(evidence: Evidence) -> object:
        return ServerFailed("500") if evidence.name == "b" else describe_all(evidence)

    run = Run([target("a", "x"), target("b", "x", "y"), target("c", "x", parents=["b"])], answer)
    assert {(f.unique_id, f.column, f.error) for f in run.outcome.failures} == {
        ("b", "x", "ServerFailed"),
        ("b", "y", "ServerFailed"),
    }
    assert set(run.texts()) == {("a", "x"), ("c", "x")}
    assert run.outcome.ended is None


def test_a_fault_of_the_program_fails_one_node_alone() -> None:
    def answer(evidence: Evidence) -> object:
        return ZeroDivisionError("by nobody") if evidence.unique_id == "b" else describe_all(evidence)

    run = Run([target("a", "x"), target("b", "x", parents=["a"]), target("c", "x", parents=["b"])], answer)
    assert {key[0] for key in run.texts()} == {"a", "c"}
    (failure,) = run.outcome.failures
    assert (failure.unique_id, failure.column, failure.error) == ("b", None, "ZeroDivisionError")
    assert failure.message.startswith("internal error, ZeroDivisionError: by nobody")


def test_an_error_that_ends_all_asking_is_remembered() -> None:
    run = Run([target("a", "x")], lambda _evidence: AuthenticationFailed("401"))
    assert isinstance(run.outcome.ended, AuthenticationFailed)


def test_an_abstention_is_kept_and_not_asked_again_while_its_evidence_stands() -> None:
    def abstain(evidence: Evidence) -> object:
        return {
            "columns": [
                {"name": column.name, "description": None, "question": "Why?"} for column in evidence.columns
            ]
        }

    first = Run([target("a", "x")], abstain)
    second = Run([target("a", "x")], abstain, abstentions=first.abstentions)
    changed = Run([target("a", "x")], abstain, {"a": passes("x", "elsewhere")}, abstentions=first.abstentions)
    assert [len(run.sent) for run in (first, second, changed)] == [1, 0, 1]
    assert [question.question for question in second.outcome.questions] == ["Why?"]


@pytest.mark.parametrize("inherits", [True, False])
def test_a_dry_run_foretells_what_would_be_asked_and_what_would_be_inherited(inherits: bool) -> None:
    lineage = {"child": passes("id", "parent")} if inherits else {}
    targets = [target("parent", "id"), target("child", "id", parents=["parent"])]
    run = Run(targets, lambda _evidence: NotSent("dry run"), lineage)
    assert {evidence.name for evidence in run.sent} == ({"parent"} if inherits else {"parent", "child"})
    assert run.texts() == {("parent", "id"): None, ("child", "id"): None}
    assert run.outcome.failures == []


def test_the_texts_of_a_node_are_handed_on_all_at_once() -> None:
    run = Run([target("a", "x", "y", table=True)])
    assert run.added == ["a", "a", "a"]
