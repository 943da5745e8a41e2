"""The data that flows through a run, in the order in which it flows.

    manifest.json -> Manifest(Node(Column...))         properties files -> WrittenEntry(WrittenText...)
      -> DocTarget -> Evidence -> Prompt -> Completion -> Proposal | Failure | Question
      -> NodeTexts -> YamlEdit -> FileChange -> Report

Everything here is frozen. This module knows nothing and does nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

from msgspec import Struct

from dbt_docsmith.errors import ProviderError

# ---------------------------------------------------------------- what dbt knows


class Column(Struct, frozen=True, kw_only=True):
    """A column as the manifest declares it. ``description`` is rendered: never write it back."""

    name: str
    description: str = ""
    data_type: str | None = None
    quote: bool | None = None
    tags: tuple[str, ...] = ()
    meta: Mapping[str, Any] = {}
    constraints: tuple[str, ...] = ()


class GenericTest(Struct, frozen=True, kw_only=True):
    """What a generic test asserts: ``unique``, ``accepted_values``, ``dbt_utils.expression_is_true``...

    ``name`` carries the namespace where there is one; ``arguments`` lack ``model`` and ``column_name``.
    """

    name: str
    attached_node: str | None = None
    column: str | None = None
    arguments: Mapping[str, Any] = {}


class Node(Struct, frozen=True, kw_only=True):
    """Anything in the manifest that has a unique id: models, sources, tests, exposures...

    Paths are POSIX and relative to the root of the package that owns the node. ``properties_file`` is where
    its description stands or would stand today, None where it has no entry. ``depends_on`` holds unique ids.
    """

    unique_id: str
    name: str
    resource_type: str
    package_name: str
    fqn: tuple[str, ...] = ()
    original_file_path: str = ""
    properties_file: str | None = None
    description: str = ""
    columns: Mapping[str, Column] = {}
    raw_code: str = ""
    compiled_code: str | None = None
    language: str = "sql"
    relation_name: str | None = None
    database: str | None = None
    schema_name: str | None = None
    identifier: str | None = None
    source_name: str | None = None
    source_description: str = ""
    version: str | None = None
    latest_version: str | None = None
    config: Mapping[str, Any] = {}
    tags: tuple[str, ...] = ()
    meta: Mapping[str, Any] = {}
    group: str | None = None
    access: str | None = None
    depends_on: tuple[str, ...] = ()
    checksum: str | None = None
    test: GenericTest | None = None
    contract_enforced: bool = False

    @property
    def is_latest(self) -> bool:
        """Whether an unversioned ``ref`` to this node's name finds it."""
        return self.version is None or self.version == self.latest_version

    @property
    def reference(self) -> str:
        """How a person writes it: ``ref('orders')``, ``ref('orders', v=2)``, ``source('shop', 'orders')``."""
        if self.resource_type == "source":
            return f"source('{self.source_name}', '{self.name}')"
        version = f", v={self.version}" if self.version is not None else ""
        return f"ref('{self.name}'{version})"


class Manifest(Struct, frozen=True, kw_only=True):
    """A dbt manifest, only the fields used. ``nodes`` holds every enabled resource by unique id.

    ``docs`` maps ``package.name`` to the text of a doc block; ``disabled`` the unique ids dbt left out;
    ``disabled_nodes`` are those of the project itself that may stand in a warehouse, and tests.
    ``selectors`` the definitions of selectors.yml by name; ``macros`` the SQL of each macro by unique id.
    """

    schema_version: str
    project_name: str
    adapter_type: str | None
    generated_at: str | None
    nodes: Mapping[str, Node]
    docs: Mapping[str, str] = {}
    disabled: frozenset[str] = frozenset()
    disabled_nodes: tuple[Node, ...] = ()
    selectors: Mapping[str, Any] = {}
    macros: Mapping[str, str] = {}
    doc_files: Mapping[str, str] = {}
    macro_files: Mapping[str, str] = {}


class Catalog(Struct, frozen=True, kw_only=True):
    """The warehouse's own word: for each unique id its columns, in order, with their types."""

    columns: Mapping[str, Mapping[str, str]] = {}


# ---------------------------------------------------------------- what is written


class WrittenText(Struct, frozen=True, kw_only=True):
    """A description as it stands in a properties file: Jinja not rendered. ``line`` counts from 1."""

    raw: str
    line: int


