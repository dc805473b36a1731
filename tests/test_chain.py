"""The record's chain: what the library appends always holds; whatever else is done to a row is found, and named."""

from __future__ import annotations

import json
import random
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import record, schema
from analysis.files import read_csv
from analysis.record.chaining import waits_at
from tests.killing import HOW_OFTEN, killed
from tests.sites import contents
from tests.stopping import steps, stop_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KINDS = ["progress.csv", "progress.parquet", "sqlite:///progress.db"]
CELLS = st.text(st.sampled_from("a,\"'=+-１天 \n中𠮷"), max_size=5).filter(lambda text: text.strip("\r\n") == text)


def no_check(_: pd.DataFrame) -> pd.DataFrame:
    return schema.problem_frame()


def place(folder: Path, table: str = "progress", kept_as: str = "progress.csv") -> record.Place:
    return record.place_of(folder, {"id": "p", "progress": kept_as}, table)


def rows_of(table: str, begin: int, said: list[str]) -> pd.DataFrame:
    columns = schema.REQUIRED_COLUMNS[table]
    rows = pd.DataFrame("x", index=range(len(said)), columns=list(columns), dtype="str")
    rows[columns[0]] = [f"{table[0].upper()}{begin + number:04d}" for number in range(len(said))]
    rows[columns[-2]] = said
    return rows


def put(where: record.Place, said: list[str]) -> None:
    try:
        begin = len(record.read(where)[0]) + 1
    except FileNotFoundError:
        begin = 1
    record.append(where, rows_of(where.table, begin, said), check=no_check)


def found(where: record.Place) -> list[tuple[str, str, int]]:
    rows = record.read(where)[0]
    told = record.differences(record.read_chain(where), where.table, rows, where.key)
    return [(one.what, one.key, one.row) for one in told]


def is_sound(folder: Path, kept_as: str = "progress.csv") -> bool:
    chain = record.read_chain(place(folder, kept_as=kept_as))
    every = []
    for table in schema.RECORD:
        where = place(folder, table, kept_as)
        try:
            every += found(where)
        except FileNotFoundError:
            every += chain.rows(table)
    return not every and not chain.faults() and all(link and link.how == "appended" for link in chain.links)


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    for table in schema.RECORD:
        put(place(tmp_path, table), ["甲", "乙", "丙"])
        put(place(tmp_path, table), ["丁", "=1+1"])
    return tmp_path


@pytest.mark.thorough
@pytest.mark.parametrize("kept_as", KINDS)
@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(schema.RECORD), st.lists(CELLS, min_size=1, max_size=3)), max_size=4))
def test_what_the_library_appends_holds(kept_as: str, batches: list[tuple[str, list[str]]]):
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        heads: list[str] = []
        for table, said in batches:
            put(place(folder, table, kept_as), said)
            chain = record.read_chain(place(folder, kept_as=kept_as))
            # What was published once stays a beginning of the chain.
            assert chain.heads[:-1] == tuple(heads)
            heads = list(chain.heads)
            assert is_sound(folder, kept_as)
        assert len(heads) == len(batches)


Rows = list[tuple[str, ...]]


def altered(rows: Rows, at: int, chance: random.Random) -> list[tuple[str, str, int]]:
    column = chance.randrange(1, len(rows[at]))
    rows[at] = (*rows[at][:column], rows[at][column] + "改", *rows[at][column + 1 :])
    return [("altered", rows[at][0], at + 2)]


def deleted(rows: Rows, at: int, chance: random.Random) -> list[tuple[str, str, int]]:
    return [("missing", rows.pop(at)[0], at + 2)]


def inserted(rows: Rows, at: int, chance: random.Random) -> list[tuple[str, str, int]]:
    rows.insert(at, ("Z9999", *rows[at][1:]))
    return [("inserted", "Z9999", at + 2)]


def swapped(rows: Rows, at: int, chance: random.Random) -> list[tuple[str, str, int]]:
    other = (at + 1) % len(rows)
    rows[at], rows[other] = rows[other], rows[at]
    return []


def cut(rows: Rows, at: int, chance: random.Random) -> list[tuple[str, str, int]]:
    gone = [("missing", row[0], place + 2) for place, row in enumerate(rows) if place >= at]
    del rows[at:]
    return gone


def repeated(rows: Rows, at: int, chance: random.Random) -> list[tuple[str, str, int]]:
    rows.append(rows[at])
    return [("unchained", rows[at][0], len(rows) + 1)]


def renamed(rows: Rows, at: int, chance: random.Random) -> list[tuple[str, str, int]]:
    was = rows[at][0]
    rows[at] = ("Z9999", *rows[at][1:])
    return [("unchained" if at == len(rows) - 1 else "inserted", "Z9999", at + 2), ("missing", was, at + 2)]


