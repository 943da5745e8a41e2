from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pathspec import PathSpec
from pathspec.patterns.gitwildmatch import GitWildMatchPattern, GitWildMatchPatternError

from dbt_docsmith.dbt.ignore import ignore_rules, is_ignored

PIECES = st.sampled_from(["a", "b", "models", "*", "**", "?", "a*", "*.sql", "[ab]", "[!a]", "\\*", ""])
LINES = st.builds(
    lambda no, first, pieces, last: no + first + "/".join(pieces) + last,
    st.sampled_from(["", "!", "#", " "]),
    st.sampled_from(["", "/"]),
    st.lists(PIECES, min_size=1, max_size=4),
    st.sampled_from(["", "/", " "]),
)
PATHS = st.lists(st.sampled_from(["a", "b", "models", "*", "x.sql", "ab"]), min_size=1, max_size=4).map("/".join)


@given(lines=st.lists(LINES, max_size=3), path=PATHS)
def test_patterns_mean_what_they_mean_to_dbt(lines: list[str], path: str) -> None:
    assume(not any(re.fullmatch(r"!?/(\*\*/)+", line.strip()) for line in lines))  # nothing to dbt, by a slip
    try:
        theirs = PathSpec.from_lines(GitWildMatchPattern, lines)
    except GitWildMatchPatternError:
        return
    assert is_ignored(path, ignore_rules("\n".join(lines))) == theirs.match_file(path), (lines, path)


@pytest.mark.parametrize(
    ("text", "path", "ignored"),
    [
        ("*.sql", "models/a.sql", True),
        ("models/*.sql", "models/staging/a.sql", False),
        ("models/**/a.sql", "models/staging/deep/a.sql", True),
        ("models/**/a.sql", "models/a.sql", True),
        ("staging/", "models/staging/a.sql", True),
        ("staging/", "models/staging", False),
        ("/staging", "models/staging/a.sql", False),
        ("*.sql\n!keep.sql", "models/keep.sql", False),
        ("!keep.sql\n*.sql", "models/keep.sql", True),
        ("# a comment\n\n/", "models/a.sql", False),
        ("models/[ab].sql", "models/b.sql", True),
        ("models/[!ab].sql", "models/b.sql", False),
        ("models/[b-a].sql", "models/b.sql", False),
    ],
)
def test_the_last_rule_that_fits_a_path_decides(text: str, path: str, ignored: bool) -> None:
    assert is_ignored(path, ignore_rules(text)) is ignored
