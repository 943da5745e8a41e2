"""The file of kept lineage saves time, and can do no harm."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from dbt_docsmith.dbt.lineage.store import LineageStore


def test_what_was_kept_is_there_the_next_time(tmp_path: Path) -> None:
    with LineageStore(tmp_path / "cache" / "lineage.db") as store:
        store.put(b"a", b"1")
        assert store.get(b"a") == b"1"
    with LineageStore(tmp_path / "cache" / "lineage.db") as store:
        assert store.get(b"a") == b"1"
        assert store.get(b"b") is None


def test_a_key_put_again_has_the_new_body(tmp_path: Path) -> None:
    for body in (b"1", b"2"):
        with LineageStore(tmp_path / "lineage.db") as store:
            store.put(b"a", body)
    with LineageStore(tmp_path / "lineage.db") as store:
        assert store.get(b"a") == b"2"


def test_much_is_written_before_the_end(tmp_path: Path) -> None:
    store = LineageStore(tmp_path / "lineage.db")
    for number in range(500):
        store.put(f"{number}".encode(), b"x")
    with sqlite3.connect(tmp_path / "lineage.db") as other:
        assert other.execute("select count(*) from kept").fetchone()[0] >= 400
    other.close()
    store.close()


def test_the_oldest_rows_go_first(tmp_path: Path) -> None:
    for number in range(6):
        with LineageStore(tmp_path / "lineage.db", most_rows=4) as store:
            store.put(f"{number}".encode(), b"x")
    with LineageStore(tmp_path / "lineage.db", most_rows=4) as store:
        assert [store.get(f"{number}".encode()) for number in range(6)] == [None, None, b"x", b"x", b"x", b"x"]


def test_a_large_file_is_asked_row_by_row(tmp_path: Path) -> None:
    with LineageStore(tmp_path / "lineage.db") as store:
        for number in range(5_200):
            store.put(f"{number}".encode(), b"x")
    with LineageStore(tmp_path / "lineage.db") as store:
        assert store.get(b"5199") == b"x"
        assert store.get(b"none") is None


def test_a_file_that_is_no_database_is_as_good_as_none(tmp_path: Path) -> None:
    (tmp_path / "lineage.db").write_bytes(b"not a database, and longer than its header" * 100)
    with LineageStore(tmp_path / "lineage.db") as store:
        assert store.get(b"a") is None
        store.put(b"a", b"1")


def test_a_folder_that_cannot_be_made_is_as_good_as_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with LineageStore(tmp_path / "file" / "lineage.db") as store:
        store.put(b"a", b"1")
        store.flush()
        assert store.get(b"a") is None


def test_a_locked_file_delays_and_does_not_fail(tmp_path: Path) -> None:
    with LineageStore(tmp_path / "lineage.db") as store:
        store.put(b"a", b"1")
    locking = sqlite3.connect(tmp_path / "lineage.db", isolation_level=None)
    locking.execute("begin exclusive")
    with LineageStore(tmp_path / "lineage.db") as store:
        store.put(b"b", b"2")
    locking.execute("rollback")
    locking.close()


def test_two_at_once_keep_what_both_read(tmp_path: Path) -> None:
    with LineageStore(tmp_path / "lineage.db") as one, LineageStore(tmp_path / "lineage.db") as other:
        one.put(b"a", b"1")
        other.put(b"b", b"2")
    with LineageStore(tmp_path / "lineage.db") as store:
        assert (store.get(b"a"), store.get(b"b")) == (b"1", b"2")
