"""A site that is cut off at any moment, or runs out of room at any write, is the old one or the new one, whole."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from analysis.site import is_whole, read_manifest
from tests.sites import contents, failure, faults, page, put

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENDS = [f"2024-{month:02d}-{day}" for month, day in ((1, 31), (3, 31), (5, 31), (7, 31), (8, 31), (10, 31), (12, 31))]


def dates(folder: Path) -> list[str]:
    return sorted({one.parameters.as_of for one in read_manifest(folder).pages.values()})


@pytest.mark.integration
def test_what_is_kept_stays_when_retiring_is_cut_off(tmp_path: Path) -> None:
    """200 times dates are let go and brought back, and the process is killed at a random moment."""
    newest = ENDS[-2:]
    put(tmp_path, [page(name, day) for day in ENDS for name in "ab"])
    kept = {place: text for place, text in contents(tmp_path).items() if any(day in place for day in newest)}
    chance = random.Random(11)
    for turn in range(200):
        child = os.fork()
        if child == 0:
            for again in range(1000):
                put(tmp_path, [], keep=2, retire=["expired"])
                put(tmp_path, [page(name, day, key=f"{turn}.{again}") for day in ENDS[:-2] for name in "ab"])
            os._exit(0)
        time.sleep(chance.uniform(0.0, 0.08))
        os.kill(child, signal.SIGKILL)
        assert os.waitpid(child, 0)[1] == signal.SIGKILL
        assert faults(tmp_path) == [], turn
        assert set(newest) <= set(dates(tmp_path))
        after = contents(tmp_path)
        assert {place: after.get(place) for place in kept} == kept
    put(tmp_path, [], keep=2, retire=["expired"])
    assert dates(tmp_path) == newest
    assert is_whole(tmp_path, read_manifest(tmp_path))
    html = {place for place in contents(tmp_path) if place.endswith(".html")}
    assert html == {name for name in read_manifest(tmp_path).files() if name.endswith(".html")} | {
        "index.html",
        "index.en.html",
    }


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        options = "size=1m,nr_inodes=400"
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", str(folder)], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no right to mount a file system here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.integration
@pytest.mark.parametrize("short_of", ["room", "files"])
def test_a_disk_that_is_full_at_any_write_leaves_the_old_or_the_new(disk: Path, short_of: str) -> None:
    site = disk / "site"
    put(site, [page("a"), page("b")], [failure("c")])
    old = contents(site)
    filler = disk / "filler"
    met, went = 0, False
    for left in range(80):
        status = os.statvfs(disk)
        if short_of == "room":
            filler.write_bytes(bytes(max(0, (status.f_bfree - left) * status.f_frsize)))
        else:
            filler.mkdir()
            for number in range(max(0, status.f_ffree - 1 - left)):
                (filler / str(number)).touch()
        try:
            put(site, [page("a", key="new"), page("d", key="new"), page("e", "2025-02-28")], [failure("f")])
            went = True
        except OSError as full:
            met += full.errno == errno.ENOSPC
        assert faults(site) == []
        subprocess.run(["rm", "-rf", str(filler)], check=True)
        if went:
            break
        if contents(site) != old:
            # Cut off while the files moved: the next run, with room, brings it to its end.
            put(site, [page("a", key="k"), page("b")], [failure("c")])
            assert is_whole(site, read_manifest(site))
    assert met > 10
    assert went
    assert len(read_manifest(site).pages) == 4