@pytest.mark.thorough
@pytest.mark.parametrize("table", schema.RECORD)
@pytest.mark.parametrize("at", range(5))
@pytest.mark.parametrize("slip", [altered, deleted, inserted, swapped, cut, repeated, renamed])
def test_what_is_done_to_a_row_is_found_and_named(begun: Path, table: str, at: int, slip: Callable):
    file = begun / f"{table}.csv"
    cells = read_csv(file.read_bytes())
    rows = list(cells.rows.values())
    expected = slip(rows, at, random.Random(at))
    # As it was written, so that nothing but the slip is new.
    file.write_text("".join(f"{','.join(row)}\n" for row in (cells.header, *rows)), "utf-8")
    told = found(place(begun, table))
    if slip is swapped:
        assert {what for what, _, _ in told} == {"moved"}
        assert {key for _, key, _ in told} <= {rows[at][0], rows[(at + 1) % 5][0]}
    else:
        assert sorted(told) == sorted(expected)
    for other in set(schema.RECORD) - {table}:
        assert found(place(begun, other)) == []


@pytest.mark.thorough
def test_a_record_that_a_spreadsheet_saved_again_is_the_same(begun: Path):
    file = begun / "progress.csv"
    text = file.read_text("utf-8")
    cells = read_csv(file.read_bytes())
    for encoding in ("utf-8-sig", "gb18030", "utf-16"):
        quoted = "".join(
            ",".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\r\n"
            for row in (cells.header, *cells.rows.values())
        )
        for again in (text.replace("\n", "\r\n"), quoted):
            file.write_bytes(again.encode(encoding))
            assert found(place(begun)) == []
            facts = record.file_facts(place(begun))
            link = record.read_chain(place(begun)).of_table("progress")[-1]
            assert facts["sha256"] != link.saved["sha256"]
            assert (facts["encoding"], facts["line_ends"]) == (encoding, "CRLF")
            assert (link.saved["encoding"], link.saved["line_ends"]) == ("utf-8", "LF")


@pytest.mark.thorough
def test_columns_of_ones_own_and_their_order_are_not_in_the_chain(begun: Path):
    file = begun / "progress.csv"
    rows = pd.read_csv(file, dtype="str", keep_default_na=False)
    rows[list(reversed(rows.columns))].assign(备注="己见").to_csv(file, index=False)
    assert found(place(begun)) == []
    rows.drop(columns="status").to_csv(file, index=False)
    assert found(place(begun)) == [("no_column", "status", 1)]


@pytest.mark.thorough
def test_the_first_append_begins_the_chain_over_what_stands(begun: Path):
    (begun / "progress.chain").unlink()
    chain = record.read_chain(place(begun))
    assert (chain.head, found(place(begun))) == ("", [("unchained", f"P{n:04d}", n + 1) for n in range(1, 6)])
    put(place(begun, "actuals"), ["戊"])
    chain = record.read_chain(place(begun))
    assert [(link.table, link.how, len(link.rows)) for link in chain.links if link] == [
        ("progress", "found", 5),
        ("decisions", "found", 5),
        ("actuals", "found", 5),
        ("actuals", "appended", 1),
    ]
    assert found(place(begun)) == []


@pytest.mark.thorough
def test_rows_added_by_hand_are_told_from_those_appended(begun: Path):
    file = begun / "progress.csv"
    file.write_text(file.read_text("utf-8") + ",".join(["P0006", *["手写"] * 17]) + "\n", "utf-8")
    assert found(place(begun)) == [("unchained", "P0006", 7)]
    put(place(begun), ["己"])
    assert found(place(begun)) == []
    how = [(link.how, [key for key, _ in link.rows]) for link in record.read_chain(place(begun)).links[-2:] if link]
    assert how == [("found", ["P0006"]), ("appended", ["P0007"])]


@pytest.mark.thorough
def test_an_append_hides_no_alteration(begun: Path):
    file = begun / "progress.csv"
    file.write_text(file.read_text("utf-8").replace("乙", "改"), "utf-8")
    put(place(begun), ["己"])
    assert found(place(begun)) == [("altered", "P0002", 3)]


def test_the_number_of_a_row_that_was_cut_off_is_not_used_again(begun: Path):
    """Of a backup of which only the tables were put back: two rows of one number could never be told apart."""
    file, before = begun / "progress.csv", contents(begun)
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-2]))
    cut = contents(begun)
    with pytest.raises(ValueError, match="P0004、P0005"):
        record.append(place(begun), rows_of("progress", 4, ["己", "庚"]), check=no_check)
    assert contents(begun) == cut
    # What the chain knows is put back where it stood.
    record.append(place(begun), rows_of("progress", 4, ["丁", "=1+1"]), check=no_check)
    assert contents(begun) == before


