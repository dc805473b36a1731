"""Output is not the work: whatever becomes of what is said, the command ends as the work does, in words."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from analysis.cli import Exit, main
from analysis.plan import data_folder
from analysis.site import is_whole, read_manifest
from tests.plans import AS_OF, copy_plan
from tests.sites import contents, faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

COMMAND = [sys.executable, "-c", "from analysis.cli import run; run()"]
REPORT = ["report", "theme_coverage", "--lang", "zh", "--as-of", AS_OF]
SAID = {
    "check": ["check"],
    "due": ["due", "--as-of", AS_OF],
    "unknown unit": ["report", "--unit", "天津上关", "--as-of", AS_OF],
    "no site": ["history", "--out", "nowhere"],
}


def command(*arguments: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """The command as a process of its own."""
    environment = {**os.environ, **options.pop("env", {})}
    return subprocess.run([*COMMAND, *arguments], check=False, env=environment, timeout=120, **options)


def is_told_in_words(text: bytes) -> bool:
    return b"Traceback" not in text and b"Exception ignored" not in text


@pytest.fixture
def temporary(tmp_path: Path) -> Iterator[Path]:
    """A folder for temporary files, in which nothing is left."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    yield folder
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("arguments", SAID.values(), ids=SAID)
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gbk"])
@pytest.mark.thorough
def test_an_odd_encoding_hides_nothing_and_stops_nothing(arguments: list[str], encoding: str) -> None:
    plain = command(*arguments, capture_output=True)
    odd = command(*arguments, capture_output=True, env={"PYTHONIOENCODING": encoding})
    assert odd.returncode == plain.returncode
    assert is_told_in_words(odd.stderr)
    assert len(odd.stdout.splitlines()) == len(plain.stdout.splitlines())


