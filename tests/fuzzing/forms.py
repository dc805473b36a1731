"""Returned forms as units send them back, damaged in spreadsheets, in mail and on disks."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pandas as pd

from analysis.cli import Exit
from analysis.files import as_meant
from analysis.forms import make_office
from analysis.forms.layout import FORM_SHEET, HIDDEN_SHEET
from analysis.inbox import FOLDER, JOURNAL
from analysis.intake import collect, write_returns
from analysis.plan import open_plan, read_folder
from analysis.record import place_of, read
from analysis.returned import plain_name
from analysis.schema import RECORD
from tests import returned_forms
from tests.fuzzing.damage import spoil_bytes, spoil_csv
from tests.fuzzing.loop import Files, Target
from tests.fuzzing.promises import contents, run, write
from tests.fuzzing.workbooks import spoil_parts, spoil_workbook
from tests.plan_folders import write_decisions, write_record, write_small_plan
from tests.returned_forms import AT_WORK, as_csv, filled, measures_of, to_bytes

if TYPE_CHECKING:
    import random

    from analysis.plan import Plan

_MARK = re.compile("〔(M[0-9]+)〕")
_NUMBER = re.compile("M[0-9]+")
_SUM = re.compile(r"读到 ([\d,]+) 行 = 追加 ([\d,]+) \+ 退回 ([\d,]+) \+ 已有 ([\d,]+)")
_MAY_CHANGE = re.compile(
    r"plan/(received/.*|progress\.chain|(progress|decisions|actuals)\.csv)|inbox/.*（退回\d*）\.xlsx", re.DOTALL
)
_NAMES = (
    "=1+1",
    "%s",
    "{0}",
    "a\nb",
    "$(x)",
    "字" * 80,
    "-",
    "~$表",
    ".隐",
    "〔M1〕",
    "x.xlsx",
    "\u202e",
    "😀",
    "journal",
)


@cache
def starts() -> dict[str, Files]:
    """An inbox of forms in every format, of a small plan and of the real one, with the plan that they are for."""
    made: dict[str, Files] = {}
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "small"
        write_small_plan(small)
        write_record(small)
        write_decisions(small)
        plans = {"customs": open_plan(small), "port-group": returned_forms.blank_plan(Path(folder) / "tianjin")}
        for unit, plan in plans.items():
            files = {f"plan/{file.name}": file.read_bytes() for file in plan.folder.iterdir()}
            made[unit] = files | {f"inbox/{name}": form for name, form in _forms(plan, unit).items()}
    return made


def _forms(plan: Plan, unit: str) -> Files:
    """A form a month, and so none that another makes superfluous."""
    entries = {measure: AT_WORK | {"progress": f"办了〔{measure}〕"} for measure in measures_of(plan, unit)}
    days = [f"{day:%Y-%m-%d}" for day in pd.date_range("2024-06-30", periods=7, freq="ME")]
    *books, last = (filled(plan, unit, day, entries=entries) for day in days)
    last[FORM_SHEET]["E5"] = "快了"
    with tempfile.TemporaryDirectory() as folder:
        wrong = Path(folder) / "表.xlsx"
        wrong.write_bytes(to_bytes(last))
        ((copy,), _) = write_returns(collect([wrong], plan).forms, plan)
        marked = copy.read_bytes()
    forms = {f"{number}.xlsx": to_bytes(book) for number, book in enumerate(books[4:])}
    forms |= {"退.xlsx": marked, "表.csv": as_csv(books[0], "gb18030")}
    forms |= {"表.txt": as_csv(books[1], "utf-16", delimiter="\t")}
    forms |= {"表.xls": returned_forms._as_xls(books[2]), "表.ods": returned_forms._as_ods(books[3])}
    office = make_office(plan.at("2024-12-31"))
    return forms | ({"核.xlsx": office} if office else {})


def spoil(files: Files, draw: random.Random) -> None:
    """Do one thing wrong to one of the files sent back."""
    name = draw.choice([name for name in files if name.startswith("inbox/")])
    content, kind = files[name], name.rpartition(".")[2]
    if draw.random() < 0.04:
        files[f"inbox/{draw.choice(_NAMES)}{len(files)}.{kind}"] = files.pop(name)
    elif draw.random() < 0.02:
        files[f"inbox/{len(files)}.{draw.choice(['xls', 'csv', 'xlsx', 'txt', 'pdf', 'ods'])}"] = content
    elif kind in ("csv", "txt"):
        files[name] = spoil_csv(content, draw) if draw.random() < 0.75 else spoil_bytes(content, draw)
    elif kind == "xlsx" and draw.random() < 0.7:
        files[name] = spoil_workbook(content, draw)
    else:
        files[name] = spoil_parts(content, draw)


def broken(home: Path, start: str, files: Files, draw: random.Random) -> list[str]:
    """What forms break when they are collected, and collected once more."""
    write(home, {**files, "precious": b"mine"})
    os.chdir(home)
    inbox, plan = home / "inbox", home / "plan"
    sent, before, rows = contents(inbox), contents(home), _rows(plan)
    code, words, found = _collect(inbox, plan)
    now = _rows(plan)
    counts = [int(number.replace(",", "")) for number in (_SUM.findall(words) or [["-1"] * 4])[-1]]
    read, appended, refused, known = counts
    if read < 0 or read != appended + refused + known:
        found.append(f"the sum is not told, or wrong: {words[-200:]}")
    if any(rows[table] != now[table][: len(rows[table])] for table in RECORD):
        found.append("what stood in the record was changed")
    grown = sum(len(now[table]) - len(rows[table]) for table in RECORD)
    if grown != appended:
        found.append(f"{appended} rows appended, the record has {grown} more")
    if (code == Exit.OK) != (refused == 0 and not _is_refused(plan)) or not 0 <= code <= Exit.BAD_DATA:
        found.append(f"ended with {code} and {refused} refused")
    found += _broken_by_keeping(plan, inbox, sent)
    found += _broken_by_rows(plan, inbox, sent, now["progress"][len(rows["progress"]) :])
    found += run("verify", plan, codes=(Exit.OK, Exit.UNCONFIRMED))[2]
    found += run("check", "--plan", plan, codes=(Exit.OK,))[2] if draw.random() < 0.2 else []
    after = contents(home)
    odd = sorted({path for path, _ in set(after.items()) ^ set(before.items()) if not _MAY_CHANGE.fullmatch(path)})
    if odd:
        found.append(f"touched: {odd[:4]}")
    return found + _broken_by_again(inbox, plan, now)


def _collect(inbox: Path, plan: Path) -> tuple[int, str, list[str]]:
    asked = ("forms", "collect", inbox, "--plan", plan, "--lang", "zh")
    code, words, found = run(*asked, codes=(Exit.OK, Exit.BAD_DATA))
    if missing := re.search("的退回表没有写成：.*", words):
        found.append(f"no marked copy: {missing[0]}")
    return code, words, found


def _rows(plan: Path) -> dict[str, list[dict[str, str]]]:
    head = read_folder(plan).head
    return {table: read(place_of(plan, head, table))[0].to_dict("records") for table in RECORD}  # type: ignore[misc]


def _journal(plan: Path) -> list[dict[str, str]]:
    with (plan / FOLDER / JOURNAL).open(encoding="utf-8-sig", newline="") as file:
        return [{name: as_meant(cell) for name, cell in line.items()} for line in csv.DictReader(file)]


def _is_refused(plan: Path) -> bool:
    return any(line["outcome"] == "refused" for line in _journal(plan))


def _broken_by_keeping(plan: Path, inbox: Path, sent: dict[str, str]) -> list[str]:
    """Every file that is read lies in ``received``, and is where it was as it was."""
    kept = [hashlib.sha256(file.read_bytes()).hexdigest() for file in (plan / FOLDER).glob("[0-9a-f]*.*")]
    read = [name for name in sent if not name.startswith((".", "~$"))]
    lost = [name for name in read if sent[name] not in kept]
    told = {line["file"] for line in _journal(plan)} if sent else set()
    untold = [name for name in sent if plain_name(Path(name)) not in told]
    now = contents(inbox)
    return [
        *([f"not kept: {lost}"] if lost else []),
        *([f"not told of: {untold}"] if untold else []),
        *([f"changed in the inbox: {name}" for name, what in sent.items() if now.get(name) != what]),
    ]


def _broken_by_rows(plan: Path, inbox: Path, sent: dict[str, str], added: list[dict[str, str]]) -> list[str]:
    """Every row that somebody wrote was taken or refused by name; what was taken stands where it was written."""
    found = [
        f"what was said of {said} stands at {row['measure_id']}"
        for row in added
        for said in _MARK.findall(row["progress"])
        if said != row["measure_id"]
    ]
    lines = _journal(plan)
    for name in sent:
        told = [line for line in lines if line["file"] == plain_name(Path(name))]
        if {line["outcome"] for line in told if not line["row"]} & {"refused", "not read", "unchanged"}:
            continue
        places = {(line["sheet"], line["row"]) for line in told if line["row"]}
        lost = sorted(_marked(inbox / name) - places)
        found += [f"nobody was told of row {row} of {sheet!r} in {name}" for sheet, row in lost[:2]]
    return found


def _marked(file: Path) -> set[tuple[str, str]]:
    """Sheet and row of every mark that stands beside a measure's number; none where the workbook cannot be read."""
    try:
        book = openpyxl.load_workbook(io.BytesIO(file.read_bytes()), data_only=True)
        return {
            (sheet.title, str(cell.row))
            for sheet in book.worksheets
            if sheet.title != HIDDEN_SHEET
            for row in sheet.iter_rows(max_row=200)
            for cell in row
            if _MARK.search(str(cell.value)) and any(_NUMBER.fullmatch(str(other.value)) for other in row)
        }
    except Exception:
        return set()


def _broken_by_again(inbox: Path, plan: Path, rows: dict[str, list[dict[str, str]]]) -> list[str]:
    """Collected once more, nothing is new."""
    before = contents(inbox)
    _, _, found = _collect(inbox, plan)
    if _rows(plan) != rows:
        found.append("the second collection changed the record")
    if contents(inbox) != before:
        found.append(f"the second collection wrote {sorted(set(contents(inbox)) - set(before))}")
    return found


TARGET = Target(starts, spoil, broken, slips=(4, 8, 8, 12, 16))
