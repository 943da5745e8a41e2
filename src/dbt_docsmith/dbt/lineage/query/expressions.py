"""What one projected expression does: which columns it reads, and what it makes of them.

Imports sqlglot: import it late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct
from sqlglot import exp

from dbt_docsmith.dbt.lineage.query.plan import ItemKind, Read
from dbt_docsmith.dbt.sql.marks import is_unknown_name

NODE: type[exp.Expr] = getattr(exp, "Expr", exp.Expression)  # sqlglot 28 knows Expression only

_AGGREGATES = frozenset(
    """
    any_value approx_count_distinct approx_distinct approx_percentile approx_quantiles approx_top_count
    arbitrary array_agg array_concat_agg array_union_agg array_unique_agg bit_and bit_or bit_xor
    bitmap_construct_agg bool_and bool_or booland_agg boolor_agg collect_list collect_set corr count_big
    count_if countif covar_pop covar_samp every first geometric_mean group_concat grouping hash_agg
    histogram hll hll_accumulate json_agg json_object_agg jsonb_agg jsonb_object_agg kurtosis last listagg
    list logical_and logical_or map_agg max_by median min_by mode multimap_agg numeric_histogram object_agg
    percentile percentile_approx percentile_cont percentile_disc product regr_slope skew skewness
    st_union_agg stddev string_agg stddev_pop stddev_samp sumif tdigest_agg uniq uniqexact var_pop var_samp
    variance wm_concat xmlagg
    """.split()
)
_DATE_PARTS = frozenset("year quarter month week day dayofweek dayofyear hour minute second millisecond".split())
_NO_COLUMNS = frozenset({"sysdate", "systimestamp", "rownum"})


class Examined(Struct):
    """What an expression holds. ``calls``: a function; ``unknowns``: a piece nobody could render."""

    reads: list[Read]
    aggregates: bool = False
    calls: bool = False
    unknowns: bool = False


def examine(expression: exp.Expr, nested: Callable[[exp.Expr], int]) -> Examined:
    """Walk an expression, not into its subqueries: ``nested`` takes those and gives the query's number.

    The positions of the reads are those of the whole text.
    """
    found = Examined([])
    stack: list[tuple[exp.Expr, bool, frozenset[str]]] = [(expression, False, frozenset())]
    while stack:
        node, windowed, bound = stack.pop()
        if isinstance(node, exp.Column):
            _read_column(node, bound, found)
        elif isinstance(node, exp.Query):
            found.reads.append(Read(query=nested(node)))
        else:
            if isinstance(node, (exp.Func, exp.Parameter)) and not isinstance(node, exp.Cast):
                found.calls = True
                found.aggregates |= not windowed and _is_aggregate(node)
                found.unknowns |= isinstance(node, exp.Anonymous) and is_unknown_name(str(node.this))
            if isinstance(node, (exp.Lambda, exp.Comprehension)):
                bound = bound | _bound_names(node)
            windows = isinstance(node, exp.Window) and node.args.get("over") != "KEEP"
            stack.extend((child, windowed or (windows and key == "this"), bound) for key, child in _children(node))
    found.reads.sort(key=lambda read: read.start)
    return found


def kind_of(expression: exp.Expr, found: Examined) -> ItemKind:
    """What the expression makes of what it reads."""
    bare, casts = _bare(expression)
    if isinstance(bare, exp.Column) and isinstance(bare.this, exp.Identifier):
        if found.unknowns:
            return "unknown"
        return "cast" if casts else "column"
    if found.aggregates:
        return "aggregated"
    if found.reads or found.calls or found.unknowns:
        return "derived"
    return "constant"


def identifier_start(identifier: object) -> int:
    """Where a name starts in the text; -1 where the parser does not say."""
    meta = identifier.meta if isinstance(identifier, NODE) else {}
    start = meta.get("start", -1)
    return start if isinstance(start, int) else -1


def _children(node: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
    for key, value in node.args.items():
        if isinstance(value, NODE):
            yield key, value
        elif isinstance(value, list):
            yield from ((key, child) for child in value if isinstance(child, NODE))


def _read_column(column: exp.Column, bound: frozenset[str], found: Examined) -> None:
    names = [column.args.get(key) for key in ("catalog", "db", "table", "this")]
    identifiers = [name for name in names if isinstance(name, exp.Identifier)]
    parts = tuple(identifier.this.lower() for identifier in identifiers)
    if any(is_unknown_name(part) for part in parts):
        found.unknowns = True
        return
    if (
        not parts
        or not isinstance(column.this, exp.Identifier)
        or parts[0] in bound
        or _is_no_column(column, parts)
    ):
        return
    start = identifier_start(identifiers[0])
    end = identifiers[-1].meta.get("end", -1)
    found.reads.append(Read(parts=parts, start=start, end=end))


def _is_no_column(column: exp.Column, parts: tuple[str, ...]) -> bool:
    """A pseudo column, or the ``day`` of a function sqlglot does not know."""
    if len(parts) > 1:
        return False
    if parts[0] in _NO_COLUMNS:
        return True
    call = column.parent
    return parts[0] in _DATE_PARTS and isinstance(call, exp.Anonymous) and len(call.expressions) > 1


def _is_aggregate(function: exp.Expr) -> bool:
    if isinstance(function, (exp.Max, exp.Min)):
        return not function.expressions
    if isinstance(function, exp.Anonymous):
        return str(function.this).lower() in _AGGREGATES
    return isinstance(function, exp.AggFunc)


def _bound_names(node: exp.Expr) -> frozenset[str]:
    """The parameters of a lambda, or the variable of a list comprehension."""
    names = node.expressions if isinstance(node, exp.Lambda) else [node.args.get("expression")]
    return frozenset(name.name.lower() for name in names if isinstance(name, NODE))


def _bare(expression: exp.Expr) -> tuple[exp.Expr, bool]:
    """The expression without parentheses and casts, and whether there were casts."""
    casts = False
    while isinstance(expression, (exp.Paren, exp.Cast)):
        casts |= isinstance(expression, exp.Cast)
        expression = expression.this
    return expression, casts
