"""What each command comes to, as data that `report/` puts into words and JSON. Everything here is frozen."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct

from dbt_docsmith.types import Failure, Proposal, Question, Usage


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
    """What a run did. ``nodes`` and ``columns`` had something missing; the others count texts by their origin.

    ``present`` and ``refused`` are of ``apply`` alone: texts that stood there already, and that a person refused.
    """

    nodes: int = 0
    columns: int = 0
    inherited: int = 0
    generated: int = 0
    cached: int = 0
    glossary: int = 0
    doc_block: int = 0
    failed: int = 0
    abstained: int = 0
    present: int = 0
    refused: int = 0


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


class NodeEstimate(Struct, frozen=True, kw_only=True):
    """What a run would send about one node if every first answer were accepted. ``cost_usd`` None: not known."""

    unique_id: str
    requests: int = 0
    prompt_tokens: int = 0
    cost_usd: Decimal | None = Decimal(0)


class PersistedDocs(Struct, frozen=True, kw_only=True):
    """What a run's texts come to where ``persist_docs`` sends them to the warehouse.

    ``nodes`` of those it describes have it on for them: they are modified for dbt. ``selected`` are what
    ``state:modified+`` takes because of that, tests included; ``built`` the models, seeds and snapshots of these.
    """

    nodes: int
    selected: int
    built: int


class Estimate(Struct, frozen=True, kw_only=True):
    """What a run would send if every first answer were accepted, and at most if each had to be mended.

    What the wire loses, a token limit cuts or a model has no room for is asked again beyond that. ``cost_usd`` is
    the most that the first requests may cost; ``over_budget`` says which limits that would pass. ``nodes`` are
    those that would be asked about: their numbers add up to these.
    """

    requests: int = 0
    requests_most: int = 0
    prompt_tokens: int = 0
    max_completion_tokens: int = 0
    cost_usd: Decimal | None = None
    over_budget: tuple[str, ...] = ()
    nodes: tuple[NodeEstimate, ...] = ()


class FileReport(Struct, frozen=True, kw_only=True):
    """One properties file that was, or would be, written. ``repo_path``: from the git root."""

    path: str
    repo_path: str
    created: bool
    descriptions: int


class SavedFile(Struct, frozen=True, kw_only=True):
    """A file of proposals that was written for a person, and how many texts it holds."""

    path: str
    texts: int


class CoverageChange(Struct, frozen=True, kw_only=True):
    """Coverage before and after; ``columns_from`` says which columns were counted."""

    columns_from: str
    before: Coverage
    after: Coverage


class StaleText(Struct, frozen=True, kw_only=True):
    """A text of this program's making whose ground has changed since; ``file`` and ``line`` of where it stands.

    ``because``: sql, tests, columns, upstream; ``parents`` are those whose ground has changed. ``edited``: a
    person has changed the text since. ``doc_block``: it refers to one. ``date``: the day it was made, in UTC.
    """

    unique_id: str
    column: str | None
    file: str | None
    line: int | None
    because: tuple[str, ...]
    parents: tuple[str, ...] = ()
    edited: bool = False
    doc_block: bool = False
    origin: str
    provider: str | None = None
    model: str | None = None
    date: str


class MadeTextReport(Struct, frozen=True, kw_only=True):
    """A text of the ledger. ``state``: as made, edited (by a person, since) or gone; gone has no ``file``."""

    unique_id: str
    column: str | None
    state: str
    file: str | None
    line: int | None
    origin: str
    provider: str | None = None
    model: str | None = None
    date: str


class ForPage(Struct, frozen=True, kw_only=True):
    """What only the page shows: the changes as git tells them, and the texts that a person is to decide about.

    ``to_decide`` is the plain data of a file that ``apply`` takes, None where nothing is left to decide.
    """

    project: str
    diff: str
    to_decide: Mapping[str, Any] | None = None


class Report(Struct, frozen=True, kw_only=True):
    """All there is to tell of a ``document`` or ``apply`` run. ``host``: where requests go.

    ``diff``: with ``--diff`` only; ``saved``: with ``--save-proposals`` only; ``page``: where a page is wanted.

    ``unconfirmed`` and ``undeclared`` name columns (``unique_id.column``) that only the YAML knows, and that
    an enforced contract keeps from being added. ``ended``: the error that ended all asking, where one did.
    ``obstacle``: what would end a real run before anything is sent. ``persisted`` None: nothing is persisted.
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
    stale: tuple[StaleText, ...] = ()
    diff: str | None = None
    ended: str | None = None
    saved: tuple[SavedFile, ...] = ()
    obstacle: str | None = None
    persisted: PersistedDocs | None = None
    page: ForPage | None = None


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
    stale: tuple[StaleText, ...] = ()
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
