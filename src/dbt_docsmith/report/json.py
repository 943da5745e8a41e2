"""Report -> one JSON object, as the contract has it. Fields may be added within version 1, none dropped."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
from msgspec.structs import replace

from dbt_docsmith.reports import CheckReport, Coverage, Report
from dbt_docsmith.types import Proposal

VERSION = 1


def document_json(report: Report) -> str:
    """The result of ``document`` as one JSON object."""
    return encode_json(document_plain(report))


def document_plain(report: Report) -> dict[str, Any]:
    """The same as plain data."""
    plain = msgspec.to_builtins(replace(report, page=None), enc_hook=money_json)
    plain["proposals"] = [_proposal(proposal) for proposal in report.proposals]
    if report.diff is None:
        del plain["diff"]
    if not report.saved:
        del plain["saved"]
    del plain["page"]
    return {"version": VERSION, **plain}


def check_json(report: CheckReport) -> str:
    """The result of ``check`` as one JSON object."""
    return encode_json(
        {
            "version": VERSION,
            "command": "check",
            "exit_code": report.exit_code,
            "coverage": {"columns_from": report.columns_from, **_coverage(report.coverage)},
            "missing": msgspec.to_builtins(report.missing),
            "stale": msgspec.to_builtins(report.stale),
            "thresholds": dict(report.thresholds),
            "new_only": report.new_only,
            "compared_with": _coverage(report.before) if report.before else None,
            "failures": msgspec.to_builtins(report.failures),
            "warnings": list(report.warnings),
        }
    )


def _proposal(proposal: Proposal) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(proposal)
    del plain["raw"]
    return plain


def _coverage(coverage: Coverage) -> dict[str, list[int]]:
    return {"nodes": list(coverage.nodes), "columns": list(coverage.columns)}


def money_json(value: object) -> object:
    """Dollars as a decimal string."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise NotImplementedError(f"no JSON form of {type(value)}")


def encode_json(value: object) -> str:
    """One object, as every command prints it."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