class WrittenColumn(Struct, frozen=True, kw_only=True):
    """A column's entry in a properties file. ``keys`` are the keys it has besides ``name``.

    ``more`` is what stands under ``tags``, ``meta``, ``config``, ``data_tests`` and ``tests``, as YAML loads it.
    """

    name: str
    line: int
    description: WrittenText | None = None
    keys: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    more: Mapping[str, Any] = {}


class WrittenEntry(Struct, frozen=True, kw_only=True):
    """A node's entry in a properties file.

    ``section`` is the top-level key it stands under (``models``, ``sources``...); a source table's entry has
    its ``source_name``; a ``versions:`` item has its ``version`` and stands beside the entry it belongs to,
    with ``own_columns`` false where it declares none of its own. ``more`` is as a column's.
    """

    file: str
    line: int
    section: str
    name: str
    source_name: str | None = None
    version: str | None = None
    own_columns: bool = True
    description: WrittenText | None = None
    columns: Mapping[str, WrittenColumn] = {}
    tests: tuple[str, ...] = ()
    more: Mapping[str, Any] = {}


# ---------------------------------------------------------------- what is missing

KnownBy = Literal["catalog", "sql", "header", "yaml"]


class KnownColumn(Struct, frozen=True, kw_only=True):
    """A column that exists, and who says so. ``declared``: the YAML has an entry for it."""

    name: str
    known_by: KnownBy
    declared: bool
    data_type: str | None = None
    quote: bool = False


class DocTarget(Struct, frozen=True, kw_only=True):
    """What is missing of one node. ``columns`` are the ones without a text, in the node's own order.

    ``order`` names every known column; ``unconfirmed`` those that only the YAML knows although the catalog
    or the SQL says what the node has: they are reported and never asked about.
    """

    node: Node
    needs_description: bool
    columns: tuple[KnownColumn, ...] = ()
    order: tuple[str, ...] = ()
    unconfirmed: tuple[str, ...] = ()


# ---------------------------------------------------------------- where columns come from

LineageKind = Literal["passed", "renamed", "cast", "derived", "aggregated", "constant", "unknown"]


class ColumnRef(Struct, frozen=True, order=True):
    """A column of another node."""

    unique_id: str
    column: str


class ColumnLineage(Struct, frozen=True, kw_only=True):
    """How a node makes one of its columns.

    ``expression`` is the SQL that makes it, in the node's own words; ``origins`` are the parents' columns it
    reads. ``inheritable``: a straight pass-through, so the origin's text says what this column is; with several
    origins, those of a union's branches, it does where their texts agree.
    ``joined`` and ``grouped``: a join or union, or a GROUP BY, is on the way: the grain may not be the origin's.
    """

    name: str
    kind: LineageKind
    expression: str = ""
    origins: tuple[ColumnRef, ...] = ()
    inheritable: bool = False
    joined: bool = False
    grouped: bool = False
    comment: str = ""


class NodeLineage(Struct, frozen=True, kw_only=True):
    """The columns a node's SQL projects. ``complete`` is false where some could not be told; then ``reason``
    says why in a few words. ``columns`` keeps the SQL's order; keys are lower case."""

    columns: Mapping[str, ColumnLineage] = {}
    complete: bool = False
    reason: str = ""


# ---------------------------------------------------------------- what is known of it


class TestFact(Struct, frozen=True, kw_only=True):
    """A generic test read as a fact. ``values`` for accepted_values; ``to`` and ``field`` for relationships;
    ``arguments`` is everything else, as short text."""

    __test__ = False

    name: str
    values: tuple[str, ...] = ()
    to: str | None = None
    field: str | None = None
    arguments: str = ""


class OriginFact(Struct, frozen=True, kw_only=True):
    """A parent's column that a column reads, with the parent's text for it where there is one."""

    relation: str
    column: str
    description: str = ""


class ColumnEvidence(Struct, frozen=True, kw_only=True):
    """What is known of one missing column."""

    name: str
    data_type: str | None = None
    kind: LineageKind = "unknown"
    expression: str = ""
    origins: tuple[OriginFact, ...] = ()
    tests: tuple[TestFact, ...] = ()
    constraints: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    comment: str = ""


class Neighbour(Struct, frozen=True, kw_only=True):
    """A parent of the node, with the first sentence of its description."""

    relation: str
    description: str = ""