@pytest.mark.parametrize("arguments", SAID.values(), ids=SAID)
@pytest.mark.thorough
def test_a_terminal_of_ten_columns_is_enough(arguments: list[str]) -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 5, 10, 0, 0))
    process = subprocess.Popen([*COMMAND, *arguments], stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    said = b"".join(iter(lambda: _read(ours), b""))
    plain = command(*arguments, capture_output=True)
    assert process.wait(60) == plain.returncode
    assert is_told_in_words(said)


def _read(handle: int) -> bytes:
    select.select([handle], [], [], 60)
    try:
        return os.read(handle, 65536)
    except OSError:
        return b""


def closed_pipe(process: dict[str, Any]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process |= {"stdout": writer, "stderr": writer}


def full_device(process: dict[str, Any]) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    process |= {"stdout": full, "stderr": full}


def closed_streams(process: dict[str, Any]) -> None:
    process["preexec_fn"] = lambda: [os.close(number) for number in (0, 1, 2)]


OUTPUTS: dict[str, Callable[[dict[str, Any]], None]] = {
    "closed pipe": closed_pipe,
    "full device": full_device,
    "closed streams": closed_streams,
}


@pytest.mark.integration
@pytest.mark.parametrize("output", OUTPUTS.values(), ids=OUTPUTS)
def test_pages_are_published_whoever_listens(
    tmp_path: Path, temporary: Path, output: Callable[[dict[str, Any]], None]
) -> None:
    process: dict[str, Any] = {"env": {"TMPDIR": str(temporary)}}
    output(process)
    done = command(*REPORT, "--out", str(tmp_path / "site"), **process)
    assert done.returncode == (Exit.NOT_WRITABLE if output is full_device else Exit.OK)
    site = read_manifest(tmp_path / "site")
    assert len(site.pages) == 1
    assert is_whole(tmp_path / "site", site)


@pytest.mark.thorough
def test_an_output_that_is_lost_is_not_taken_for_whole(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = command("check", "--rules", stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == Exit.NOT_WRITABLE
    assert "磁盘已满" in done.stderr.decode()
    reader, writer = os.pipe()
    os.close(reader)
    assert command("check", "--rules", stdout=writer).returncode == Exit.OK


LOGS = ("/dev/full", "folder", "ledger", "pipe", "link to the ledger")


@pytest.mark.parametrize("log", LOGS)
def test_a_log_that_cannot_be_written_is_told_and_nothing_is_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], log: str
) -> None:
    plan = copy_plan(tmp_path)
    place = {"/dev/full": Path(log), "folder": tmp_path, "ledger": plan / "progress.csv"}.get(log, tmp_path / "log")
    if log == "pipe":
        os.mkfifo(place)
    elif log.startswith("link"):
        place.symlink_to(plan / "progress.csv")
    (tmp_path / "file").touch()
    before = contents(plan)
    # A site that cannot be: the run ends at once, having said what it begins and how it ended.
    code = main([*REPORT, "--plan", str(plan), "--out", str(tmp_path / "file" / "site"), "--log", str(place)])
    assert code == Exit.NOT_WRITABLE
    told = capsys.readouterr().err
    assert told.count(str(place)) == (1 if log != "folder" else told.count(str(place)))
    assert "写不进去" in told
    assert contents(plan) == before


@pytest.mark.integration
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_run_that_is_asked_to_stop_ends_well_or_has_not_begun(
    tmp_path: Path, temporary: Path, number: signal.Signals
) -> None:
    site = tmp_path / "site"
    for wait in (0.0, 1.0, 2.0, 3.5):
        (site / ".lock").unlink(missing_ok=True)
        process = subprocess.Popen(
            [*COMMAND, *REPORT, "--out", str(site), "--force"],
            env={**os.environ, "TMPDIR": str(temporary)},
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        while not (site / ".lock").exists() and process.poll() is None:
            time.sleep(0.02)
        time.sleep(wait)
        process.send_signal(number)
        _, told = process.communicate(timeout=60)
        killed = number == signal.SIGKILL
        assert process.returncode in (-number if killed else 128 + number, Exit.OK)
        assert is_told_in_words(told)
        if site.exists():
            assert faults(site) == []
            assert killed or not list(site.glob(".staging-*"))
    done = command(*REPORT, "--out", str(site), env={"TMPDIR": str(temporary)}, capture_output=True)
    assert done.returncode == Exit.OK
    assert faults(site) == []
    assert not list(site.glob(".staging-*"))


@pytest.mark.integration
def test_a_user_without_home_and_without_a_name_can_publish(tmp_path: Path, temporary: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become a user that the machine does not know")
    anybody = 54321
    for folder in (tmp_path, temporary):
        os.chown(folder, anybody, anybody)
    for parent in tmp_path.parents:
        if not parent.stat().st_mode & 0o001:
            pytest.skip(f"{parent} is closed to others")
    options = {"user": anybody, "group": anybody, "extra_groups": []}
    environment = {"PATH": os.environ["PATH"], "TMPDIR": str(temporary), "PYTHONPATH": os.pathsep.join(sys.path)}
    arguments = [*COMMAND, *REPORT, "--out", str(tmp_path / "site")]
    try:
        done = subprocess.run(arguments, env=environment, capture_output=True, check=False, **options)
    except PermissionError:
        pytest.skip("this Python is closed to others")
    assert (done.returncode, is_told_in_words(done.stderr)) == (Exit.OK, True)


@pytest.mark.parametrize(
    "failing", [ValueError("x"), OSError(5, "disk"), RecursionError(), MemoryError(), KeyError("k")]
)
def test_the_programs_own_fault_is_a_sentence_and_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], failing: Exception
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise type(failing)(*failing.args) from ValueError("postgresql://office:hunter22@db/ledger")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("analysis.report.read_runs", fail)
    for _ in range(2):
        assert main(["history"]) == Exit.FAULT
    told = capsys.readouterr()
    (kept,) = tmp_path.iterdir()
    assert kept.name in told.err
    assert is_told_in_words((told.out + told.err).encode())
    text = kept.read_text("utf-8")
    assert "Traceback" in text
    assert "history" in text
    assert "hunter22" not in text


def test_where_nothing_can_be_written_the_fault_is_told_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("x")

    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    monkeypatch.setattr("analysis.report.read_runs", fail)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    assert main(["history"]) == Exit.FAULT
    assert "ValueError: x" in capsys.readouterr().err


@pytest.mark.integration
@pytest.mark.parametrize("name", ["a {b} c", "100%s %d", "a#b?c", "{", "方案 与 站点", "-rf", "$HOME", "a'b\"c"])
@pytest.mark.parametrize("engine", ["warm", "kernel"])
def test_the_name_of_a_folder_is_only_a_name(tmp_path: Path, name: str, engine: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    shutil.copytree(data_folder() / "tianjin-2024", folder / "plan")
    (folder / "temporary").mkdir()
    options = ["--plan", str(folder / "plan"), "--out", str(folder / "site"), "--engine", engine]
    done = command(*REPORT, *options, capture_output=True, cwd=folder, env={"TMPDIR": str(folder / "temporary")})
    assert (done.returncode, done.stderr) == (Exit.OK, b"")
    assert faults(folder / "site") == []
    assert list((folder / "temporary").iterdir()) == []
