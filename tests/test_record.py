"""The record: the same wherever it is kept; appended whole or not at all, by one writer at a time."""

from __future__ import annotations

import itertools
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from analysis import cli, files, record, schema
from analysis.plan import Plan, append_record, check_plan, open_plan, read_record
from tests.killing import HOW_OFTEN, forked, killed
from tests.plan_folders import DECIDER, write_small_plan
from tests.sites import contents

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = Path(__file__).parents[1] / "data" / "tianjin-2024"
COLUMNS = list(schema.REQUIRED_COLUMNS["progress"])
NO_PROBLEM = schema.problem_frame()


def no_check(_: pd.DataFrame) -> pd.DataFrame:
    return NO_PROBLEM


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the plan, with its whole sample record."""
    return Path(shutil.copytree(DATA, tmp_path / "plan", ignore=shutil.ignore_patterns(".*")))


def put_record(folder: Path, kept_as: str) -> Plan:
    """The plan with its record moved to another place."""
    head = (folder / "plan.toml").read_text("utf-8")
    said = {"id": "tianjin-2024"}
    tables = {table: record.read(record.place_of(folder, said, table))[0] for table in schema.RECORD}
    (folder / "plan.toml").write_text(f'progress = "{kept_as}"\n{head}', "utf-8")
    for table, rows in tables.items() if kept_as != "progress.csv" else ():
        (folder / f"{table}.csv").unlink()
        record.append(record.place_of(folder, {**said, "progress": kept_as}, table), rows, check=no_check)
    return open_plan(folder)


def next_rows(plan: Plan, count: int = 1, *, percent: str = "60") -> pd.DataFrame:
    """Lawful rows to append: one unit's word on one measure, day after day."""
    log = read_record(plan)
    days = pd.date_range("2025-06-01", periods=count)
    rows = pd.DataFrame("", index=range(count), columns=COLUMNS)
    rows["log_id"] = record.next_ids(log, "progress", count)
    rows["measure_id"], rows["unit_id"], rows["status"], rows["percent"] = "M4", "port-group", "in_progress", percent
    taken = int(log["as_of"].gt("2025-05-31").sum())
    rows["as_of"] = [f"{day + pd.Timedelta(days=taken):%Y-%m-%d}" for day in days]
    rows["reported_at"], rows["progress"] = rows["as_of"], "继续推进"
    return rows


KINDS = ["progress.csv", "progress.parquet", "sqlite:///progress.db"]


@pytest.mark.thorough
@pytest.mark.parametrize("kept_as", KINDS)
def test_every_place_holds_the_same(folder, kept_as):
    expected = open_plan(folder).progress
    plan = put_record(folder, kept_as)
    pd.testing.assert_frame_equal(plan.progress, expected)
    append_record(plan, next_rows(plan, 3))
    again = open_plan(folder).progress
    pd.testing.assert_frame_equal(again.iloc[: len(expected)], expected)
    assert again["log_id"].iloc[-3:].tolist() == record.next_ids(expected, "progress", 3)
    assert plan.sources["file"].iloc[-3] == ("progress (SQL)" if "://" in kept_as else kept_as)


@pytest.mark.thorough
@pytest.mark.parametrize("kept_as", KINDS)
def test_what_would_not_open_is_not_appended(folder, kept_as):
    plan = put_record(folder, kept_as)
    before = record.read(record.place_of(folder, {"id": plan.id, "progress": kept_as}))
    with pytest.raises(schema.DataError) as refused:
        append_record(plan, next_rows(plan, 2).assign(percent="180", measure_id="M1", as_of="2025-02-30"))
    # Each row by the number that it would have.
    last = int(before[0].index.max())
    assert refused.value.problems["row"].unique().tolist() == [last + 1, last + 2]
    # That the unit is not on the measure is only a warning.
    assert set(refused.value.problems["column"]) == {"percent", "as_of"}
    with pytest.raises(files.Busy, match="P0001"):
        append_record(plan, next_rows(plan, 1).assign(log_id="P0001"))
    after = record.read(record.place_of(folder, {"id": plan.id, "progress": kept_as}))
    pd.testing.assert_frame_equal(after[0], before[0])
    assert after[1] == before[1]


