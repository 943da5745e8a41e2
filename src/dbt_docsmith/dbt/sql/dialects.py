"""How each adapter's SQL is to be read: sqlglot's name for it, and what its quotes and comments mean."""

from __future__ import annotations

from msgspec import Struct

_DIALECTS = {
    "athena": "athena",
    "bigquery": "bigquery",
    "clickhouse": "clickhouse",
    "databricks": "databricks",
    "doris": "doris",
    "dremio": "dremio",
    "drill": "drill",
    "duckdb": "duckdb",
    "exasol": "exasol",
    "fabric": "tsql",
    "fabricspark": "spark",
    "glue": "spark",
    "greenplum": "postgres",
    "hive": "hive",
    "impala": "hive",
    "materialize": "materialize",
    "mysql": "mysql",
    "mariadb": "mysql",
    "netezza": "postgres",
    "oracle": "oracle",
    "postgres": "postgres",
    "presto": "presto",
    "redshift": "redshift",
    "risingwave": "risingwave",
    "singlestore": "singlestore",
    "snowflake": "snowflake",
    "spark": "spark",
    "sqlite": "sqlite",
    "sqlserver": "tsql",
    "starrocks": "starrocks",
    "synapse": "tsql",
    "teradata": "teradata",
    "tidb": "mysql",
    "trino": "trino",
    "vertica": "postgres",
    "yellowbrick": "postgres",
}

_BACKTICKED = frozenset({"bigquery", "databricks", "spark", "hive", "mysql", "doris", "starrocks", "singlestore"})
_BACKSLASHED = _BACKTICKED | {"snowflake", "clickhouse", "redshift"}
_HASH_COMMENTED = frozenset({"bigquery", "mysql", "singlestore", "doris", "starrocks"})


class Lexis(Struct, frozen=True, kw_only=True):
    """What must be known of a dialect to tell its names from its strings and comments.

    ``backslashes``: ``'it\\'s'`` is one string. ``quotes_hold_text``: ``"x"`` is a string, not a name.
    ``hashes``: ``# ...`` is a comment. ``brackets``: ``[x]`` is a name.
    """

    backslashes: bool = False
    quotes_hold_text: bool = False
    hashes: bool = False
    brackets: bool = False


def dialect_of(adapter_type: str | None) -> str | None:
    """sqlglot's name for an adapter's SQL; None reads it as generic SQL."""
    return _DIALECTS.get((adapter_type or "").lower())


def lexis_of(dialect: str | None) -> Lexis:
    """How that dialect writes strings, names and comments."""
    return Lexis(
        backslashes=dialect in _BACKSLASHED,
        quotes_hold_text=dialect in _BACKTICKED,
        hashes=dialect in _HASH_COMMENTED,
        brackets=dialect == "tsql",
    )


def quoted_name(dialect: str | None) -> tuple[str, str] | None:
    """The quotes dbt's adapters put around a name; None where they are not known."""
    if dialect in (None, "tsql"):
        return None
    return ("`", "`") if dialect in _BACKTICKED or dialect == "clickhouse" else ('"', '"')
