import pytest

from dbt_docsmith.prompting.facts import say_test
from dbt_docsmith.types import TestFact


@pytest.mark.parametrize(
    ("test", "said"),
    [
        (TestFact(name="unique"), "unique"),
        (TestFact(name="not_null", arguments="where: paid"), "never null (where: paid)"),
        (TestFact(name="accepted_values", values=("web", "")), "one of: web, (blank)"),
        (TestFact(name="accepted_values", values=("a",), arguments="where: paid"), "one of: a (where: paid)"),
        (TestFact(name="relationships", to="ref('people')", field="id"), "refers to id of ref('people')"),
        (
            TestFact(name="relationships", to="ref('people')", field="id", arguments="severity: warn"),
            "refers to id of ref('people') (severity: warn)",
        ),
        (
            TestFact(name="dbt_utils.accepted_range", arguments="min: 0"),
            "tested with dbt_utils.accepted_range (min: 0)",
        ),
    ],
)
def test_a_test_is_told_with_the_condition_it_holds_under(test: TestFact, said: str) -> None:
    assert say_test(test) == said
