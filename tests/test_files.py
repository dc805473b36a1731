"""Files: text in whatever encoding, CSV that loses nothing and hides no formula, a write that is whole, one writer."""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import example, given
from hypothesis import strategies as st

from analysis import files
from analysis.files import (
    Busy,
    as_meant,
    csv_text,
    decode,
    harmless,
    held,
    read_csv,
    secrets_of,
    sync,
    undisturbed,
    without_secrets,
    write_new,
    write_whole,
)
from tests.stopping import steps, stop_at

CHINESE = "措施,单位\n一,海关\n"
BIG5 = "進一步創新提升進出口全鏈條貨物通關效率,貿易"

needs_a_user = pytest.mark.skipif(
    os.geteuid() == 0, reason="root may write anywhere: run the tests as an ordinary user to see what is refused"
)


# Encodings.


@pytest.mark.parametrize(
    ("encoding", "called"),
    [
        ("utf-8", "utf-8-sig"),
        ("utf-8-sig", "utf-8-sig"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
        ("utf-16", "utf-16"),
    ],
)
def test_text_is_read_in_the_encodings_that_offices_use(encoding: str, called: str):
    assert decode(CHINESE.encode(encoding)) == (CHINESE, called)


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
def test_utf_16_is_known_by_its_mark_whichever_byte_comes_first(mark: bytes):
    order = "utf-16-le" if mark == b"\xff\xfe" else "utf-16-be"
    assert decode(mark + CHINESE.encode(order))[0] == CHINESE
    assert [*read_csv(mark + CHINESE.encode(order)).rows.values()] == [("一", "海关")]


@pytest.mark.parametrize(
    "content",
    [BIG5.encode("big5"), CHINESE.encode("utf-16-le"), CHINESE.encode("utf-16-be"), b"\xff\xff\xff", b"\xff\xfe\x00"],
    ids=["big5", "utf-16-le without its mark", "utf-16-be without its mark", "none", "half a character"],
)
def test_any_other_encoding_is_refused_rather_than_guessed(content: bytes):
    with pytest.raises(ValueError, match="编码无法识别：应为 UTF-8、GB18030"):
        decode(content)


def test_a_rare_character_among_common_ones_is_still_gb18030():
    text = "单位名称：瑨瓅公司，承担措施一项"
    assert decode(text.encode("gb18030")) == (text, "gb18030")
    # As many outside GB 2312 as a fifth is doubtful no more: it is rubbish.
    assert decode(("海" * 8 + "瑨瓅").encode("gb18030"))[1] == "gb18030"
    with pytest.raises(ValueError, match="编码"):
        decode(("海" * 7 + "瑨瓅").encode("gb18030"))


# Tables.


def test_rows_are_numbered_as_a_spreadsheet_numbers_them():
    table = read_csv(b'a,b\r\n1,2\r\n\r\n,\r\n"x\r\ny",3\r\n')
    assert table.header == ("a", "b")
    assert table.rows == {2: ("1", "2"), 5: ("x\r\ny", "3")}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_what_a_spreadsheet_leaves_blank_on_the_right_is_no_column(end: str):
    table = read_csv(end.join(["a,b,,", "1,2,,", ",,,", '"x\ny",3,,', ""]).encode())
    assert table == files.CsvTable(("a", "b"), {2: ("1", "2"), 4: ("x\ny", "3")}, 2)
    # A heading that was lost is not nothing.
    assert read_csv(f"a,b,{end}1,2,3{end}".encode()).header == ("a", "b", "")


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n"])
def test_nothing_is_a_table_without_columns(content: bytes):
    assert read_csv(content) == files.CsvTable((), {})


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("a,b,a,b,c\n", "表头有重复的列：a、b"),
        ("a,b\n1\n1,2\n1,2,3\n", "第 2、4 行的列数与表头不同：应为 2 列"),
        ("a,b,,\n1,2,3,4\n", "表头有重复的列：—"),
        ("a;b;c\n1;2,5;3\n", "以“;”分隔"),
        ("a\tb\n1\t2\n", "以Tab分隔"),
        ('a\n"' + "x" * 200_000, "无法读成表格：有引号"),
    ],
    ids=["a column twice", "ragged rows", "no heading", "semicolons", "tabs", "a quote left open"],
)
def test_what_is_no_table_is_refused_with_its_reason(content: str, reason: str):
    with pytest.raises(ValueError, match=reason):
        read_csv(content.encode("utf-8"))


