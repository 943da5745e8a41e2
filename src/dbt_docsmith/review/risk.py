"""Which text deserves a look first, and why. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from dbt_docsmith.review.proposals import NO_RISK

_MOST_NAMED = 3


class RiskFacts(Struct, frozen=True, kw_only=True):
    """What is known of a text's reach. ``made``: a model wrote it; ``thin``: nothing but a name to go by.

    ``descendants`` counts the models, snapshots and other nodes that read from it, ``exposures`` names those it
    reaches, ``places`` is how often the text is written.
    """

    made: bool = False
    thin: bool = False
    replaces: bool = False
    descendants: int = 0
    exposures: tuple[str, ...] = ()
    places: int = 1


def points(facts: RiskFacts) -> int:
    """The higher, the sooner a person should look."""
    reach = sum(facts.descendants >= least for least in (1, 5, 20))
    exposed, repeated = 2 * bool(facts.exposures), int(facts.places > 1)
    return 12 * facts.thin + 3 * facts.replaces + 2 * facts.made + reach + exposed + repeated


def reasons(facts: RiskFacts) -> str:
    """The same in words: ``thin evidence, feeds exposure weekly_sales, 12 nodes read it``."""
    return ", ".join(_reasons(facts)) or NO_RISK


def _reasons(facts: RiskFacts) -> Iterator[str]:
    if facts.thin:
        yield "thin evidence"
    if facts.replaces:
        yield "replaces a person's text"
    if facts.exposures:
        rest = len(facts.exposures) - _MOST_NAMED
        more = f" and {rest} more" if rest > 0 else ""
        plural = "s" if len(facts.exposures) > 1 else ""
        yield f"feeds exposure{plural} {' '.join(facts.exposures[:_MOST_NAMED])}{more}"
    if facts.descendants:
        yield f"{facts.descendants} nodes read it" if facts.descendants > 1 else "1 node reads it"
    if facts.places > 1:
        yield f"{facts.places} places"
