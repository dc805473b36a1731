"""What needs a hand is found, said with what helps, and told by the exit code; what is well is not cried about."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from analysis import record, schema
from analysis.cli import Exit, main
from analysis.files import held
from analysis.health import examine
from analysis.inbox import add_lines, keep
from analysis.manifest import MANIFEST, Basis, Head
from analysis.manifest.stored import manifest_text
from analysis.plan import data_folder
from analysis.record import begin_chain, place_of
from analysis.site import locked, read_manifest
from tests.sites import contents, failure, page, put

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOW = datetime(2025, 4, 6, 6, tzinfo=UTC)


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    shutil.copytree(data_folder() / "tianjin-2024", tmp_path / "plan")
    return tmp_path / "plan"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    put(tmp_path / "site", [page("a"), page("b", "2025-02-28")])
    return tmp_path / "site"


def needs(plan: Path, site: Path) -> str:
    """Everything that needs a hand, in one text."""
    return "\n".join(line for finding in examine(plan, site, NOW) for line in finding.lines("zh"))


@pytest.mark.thorough
def test_a_site_that_is_well_needs_nothing(plan: Path, site: Path) -> None:
    assert needs(plan, site) == ""
    assert needs(plan, site.parent / "none yet") == ""
    assert main(["doctor", "--plan", str(plan), "--out", str(site)]) == Exit.OK


def run_record(site: Path, number: int, started: str) -> None:
    (site / "runs").mkdir(exist_ok=True)
    run = {"run": number, "started": started, "seconds": 1.0, "plan": "plan", "counts": {}, "pages": []}
    (site / f"runs/{number:06d}.json").write_text(json.dumps(run), "utf-8")


def head_with_a_password(plan: Path) -> None:
    head = plan / "plan.toml"
    head.write_text('progress = "postgresql://u:hunter22@127.0.0.1:1/base"\n' + head.read_text("utf-8"), "utf-8")


PAGE = "plan/2025-02-28/zh/b.html"
LATEST = "plan/latest/zh/a.html"
HARM: dict[str, tuple[str, Callable[[Path, Path], object]]] = {
    "a page changed": (PAGE, lambda plan, site: (site / PAGE).write_text("changed", "utf-8")),
    "a page lost": (PAGE, lambda plan, site: (site / PAGE).unlink()),
    "a page changed where it is the latest": (
        LATEST,
        lambda plan, site: (site / LATEST).unlink() or (site / LATEST).write_text("changed", "utf-8"),
    ),
    "tables lost that pages were made of": ("plan/inputs/units-", lambda plan, site: without_tables(site)),
    "the index lost": ("index.en.html", lambda plan, site: (site / "index.en.html").unlink()),
    "no manifest": ("index.html", lambda plan, site: (site / "manifest.json").unlink()),
    "orphan": ("plan/old.html", lambda plan, site: (site / "plan/old.html").write_text("old", "utf-8")),
    "a run that was stopped": (".staging-abc", lambda plan, site: (site / ".staging-abc").mkdir()),
    "a failure": ("2025-01-06T06:00", lambda plan, site: put(site, [], [failure("c", since="2025-01-06T06:00+08:00")])),
    "a date ahead": ("--retire 2052-03-31", lambda plan, site: put(site, [page("a", "2052-03-31")])),
    "a clock set back": (
        "第 2 次",
        lambda plan, site: [run_record(site, n, f"2025-0{4 - n}-05T06:00+08:00") for n in (1, 2)],
    ),
    "a clock ahead": ("第 1 次", lambda plan, site: run_record(site, 1, "2052-04-05T06:00+08:00")),
    "a run's record damaged": ("000001.json", lambda plan, site: run_record(site, 1, "") or spoil_run(site)),
    "everybody may write": ("progress.csv", lambda plan, site: (plan / "progress.csv").chmod(0o666)),
    "a password for everybody": ("chmod 600", lambda plan, site: head_with_a_password(plan)),
    "a write that was stopped": (".x.csv.new", lambda plan, site: (plan / ".x.csv.new").write_text("half", "utf-8")),
    "a row altered": (
        "portplan verify",
        lambda plan, site: begin(plan) or alter(plan / "progress.csv", "P0001,", "P1,"),
    ),
    "an append cut off after its rows": ("补完其余", lambda plan, site: begin(plan) or cut_off(plan)),
    "an append cut off before its rows": (
        "在写入之前中断",
        lambda plan, site: begin(plan) or (plan / ".progress.chain.next").write_bytes(b"{}\n"),
    ),
    "a real record without a chain": (
        "还没有链",
        lambda plan, site: alter(plan / "plan.toml", '"synthetic"', '"real"') or (plan / "progress.chain").unlink(),
    ),
    "a table lost": ("progress.csv", lambda plan, site: begin(plan) or (plan / "progress.csv").unlink()),
    "what came in altered": ("收到后被改动过", lambda plan, site: rewrite(receive(plan), "changed")),
    "what came in lost": ("不见了", lambda plan, site: receive(plan).unlink()),
    "what came in not read": ("portplan forms collect", lambda plan, site: receive(plan, outcomes=("received",))),
    "what never came in": ("notes.txt", lambda plan, site: receive(plan).with_name("notes.txt").write_text("x")),
    "a journal damaged": ("收件登记", lambda plan, site: rewrite(receive(plan).with_name("journal.csv"), "x,y\n1,2\n")),
    "settings that nobody understands": (
        "notfy：没有这一项",
        lambda plan, site: (site / "site.toml").write_text("[notfy]\nlang = 1\n", "utf-8"),
    ),
    "a secret that others can read": ("chmod 600", lambda plan, site: settings(site)),
    "what was told damaged": ("told.json", lambda plan, site: settings(site, told="{")),
    "data that are wrong": ("check", lambda plan, site: alter(plan / "measures.csv", "one_off", "one-off")),
    "a record that is nowhere": (
        "check",
        lambda plan, site: alter(plan / "plan.toml", "lead_rule", 'progress = "a.xls"\nlead'),
    ),
    "a copy of a table": (
        "Progress (1).csv",
        lambda plan, site: shutil.copy(plan / "units.csv", plan / "Progress (1).csv"),
    ),
    "another record beside it": ("decisions.parquet", lambda plan, site: (plan / "decisions.parquet").write_bytes(b"")),
    "a record of another id": ("check", lambda plan, site: move_to_database(plan, "another")),
    "a table damaged": ("themes.csv", lambda plan, site: (plan / "themes.csv").write_bytes(b"\xff\xfe\xfa")),
}
"""What is done to a plan and its site, with what must be named then."""


def without_tables(site: Path) -> None:
    """A manifest that names tables, of which none came along when the site was copied."""
    manifest = read_manifest(site)
    basis = Basis("plan", {"units.csv": "0" * 64})
    kept = replace(manifest, bases={basis.key: basis})
    (site / MANIFEST).write_text(manifest_text(kept), "utf-8")


def begin(plan: Path) -> None:
    begin_chain(place_of(plan, {}))


def alter(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def move_to_database(plan: Path, plan_id: str) -> None:
    pytest.importorskip("sqlalchemy", reason="sqlalchemy is missing: pip install 'portplan[sql]' to run this")
    for table in schema.RECORD:
        rows, _ = record.read(place_of(plan, {}, table))
        kept_as = {"id": plan_id, "progress": "sqlite:///progress.db"}
        record.append(place_of(plan, kept_as, table), rows, check=lambda _: schema.problem_frame())
        (plan / f"{table}.csv").unlink()
    alter(plan / "plan.toml", "lead_rule", 'progress = "sqlite:///progress.db"\nlead_rule')


def rewrite(file: Path, text: str) -> None:
    file.chmod(0o644)
    file.write_text(text, "utf-8")


def cut_off(plan: Path) -> None:
    """The chain waits beside the old one, and the rows that it names are there."""
    chain = plan / "progress.chain"
    content = chain.read_bytes()
    (plan / ".progress.chain.next").write_bytes(content)
    chain.write_bytes(content[: content[:-1].rindex(b"\n") + 1])


def receive(plan: Path, outcomes: tuple[str, ...] = ("received", "read")) -> Path:
    """A form that came in, with what the journal says of it."""
    (plan / "received").mkdir(exist_ok=True)
    (plan / "form.xlsx").write_bytes(b"a form")
    (kept,) = keep([plan / "form.xlsx"], plan / "received")
    (plan / "form.xlsx").unlink()
    for outcome in outcomes:
        add_lines(plan / "received", [["now", "form.xlsx", kept.sha256, kept.kept.name, "", "", "", outcome, ""]])
    return kept.kept


def settings(site: Path, *, told: str = "[]") -> None:
    """Settings that name a secret's file, which everybody can read."""
    secret = site.parent / "secret"
    secret.write_text("https://robot.example/key", "utf-8")
    where = f'[[notify.to]]\nname = "群"\nkind = "wecom"\nwebhook = {{ file = "{secret}" }}\n'
    (site / "site.toml").write_text(f'[notify]\naddress = "https://pages.example/"\n\n{where}', "utf-8")
    (site / "runs").mkdir(exist_ok=True)
    (site / "runs" / "told.json").write_text(told, "utf-8")