@pytest.mark.thorough
def test_old_bytes_stay_and_encodings_are_kept(folder):
    file = folder / "progress.csv"
    text = file.read_text("utf-8")
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        before = text.replace("\n", "\r\n").rstrip().encode(encoding)
        file.write_bytes(before)
        plan = open_plan(folder)
        append_record(plan, next_rows(plan))
        after = file.read_bytes()
        assert after.startswith(before)
        assert open_plan(folder).progress["progress"].iloc[-1] == "继续推进"


def test_a_held_record_is_not_written(folder):
    from filelock import FileLock

    plan = open_plan(folder)
    with FileLock(folder / ".progress.lock"), pytest.raises(files.Busy, match="另有人正在写入台账"):
        append_record(plan, next_rows(plan))


@pytest.mark.thorough
def test_a_full_disk_leaves_the_old_record(folder):
    file = folder / "progress.csv"
    before = file.read_bytes()
    plan = open_plan(folder)
    rows = next_rows(plan, 50)

    def append_on_a_full_disk() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) - 1, len(before) - 1))
        with pytest.raises(OSError, match="File too large"):
            append_record(plan, rows)

    assert os.waitstatus_to_exitcode(os.waitpid(forked(append_on_a_full_disk), 0)[1]) == 0
    assert file.read_bytes() == before
    assert not list(folder.glob(".progress.csv.*"))


@pytest.mark.thorough
def test_a_record_in_utf_16_is_read_but_not_added_to(folder):
    file = folder / "progress.csv"
    expected = open_plan(folder).progress
    content = file.read_text("utf-8").encode("utf-16")
    file.write_bytes(content)
    plan = open_plan(folder)
    pd.testing.assert_frame_equal(plan.progress, expected)
    with pytest.raises(ValueError, match="UTF-16 编码，不能追加：请另存为 UTF-8"):
        append_record(plan, next_rows(plan))
    assert file.read_bytes() == content


@pytest.mark.thorough
def test_columns_of_ones_own_stay_where_they_are(folder):
    """Cells go under their heading, and what only the record has is blank in new rows."""
    file = folder / "progress.csv"
    log = pd.read_csv(file, dtype="str", keep_default_na=False)
    log = log[list(reversed(log.columns))].assign(备注="己见")
    log.to_csv(file, index=False, lineterminator="\n")
    plan = open_plan(folder)
    append_record(plan, next_rows(plan))
    last = file.read_text("utf-8").splitlines()[-1]
    assert last.startswith(",")
    assert last.endswith(f"{next_rows(plan)['measure_id'].iloc[0]},{read_record(plan)['log_id'].iloc[-1]},")
    again = read_record(open_plan(folder))
    assert again["备注"].tolist() == ["己见"] * len(log) + [""]
    assert again["log_id"].iloc[-1] == record.next_ids(log, "progress", 1)[0]


def test_rows_are_numbered_on_from_the_last(folder):
    """A problem of a new row names the row that a spreadsheet would give it."""
    place = record.place_of(folder, {})
    rows = record.read(place)[0].iloc[[0, 4]]
    assert rows.index.tolist() == [2, 6]
    whole = record.longer(rows, rows.reset_index(drop=True))
    assert whole.index.tolist() == [2, 6, 7, 8]
    noted = record.longer(rows.assign(note="x"), rows.reset_index(drop=True))
    assert noted["note"].tolist() == ["x", "x", "", ""]
    nothing = rows.iloc[:0]
    assert record.longer(nothing, rows.reset_index(drop=True)).index.tolist() == [2, 3]
    assert record.longer(rows, nothing).index.tolist() == [2, 6]


@pytest.mark.parametrize("kept_as", KINDS)
def test_the_first_rows_make_the_record(tmp_path, kept_as):
    place = record.place_of(tmp_path, {"id": "x", "progress": kept_as})
    with pytest.raises(FileNotFoundError):
        record.read(place)
    rows = pd.DataFrame({column: ["=1", "b"] for column in COLUMNS}, dtype="str")
    rows["log_id"] = ["P1", "P2"]
    seen = []

    def check(whole: pd.DataFrame) -> pd.DataFrame:
        seen.append(whole)
        return NO_PROBLEM

    record.append(place, rows, check=check)
    read, sha256 = record.read(place)
    assert read.to_numpy().tolist() == seen[0].to_numpy().tolist() == rows.to_numpy().tolist()
    assert read.index.tolist() == [2, 3]
    record.append(place, rows.assign(log_id=["P3", "P4"]), check=check)
    again, other = record.read(place)
    assert again["log_id"].tolist() == ["P1", "P2", "P3", "P4"]
    assert sha256 != other


