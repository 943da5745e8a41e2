"""What the answer store is, and what was taken out of it -> text or JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from dbt_docsmith.report.json import VERSION, encode_json, money_json
from dbt_docsmith.report.totals import money, plural
from dbt_docsmith.reports import Removed, StoreInfo

_MB = 1_000_000


def info_text(info: StoreInfo) -> str:
    """The store in a few lines."""
    rows = [
        (
            "kept",
            f"{plural(info.answers, 'answer')}, {plural(info.abstentions, 'abstention')}, {_size(info.bytes)}",
        ),
        ("age", f"from {_day(info.oldest)} to {_day(info.newest)}" if info.answers else "nothing is kept yet"),
        ("saved", f"{money(info.saved_usd)} by {plural(info.replayed, 'answer')} that nobody was asked for again"),
    ]
    return "\n".join([info.path, *(f"  {name:6} {value}" for name, value in rows)])


def info_json(info: StoreInfo) -> str:
    """The same as one JSON object; times are in UTC."""
    plain: dict[str, Any] = msgspec.to_builtins(info, enc_hook=money_json)
    plain |= {"oldest": _moment(info.oldest), "newest": _moment(info.newest)}
    return encode_json({"version": VERSION, "command": "cache info", **plain})


def removed_text(removed: Removed) -> str:
    """What went, also where that is nothing."""
    went = f"{plural(removed.answers, 'answer')} and {plural(removed.abstentions, 'abstention')}"
    lines = [f"removed {went} from {removed.path}: {_size(removed.bytes)} became free"]
    return "\n".join([*lines, *(f"deleted {file}" for file in removed.files)])


def removed_json(removed: Removed, command: str) -> str:
    """The same as one JSON object."""
    return encode_json({"version": VERSION, "command": command, **msgspec.to_builtins(removed)})


def _size(number: int) -> str:
    return f"{number / _MB:,.1f} MB" if number >= _MB / 10 else f"{number / 1000:,.0f} kB"


def _moment(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _day(seconds: float | None) -> str:
    return (_moment(seconds) or "")[:10]
