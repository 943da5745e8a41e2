"""docs/providers.md says what the code says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tools.provider_page import PAGE, page

from dbt_docsmith.config_file import read_config_file
from dbt_docsmith.llm.providers import SPECS
from dbt_docsmith.llm.providers.needs import needs


def test_the_page_is_the_one_that_make_docs_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs`"


@pytest.mark.parametrize("name", SPECS)
def test_every_provider_has_a_section_with_all_its_variables(name: str) -> None:
    section = re.split(r"^## ", page(), flags=re.MULTILINE)
    [own] = [each for each in section if each.startswith(f"{name}\n")]
    for need in needs(SPECS[name]):
        assert all(f"`{variable}`" in own for variable in need.variables)


def test_the_settings_it_shows_are_read(tmp_path: Path) -> None:
    [shown] = re.findall(r"```yaml\n(.*?)```", page(), re.DOTALL)
    (tmp_path / "dbt-docsmith.yml").write_text(shown, encoding="utf-8")
    assert read_config_file(tmp_path).providers["openai"].context_tokens == 32_000