def test_a_database_holds_several_plans_and_refuses_whoever_did_not_see_its_last_rows(tmp_path):
    pytest.importorskip("sqlalchemy", reason="sqlalchemy is missing: pip install 'portplan[sql]' to run this")
    from analysis.record.database import insert

    one, two = (record.place_of(tmp_path, {"id": id, "progress": "sqlite:///progress.db"}) for id in ("one", "two"))
    rows = pd.DataFrame("", index=range(2), columns=COLUMNS, dtype="str").assign(log_id=["P1", "P2"])
    insert(one, rows, after=0)
    insert(two, rows.iloc[:1], after=0)
    assert [record.read(place)[0]["log_id"].tolist() for place in (one, two)] == [["P1", "P2"], ["P1"]]
    for after in (0, 1, 3):
        with pytest.raises(files.Busy, match="另有人刚追加过台账：请重新运行"):
            insert(one, rows.assign(log_id=["P3", "P4"]), after=after)
    # A number that is taken is refused by the database itself.
    with pytest.raises(files.Busy, match="另有人同时在追加台账：请重新运行"):
        insert(one, rows, after=2)
    assert len(record.read(one)[0]) == 2


@pytest.mark.parametrize(("severity", "is_written"), [("warning", True), ("error", False)])
def test_only_an_error_keeps_rows_out(tmp_path, severity, is_written):
    place = record.place_of(tmp_path, {})
    problem = schema.Rule("x", "y", severity).broken(file="progress.csv", row=2)
    rows = pd.DataFrame("", index=[0], columns=COLUMNS, dtype="str").assign(log_id="P1")
    if is_written:
        record.append(place, rows, check=lambda _: schema.problem_frame([problem]))
    else:
        with pytest.raises(schema.DataError) as refused:
            record.append(place, rows, check=lambda _: schema.problem_frame([problem]))
        assert len(refused.value.problems) == 1
    assert (tmp_path / "progress.csv").exists() == is_written


@pytest.mark.parametrize(
    ("kept_as", "kind", "address", "name"),
    [
        (None, "csv", "/plan/progress.csv", "progress.csv"),
        ("log.csv", "csv", "/plan/log.csv", "log.csv"),
        ("../log.parquet", "parquet", "/plan/../log.parquet", "log.parquet"),
        ("sqlite:///log.db", "sql", "sqlite:////plan/log.db", "progress (SQL)"),
        ("sqlite:////srv/log.db", "sql", "sqlite:////srv/log.db", "progress (SQL)"),
        ("postgresql+psycopg://a:b@c/d", "sql", "postgresql+psycopg://a:b@c/d", "progress (SQL)"),
    ],
)
def test_where_a_record_is_kept(kept_as, kind, address, name):
    head = {"id": "x", **({"progress": kept_as} if kept_as else {})}
    place = record.place_of(Path("/plan"), head)
    assert (place.kind, place.address, place.name, place.plan_id) == (kind, address, name, "x")


@pytest.mark.parametrize("kept_as", ["progress.xlsx", "progress", "", 3, ["progress.csv"]])
def test_a_place_that_is_none_is_refused(kept_as):
    with pytest.raises(ValueError, match=r"应为 \.csv 或 \.parquet 文件名，或数据库地址"):
        record.place_of(Path(), {"progress": kept_as})


@pytest.mark.parametrize("kept_as", ["nothing://x", "postgresql+nothing://x/y"])
def test_a_database_that_nobody_knows_is_told(folder, kept_as):
    pytest.importorskip("sqlalchemy", reason="sqlalchemy is missing: pip install 'portplan[sql]' to run this")
    head = (folder / "plan.toml").read_text("utf-8")
    (folder / "plan.toml").write_text(f'progress = "{kept_as}"\n{head}', "utf-8")
    problems = check_plan(folder)
    assert problems[["file", "rule"]].to_numpy().tolist() == [
        [f"{table} (SQL)", "file-unreadable"] for table in schema.RECORD
    ]