class Evidence(Struct, frozen=True, kw_only=True):
    """What is known of one DocTarget: everything a text may rest on, and nothing else.

    The same project asks the same question on every machine: no paths of this machine, no database or
    schema names, no time. ``withheld``: it goes to no provider but one that works offline.
    """

    unique_id: str
    name: str
    resource_type: str
    relation: str
    materialized: str | None = None
    layer: str = ""
    description: str = ""
    needs_description: bool = False
    columns: tuple[ColumnEvidence, ...] = ()
    documented: Mapping[str, str] = {}
    tests: tuple[TestFact, ...] = ()
    grain: tuple[str, ...] = ()
    parents: tuple[Neighbour, ...] = ()
    children: tuple[str, ...] = ()
    exposures: tuple[str, ...] = ()
    source_description: str = ""
    sql: str = ""
    sql_cut: bool = False
    tags: tuple[str, ...] = ()
    group: str | None = None
    withheld: bool = False


# ---------------------------------------------------------------- asking


class Prompt(Struct, frozen=True, kw_only=True):
    """The two messages of one request, and the JSON schema its answer must fit.

    ``shortened``: a longer one did not fit in a model's context, and there is no shorter one.
    """

    template: Literal["model", "table", "column"]
    system: str
    user: str
    schema: Mapping[str, Any]
    shortened: bool = False


class Usage(Struct, frozen=True, kw_only=True):
    """Tokens of one request. ``cached_prompt_tokens``, read from the provider's cache and cheaper, and
    ``cache_write_tokens``, written to it and dearer, are both part of ``prompt_tokens``."""

    prompt_tokens: int = 0
    cached_prompt_tokens: int = 0
    completion_tokens: int = 0
    cache_write_tokens: int = 0


class CompletionRequest(Struct, frozen=True, kw_only=True):
    """One question to a provider. ``evidence`` travels along for providers that answer offline.

    ``max_tokens`` bounds the answer; ``temperature`` is sent only where it is set.
    """

    prompt: Prompt
    model: str
    max_tokens: int
    temperature: float | None = None
    evidence: Evidence | None = None


class Completion(Struct, frozen=True, kw_only=True):
    """One answer. ``cost_usd`` None: unknown. ``stored``: it came from the answer store and cost nothing now;
    ``saved_usd`` is what it had cost.

    ``fault``: it was billed and is no answer; the client counts it, and then raises that.
    """

    text: str
    provider: str
    model: str
    usage: Usage = Usage()
    finish_reason: str = "stop"
    stored: bool = False
    cost_usd: Decimal | None = None
    saved_usd: Decimal | None = None
    fault: ProviderError | None = None


class AnsweredText(Struct, frozen=True, kw_only=True):
    """One item of a parsed answer: a text, or None with the question the model puts instead."""

    description: str | None = None
    question: str | None = None


class Answer(Struct, frozen=True, kw_only=True):
    """A parsed answer. ``columns`` is keyed by lower-case name. ``table`` is None where it says nothing of it."""

    table: AnsweredText | None = None
    columns: Mapping[str, AnsweredText] = {}


# ---------------------------------------------------------------- what comes of it

Origin = Literal["llm", "cache", "inherited", "glossary", "doc_block", "rules"]


class Proposal(Struct, frozen=True, kw_only=True):
    """A text to be written. ``column`` None: the node's own. ``description`` None: a dry run that cannot know.

    ``source`` says where it came from: ``model.shop.stg_orders.order_id``, or ``provider:model``.
    ``provider`` and ``model`` are who wrote it, None where nobody was asked.
    ``raw`` is True where ``description`` is Jinja to be written as it stands (a ``{{ doc() }}`` reference).
    """

    unique_id: str
    column: str | None
    description: str | None
    origin: Origin
    source: str | None
    file: str | None
    provider: str | None = None
    model: str | None = None
    raw: bool = False


class Failure(Struct, frozen=True, kw_only=True):
    """One text that was not made or not written, and why. ``error`` is a class name of errors.py."""

    unique_id: str
    column: str | None
    error: str
    message: str


class Question(Struct, frozen=True, kw_only=True):
    """The evidence was too thin for a text: what the owner would have to say."""

    unique_id: str
    column: str | None
    question: str


# ---------------------------------------------------------------- writing


class ColumnText(Struct, frozen=True, kw_only=True):
    """A column's text for a properties file. ``description`` is what YAML must give back when it is read.

    ``name`` is the case to write where the column has no entry yet; ``data_type`` is written only where its
    siblings have one; ``quote`` adds ``quote: true``.
    """

    name: str
    description: str
    data_type: str | None = None
    quote: bool = False


