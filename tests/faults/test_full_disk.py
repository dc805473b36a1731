"""A disk that is full at any write: each command ends in an old or a new whole state, says so, and can be run again."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import shutil
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from analysis.cli import Exit, main
from analysis.forms import layout, make_office, rows_of
from analysis.inbox import JOURNAL
from analysis.notification import read_told
from analysis.plan import open_plan
from analysis.report import Registry, read_registry
from tests.plan_folders import DECIDER, decide, say, write_decisions, write_record, write_small_plan
from tests.plans import notebook, registry_of
from tests.returned_forms import filled, to_bytes
from tests.sites import contents, faults, page
from tests.sites import put as publish
from tests.test_decide import STORY, write_old

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

FULL = "磁盘已满"
LOCKS = (".lock", ".progress.lock", ".telling.lock")
NOTICE = "一、通关\n1.减时。做好。（责任单位：市商务局）\n2.降费。做好。（责任单位：市税务局）\n"


@dataclass(frozen=True)
class Command:
    """A command, what lies on the disk before it, and how it ends where there is room.

    Attributes
    ----------
    asked : str
        Its words; ``{disk}`` is where everything lies.
    before : callable
        Puts there what it needs.
    ends : Exit
    stride : int
        How many steps are passed over at a time; more of what takes long.
    """

    asked: str
    before: Callable[[Path], object]
    ends: Exit = Exit.OK
    stride: int = 1

    def run(self, disk: Path) -> int:
        return main([word.format(disk=disk) for word in self.asked.split()])


def plan(disk: Path) -> None:
    write_small_plan(disk / "plan")

    done = say("done_reported", "100")
    write_record(disk / "plan", say("in_progress", "40"), done, {**done, "unit_id": "commerce"})


def fill(sheet: Any, places: Mapping[tuple[str, str], int], table: str, key: str, **values: object) -> None:
    columns = {name: place for place, name in enumerate(layout.SHEETS[table].heads, start=1)}
    for name, value in values.items():
        sheet.cell(places[table, key], columns[name]).value = value


def inbox(disk: Path) -> None:
    """What units and the office send back: words, a measured value, a decision; and one that is no percentage."""
    plan(disk)
    opened, folder = open_plan(disk / "plan"), disk / "inbox"
    folder.mkdir()
    book = filled(opened, "customs", "2024-08-31", entries={"M2": {"status": "常态化"}})
    fill(book[layout.FORM_SHEET], rows_of(book[layout.FORM_SHEET]), "actuals", "C1", value=4, method="抽样")
    (folder / "a.xlsx").write_bytes(to_bytes(book))
    wrong = {"M1": {"status": "推进中", "percent": "大半"}}
    (folder / "b.xlsx").write_bytes(to_bytes(filled(opened, "commerce", "2024-08-31", entries=wrong)))
    office = make_office(opened.at("2024-08-31"))
    assert office
    book = openpyxl.load_workbook(io.BytesIO(office))
    sheet = book[layout.OFFICE_SHEET]
    row = next(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value == "M1")
    said = {"decision": "办结", "effective_on": "2024-08-31", "decided_by": DECIDER, "evidence_ref": "验收单"}
    fill(sheet, {("decisions", "M1"): row}, "decisions", "M1", **said)
    sheet[layout.REPORTED_AT] = "2024-08-31"
    (folder / "c.xlsx").write_bytes(to_bytes(book))


def older(disk: Path) -> None:
    """A plan in which a unit closed its measure itself."""
    write_old(disk / "plan", *STORY)


def notice(disk: Path) -> None:
    (disk / "notice.txt").write_text(NOTICE, "utf-8")


def wrong(disk: Path) -> None:
    """A plan with something to list."""
    plan(disk)
    write_decisions(disk / "plan", decide("closed", measure_id="M9"))


def site(disk: Path) -> None:
    """A plan with a published site, in which one date is to go."""
    plan(disk)
    for day in ("2024-06-30", "2024-07-31"):
        assert Command(f"{REPORT} --as-of {day}", plan).run(disk) == Exit.OK


def documents(disk: Path) -> None:
    """A plan with a page and its documents, which another K makes anew."""
    plan(disk)
    asked = REPORT.replace("small", "delivery", 1) + " --as-of 2024-08-31 --known-at 2024-08-31 --format docx,xlsx"
    assert Command(asked, plan).run(disk) == Exit.OK


REPORT = "report small --plan {disk}/plan --out {disk}/site --jobs 1 --lang zh"
COMMANDS = {
    "decide": Command(
        f"decide M1 closed --by {DECIDER} --as-of 2024-08-01 --evidence {{disk}}/plan/plan.toml --plan {{disk}}/plan",
        plan,
        stride=2,
    ),
    "collect": Command("forms collect {disk}/inbox --plan {disk}/plan --out {disk}/returned", inbox, Exit.BAD_DATA, 5),
    "forms": Command("forms make --as-of 2024-08-31 --plan {disk}/plan --out {disk}/forms", plan, stride=2),
    "office": Command("forms make --office --as-of 2024-08-31 --plan {disk}/plan --out {disk}/forms", plan),
    "init": Command("init {disk}/office/place --plan {disk}/plan", plan),
    "sample": Command("sample --plan {disk}/plan --out {disk}/made --periods 8", plan),
    "notice": Command("notice read {disk}/notice.txt --out {disk}/read", notice),
    "draft": Command("plan new {disk}/notice.txt --out {disk}/drafted", notice),
    "migrate": Command(f"plan migrate {{disk}}/plan --out {{disk}}/new --decider {DECIDER}", older),
    "share": Command("share --as-of 2024-07-31 --plan {disk}/plan --site {disk}/site --out {disk}/合成示例.zip", site),
    "report": Command(f"{REPORT} --as-of 2024-08-31 --retire 2024-06-30", site, stride=4),
    "documents": Command(
        REPORT.replace("small", "delivery", 1) + " --as-of 2024-08-31 --format docx,xlsx", documents, stride=18
    ),
    "check": Command("check --plan {disk}/plan --csv {disk}/told.csv --html {disk}/told.html", wrong, Exit.BAD_DATA),
}


@contextmanager
def short_of_room(disk: Path, left: int) -> Iterator[None]:
    """Leave as many blocks."""
    about = os.statvfs(disk)
    (disk / "filler").write_bytes(bytes(max(0, about.f_bfree - left) * about.f_frsize))
    try:
        yield
    finally:
        (disk / "filler").unlink()


@contextmanager
def short_of_files(disk: Path, left: int) -> Iterator[None]:
    """Leave room for as many files."""
    (disk / "filler").mkdir()
    for number in range(os.statvfs(disk).f_ffree - left):
        (disk / "filler" / str(number)).touch()
    try:
        yield
    finally:
        shutil.rmtree(disk / "filler")


@contextmanager
def refused_from(disk: Path, step: int) -> Iterator[None]:
    """Refuse whatever needs room from a step on, as some file systems do where others would not."""
    left = step
    with pytest.MonkeyPatch.context() as patched:

        def needs_room(place: object) -> None:
            nonlocal left
            if isinstance(place, int) or str(place).startswith(f"{disk}{os.sep}"):
                left -= 1
                if left < 0:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), None if isinstance(place, int) else place)

        _audit()
        synced = os.fsync
        patched.setattr(os, "fsync", lambda handle: needs_room(handle) or synced(handle))
        _REFUSES.append(needs_room)
        try:
            yield
        finally:
            _REFUSES.clear()


_REFUSES: list[Callable[[object], None]] = []
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


@cache
def _audit() -> None:
    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if not _REFUSES:
            return
        is_opened = event == "open" and not isinstance(arguments[0], int) and (arguments[2] or 0) & _WRITES
        if event in ("os.mkdir", "os.link") or is_opened:
            _REFUSES[0](arguments[-3 if event == "os.mkdir" else 0])
        elif event == "os.rename":
            _REFUSES[0](arguments[1])

    sys.addaudithook(hook)


HOW: dict[str, tuple[Callable[[Path, int], Any], int]] = {
    "room": (short_of_room, 3),
    "files": (short_of_files, 1),
    "steps": (refused_from, 1),
}
"""How a disk is full, and by how much more is left of it each time."""


def found(disk: Path) -> dict[str, bytes | str]:
    """Every file on the disk but for locks, and what says when: the journal, the records of runs."""
    found = {
        name: content
        for name, content in contents(disk).items()
        if name.rpartition("/")[2] not in (*LOCKS, JOURNAL) and not re.match(r"filler|site/runs/[0-9.]", name)
    }
    if "site/manifest.json" in found:
        manifest = json.loads(found["site/manifest.json"])
        # What it named to be taken away may be so now.
        left = [name for name in manifest["leaving"] if os.path.lexists(disk / "site" / name)]
        found["site/manifest.json"] = json.dumps({**manifest, "leaving": left})
    return found


def put(disk: Path, state: Mapping[str, bytes | str]) -> None:
    """Have nothing on the disk but some files."""
    for entry in disk.iterdir():
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    for name, content in state.items():
        (disk / name).parent.mkdir(parents=True, exist_ok=True)
        (disk / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def is_whole(file: str, content: Any, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether a file is that of before or after; of a chain, so far as tables of the record were reached."""
    if file.endswith(".chain.next"):
        # It waits for its place: the rows that it names are there, and the next append ends the work.
        file = file.replace("/.", "/").removesuffix(".next")
    is_begun = file.endswith(".chain") and new[file].startswith(content) and content.endswith(b"\n")
    return is_begun or content in (old.get(file), new.get(file))


