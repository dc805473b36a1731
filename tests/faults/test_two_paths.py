"""One record reached by two paths: one writer at a time, every acknowledged row there once, one sound chain."""

from __future__ import annotations

import os
import shutil
import subprocess
from itertools import cycle
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from analysis import record
from analysis.cli import Exit, main
from analysis.files import Busy, held
from analysis.plan import append_record, open_plan, read_folder, read_record
from analysis.record import place_of
from analysis.schema import RECORD, REQUIRED_COLUMNS
from analysis.verification import verify_record
from tests.plan_folders import DECIDER, write_decisions, write_small_plan
from tests.plan_folders import decide as decided
from tests.returned_forms import filled, to_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Paths = tuple[Path, Path]


def linked_tables(one: Path, other: Path) -> None:
    shutil.copytree(one, other)
    link(one, other, *RECORD)


def linked_statements(one: Path, other: Path) -> None:
    shutil.copytree(one, other)
    link(one, other, "progress")


def link(one: Path, other: Path, *tables: str) -> None:
    for table in tables:
        (other / f"{table}.csv").unlink()
        (other / f"{table}.csv").symlink_to(one / f"{table}.csv")


def linked_folder(one: Path, other: Path) -> None:
    other.symlink_to(one)


def mounted_folder(one: Path, other: Path) -> None:
    other.mkdir()
    mount(one, other)


def mount(one: Path, other: Path) -> None:
    try:
        subprocess.run(["mount", "--bind", str(one), str(other)], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no right to mount a folder here")


def one_database(one: Path, other: Path) -> None:
    pytest.importorskip("sqlalchemy", reason="sqlalchemy is missing: pip install 'portplan[sql]' to run this")
    shutil.copytree(one, other)
    for folder, address in ((one, "sqlite:///progress.db"), (other, f"sqlite:///{one}/../{one.name}/progress.db")):
        head = (folder / "plan.toml").read_text("utf-8")
        (folder / "plan.toml").write_text(f'progress = "{address}"\n{head}', "utf-8")
    for table in RECORD:
        rows = record.read(place_of(one, {"id": "small"}, table))[0]
        record.append(place_of(one, {"id": "small", "progress": "sqlite:///progress.db"}, table), rows, check=no_check)
        for folder in (one, other):
            (folder / f"{table}.csv").unlink()


def no_check(_: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"severity": []})


WAYS: dict[str, Callable[[Path, Path], None]] = {
    "linked tables": linked_tables,
    "linked statements": linked_statements,
    "linked folder": linked_folder,
    "mounted folder": mounted_folder,
    "one database": one_database,
}


@pytest.fixture
def paths(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Paths]:
    """Two folders that lead to one record, in the way that is asked for."""
    one, other = tmp_path / "one", tmp_path / "other"
    write_small_plan(one)
    WAYS[request.param](one, other)
    yield one, other
    # A folder that is mounted twice from one disk does not show as a mount.
    if request.param == "mounted folder":
        subprocess.run(["umount", "-l", str(other)], check=True)


def say_once(folder: Path, text: str) -> None:
    """One lawful row through a folder: customs' word on measure M1, on a day of its own."""
    plan = open_plan(folder)
    known = read_record(plan)
    row = dict.fromkeys(REQUIRED_COLUMNS["progress"], "")
    day = f"{pd.Timestamp('2024-08-01') + pd.Timedelta(days=len(known)):%Y-%m-%d}"
    row |= {"log_id": record.next_ids(known, "progress", 1)[0], "measure_id": "M1", "unit_id": "customs"}
    row |= {"as_of": day, "reported_at": day, "status": "in_progress", "progress": text}
    append_record(plan, pd.DataFrame([row], dtype="str"))


def together(*works: Callable[[], object]) -> list[int]:
    """Do things at the same time, each in a process of its own; gives their exit codes."""
    children = []
    for work in works:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
                os.dup2(1, 2)
                code = int(work() or 0)  # type: ignore[call-overload]
            finally:
                os._exit(code)
        children.append(child)
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


def told(folder: Path) -> list[str]:
    """What speaks against a record and its chain, or leaves it in doubt."""
    looks = verify_record(place_of(folder, read_folder(folder).head))[1]
    return [str(one) for look in looks for one in (*look.faults, *look.open)]


@pytest.mark.integration
@pytest.mark.parametrize("paths", WAYS, indirect=True)
def test_of_two_paths_one_writes_at_a_time(paths: Paths, tmp_path: Path) -> None:
    before = len(read_record(open_plan(paths[0])))
    held_by = place_of(paths[0], read_folder(paths[0]).head)
    if held_by.kind != "sql":
        # A database holds its writers apart itself.
        with held(held_by.lock, otherwise="somebody writes"), pytest.raises(Busy):
            say_once(paths[1], "抢")

    def write(folder: Path, name: str) -> None:
        for turn in range(4):
            text = f"{name}{turn}"
            for _ in range(100):
                try:
                    say_once(folder, text)
                except (Busy, OSError):
                    # A database that is being written to says so in its own way.
                    continue
                (tmp_path / f"acknowledged {text}").touch()
                break

    codes = together(
        *(lambda f=folder, n=name: write(f, n) for folder, name in zip(cycle(paths), "甲乙丙丁戊己", strict=False))
    )
    assert codes == [0] * 6
    acknowledged = {file.name.split()[1] for file in tmp_path.glob("acknowledged *")}
    assert len(acknowledged) > 6
    for folder in paths:
        rows = read_record(open_plan(folder)).iloc[before:]
        assert rows["progress"].value_counts().to_dict() == dict.fromkeys(acknowledged, 1)
        assert rows["log_id"].is_unique
    assert told(paths[0]) == []