class NodeTexts(Struct, frozen=True, kw_only=True):
    """All that is to be written of one node into one properties file.

    ``section``, ``name``, ``source_name`` and ``version`` find the entry; ``order`` is the node's own order of
    columns, for placing new ones; ``replace`` allows a person's text to be replaced.
    """

    unique_id: str
    file: str
    section: str
    name: str
    source_name: str | None = None
    version: str | None = None
    description: str | None = None
    columns: tuple[ColumnText, ...] = ()
    order: tuple[str, ...] = ()
    add_columns: bool = True
    replace: bool = False


class YamlEdit(Struct, frozen=True, kw_only=True):
    """Replace ``text[start:end]`` (characters of the decoded file) by ``replacement``.

    ``original`` is what stood there, so that the edit can be undone.
    """

    start: int
    end: int
    replacement: str
    original: str = ""


class FileChange(Struct, frozen=True, kw_only=True):
    """One properties file before and after. ``before`` is None where it is new. ``path``: from the project."""

    path: str
    before: str | None
    after: str
    descriptions: int


# ---------------------------------------------------------------- telling


class Coverage(Struct, frozen=True, kw_only=True):
    """How much is documented, as (documented, all)."""

    nodes: tuple[int, int] = (0, 0)
    columns: tuple[int, int] = (0, 0)


class Missing(Struct, frozen=True, kw_only=True):
    """One description that is not there; ``file`` and ``line`` of where it would stand.

    ``node_file`` is the file that defines the node: its SQL, a seed's data, a source's YAML.
    """

    unique_id: str
    column: str | None
    file: str | None
    line: int | None
    node_file: str | None = None


class Counts(Struct, frozen=True, kw_only=True):
    """What a run did. ``nodes`` and ``columns`` had something missing; the others count texts by their origin."""

    nodes: int = 0
    columns: int = 0
    inherited: int = 0
    generated: int = 0
    cached: int = 0
    glossary: int = 0
    doc_block: int = 0
    failed: int = 0
    abstained: int = 0


class ModelUsage(Struct, frozen=True, kw_only=True):
    """What one model was asked. ``requests`` counts attempts; ``cost_usd`` None: the price is not known."""

    provider: str
    model: str
    requests: int = 0
    prompt_tokens: int = 0
    cached_prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: Decimal | None = Decimal(0)


class UsageTotals(Struct, frozen=True, kw_only=True):
    """What went over the wire. ``requests`` counts attempts; ``cost_usd`` None: the price is not known.

    ``unsettled_usd`` is what the attempts that brought no answer, or did not say how many tokens they took, may
    have cost at most, beside that. ``by_model`` tells it of each provider and model.
    """

    requests: int = 0
    retries: int = 0
    prompt_tokens: int = 0
    cached_prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: Decimal | None = None
    unsettled_usd: Decimal = Decimal(0)
    by_model: tuple[ModelUsage, ...] = ()


class Estimate(Struct, frozen=True, kw_only=True):
    """What a run would send if every first answer were accepted, and at most if each had to be mended.

    What the wire loses, a token limit cuts or a model has no room for is asked again beyond that. ``cost_usd`` is
    the most that the first requests may cost; ``over_budget`` says which limits that would pass.
    """

    requests: int = 0
    requests_most: int = 0
    prompt_tokens: int = 0
    max_completion_tokens: int = 0
    cost_usd: Decimal | None = None
    over_budget: tuple[str, ...] = ()


class FileReport(Struct, frozen=True, kw_only=True):
    """One properties file that was, or would be, written. ``repo_path``: from the git root."""

    path: str
    repo_path: str
    created: bool
    descriptions: int


class CoverageChange(Struct, frozen=True, kw_only=True):
    """Coverage before and after; ``columns_from`` says which columns were counted."""

    columns_from: str
    before: Coverage
    after: Coverage


class Report(Struct, frozen=True, kw_only=True):
    """All there is to tell of a ``document`` run. ``host``: where requests go. ``diff``: with ``--diff`` only.

    ``unconfirmed`` and ``undeclared`` name columns (``unique_id.column``) that only the YAML knows, and that
    an enforced contract keeps from being added. ``ended``: the error that ended all asking, where one did.
    """

    command: str
    exit_code: int
    dry_run: bool = False
    provider: str | None = None
    model: str | None = None
    host: str | None = None
    counts: Counts = Counts()
    usage: UsageTotals = UsageTotals()
    estimate: Estimate | None = None
    proposals: tuple[Proposal, ...] = ()
    failures: tuple[Failure, ...] = ()
    questions: tuple[Question, ...] = ()
    files: tuple[FileReport, ...] = ()
    coverage: CoverageChange | None = None
    warnings: tuple[str, ...] = ()
    unconfirmed: tuple[str, ...] = ()
    undeclared: tuple[str, ...] = ()
    diff: str | None = None
    ended: str | None = None