def spoil_run(site: Path) -> None:
    (site / "runs/000001.json").write_text("{", "utf-8")


@pytest.mark.thorough
@pytest.mark.parametrize("what", HARM)
def test_what_needs_a_hand_is_named(plan: Path, site: Path, what: str, capsys: pytest.CaptureFixture[str]) -> None:
    named, harm = HARM[what]
    harm(plan, site)
    told = needs(plan, site)
    assert named in told
    assert "hunter22" not in told
    assert main(["doctor", "--plan", str(plan), "--out", str(site)]) == Exit.NEEDS_A_HAND
    printed = capsys.readouterr().out
    assert named in printed
    assert len(printed.splitlines()) <= 24


@pytest.mark.thorough
def test_all_of_it_fits_on_one_screen(plan: Path, site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(site, [page(str(number)) for number in range(30)], [failure(f"f{number}") for number in range(30)])
    for number in range(30):
        (site / f"plan/2025-03-31/zh/{number}.html").write_text("changed", "utf-8")
        (site / f"plan/2025-03-31/zh/orphan{number}.html").write_text("old", "utf-8")
        run_record(site, number + 1, f"2025-03-{30 - number:02d}T06:00+08:00")
    assert main(["doctor", "--plan", str(plan), "--out", str(site)]) == Exit.NEEDS_A_HAND
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 24
    assert "另有 28 项" in "\n".join(lines)


@pytest.mark.thorough
def test_what_is_under_way_is_not_left_behind(plan: Path, site: Path) -> None:
    (site / ".staging-now").mkdir()
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        with locked(site):
            os.write(theirs, b"held")
            signal.pause()
    os.read(ours, 4)
    try:
        assert needs(plan, site) == ""
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    assert ".staging-now" in needs(plan, site)


def test_looking_changes_nothing(plan: Path, site: Path) -> None:
    for what in ("a page lost", "orphan", "a failure", "a write that was stopped"):
        HARM[what][1](plan, site)
    before = contents(plan), contents(site)
    examine(plan, site, NOW)
    assert (contents(plan), contents(site)) == before


def test_what_came_in_and_was_read_needs_nothing(plan: Path, site: Path) -> None:
    begin(plan)
    receive(plan)
    assert needs(plan, site) == ""


def test_what_is_being_collected_is_not_left_behind(plan: Path, site: Path) -> None:
    receive(plan, outcomes=())
    assert "没有读取" in needs(plan, site)
    with held(plan / "received" / ".lock", otherwise=""):
        assert needs(plan, site) == ""


def test_a_published_state_that_is_no_part_of_the_record_is_named(plan: Path, site: Path) -> None:
    begin(plan)
    lost = Head("0" * 64, 3, 99)
    manifest = read_manifest(site)
    known = replace(manifest, heads={"tianjin-2024": (lost,)})
    (site / "manifest.json").write_text(manifest_text(known), "utf-8")
    assert "99 行" in needs(plan, site)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_speaks_one_language(plan: Path, site: Path, lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    for what in ("a page lost", "a row altered", "what came in altered", "a clock set back", "orphan", "a failure"):
        HARM[what][1](plan, site)
    assert main(["doctor", "--plan", str(plan), "--out", str(site), "--lang", lang]) == Exit.NEEDS_A_HAND
    printed = capsys.readouterr().out
    assert bool(re.search("[\u4e00-\u9fff]", printed)) == (lang == "zh")


def test_everything_wrong_at_once_fits_on_one_screen(
    plan: Path, site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for what in ("a page lost", "orphan", "a clock ahead", "a date ahead", "everybody may write", "a table damaged"):
        HARM[what][1](plan, site)
    receive(plan, outcomes=())
    for number in range(9):
        (plan / "received" / f"note{number}").touch()
        (plan / f".{number}.new").touch()
        (site / f"orphan{number}").touch()
    alter(plan / "plan.toml", '"synthetic"', '"real"')
    settings(site, told="{")
    (site / "index.html").unlink()
    main(["doctor", "--plan", str(plan), "--out", str(site)])
    assert len(capsys.readouterr().out.splitlines()) <= 24
