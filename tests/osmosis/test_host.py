"""Which releases of dbt-osmosis are known."""

import pytest

from dbt_docsmith.errors import UsageError
from dbt_docsmith.osmosis.host import check_version


@pytest.mark.parametrize("installed", ["1.3.0", "1.4.0", "1.5.0", "1.5.7"])
def test_a_release_that_was_tried_is_served(installed: str) -> None:
    check_version(installed)


@pytest.mark.parametrize("installed", ["1.2.2", "1.6.0", "1.50.0", "2.0.0", "unknown"])
def test_any_other_is_refused_with_a_way_to_go_on(installed: str) -> None:
    with pytest.raises(UsageError) as refused:
        check_version(installed)
    said = str(refused.value)
    assert said.startswith(f"dbt-osmosis {installed}: ")
    assert "1.3 to 1.5" in said
    assert "OSMOSIS_LLM_ENGINE=off" in said
    assert "\n" not in said