class CheckReport(Struct, frozen=True, kw_only=True):
    """All there is to tell of a ``check`` run.

    ``new_only``: ``missing`` holds only what was not missing before. ``before`` is the coverage of the report it
    was compared with. ``repo_prefix`` leads from the git root to the project: ``transform/``.
    """

    exit_code: int
    columns_from: str
    coverage: Coverage
    missing: tuple[Missing, ...] = ()
    failures: tuple[Failure, ...] = ()
    thresholds: Mapping[str, float] = {}
    new_only: bool = False
    before: Coverage | None = None
    repo_prefix: str = ""
    warnings: tuple[str, ...] = ()


class ProviderVariable(Struct, frozen=True, kw_only=True):
    """One thing a provider can be told: of ``names`` the first that is set counts. Its value is nowhere in here.

    ``set_by`` is where it was said: a variable, or a key of dbt-docsmith.yml; None: nowhere.
    """

    names: tuple[str, ...]
    what: str
    required: bool
    default: str
    set_by: str | None


class ProviderFacts(Struct, frozen=True, kw_only=True):
    """One provider, as it stands here and now. ``lacks``: what keeps it from being used, each with its cure.

    ``answers`` is the best format it can be held to; ``install`` brings its SDK, None where it needs none.
    """

    name: str
    chosen: bool
    lacks: tuple[str, ...]
    variables: tuple[ProviderVariable, ...]
    default_model: str
    answers: str
    temperature: bool
    prompt_caching: str
    context_tokens: int
    package: str | None
    installed: bool
    install: str | None
    local: bool
    offline: bool


class ProvidersReport(Struct, frozen=True, kw_only=True):
    """Every provider. ``chosen``: who would be asked now, in order; ``reason``: why, or why nobody."""

    chosen: tuple[str, ...]
    reason: str
    providers: tuple[ProviderFacts, ...]


class TriedProvider(Struct, frozen=True, kw_only=True):
    """What became of one tiny question. ``latency_ms`` is of its last request: a step down costs one more.

    ``answers``: the format that was asked for; ``steps`` says what the server refused of it. ``error`` is a class
    name of errors.py. ``cost_usd`` None: unknown.
    """

    provider: str
    host: str | None = None
    model: str | None = None
    ok: bool = False
    latency_ms: int | None = None
    requests: int = 0
    usage: Usage = Usage()
    cost_usd: Decimal | None = None
    answers: str | None = None
    steps: tuple[str, ...] = ()
    error: str | None = None
    message: str | None = None


class TrialReport(Struct, frozen=True, kw_only=True):
    """All there is to tell of ``test-llm``."""

    exit_code: int
    tried: tuple[TriedProvider, ...]


# ---------------------------------------------------------------- what was kept and spent before


class StoreInfo(Struct, frozen=True, kw_only=True):
    """The answer store as it stands. Times are in seconds since 1970, None where it is empty.

    ``replayed`` counts the answers it gave instead of a provider, ``saved_usd`` is what they had cost.
    """

    path: str
    answers: int = 0
    abstentions: int = 0
    bytes: int = 0
    oldest: float | None = None
    newest: float | None = None
    replayed: int = 0
    saved_usd: Decimal = Decimal(0)


class Removed(Struct, frozen=True, kw_only=True):
    """What was taken out of the answer store; ``bytes`` became free; ``files`` were deleted."""

    path: str
    answers: int = 0
    abstentions: int = 0
    bytes: int = 0
    files: tuple[str, ...] = ()


class UsageRow(Struct, frozen=True, kw_only=True):
    """What a day's runs on a project asked of a model. ``day`` as 2026-11-21, in UTC. ``stored``: replayed.

    ``cost_usd`` None: not every price is known. ``unsettled_usd`` is what attempts whose end is not known may have
    cost at most, beside that.
    """

    day: str
    project: str
    provider: str
    model: str
    requests: int = 0
    stored: int = 0
    prompt_tokens: int = 0
    cached_prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: Decimal | None = None
    unsettled_usd: Decimal = Decimal(0)
    saved_usd: Decimal = Decimal(0)


class UsageReport(Struct, frozen=True, kw_only=True):
    """What the runs of the last ``days`` spent, and the month against its budget (None: it has none)."""

    days: int
    rows: tuple[UsageRow, ...]
    month_usd: Decimal
    month_budget_usd: Decimal | None