@pytest.mark.thorough
@pytest.mark.parametrize("kept_as", KINDS[1:])
def test_a_record_that_is_moved_is_as_sound_as_it_was(begun: Path, kept_as: str):
    pytest.importorskip("pyarrow", reason="pyarrow is missing: pip install 'portplan[parquet]' to run this")
    for table in schema.RECORD:
        record.append(place(begun, table, kept_as), record.read(place(begun, table))[0], check=no_check)
    assert is_sound(begun, kept_as)
    put(place(begun, kept_as=kept_as), ["己"])
    assert is_sound(begun, kept_as)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "gap", ["delete from progress where log_id = 'P0002'", "update progress set entry = entry + 9"]
)
def test_a_gap_in_a_database_keeps_nobody_from_adding_behind(tmp_path: Path, gap: str):
    pytest.importorskip("sqlalchemy", reason="sqlalchemy is missing: pip install 'portplan[sql]' to run this")
    where = place(tmp_path, kept_as=KINDS[2])
    record.append(where, rows_of("progress", 1, ["甲", "乙", "丙"]), check=no_check)
    with closing(sqlite3.connect(tmp_path / "progress.db")) as base, base:
        base.execute(gap)
        base.execute("update record_chain set entry = 9")
    record.append(where, rows_of("progress", 4, ["丁"]), check=no_check)
    record.append(where, rows_of("progress", 5, ["戊"]), check=no_check)
    assert record.read(where)[0]["log_id"].tolist()[-2:] == ["P0004", "P0005"]
    assert found(where) == ([("missing", "P0002", 3)] if "delete" in gap else [])


@pytest.mark.thorough
@pytest.mark.parametrize("slip", ["altered", "cut out", "nonsense", "another table"])
def test_a_broken_link_is_named_and_stops_no_append(begun: Path, slip: str):
    file = begun / "progress.chain"
    lines = file.read_bytes().splitlines(keepends=True)
    if slip == "altered":
        lines[2] = lines[2].replace(b"D0001", b"D0009")
    elif slip == "cut out":
        del lines[2]
    elif slip == "nonsense":
        lines[2] = b"[1]\n"
    else:
        lines[2] = json.dumps({**json.loads(lines[2]), "table": "measures"}).encode() + b"\n"
    file.write_bytes(b"".join(lines))
    faults = record.read_chain(place(begun)).faults()
    assert faults
    assert set(faults) <= {3, 4}
    put(place(begun), ["己"])
    assert record.read_chain(place(begun)).faults() == faults
    assert (begun / "progress.chain").read_bytes().startswith(b"".join(lines))


@pytest.mark.thorough
def test_an_editor_that_saves_the_chain_again_breaks_nothing(begun: Path):
    file = begun / "progress.chain"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert is_sound(begun)
    put(place(begun), ["己"])
    assert is_sound(begun)


@pytest.mark.thorough
@pytest.mark.parametrize("kept_as", KINDS[:2])
def test_an_append_that_is_cut_off_at_any_step_leaves_a_chain_that_holds(tmp_path: Path, kept_as: str):
    where = place(tmp_path, kept_as=kept_as)
    put(where, ["甲"])
    put(where, ["乙"])
    count = steps(lambda: put(where, ["丙"]))
    assert count > 5
    for step in range(1, count + 1):
        before = len(record.read(where)[0])
        was_cut = stop_at(step, lambda: put(where, ["丁", "戊"]))
        assert len(record.read(where)[0]) in (before, before + 2)
        assert is_sound(tmp_path, kept_as), step
        if not was_cut:
            break
        put(where, ["己"])
        assert is_sound(tmp_path, kept_as), step
        assert not waits_at(where).exists()


@pytest.mark.integration
@HOW_OFTEN
@pytest.mark.parametrize("kept_as", KINDS)
def test_kill_9_at_random_moments_of_an_append_leaves_a_chain_that_holds(tmp_path: Path, kept_as: str, times: int):
    places = [place(tmp_path, table, kept_as) for table in schema.RECORD]
    for where in places:
        put(where, ["甲"])

    def append() -> None:
        for where in places:
            put(where, ["甲", "乙"])

    def see(ended: bool) -> None:
        assert is_sound(tmp_path, kept_as)

    killed(append, see, times=times)
    assert all(len(record.read(where)[0]) > 1 for where in places)


def every_link(folder: Path) -> Iterator[record.Link]:
    yield from (link for link in record.read_chain(place(folder)).links if link)


@pytest.mark.thorough
def test_whoever_writes_the_chain_anew_ends_in_another_head(begun: Path):
    """Nothing inside the folder shows it: that is what heads are published for."""
    heads = record.read_chain(place(begun)).heads
    (begun / "progress.chain").unlink()
    file = begun / "progress.csv"
    file.write_text(file.read_text("utf-8").replace("乙", "改"), "utf-8")
    record.begin_chain(place(begun))
    assert found(place(begun)) == []
    assert record.read_chain(place(begun)).faults() == []
    assert not set(heads) & set(record.read_chain(place(begun)).heads)
    assert {link.how for link in every_link(begun)} == {"found"}