def test_of_many_ragged_rows_the_first_twenty_are_named():
    with pytest.raises(ValueError, match="、20、21 行"):
        read_csv(b"a,b\n" + b"1\n" * 30)


FORMULAS = ["=1+1", "+1", "-2+3", "-x", "@x", "＝1", "＋1", "－1", "＠x", " =1", "\t1", "\r1", "'=1", "''-1", "' +1"]
HARMLESS = ["-2", "-0.5", "", "x", "'", "'x", "1=1", "天津=1", "1-2", "#", " x", "(1)"]
cells = st.text(st.characters(exclude_categories=("Cs",)), max_size=12) | st.sampled_from(
    [*FORMULAS, *HARMLESS, "\n", '"', "\r", "a,b", "\ufeffx"]
)


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_gets_an_apostrophe_that_can_be_taken_away(text: str):
    assert harmless(text) == f"'{text}"
    assert as_meant(f"'{text}") == text


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_stays_as_it_is(text: str):
    assert harmless(text) == as_meant(text) == text


@given(st.lists(st.tuples(cells, cells), max_size=8))
@example([("=1", "a\rb"), ('say "x"', "a,b")])
def test_csv_hides_no_formula_and_loses_nothing(rows: list[tuple[str, str]]):
    written = csv_text([("one", "two"), *rows])
    table = read_csv(written.encode("utf-8"))
    assert table.header == ("one", "two")
    back = {number: tuple(as_meant(cell) for cell in row) for number, row in table.rows.items()}
    assert back == {number: row for number, row in enumerate(rows, start=2) if any(row)}
    for row in table.rows.values():
        # A number below zero is a number.
        others = [cell for cell in row if not re.fullmatch(r"-[0-9]+(\.[0-9]+)?", cell)]
        assert not any(cell.lstrip().startswith(tuple("=+-@＝＋－＠")) for cell in others)


def test_lines_end_as_files_of_the_repository_do():
    assert csv_text([("a", "b,c"), ("", 'x"y')]) == 'a,"b,c"\n,"x""y"\n'


# Writing whole.


def test_a_new_file_and_an_old_one_get_the_content_and_nothing_else_stays(tmp_path: Path):
    file = tmp_path / "progress.csv"
    for content in (b"one", b"", b"three"):
        write_whole(file, content)
        assert file.read_bytes() == content
        assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o444])
def test_a_file_keeps_its_mode(tmp_path: Path, mode: int):
    file = tmp_path / "progress.csv"
    file.write_bytes(b"old")
    file.chmod(mode)
    write_whole(file, b"new")
    assert stat.S_IMODE(file.stat().st_mode) == mode


@pytest.mark.parametrize("step", ["fsync", "replace", "chmod"])
def test_whatever_fails_the_old_content_stands_and_nothing_is_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
):
    file = tmp_path / "progress.csv"
    file.write_bytes(b"old")

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(*((os, "fsync") if step == "fsync" else (Path, step)), fail)
    with pytest.raises(OSError, match="No space left"):
        write_whole(file, b"new")
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_what_a_crash_left_behind_is_no_hindrance(tmp_path: Path):
    file = tmp_path / "progress.csv"
    (tmp_path / ".progress.csv.new").write_bytes(b"half of something much longer")
    write_whole(file, b"whole")
    assert file.read_bytes() == b"whole"
    assert list(tmp_path.iterdir()) == [file]


