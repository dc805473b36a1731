"""A site that is cut off at any moment, or runs out of room at any write, is the old one or the new one, whole."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from analysis import cli, record
from analysis.plan import check_plan, data_folder
from analysis.site import is_kept, is_published, is_whole, read_manifest, unnamed
from tests.killing import HOW_OFTEN, killed
from tests.plan_folders import say, write_record, write_small_plan
from tests.plans import notebook, registry_of
from tests.sites import contents, failure, faults, page, put
from tests.small_disks import small_disk_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENDS = [f"2024-{month:02d}-{day}" for month, day in ((1, 31), (3, 31), (5, 31), (7, 31), (8, 31), (10, 31), (12, 31))]


def dates(folder: Path) -> list[str]:
    return sorted({one.parameters.as_of for one in read_manifest(folder).pages.values()})


@pytest.mark.integration
@HOW_OFTEN
def test_what_is_kept_stays_when_retiring_is_cut_off(tmp_path: Path, times: int) -> None:
    """Dates are let go and brought back, and the process is killed at a random moment."""
    newest = ENDS[-2:]
    put(tmp_path, [page(name, day) for day in ENDS for name in "ab"])
    kept = {place: text for place, text in contents(tmp_path).items() if any(day in place for day in newest)}
    turn = 0

    def retire() -> None:
        put(tmp_path, [], keep=2, retire=["expired"])
        put(tmp_path, [page(name, day, key=str(turn)) for day in ENDS[:-2] for name in "ab"])

    def see(ended: bool) -> None:
        nonlocal turn
        turn += 1
        assert faults(tmp_path) == [], turn
        assert set(newest) <= set(dates(tmp_path))
        after = contents(tmp_path)
        assert {place: after.get(place) for place in kept} == kept

    killed(retire, see, times=times)
    put(tmp_path, [], keep=2, retire=["expired"])
    assert dates(tmp_path) == newest
    assert is_whole(tmp_path, read_manifest(tmp_path))
    html = {place for place in contents(tmp_path) if place.endswith(".html")}
    assert html == {name for name in read_manifest(tmp_path).files() if name.endswith(".html")} | {
        "index.html",
        "index.en.html",
    }


@pytest.mark.integration
@HOW_OFTEN
def test_a_decision_that_is_cut_off_is_recorded_once_or_not_at_all(tmp_path: Path, times: int) -> None:
    """Of a command that was killed nobody knows whether it decided; the record does, and whoever repeats it is told."""
    folder = tmp_path / "plan"
    shutil.copytree(data_folder() / "tianjin-2024", folder, ignore=shutil.ignore_patterns(".*"))
    act = tmp_path / "验收单.pdf"
    act.write_bytes(b"%PDF-1.7")
    asked = ["decide", "M1", "closed", "--by", "督查核验组（示例）", "--as-of", "2025-05-20", "--evidence", str(act)]
    old = (folder / "decisions.csv").read_bytes()
    place = record.place_of(folder, {"id": "tianjin-2024"}, "decisions")
    shutil.copytree(folder, began := tmp_path / "began")

    def see(ended: bool) -> None:
        new = (folder / "decisions.csv").read_bytes()
        added = new.removeprefix(old)
        assert new.startswith(old)
        assert added.count(b"\n") in ((1,) if ended else (0, 1))
        assert not added or hashlib.sha256(act.read_bytes()).hexdigest().encode() in added
        assert check_plan(folder)["severity"].ne("error").all()
        # A copy of the embedded plan begins its chain with its first append.
        chain = record.read_chain(place)
        assert not chain.lines or chain.faults() == []
        again = cli.main([*asked, "--plan", str(folder)])
        assert again == (cli.Exit.BAD_PARAMETERS if added else cli.Exit.OK)
        assert (folder / "decisions.csv").read_bytes().count(b"\n") == old.count(b"\n") + 1
        shutil.rmtree(folder)
        shutil.copytree(began, folder)

    killed(lambda: cli.main([*asked, "--plan", str(folder)]), see, times=times)


@pytest.mark.integration
@HOW_OFTEN
def test_a_run_that_is_cut_off_leaves_whole_pages_with_what_they_were_made_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """The command itself, with its workers: whatever moment it is, the next run is not kept out, and ends the work."""
    reports = registry_of({"small": notebook(tmp_path / "small.ipynb", measures=2)})
    monkeypatch.setattr("analysis.report.read_registry", lambda: reports)
    monkeypatch.setattr("analysis.report.making.read_registry", lambda: reports)
    write_small_plan(tmp_path / "plan")
    write_record(tmp_path / "plan", say("in_progress", "40"), say("in_progress", "60", reported_at="2024-09-09"))
    site, turn = tmp_path / "site", 0

    def report() -> None:
        # Each run makes its page anew; most are of other days and inputs than the one before.
        days = ["--as-of", "2024-08-31", "--known-at", f"2024-09-{5 + turn % 10:02d}"]
        asked = ["report", "small", *days, "--lang", "zh", "--plan", str(tmp_path / "plan"), "--out", str(site)]
        assert cli.main([*asked, "--force"]) == cli.Exit.OK

    def see(ended: bool) -> None:
        nonlocal turn
        manifest = read_manifest(site)
        assert faults(site) == [], turn
        assert all(is_published(site, page) and is_kept(site, manifest, page) for page in manifest.pages.values())
        if ended:
            assert f"2024-09-{5 + turn % 10:02d}" in {page.parameters.known_at for page in manifest.pages.values()}
            assert is_whole(site, manifest)
            assert not list(site.glob(".staging-*"))
            assert unnamed(site, manifest) == []
        turn += 1

    killed(report, see, times=times)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system of its own."""
    with small_disk_at(tmp_path / "disk", "size=1m,nr_inodes=400") as folder:
        yield folder


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
