"""What comes in: every file is read or named, kept as it came, and never written over; the journal only grows."""

from __future__ import annotations

import csv
import hashlib
import os
import socket
import stat
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.inbox import COLUMNS, JOURNAL, add_lines, find_files, keep

from .stopping import steps, stop_at

if TYPE_CHECKING:
    from pathlib import Path


def lines_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as journal:
        return list(csv.DictReader(journal))


def test_everything_in_a_folder_is_read_or_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.inbox.finding.MOST_BYTES", 10)
    folder = tmp_path / "收表"
    (folder / "处室").mkdir(parents=True)
    for name in ("甲.xlsx", "处室/乙.csv", "空.csv"):
        (folder / name).write_bytes(b"1" * ("空" not in name))
    (folder / ".DS_Store").write_bytes(b"1")
    (folder / "~$甲.xlsx").write_bytes(b"1")
    for name in ("Thumbs.db", "desktop.ini", "~WRL0003.tmp"):
        (folder / name).write_bytes(b"1")
    for kept, mark in (("方案", "plan.toml"), ("站点", "manifest.json"), ("received", "journal.csv")):
        (folder / kept).mkdir()
        (folder / kept / mark).write_bytes(b"1")
        (folder / kept / "丙.csv").write_bytes(b"1")
    (folder / "大.xlsx").write_bytes(bytes(11))
    (folder / "链接.xlsx").symlink_to(folder / "甲.xlsx")
    (folder / "断的.xlsx").symlink_to(tmp_path / "没有")
    (folder / "别处").symlink_to(tmp_path)
    os.mkfifo(folder / "管道.xlsx")
    served = socket.socket(socket.AF_UNIX)
    monkeypatch.chdir(folder)
    served.bind("s.xlsx")
    served.close()
    files, unread = find_files([folder])
    assert sorted(file.name for file in files) == sorted(["甲.xlsx", "乙.csv", "空.csv"])
    told = {one.path.name: str(one.reason)[:4] for one in unread}
    assert told == {
        ".DS_Store": "隐藏文件",
        "~$甲.xlsx": "有人正打",
        "大.xlsx": "文件过大",
        "链接.xlsx": "这是链接",
        "断的.xlsx": "这是链接",
        "别处": "这是链接",
        "管道.xlsx": "不是可以",
        "s.xlsx": "不是可以",
        **dict.fromkeys(("Thumbs.db", "desktop.ini", "~WRL0003.tmp"), "隐藏文件"),
        "方案": "这是方案",
        "站点": "这是站点",
        "received": "这里留存",
    }
    # What a person may have put there makes somebody look; what a program left does not.
    assert {one.path.name for one in unread if not one.may_be_a_form} == {
        *(".DS_Store", "~$甲.xlsx", "Thumbs.db", "desktop.ini", "~WRL0003.tmp")
    }
    # What is ours is no inbox, and a copy that goes back has no place in it.
    assert [one.path for one in find_files([folder / "方案"])[1]] == [folder / "方案"]
    # A link that is named itself is meant.
    assert find_files([folder / "链接.xlsx"]) == ([folder / "链接.xlsx"], [])
    # Named twice, or beside its folder, it is one.
    assert len(find_files([folder / "甲.xlsx", folder, folder])[0]) == 3


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_a_folder_that_is_closed_is_named(tmp_path: Path) -> None:
    closed = tmp_path / "关着"
    closed.mkdir(mode=0)
    try:
        files, (unread,) = find_files([tmp_path])
        assert (files, unread.path, unread.may_be_a_form) == ([], closed, True)
    finally:
        closed.chmod(0o700)


def test_a_folder_that_cannot_be_listed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "关着").mkdir()
    (tmp_path / "开着.csv").write_bytes(b"1")
    listed = type(tmp_path).iterdir

    def refuse(folder: Path) -> object:
        if folder.name == "关着":
            raise PermissionError(13, "Permission denied")
        return listed(folder)

    monkeypatch.setattr(type(tmp_path), "iterdir", refuse)
    files, (unread,) = find_files([tmp_path])
    assert [file.name for file in files] == ["开着.csv"]
    assert "文件夹打不开" in str(unread.reason)


