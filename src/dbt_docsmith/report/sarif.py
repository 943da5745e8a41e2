"""CheckReport -> SARIF 2.1.0, which code scanning services read."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any
from urllib.parse import quote

from dbt_docsmith.report.json import encode_json
from dbt_docsmith.report.stale import stale_sentence
from dbt_docsmith.report.totals import named
from dbt_docsmith.reports import CheckReport, Missing, StaleText
from dbt_docsmith.types import Failure

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_RULES = {
    "missing-description": "A node or a column has no description.",
    "stale-description": "What a description was made from has changed since.",
    "unreadable-properties": "A properties file cannot be read.",
}


def check_sarif(report: CheckReport) -> str:
    """One run, with a result for each missing or stale description and each file that cannot be read."""
    level = "error" if report.exit_code else "warning"
    results = [_missing(each, level, report.repo_prefix) for each in report.missing]
    results += [_stale(each, level, report.repo_prefix) for each in report.stale]
    results += [_failure(each) for each in report.failures]
    driver = {"name": "dbt-docsmith", "version": version("dbt-docsmith"), "rules": list(map(_rule, _RULES))}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return encode_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(name: str) -> dict[str, Any]:
    return {"id": name, "shortDescription": {"text": _RULES[name]}}


def _missing(missing: Missing, level: str, prefix: str) -> dict[str, Any]:
    name = named(missing.unique_id, missing.column)
    result = _result("missing-description", level, f"{name} has no description")
    result["partialFingerprints"] = {"description/v1": name}
    file = missing.file or missing.node_file
    if file:
        result["locations"] = _locations(prefix + file, missing.line if missing.file else None)
    return result


def _stale(stale: StaleText, level: str, prefix: str) -> dict[str, Any]:
    result = _result("stale-description", level, stale_sentence(stale))
    result["partialFingerprints"] = {"description/v1": named(stale.unique_id, stale.column)}
    if stale.file:
        result["locations"] = _locations(prefix + stale.file, stale.line)
    return result


def _locations(path: str, line: int | None) -> list[dict[str, Any]]:
    place = {
        "artifactLocation": {"uri": quote(path), "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": line or 1},
    }
    return [{"physicalLocation": place}]


def _failure(failure: Failure) -> dict[str, Any]:
    return _result(
        "unreadable-properties", "error", f"{named(failure.unique_id, failure.column)}: {failure.message}"
    )


def _result(rule: str, level: str, message: str) -> dict[str, Any]:
    return {"ruleId": rule, "level": level, "message": {"text": message}}
