"""docs/company.md shows settings that are read."""

import re
from pathlib import Path

from dbt_docsmith.config_file import read_config_file

PAGE = Path(__file__).parents[2] / "docs" / "company.md"


def test_the_settings_it_shows_are_read(tmp_path: Path) -> None:
    [shown] = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "dbt-docsmith.yml").write_text(shown, encoding="utf-8")
    section = read_config_file(tmp_path).providers["openai"]
    assert section.api_key_command == "op read op://data/openai/key"
    assert set(section.headers) == {"X-Team", "X-Api-Key", "X-Ticket"}