def test_a_folder_in_place_of_a_parquet_file_is_told(folder):
    pytest.importorskip("pyarrow", reason="pyarrow is missing: pip install 'portplan[parquet]' to run this")
    head = (folder / "plan.toml").read_text("utf-8")
    (folder / "plan.toml").write_text(f'progress = "x.parquet"\n{head}', "utf-8")
    (folder / "x.parquet").mkdir()
    problems = check_plan(folder).set_index("file")
    assert problems.at["x.parquet", "message"] == "无法读取：文件打不开：这是一个文件夹"


def test_a_file_that_is_no_parquet_and_one_that_is_no_database_are_told(folder):
    for package in ("pyarrow", "sqlalchemy"):
        pytest.importorskip(package, reason=f"{package} is missing: pip install 'portplan[parquet,sql]' to run this")
    head = (folder / "plan.toml").read_text("utf-8")
    for kept_as, reason in (("x.parquet", "不是完好的 Parquet 文件"), ("sqlite:///x.db", "读不到数据库中的台账")):
        (folder / kept_as.rpartition("/")[2]).write_bytes(b"neither the one nor the other" * 99)
        (folder / "plan.toml").write_text(f'progress = "{kept_as}"\n{head}', "utf-8")
        problems = check_plan(folder)
        assert problems["message"].str.startswith(f"无法读取：{reason}").iloc[0]


def test_a_database_that_is_not_there_is_told_and_not_made(folder):
    head = (folder / "plan.toml").read_text("utf-8")
    (folder / "plan.toml").write_text(f'progress = "sqlite:///typo.db"\n{head}', "utf-8")
    problems = check_plan(folder)
    assert problems[["file", "rule"]].to_numpy().tolist() == [
        [f"{table} (SQL)", "file-missing"] for table in schema.RECORD
    ]
    assert not (folder / "typo.db").exists()


def test_rows_are_added_beside_columns_that_a_spreadsheet_left_blank(tmp_path):
    place = record.place_of(tmp_path, {})
    rows = pd.DataFrame("", index=[0], columns=COLUMNS, dtype="str")
    (tmp_path / "progress.csv").write_text(f"{','.join(COLUMNS)},,\r\nP1{',' * (len(COLUMNS) + 1)}\r\n", "utf-8")
    record.append(place, rows.assign(log_id="P2", progress="甲,\n乙"), check=lambda _: schema.problem_frame())
    again = record.read(place)[0]
    assert again[["log_id", "progress"]].to_numpy().tolist() == [["P1", ""], ["P2", "甲,\n乙"]]
    assert list(again.columns) == list(COLUMNS)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ([], ["P0001", "P0002"]),
        (["P0009", "P0003"], ["P0010", "P0011"]),
        (["P9999"], ["P10000", "P10001"]),
        # The greatest number, not the last row nor the greatest text; its letters and its width.
        (["A-099", "B-7", "x1y", "P0010"], ["A-100", "A-101"]),
        (["draft"], ["P0001", "P0002"]),
    ],
)
def test_numbers_go_on(known, expected):
    assert record.next_ids(pd.DataFrame({"log_id": known}), "progress", 2) == expected


@pytest.mark.thorough
def test_state_survives_appends_to_a_real_record(folder):
    plan = open_plan(folder)
    before = plan.at("2025-03-31")
    append_record(plan, next_rows(plan, 5))
    after = open_plan(folder).at("2025-03-31")
    pd.testing.assert_frame_equal(after.states, before.states)
    pd.testing.assert_frame_equal(after.panel, before.panel)


@pytest.mark.integration
@HOW_OFTEN
@pytest.mark.parametrize("kept_as", KINDS)
def test_kill_9_of_an_append_leaves_a_whole_record(folder, kept_as, times):
    plan = put_record(folder, kept_as)
    place = record.place_of(folder, {"id": plan.id, "progress": kept_as})
    sizes = [len(read_record(plan))]
    first = read_record(plan)

    def see(ended: bool) -> None:
        rows = record.read(place)[0]
        # The old record or the new one: seven rows more, or none; what was there before is untouched.
        assert len(rows) - sizes[-1] in ((7,) if ended else (0, 7))
        sizes.append(len(rows))
        pd.testing.assert_frame_equal(rows.iloc[: len(first)].reset_index(drop=True), first.reset_index(drop=True))

    killed(lambda: append_record(plan, next_rows(plan, 7)), see, times=times)
    assert check_plan(folder)["severity"].ne("error").all()
    append_record(plan, next_rows(plan, 7))