NAMES = st.text(st.characters(exclude_characters="/\x00", exclude_categories=("Cs",)), min_size=1, max_size=60).filter(
    lambda name: name not in (".", "..") and len(name.encode("utf-8")) < 200
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=st.dictionaries(NAMES, st.binary(max_size=20), min_size=1, max_size=5))
def test_whatever_it_is_called_what_came_in_is_kept_once(
    tmp_path_factory: pytest.TempPathFactory, sent: dict[str, bytes]
) -> None:
    home = tmp_path_factory.mktemp("home")
    folder, source = home / "received", home / "source"
    folder.mkdir()
    source.mkdir()
    files = []
    for name, content in sent.items():
        (source / name).write_bytes(content)
        files.append(source / name)
    before = {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in files}
    received = keep(files, folder)
    assert [one.file for one in received] == files
    for one, content in zip(received, sent.values(), strict=True):
        assert one.sha256 == hashlib.sha256(content).hexdigest()
        assert one.kept.parent == folder
        assert one.kept.name.startswith(one.sha256)
        assert one.kept.read_bytes() == content
        assert one.kept.stat().st_mode & 0o222 == 0
    assert {file.name for file in folder.iterdir()} == {one.kept.name for one in received}
    assert len(list(folder.iterdir())) == len(set(sent.values()))
    assert {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in files} == before
    kept = {file: file.stat().st_mtime_ns for file in folder.iterdir()}
    assert keep(files, folder) == received
    assert {file: file.stat().st_mtime_ns for file in folder.iterdir()} == kept


def test_what_somebody_changed_is_left_to_them_and_kept_again(tmp_path: Path) -> None:
    folder, file = tmp_path / "received", tmp_path / "表.xlsx"
    folder.mkdir()
    file.write_bytes(b"as it came")
    (first,) = keep([file], folder)
    first.kept.chmod(stat.S_IWUSR | stat.S_IRUSR)
    first.kept.write_bytes(b"as it was not")
    (second,) = keep([file], folder)
    assert second.kept.read_bytes() == b"as it came"
    assert first.kept.read_bytes() == b"as it was not"
    assert keep([file], folder) == [second]


def test_what_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    assert keep([tmp_path / "gone.xlsx", tmp_path], tmp_path) == []


def test_the_journal_only_grows_and_holds_no_formula(tmp_path: Path) -> None:
    first = ["2024-07-08T09:00:00+08:00", "=表\n“一”.xlsx", "", "", "", "", "", "received", '@"x"']
    add_lines(tmp_path, [first])
    before = (tmp_path / JOURNAL).read_bytes()
    add_lines(tmp_path, [["b"] * len(COLUMNS)] * 2)
    assert (tmp_path / JOURNAL).read_bytes().startswith(before)
    rows = lines_of(tmp_path / JOURNAL)
    assert [row["at"] for row in rows] == [first[0], "b", "b"]
    assert (rows[0]["file"], rows[0]["reason"]) == ("'=表\n“一”.xlsx", '\'@"x"')
    assert tuple(rows[0]) == COLUMNS


@pytest.mark.parametrize("content", [b"at,file\n", "时间,文件\r\n".encode("gb18030"), b"\xef\xbb\xbfat;file\r\n", b""])
def test_a_journal_that_is_no_longer_ours_is_left_alone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / JOURNAL).write_bytes(content)
    file = add_lines(tmp_path, [["a"] * len(COLUMNS)])
    assert file.name == "journal-2.csv"
    assert (tmp_path / JOURNAL).read_bytes() == content
    assert add_lines(tmp_path, [["b"] * len(COLUMNS)]) == file
    assert [row["at"] for row in lines_of(file)] == ["a", "b"]


@pytest.mark.thorough
def test_cut_off_at_any_step_nothing_half_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "表.xlsx"
    file.write_bytes(b"x" * 1000)

    def receive(folder: Path) -> None:
        (one,) = keep([file], folder)
        add_lines(folder, [["t", "表.xlsx", one.sha256, one.kept.name, *[""] * 5]])

    (tmp_path / "0").mkdir()
    for step in range(1, steps(lambda: receive(tmp_path / "0")) + 1):
        folder = tmp_path / str(step)
        folder.mkdir()
        assert stop_at(step, lambda folder=folder: receive(folder))
        for kept in folder.glob("[0-9a-f]*"):
            assert kept.name.startswith(hashlib.sha256(kept.read_bytes()).hexdigest())
        receive(folder)
        assert len(lines_of(folder / JOURNAL)) in (1, 2)
        assert not list(folder.glob(".*.new"))
        assert len(list(folder.glob("[0-9a-f]*"))) == 1
