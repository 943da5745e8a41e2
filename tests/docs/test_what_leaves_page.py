"""docs/what-leaves.md shows settings that are read, and masks as it says."""

import re
from pathlib import Path

from dbt_docsmith.config_file import read_config_file
from dbt_docsmith.prompting.sensitive import mask_sensitive

TEXT = (Path(__file__).parents[2] / "docs" / "what-leaves.md").read_text(encoding="utf-8")


def test_the_settings_it_shows_are_read(tmp_path: Path) -> None:
    redact, policy, never_send = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    (tmp_path / "dbt-docsmith.yml").write_text(redact + policy, encoding="utf-8")
    read = read_config_file(tmp_path)
    assert (read.redact.mode, read.redact.patterns) == ("matching", ["CUST-[0-9]{6}"])
    assert read.policy.hosts == ["*.openai.azure.com"]
    (tmp_path / "dbt-docsmith.yml").write_text(never_send, encoding="utf-8")
    assert read_config_file(tmp_path).policy.never_send.meta == ["confidential", "class=secret"]


def test_its_example_leaves_as_it_says() -> None:
    [(text, masked)] = re.findall(r"`('[^`]+')` leaves as `('[^`]+')`", TEXT)
    assert mask_sensitive(text) == masked