@pytest.mark.integration
@HOW_OFTEN
def test_kill_9_of_collect_leaves_a_whole_record(folder, tmp_path, times):
    from tests.returned_forms import filled, to_bytes

    plan = open_plan(folder)
    file, inbox = folder / "progress.csv", tmp_path / "inbox"
    inbox.mkdir()
    for day in ("2025-05-31", "2025-06-30"):
        entries = {"M4": {"status": "推进中", "percent": 70}, "M30": {"status": "常态化"}, "M18": {"status": "办了"}}
        (inbox / f"{day}.xlsx").write_bytes(to_bytes(filled(plan, "port-group", day, entries=entries)))
    asked = ["forms", "collect", str(inbox), "--plan", str(folder), "--out", str(tmp_path / "out")]
    shutil.copytree(folder, began := tmp_path / "began")
    old = file.read_bytes()
    assert cli.main(asked) == cli.Exit.BAD_DATA
    new = file.read_bytes()
    assert new.startswith(old)
    assert len(new) > len(old)

    def begin_again() -> None:
        for place in (folder, tmp_path / "out"):
            shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(began, folder)

    def see(ended: bool) -> None:
        found = file.read_bytes()
        assert found in ((new,) if ended else (old, new))
        # Whoever finds the power gone collects once more, and has what he would have had.
        assert cli.main(asked) == cli.Exit.BAD_DATA
        assert file.read_bytes() == new
        assert record.read_chain(place).faults() == []
        begin_again()

    place = record.place_of(folder, {"id": plan.id})
    begin_again()
    killed(lambda: cli.main(asked), see, times=times)


@pytest.mark.thorough
def test_of_many_writers_one_at_a_time(folder):
    """Eight processes append at once: each row that was reported written is there, once."""
    plan = open_plan(folder)
    before = len(plan.progress)

    def write() -> None:
        rows = next_rows(plan)
        append_record(plan, rows)

    with files.held(record.place_of(folder, {"id": plan.id}).lock, otherwise="somebody writes"):
        assert os.waitpid(forked(write), 0)[1] != 0
    children = [forked(write) for _ in range(8)]
    written = sum(os.waitpid(child, 0)[1] == 0 for child in children)
    after = open_plan(folder).progress
    assert written >= 1
    assert len(after) == before + written
    assert after["log_id"].is_unique


def program(name: str) -> str:
    """A program of PostgreSQL, wherever Debian put it; skips the test when there is none."""
    found = shutil.which(name) or next(
        (str(path) for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))), None
    )
    if not found:
        pytest.skip(f"{name} is missing: install PostgreSQL to run this (Debian: apt-get install postgresql)")
    return found


