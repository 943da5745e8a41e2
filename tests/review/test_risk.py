"""Thin evidence, exposures and many readers first."""

from dbt_docsmith.review.risk import RiskFacts, points, reasons

RISKIEST_FIRST = [
    RiskFacts(made=True, thin=True, exposures=("weekly",), descendants=30),
    RiskFacts(made=True, thin=True),
    RiskFacts(made=True, exposures=("weekly",), descendants=5),
    RiskFacts(replaces=True),
    RiskFacts(made=True),
    RiskFacts(descendants=1),
    RiskFacts(),
]


def test_the_riskiest_come_first() -> None:
    assert sorted(RISKIEST_FIRST, key=points, reverse=True) == RISKIEST_FIRST


def test_the_reasons_are_told() -> None:
    exposures = tuple("abcde")
    facts = RiskFacts(thin=True, made=True, replaces=True, exposures=exposures, descendants=1, places=3)
    told = "thin evidence, replaces a person's text, feeds exposures a b c and 2 more, 1 node reads it, 3 places"
    assert reasons(facts) == told
    assert reasons(RiskFacts()) == "none seen"
