"""What `check` says."""

import re
from collections.abc import Iterator

from tests.cli.user import User, reported
from tests.wire_server import WireServer


def missing_lines(out: str) -> Iterator[tuple[str, int, str]]:
    for line in out.splitlines():
        if found := re.fullmatch(r"(\S+):(\d+): (\S+) has no description", line):
            yield found[1], int(found[2]), found[3].rpartition(".")[2]


def test_check_points_at_the_line_of_each_entry(user: User) -> None:
    said = user("check")
    assert said.code == 1
    found = list(missing_lines(said.out))
    assert len(found) > 40
    for file, line, name in found:
        entry = (user.project / file).read_text().splitlines()[line - 1]
        assert entry.split("name: ")[1].strip("\"'") == name
    assert said.out.count("(no properties file): model.shop.") == 3
    assert f"{len(found) + 3} descriptions missing\n" in said.out


def test_check_passes_from_the_wanted_share_on(user: User) -> None:
    coverage = reported(user, "check")["coverage"]
    documented, whole = (sum(pair) for pair in zip(coverage["nodes"], coverage["columns"], strict=True))
    share = 100 * documented / whole
    assert 40 < share < 60
    assert user("check", "--min-coverage", str(share - 0.1)).code == 0
    assert user("check", "--min-coverage", str(share + 0.1)).code == 1
    assert user("check", "--min-coverage", "0").code == 0


def test_check_counts_known_columns_where_it_is_told_to(user: User) -> None:
    usual, known = reported(user, "check"), reported(user, "check", "--count-columns", "known")
    assert (usual["coverage"]["columns_from"], known["coverage"]["columns_from"]) == ("declared", "known")
    assert usual["coverage"]["columns"][1] < known["coverage"]["columns"][1]
    assert len(usual["missing"]) < len(known["missing"])


def test_check_is_0_right_after_document(online: User, wire_server: WireServer) -> None:
    online("document")
    said = online("check", "--exclude", "source:webshop.orders")
    assert (said.code, said.out.splitlines()[0]) == (0, "0 descriptions missing")