@pytest.fixture
def postgres() -> Iterator[str]:
    """The address of a server of our own, on a socket in a temporary folder."""
    pytest.importorskip("psycopg", reason="psycopg is missing: pip install 'portplan[sql]' to run this")
    initdb, server = program("initdb"), program("postgres")
    # Not among the folders of tests, which another run of them may close to other users; and a short path, because a
    # socket's name has room for a hundred characters only.
    home = Path(tempfile.mkdtemp(prefix="pg"))
    as_root = os.getuid() == 0
    user = {"user": "postgres", "group": "postgres", "extra_groups": []} if as_root else {}
    if as_root:
        shutil.chown(home, "postgres", "postgres")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": home}
    begun = [initdb, "-D", home / "data", "-U", "office", "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run(begun, check=True, **quiet, **user)
    command = [server, "-D", home / "data", "-k", home, "-c", "listen_addresses=", "-c", "fsync=off"]
    running = subprocess.Popen(command, **quiet, **user)
    address = f"postgresql+psycopg://office@/postgres?host={home}"
    try:
        import sqlalchemy

        engine = sqlalchemy.create_engine(address)
        for _ in range(100):
            try:
                engine.connect().close()
                break
            except sqlalchemy.exc.OperationalError:
                time.sleep(0.1)
        engine.dispose()
        yield address
    finally:
        running.terminate()
        running.wait(20)
        shutil.rmtree(home)


@pytest.mark.integration
@HOW_OFTEN
def test_postgresql_keeps_a_record(folder, postgres, times):
    expected = open_plan(folder).progress
    plan = put_record(folder, postgres)
    pd.testing.assert_frame_equal(plan.progress, expected)
    rows = next_rows(plan).assign(progress="=1+1；“引号”'; DROP TABLE progress; --")
    append_record(plan, rows)
    assert open_plan(folder).progress["progress"].iloc[-1] == rows["progress"].iloc[0]
    with pytest.raises(files.Busy):
        append_record(plan, rows)
    # A second office, with a plan folder and so a lock of its own, finds the number taken.
    from analysis.record.database import insert

    place = record.place_of(folder, {"id": plan.id, "progress": postgres})
    with pytest.raises(files.Busy):
        insert(place, next_rows(plan), after=len(expected))
    sizes = [len(read_record(plan))]

    def see(ended: bool) -> None:
        sizes.append(len(read_record(plan)))
        assert sizes[-1] - sizes[-2] in ((7,) if ended else (0, 7))

    killed(lambda: append_record(plan, next_rows(plan, 7)), see, times=times)
    assert check_plan(folder)["severity"].ne("error").all()


@pytest.mark.integration
def test_postgresql_that_is_away_is_told(folder, postgres):
    head = (folder / "plan.toml").read_text("utf-8")
    away = postgres.replace("office@", "office:geheim@").replace("/postgres?", "/nowhere?")
    (folder / "plan.toml").write_text(f'progress = "{away}"\n{head}', "utf-8")
    told = check_plan(folder)
    assert told["message"].str.contains("读不到数据库中的台账").any()
    assert not told["message"].str.contains("geheim").any()


@pytest.mark.thorough
def test_sample_survives_every_place(tmp_path):
    """Each table of a record read back from each place is the one that was written."""
    for kept_as, table in itertools.product(KINDS, schema.RECORD):
        rows = record.read(record.place_of(DATA, {"id": "tianjin-2024"}, table))[0]
        place = record.place_of(tmp_path, {"id": "x", "progress": kept_as}, table)
        record.append(place, rows, check=no_check)
        assert record.read(place)[0].to_numpy().tolist() == rows.to_numpy().tolist()


@pytest.mark.thorough
def test_opening_a_plan_loads_neither_database_nor_workbooks():
    loaded = (
        "import sys; from analysis.plan import open_plan; open_plan('tianjin-2024')\n"
        "print({'sqlalchemy', 'openpyxl', 'python_calamine', 'pyarrow.parquet'} & set(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"


@pytest.mark.parametrize("kept_as", KINDS)
def test_a_record_is_begun_by_a_command_and_never_in_place_of_one(
    tmp_path: Path, kept_as: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where plan.toml says that it is kept; one that was lost is no new one."""
    plan = write_small_plan(tmp_path / "plan")
    for table in schema.RECORD:
        (plan / f"{table}.csv").unlink()
    head = plan / "plan.toml"
    head.write_text(f'progress = "{kept_as}"\n' + head.read_text("utf-8"), "utf-8")
    begin = ["plan", "begin", str(plan)]
    assert cli.main(["check", "--plan", str(plan)]) == cli.Exit.BAD_DATA
    assert cli.main(begin) == cli.Exit.OK
    opened = open_plan(plan)
    assert [len(read_record(opened, table)) for table in schema.RECORD] == [0, 0, 0]
    asked = ["decide", "M1", "closed", "--by", DECIDER, "--as-of", "2024-08-01", "--evidence", "验收单"]
    assert cli.main([*asked, "--plan", str(plan)]) == cli.Exit.OK
    assert cli.main(["verify", str(plan)]) == cli.Exit.OK
    before = contents(plan)
    assert cli.main(begin) == cli.Exit.BAD_PARAMETERS
    if "://" not in kept_as:
        lost = record.place_of(plan, {"id": "small", "progress": kept_as}, "decisions").file
        assert lost
        lost.unlink()
        del before[lost.name]
        capsys.readouterr()
        assert cli.main(begin) == cli.Exit.BAD_DATA
        assert "这里曾有台账，progress.chain 记着它的行" in capsys.readouterr().err
    assert contents(plan) == before
