"""What dbt-docsmith.yml may say: its keys and their types."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

Money = Annotated[float, Meta(ge=0, le=1_000_000)]


class HeaderFrom(Struct, frozen=True, forbid_unknown_fields=True):
    """A header's value that is not written down: an environment variable has it, or a command prints it."""

    env: str | None = None
    command: str | list[str] | None = None

    def __post_init__(self) -> None:
        if (self.env is None) == (self.command is None):
            raise ValueError("expected either env or command")


class ProviderSection(Struct, frozen=True, forbid_unknown_fields=True):
    """`providers.<name>`: settings of one provider."""

    base_url: str | None = None
    model: str | None = None
    api_key_command: str | list[str] | None = None
    client_cert: str | None = None
    client_key: str | None = None
    headers: dict[str, str | HeaderFrom] = {}
    context_tokens: int | None = None

    def __repr__(self) -> str:
        return f"ProviderSection(model={self.model!r}, headers={sorted(self.headers)!r})"


class LimitsSection(Struct, frozen=True, forbid_unknown_fields=True):
    """`limits`: seconds, requests and tokens a minute, requests in flight, tokens of a prompt."""

    requests_per_minute: int | Literal["auto"] | None = None
    tokens_per_minute: int | None = None
    threads: int | None = None
    timeout: float | None = None
    max_retries: int | None = None
    prompt_tokens: int | None = None


class BudgetSection(Struct, frozen=True, forbid_unknown_fields=True):
    """`budget`: US dollars of a run and of all runs in a calendar month (UTC), attempts on the wire of a run."""

    per_run: Money | None = None
    per_month: Money | None = None
    requests: Annotated[int, Meta(ge=0)] | None = None


class PriceSection(Struct, frozen=True, forbid_unknown_fields=True):
    """`prices.<model>`: US dollars for a million tokens of prompts and of answers."""

    input: Money
    output: Money


class PromptsSection(Struct, frozen=True, forbid_unknown_fields=True):
    """`prompts`: a prompt file, from the project's folder, and variables for the templates."""

    file: str | None = None
    vars: dict[str, Any] = {}


class StyleSection(Struct, frozen=True, forbid_unknown_fields=True):
    """`style`: variables of the default templates; `max_length` also bounds every text."""

    language: str | None = None
    tone: str | None = None
    max_length: Annotated[int, Meta(ge=1)] | None = None
    examples: list[str] = []


class ColumnsSection(Struct, frozen=True, forbid_unknown_fields=True):
    """`columns`: whether columns without an entry get one, in models and in sources, and in which case."""

    add: bool | None = None
    add_source: bool | None = None
    case: Literal["lower", "upper"] | None = None


class DocBlocksSection(Struct, frozen=True, forbid_unknown_fields=True):
    """`doc_blocks`: which columns' texts go to ``{% docs %}`` blocks, and to which file.

    ``repeated``: those that at least ``min`` columns would share. ``file`` is a path from the project's folder.
    """

    columns: Literal["never", "repeated", "always"] = "never"
    min: Annotated[int, Meta(ge=1)] = 3
    file: str | None = None


class RedactSection(Struct, frozen=True, forbid_unknown_fields=True):
    """`redact`: what is masked in the texts that leave; `patterns` are searched for in literals and comments."""

    mode: Literal["matching", "all", "off"] = "matching"
    patterns: list[str] = []


class NeverSendSection(Struct, frozen=True, forbid_unknown_fields=True):
    """`policy.never_send`: nodes and columns with one of these tags or meta keys, nodes below these paths."""

    tags: list[str] = []
    meta: list[str] = []
    paths: list[str] = []


class PolicySection(Struct, frozen=True, forbid_unknown_fields=True):
    """`policy`: the only providers and hosts that anything may go to, and what goes to none."""

    providers: list[str] | None = None
    hosts: list[str] | None = None
    never_send: NeverSendSection = NeverSendSection()


class ConfigFile(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything dbt-docsmith.yml may say."""

    provider: str | None = None
    model: str | None = None
    providers: dict[str, ProviderSection] = {}
    limits: LimitsSection = LimitsSection()
    budget: BudgetSection = BudgetSection()
    prices: dict[str, PriceSection] = {}
    prompts: PromptsSection = PromptsSection()
    style: StyleSection = StyleSection()
    glossary: dict[str, str] = {}
    placement: str | dict[str, str] | None = None
    columns: ColumnsSection = ColumnsSection()
    doc_blocks: DocBlocksSection = DocBlocksSection()
    skip: list[str] = []
    redact: RedactSection = RedactSection()
    policy: PolicySection = PolicySection()
    ledger: bool = False

    def value(self, key: str) -> Any:
        """The value of a dotted key such as ``limits.threads``; None where the file does not say."""
        found: Any = self
        for part in key.split("."):
            found = getattr(found, part)
        return found


def glossary_pattern(term: str) -> re.Pattern[str] | None:
    """What a ``/pattern/`` of the glossary must fit, None for a plain name. Raises re.error."""
    slashed = len(term) > 2 and term.startswith("/") and term.endswith("/")
    return re.compile(term[1:-1], re.IGNORECASE) if slashed else None
