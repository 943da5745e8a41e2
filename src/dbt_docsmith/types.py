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

from dbt_docsmith.describable import UNREFERABLE, PartKind
from dbt_docsmith.errors import ProviderError

# ---------------------------------------------------------------- what dbt knows


class Detail(Struct, frozen=True):
    """What a properties file says of a thing or a part: a type, an owner, a filter. ``is_code``: it is SQL."""

    label: str
    text: str
    is_code: bool = False


class Column(Struct, frozen=True, kw_only=True):
    """A column as the manifest declares it. ``description`` is rendered: never write it back.

    An argument, entity, dimension or measure (``part``) is one, too. ``expression`` is the SQL that an entity,
    dimension or measure names, ``data_type`` its type, a measure's aggregation.
    """

    name: str
    description: str = ""
    data_type: str | None = None
    quote: bool | None = None
    tags: tuple[str, ...] = ()
    meta: Mapping[str, Any] = {}
    constraints: tuple[str, ...] = ()
    part: PartKind = "column"
    expression: str = ""
    details: tuple[Detail, ...] = ()


class GenericTest(Struct, frozen=True, kw_only=True):
    """What a generic test asserts: ``unique``, ``accepted_values``, ``dbt_utils.expression_is_true``...

    ``name`` carries the namespace where there is one; ``arguments`` lack ``model`` and ``column_name``.
    """

    name: str
    attached_node: str | None = None
    column: str | None = None
    arguments: Mapping[str, Any] = {}


class Node(Struct, frozen=True, kw_only=True):
    """Anything in the manifest that has a unique id: models, sources, tests, exposures, own macros...

    Paths are POSIX and relative to the root of the package that owns the node. ``properties_file`` is where
    its description stands or would stand today, None where it has no entry. ``depends_on`` holds unique ids,
    ``macros`` those of its package's macros that it calls. ``columns`` of a thing without columns are its parts.
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
    macros: tuple[str, ...] = ()
    details: tuple[Detail, ...] = ()

    @property
    def is_latest(self) -> bool:
        """Whether an unversioned ``ref`` to this node's name finds it."""
        return self.version is None or self.version == self.latest_version

    @property
    def reference(self) -> str:
        """How a person writes it: ``ref('orders')``, ``ref('orders', v=2)``, ``source('shop', 'orders')``."""
        if self.resource_type == "source":
            return f"source('{self.source_name}', '{self.name}')"
        if self.resource_type in UNREFERABLE:
            return f"{self.resource_type}('{self.name}')"
        version = f", v={self.version}" if self.version is not None else ""
        return f"ref('{self.name}'{version})"


class Manifest(Struct, frozen=True, kw_only=True):
    """A dbt manifest, only the fields used. ``nodes`` holds every enabled resource by unique id.

    ``docs`` maps ``package.name`` to the text of a doc block; ``disabled`` the unique ids dbt left out;
    ``disabled_nodes`` are those of the project itself that may stand in a warehouse, and tests.
    ``selectors`` the definitions of selectors.yml by name; ``group_owners`` who answers for a group, by its name;
    ``macros`` the SQL of each macro by unique id.
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
    group_owners: Mapping[str, str] = {}


class Catalog(Struct, frozen=True, kw_only=True):
    """The warehouse's own word: for each unique id its columns, in order, with their types."""

    columns: Mapping[str, Mapping[str, str]] = {}


# ---------------------------------------------------------------- what is written


class WrittenText(Struct, frozen=True, kw_only=True):
    """A description as it stands in a properties file: Jinja not rendered. ``line`` counts from 1."""

    raw: str
    line: int


class WrittenColumn(Struct, frozen=True, kw_only=True):
    """A column's entry in a properties file, or another part's. ``keys`` are the keys it has besides ``name``.

    ``more`` is what stands under ``tags``, ``meta``, ``config``, ``data_tests`` and ``tests``, as YAML loads it;
    ``note`` the comment above or beside it.
    """

    name: str
    line: int
    description: WrittenText | None = None
    keys: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    more: Mapping[str, Any] = {}
    note: str = ""


