"""The published folder: always whole, whatever stops a run."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from analysis.report.manifest import MANIFEST, SiteNotWritable, expired, read_manifest
from analysis.report.site import SiteLocked, is_published, is_whole, locked, staging
from tests.sites import failure, faults, html, page, put

DAYS = ("2025-01-31", "2025-02-28", "2025-03-31")


def test_pages_stand_under_their_date_and_as_the_latest(tmp_path: Path) -> None:
    put(tmp_path, [page(as_of=day, key=day) for day in DAYS])
    assert faults(tmp_path) == []
    assert (tmp_path / "plan/latest/zh/load.html").read_text("utf-8") == html("load 2025-03-31")
    assert not list(tmp_path.glob(".staging-*"))


def test_an_older_page_made_later_does_not_become_the_latest(tmp_path: Path) -> None:
    put(tmp_path, [page(key="new")])
    put(tmp_path, [page(as_of="2025-02-28", key="old")])
    assert (tmp_path / "plan/latest/zh/load.html").read_text("utf-8") == html("load new")


def test_a_failure_is_told_until_its_page_is_made(tmp_path: Path) -> None:
    put(tmp_path, [page(as_of="2025-02-28")])
    put(tmp_path, [], [failure(since="first")])
    after = put(tmp_path, [], [failure(since="second")])
    (told,) = after.failures.values()
    assert told.since == "first"
    assert (tmp_path / told.page).is_file() and (tmp_path / told.notebook).is_file()
    assert faults(tmp_path) == []
    put(tmp_path, [page()])
    assert read_manifest(tmp_path).failures == {}
    assert not (tmp_path / told.page).exists() and not (tmp_path / told.notebook).exists()


def test_the_newest_dates_are_kept_and_what_was_just_asked_for(tmp_path: Path) -> None:
    put(tmp_path, [page(as_of=day) for day in DAYS])
    put(tmp_path, [page("other")], keep=2)
    assert {one.as_of for one in read_manifest(tmp_path).pages.values()} == {"2025-02-28", "2025-03-31"}
    assert not (tmp_path / "plan/2025-01-31").exists()
    put(tmp_path, [page(as_of="2024-12-31")], keep=1)
    assert {one.as_of for one in read_manifest(tmp_path).pages.values()} == {"2024-12-31", "2025-03-31"}
    assert faults(tmp_path) == []


def test_age_is_counted_between_pages(tmp_path: Path) -> None:
    site = put(tmp_path, [page(as_of="2020-01-31"), page(as_of="2025-01-31")])
    assert set(site.pages) == {"plan/2020-01-31/zh/load.html", "plan/2025-01-31/zh/load.html"}
    assert expired(site, 36) == {"plan/2020-01-31/zh/load.html"}


def test_a_page_that_was_changed_or_lost_is_noticed(tmp_path: Path) -> None:
    site = put(tmp_path, [page()])
    assert is_whole(tmp_path, site)
    (one,) = site.pages.values()
    assert not is_published(tmp_path, one)
    (tmp_path / "plan/latest/zh/load.html").unlink()
    assert not is_whole(tmp_path, site)


def test_an_index_that_was_left_behind_is_noticed(tmp_path: Path) -> None:
    put(tmp_path, [page()])
    before = (tmp_path / "index.html").read_bytes()
    site = put(tmp_path, [page("other")])
    (tmp_path / "index.html").write_bytes(before)
    assert not is_whole(tmp_path, site)


def test_two_runs_do_not_publish_at_once(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        with locked(tmp_path):
            os.write(writer, b"held")
            time.sleep(60)
    os.read(reader, 4)
    try:
        with pytest.raises(SiteLocked, match="另一次运行"), locked(tmp_path):
            pass
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    with locked(tmp_path):
        pass


def test_a_manifest_that_cannot_be_read_stops_the_run(tmp_path: Path) -> None:
    put(tmp_path, [page()])
    (tmp_path / MANIFEST).write_text("[]", "utf-8")
    with pytest.raises(SiteNotWritable, match="无法识别"):
        read_manifest(tmp_path)


def test_what_a_stopped_run_left_is_swept(tmp_path: Path) -> None:
    (tmp_path / ".staging-old").mkdir()
    with staging(tmp_path):
        assert [left.name for left in tmp_path.glob(".staging-old")] == []


@pytest.mark.integration
def test_a_site_is_whole_when_a_run_is_stopped_before_any_step(tmp_path: Path) -> None:
    steps = _steps(lambda: put(tmp_path / "count", [page("a", key="1"), page("b", key="1")]))
    assert steps > 15
    for step in range(1, 60):
        folder = tmp_path / str(step)
        put(folder, [page("a", key="0"), page("b", DAYS[0], key="0")], [failure("c")])
        stopped = _stop_at(step, lambda folder=folder: put(folder, [page("a", key="1"), page("c", key="1")], keep=1))
        assert faults(folder) == [], step
        put(folder, [page("a", key="2"), page("c", key="2")], keep=1)
        site = read_manifest(folder)
        assert faults(folder) == [] and is_whole(folder, site) and not list(folder.glob(".staging-*"))
        if not stopped:
            return
    raise AssertionError("more steps than expected")


@pytest.mark.integration
def test_a_site_is_whole_after_a_power_cut_at_any_moment(tmp_path: Path) -> None:
    """250 runs are killed at a random moment; a reader follows every link after each."""
    put(tmp_path, [page(str(number), key="0") for number in range(8)])
    chance = random.Random(7)
    cut = 0
    for turn in range(250):
        child = os.fork()
        if child == 0:
            for again in range(1000):
                pages = [page(str(number), key=f"{turn}.{again}") for number in range(8) if (number + again) % 2]
                put(tmp_path, pages, [failure(str(number)) for number in range(8) if not (number + again) % 2], keep=1)
            os._exit(0)
        time.sleep(chance.uniform(0.0, 0.08))
        os.kill(child, signal.SIGKILL)
        cut += os.waitpid(child, 0)[1] == signal.SIGKILL
        assert faults(tmp_path) == [], turn
    assert cut == 250
    put(tmp_path, [page(str(number), key="last") for number in range(8)])
    assert faults(tmp_path) == [] and is_whole(tmp_path, read_manifest(tmp_path))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 400 KB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=400k", "none", str(folder)], check=True, capture_output=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no right to mount a file system here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_changes_nothing(small_disk: Path) -> None:
    put(small_disk, [page("a"), page("b")])
    before = {file: file.read_bytes() for file in small_disk.rglob("*") if file.is_file()}
    with pytest.raises(OSError) as full:
        put(small_disk, [page(str(number), key="new") for number in range(40)])
    assert full.value.errno == errno.ENOSPC
    assert {file: file.read_bytes() for file in small_disk.rglob("*") if file.is_file()} == before
    assert faults(small_disk) == []


def test_a_disk_that_cannot_be_written_to_changes_nothing(small_disk: Path) -> None:
    put(small_disk, [page("a")])
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(OSError):
        put(small_disk, [page("b")])
    assert faults(small_disk) == []


def _steps(do: Callable[[], object]) -> int:
    """How many steps on the file system something takes."""
    counted = 0

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal counted
        counted += event in _EVENTS

    _HOOKS.append(hook)
    try:
        do()
    finally:
        _HOOKS.remove(hook)
    return counted


def _stop_at(step: int, do: Callable[[], object]) -> bool:
    """Do something in a process that is killed before its nth step; whether it was."""
    child = os.fork()
    if child == 0:
        left = step

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal left
            if event in _EVENTS:
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        _HOOKS.append(hook)
        do()
        os._exit(0)
    return os.waitpid(child, 0)[1] == signal.SIGKILL


_EVENTS = ("open", "os.link", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod")
_HOOKS: list[Callable[[str, tuple[object, ...]], None]] = []


@pytest.fixture(autouse=True, scope="module")
def _audit() -> None:
    """An audit hook can't be taken away again: one for all, that calls what is in use."""
    import sys

    sys.addaudithook(lambda event, arguments: [hook(event, arguments) for hook in _HOOKS] and None)