def test_a_write_reaches_the_disk_before_it_takes_the_files_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """After a power cut there is the old content or the new one, never an empty file under the right name."""
    steps: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def note_fsync(handle: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        fsync(handle)

    def note_replace(file: Path, target: Path) -> Path:
        steps.append("replace")
        return replace(file, target)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(Path, "replace", note_replace)
    write_whole(tmp_path / "x", b"x")
    assert steps == ["file", "replace", "folder"]
    steps.clear()
    sync(tmp_path, tmp_path)
    assert steps == ["folder", "folder"]


@needs_a_user
def test_a_folder_that_may_not_be_written_is_told(tmp_path: Path):
    tmp_path.chmod(0o555)
    with pytest.raises(PermissionError):
        write_whole(tmp_path / "x", b"x")


# One writer.


def test_what_somebody_else_holds_is_not_waited_for(tmp_path: Path):
    lock = tmp_path / "lock"
    with FileLock(lock), pytest.raises(Busy, match="try later"), held(lock, otherwise="try later"):
        pytest.fail("two writers at a time")
    with held(lock, otherwise=""):
        pass
    assert lock.exists()


@pytest.mark.thorough
def test_another_process_is_somebody_else(tmp_path: Path):
    lock = tmp_path / "lock"
    script = (
        "import sys, pathlib; from analysis.files import Busy, held\n"
        "try:\n with held(pathlib.Path(sys.argv[1]), otherwise='x'): print('free')\n"
        "except Busy: print('busy')"
    )
    ask = [sys.executable, "-c", script, str(lock)]
    with held(lock, otherwise=""):
        assert subprocess.run(ask, capture_output=True, text=True, check=True).stdout == "busy\n"
    assert subprocess.run(ask, capture_output=True, text=True, check=True).stdout == "free\n"


def test_a_lock_is_let_go_when_the_work_fails(tmp_path: Path):
    lock = tmp_path / "lock"
    with pytest.raises(KeyError), held(lock, otherwise=""):
        raise KeyError
    with held(lock, otherwise="still held"):
        pass


# What exists, and what is nobody's to write to.


@pytest.mark.thorough
@given(before=st.binary(max_size=20), content=st.binary(max_size=20))
def test_a_new_file_never_takes_the_place_of_another(tmp_path_factory: pytest.TempPathFactory, before, content):
    folder = tmp_path_factory.mktemp("new")
    write_new(folder / "a", before)
    with pytest.raises(FileExistsError):
        write_new(folder / "a", content)
    (folder / "link").symlink_to(folder / "b")
    with pytest.raises(FileExistsError):
        write_new(folder / "link", content)
    assert (folder / "a").read_bytes() == before
    assert not (folder / "b").exists()


def test_a_new_file_that_is_cut_off_is_whole_or_not_there(tmp_path: Path):
    file = tmp_path / ("名" * 83 + ".zip")
    for step in range(1, steps(lambda: write_new(file, b"whole")) + 1):
        file.unlink(missing_ok=True)
        assert stop_at(step, lambda: write_new(file, b"whole"))
        assert not file.exists() or file.read_bytes() == b"whole"
    write_new(tmp_path / "other", b"whole")
    assert (tmp_path / "other").read_bytes() == b"whole"


@pytest.mark.parametrize("fails", [False, True])
def test_where_there_are_no_links_a_new_file_is_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: bool
):
    def no_links(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    def full(handle: int) -> None:
        if (tmp_path / "a").exists():
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "link", no_links)
    if fails:
        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            write_new(tmp_path / "a", b"whole")
        assert list(tmp_path.iterdir()) == []
        return
    write_new(tmp_path / "a", b"whole")
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "a", b"other")
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"whole"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_what_must_not_be_disturbed_comes_to_its_end_before_the_wish_is_granted(number: int):
    class Asked(BaseException):
        pass

    def ask(*_: object) -> None:
        raise Asked

    kept = signal.signal(number, ask)
    done = []
    try:
        with pytest.raises(Asked), undisturbed():  # noqa: PT012
            for _ in range(2):
                signal.raise_signal(number)
            done.append("work")
        assert done == ["work"]
        assert signal.getsignal(number) is ask
    finally:
        signal.signal(number, kept)


# Secrets.

SECRETS = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789!$%^*()+[]{}~.,:/-_", min_size=8, max_size=20)


@given(user=st.text("abc", max_size=3), secret=SECRETS, rest=st.sampled_from(["host/base", "h:5432/b?x=1", "/run/pg"]))
def test_the_password_of_an_address_is_shown_nowhere(user: str, secret: str, rest: str):
    address = f"postgresql+psycopg://{user}:{secret}@{rest}"
    for text in (address, f"“{address}”读不到", f'{{"progress": "{address}"}}'):
        assert secret not in without_secrets(text)
        assert rest in without_secrets(text)
    assert secret in secrets_of({"progress": address, "title": {"zh": "方案"}, "list": [1, address]})
    assert secret not in without_secrets(f"password {secret} was wrong", secrets_of(address))


@pytest.mark.parametrize("option", ["password=hunter22", "PWD = 'hunter22'", "sslpassword=hunter22;x=1"])
def test_a_password_that_is_an_option_is_not_shown(option: str):
    assert "hunter22" not in without_secrets(f"postgresql://host/base?{option}&sslmode=require")


@given(text=st.text())
def test_a_text_without_an_address_is_left_as_it_is(text: str):
    if ":/" not in text and "=" not in text:
        assert without_secrets(text) == text