class WrittenEntry(Struct, frozen=True, kw_only=True):
    """A node's entry in a properties file.

    ``section`` is the top-level key it stands under (``models``, ``sources``...); a source table's entry has
    its ``source_name``; a ``versions:`` item has its ``version`` and stands beside the entry it belongs to,
    with ``own_columns`` false where it declares none of its own. ``more`` and ``note`` are as a column's.
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
    note: str = ""


# ---------------------------------------------------------------- what is missing

KnownBy = Literal["catalog", "sql", "header", "yaml"]


class KnownColumn(Struct, frozen=True, kw_only=True):
    """A column that exists, and who says so. ``declared``: the YAML has an entry for it.

    ``part``: what it is, where it is no column. ``name`` is what reports call it; ``listed`` its list and its name
    there, where the section's entries have several lists.
    """

    name: str
    known_by: KnownBy
    declared: bool
    data_type: str | None = None
    quote: bool = False
    part: PartKind = "column"
    listed: tuple[str, str] | None = None


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
    """What is known of one missing column, or of another part.

    ``comment`` is the SQL's, ``note`` the one beside its YAML entry; ``meta`` holds ``key: value``.
    """

    name: str
    data_type: str | None = None
    kind: LineageKind = "unknown"
    expression: str = ""
    origins: tuple[OriginFact, ...] = ()
    tests: tuple[TestFact, ...] = ()
    constraints: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    comment: str = ""
    part: PartKind = "column"
    details: tuple[Detail, ...] = ()
    note: str = ""
    meta: tuple[str, ...] = ()


class Neighbour(Struct, frozen=True, kw_only=True):
    """A parent or child of the node, or an exposure of some ``kind``, with the first sentence of its text."""

    relation: str
    description: str = ""
    kind: str = ""


class Evidence(Struct, frozen=True, kw_only=True):
    """What is known of one DocTarget: everything a text may rest on, and nothing else.

    The same project asks the same question on every machine: no paths of this machine, no database or
    schema names, no time. ``note`` is the comment beside its YAML entry, ``house_style`` what people wrote of
    other nodes and columns. ``withheld``: it goes to no provider but one that works offline.
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
    children: tuple[Neighbour, ...] = ()
    exposures: tuple[Neighbour, ...] = ()
    source_description: str = ""
    sql: str = ""
    sql_cut: bool = False
    tags: tuple[str, ...] = ()
    meta: tuple[str, ...] = ()
    group: str | None = None
    details: tuple[Detail, ...] = ()
    owner: str = ""
    note: str = ""
    house_style: tuple[str, ...] = ()
    withheld: bool = False


# ---------------------------------------------------------------- asking


class Prompt(Struct, frozen=True, kw_only=True):
    """The two messages of one request, and the JSON schema its answer must fit.

    ``shortened``: a longer one did not fit in a model's context, and there is no shorter one.
    """

    template: Literal["model", "table", "column", "thing"]
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
    ``doc_block`` names the ``{% docs %}`` block of the run's own that the text goes to.
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
    doc_block: str | None = None
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
    siblings have one; ``quote`` adds ``quote: true``. ``reported`` is what reports call it, if not that.
    """

    name: str
    description: str
    data_type: str | None = None
    quote: bool = False
    reported: str | None = None

    @property
    def item(self) -> str:
        """What reports call it."""
        return self.reported or self.name


class NodeTexts(Struct, frozen=True, kw_only=True):
    """All that is to be written of one node into one properties file.

    ``section``, ``name``, ``source_name`` and ``version`` find the entry; ``order`` is the node's own order of
    columns, for placing new ones; ``replace`` allows a person's text to be replaced. ``list_key`` is the key that
    lists ``columns``, where the section's entries have several.
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
    list_key: str | None = None
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