@pytest.mark.integration
@pytest.mark.parametrize("short_of", HOW)
@pytest.mark.parametrize("name", COMMANDS)
def test_a_full_disk_leaves_the_old_or_the_new(
    disk: Path, name: str, short_of: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever room is left: what is there is whole, it is said, and running again ends the work."""
    monkeypatch.chdir(disk.parent)
    small = registry_of({"small": notebook(disk.parent / "small.ipynb", measures=2)})
    reports = Registry({**read_registry().reports, **small.reports})
    monkeypatch.setattr("analysis.report.read_registry", lambda: reports)
    monkeypatch.setattr("analysis.report.making.read_registry", lambda: reports)
    command = COMMANDS[name]
    command.before(disk)
    old = found(disk)
    assert command.run(disk) == command.ends
    new = found(disk)
    assert new != old
    capfd.readouterr()
    short, more = HOW[short_of]
    met, ended, seen = 0, False, []
    for left in range(0, 300 * command.stride, more * command.stride):
        put(disk, old)
        with short(disk, left):
            code = command.run(disk)
        told = "".join(capfd.readouterr())
        between = found(disk)
        # Of a site every link leads to a whole page; its files move one after the other.
        assert faults(disk / "site") == [], (left, told)
        for file, content in between.items():
            assert file.startswith("site/") or is_whole(file, content, old, new), (left, file, told)
        assert {file for file in old if not file.startswith("site/")} <= between.keys(), (left, told)
        assert not any(word in told for word in ("Traceback", "意外错误", "Errno")), (left, told)
        if code == command.ends and FULL not in told:
            if any(file.endswith(".next") for file in between):
                continue
            assert between == new
            ended = True
            break
        # Where something was wrong with what came in, too, the code says that.
        assert code in (Exit.NOT_WRITABLE, Exit.NOTEBOOK_FAILED, command.ends), (left, code, told)
        assert FULL in told, (left, told)
        met += 1
        if between != new and contents(disk) not in seen:
            seen.append(contents(disk))
            assert command.run(disk) == command.ends, (left, told, "".join(capfd.readouterr()))
            assert found(disk) == new
            capfd.readouterr()
    assert met > 0
    assert ended


@pytest.mark.integration
@pytest.mark.parametrize("short_of", ["room", "files"])
def test_nothing_is_sent_that_cannot_be_written_down(
    disk: Path, short_of: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROBOT", "http://127.0.0.1:1/")
    plan(disk)
    publish(disk / "site", [page("a", "2024-07-31", plan_id="small")])
    where = '[[notify.to]]\nname = "群"\nkind = "wecom"\nwebhook = { env = "ROBOT" }\n'
    text = f'[notify]\naddress = "https://pages.example/"\n\n{where}'
    (disk / "site" / "site.toml").write_text(text, "utf-8")
    command = Command("notify --event published --plan {disk}/plan --out {disk}/site", plan)
    codes = []
    for left in range(6):
        with HOW[short_of][0](disk, left):
            codes.append(command.run(disk))
        told = "".join(capfd.readouterr())
        assert codes[-1] in (Exit.OK, Exit.NOT_WRITABLE), told
        assert (FULL in told) == (codes[-1] == Exit.NOT_WRITABLE), told
        assert all(one.result in ("sending", "unreachable") for one in read_told(disk / "site"))
    assert codes[0] == Exit.NOT_WRITABLE
    assert codes[-1] == Exit.OK