@pytest.mark.integration
@pytest.mark.parametrize("paths", [way for way in WAYS if way != "linked statements"], indirect=True)
def test_deciding_by_one_path_while_forms_are_collected_by_the_other(paths: Paths, tmp_path: Path) -> None:
    one, other = paths
    inboxes = []
    for number, day in enumerate(("2024-08-31", "2024-09-30", "2024-10-31")):
        inboxes.append(tmp_path / f"inbox{number}")
        inboxes[-1].mkdir()
        book = filled(open_plan(one), "customs", day, entries={"M1": {"status": "推进中", "progress": day}})
        (inboxes[-1] / "form.xlsx").write_bytes(to_bytes(book))
    decide = ["decide", "M1", "extended", "--by", DECIDER, "--as-of", "2024-08-01", "--plan", str(one)]
    dues = [f"2025-0{month}-01" for month in range(1, 4)]
    works = [lambda due=due: main([*decide, "--due", due]) for due in dues]
    works += [lambda box=box: main(["forms", "collect", str(box), "--plan", str(other)]) for box in inboxes]
    codes = together(*works)
    assert set(codes) <= {Exit.OK, Exit.LOCKED, Exit.BAD_DATA, Exit.NOT_WRITABLE}
    for folder in paths:
        opened = open_plan(folder)
        decided = read_record(opened, "decisions")["due"].tolist()
        said = read_record(opened)["progress"].tolist()
        for text, code, there in (
            *((due, code, decided) for due, code in zip(dues, codes[:3], strict=True)),
            *(
                (f"2024-{month}", code, [day[:7] for day in said])
                for month, code in zip(("08", "09", "10"), codes[3:], strict=True)
            ),
        ):
            assert there.count(text) == (code == Exit.OK), (text, code)
        assert told(folder) == []
    for work in works:
        assert together(work)[0] in (Exit.OK, Exit.BAD_PARAMETERS)
    assert sorted(read_record(open_plan(one), "decisions")["due"]) == dues
    assert told(other) == []


@pytest.mark.thorough
def test_a_table_that_lies_elsewhere_than_its_record_is_not_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who shares the statements alone has decisions of their own, which no chain could name."""
    one, other = tmp_path / "one", tmp_path / "other"
    write_small_plan(one)
    linked_statements(one, other)
    write_decisions(other, decided("returned"))
    say_once(one, "甲")
    decide = ["decide", "M1", "closed", "--by", DECIDER, "--as-of", "2024-08-01", "--evidence", "单"]
    before = (other / "decisions.csv").read_bytes()
    assert main([*decide, "--plan", str(other)]) == Exit.NOT_WRITABLE
    assert "decisions.csv 不在台账" in capsys.readouterr().err
    assert (other / "decisions.csv").read_bytes() == before
    assert main([*decide, "--plan", str(one)]) == Exit.OK
    say_once(other, "乙")
    assert told(one) == []
    assert [line for line in told(other) if "decisions.csv" in line and "不在台账所在的文件夹" in line]


@pytest.mark.thorough
@pytest.mark.parametrize("kept_as", ["progress.csv", "progress.parquet", "sqlite:///progress.db"])
def test_a_record_with_a_second_name_is_not_written(
    tmp_path: Path, kept_as: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A hard link would be left behind with the old rows, and both would go on as if each were the record."""
    one, other = tmp_path / "one", tmp_path / "other"
    place = place_of(one, {"id": "small", "progress": kept_as})
    one.mkdir()
    other.mkdir()
    rows = pd.DataFrame("x", index=range(1), columns=list(place.columns), dtype="str")
    record.append(place, rows, check=no_check)
    file = one / kept_as.rpartition("/")[2]
    os.link(file, other / file.name)
    before = file.read_bytes()
    with pytest.raises(OSError, match=f"{file.name} 有 2 个名称"):
        record.append(place, rows.assign(log_id="y"), check=no_check)
    assert file.read_bytes() == before
    (other / file.name).unlink()
    record.append(place, rows.assign(log_id="y"), check=no_check)
    assert len(record.read(place)[0]) == 2


@pytest.mark.integration
def test_a_record_that_is_mounted_as_a_file_is_left_alone(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    write_small_plan(one)
    shutil.copytree(one, other)
    mount(one / "progress.csv", other / "progress.csv")
    before = (one / "progress.csv").read_bytes()
    try:
        with pytest.raises(OSError, match="busy"):
            say_once(other, "甲")
        assert (one / "progress.csv").read_bytes() == (other / "progress.csv").read_bytes() == before
        assert {file.name for file in other.iterdir()} == {file.name for file in one.iterdir()} | {".progress.lock"}
    finally:
        subprocess.run(["umount", "-l", str(other / "progress.csv")], check=True)
