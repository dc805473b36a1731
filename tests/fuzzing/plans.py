"""Plans' folders as a tired person edits them: what ``plan.toml`` says, and the tables of the notice beside it."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.cli import Exit
from analysis.plan.folder import NOTICE, read_folder
from tests.fuzzing import records
from tests.fuzzing.damage import spoil_bytes, spoil_csv, spoil_toml
from tests.fuzzing.loop import Files, Target
from tests.fuzzing.promises import DAYS, broken_by_reading, contents, run, write
from tests.test_decide import STORY, write_old

if TYPE_CHECKING:
    import random

_KEYS = (
    *("id", "issued", "lead_rule", "progress_provenance", "title", "issuers", "reporting", "every", "first_period"),
    *("due_after_days", "timezone", "verification", "deciders", "name", "name_en", "part_of", "lang", "country"),
    *(
        "progress",
        "unit_kinds",
        "zh",
        "en",
        "fr",
        "x",
        '"a b"',
        '""',
        "不",
        "a.b",
        "predecessor",
        "period",
        "due_day",
        "owed",
        "due_on_working_day",
    ),
)


_MORE = {
    "issued = ": 'lang = "zh"\ncountry = "CN"\nprogress = "progress.csv"\nissued = ',
    "due_after_days = 5": 'due_after_days = 5\ndue_on_working_day = true\nowed = "each-period"',
    "[reporting]": '[unit_kinds]\ncentral_agency = { zh = "央属", en = "Central" }\n'
    'municipal_department = { zh = "市属", en = "Municipal" }\n\n[reporting]',
    'name_en = "Verifiers"': 'name_en = "Verifiers"\n\n[[verification.deciders]]\nname = "关督"\npart_of = "customs"',
}


@cache
def starts() -> dict[str, Files]:
    """The small plan, one of five measures, and one whose head says all that a head can say."""
    made = {name: files for name, files in records.starts().items() if name in ("small", "sample")}
    head = made["small"]["plan.toml"].decode("utf-8")
    for line, instead in _MORE.items():
        assert line in head
        head = head.replace(line, instead)
    made["full"] = made["small"] | {"plan.toml": head.encode("utf-8")}
    with tempfile.TemporaryDirectory() as folder:
        old = write_old(Path(folder) / "old", *STORY)
        made["old"] = {file.name: file.read_bytes() for file in sorted(old.iterdir())}
    return made


def spoil(files: Files, draw: random.Random) -> None:
    """Do one thing wrong to ``plan.toml``, or to one of the tables of the notice."""
    if draw.random() < 0.6 and "plan.toml" in files:
        name = "plan.toml"
        files[name] = spoil_bytes(files[name], draw) if draw.random() < 0.08 else spoil_toml(files[name], draw, _KEYS)
        return
    name = draw.choice([f"{table}.csv" for table in (*NOTICE, "progress") if f"{table}.csv" in files] or list(files))
    if draw.random() < 0.02:
        del files[name]
    else:
        files[name] = spoil_bytes(files[name], draw) if draw.random() < 0.08 else spoil_csv(files[name], draw)


def broken(home: Path, start: str, files: Files, draw: random.Random) -> list[str]:
    """What a plan's folder breaks; at times forms and a page are made of it, too."""
    plan = home / "plan"
    write(plan, files)
    if "plan.toml" not in files:
        return run("check", "--plan", plan, codes=(Exit.BAD_PARAMETERS,))[2]
    found = broken_by_reading(home, plan, draw, is_thorough=start == "small")
    refused = (Exit.OK, Exit.BAD_PARAMETERS, Exit.BAD_DATA)
    before = contents(plan)
    if draw.random() < (1 if start == "old" else 0.1):
        found += _broken_by_migration(plan, home / "new")
    if draw.random() < 0.15:
        command = ("forms", "make", "--as-of", draw.choice(DAYS), "--plan", plan, "--out", home / "forms")
        found += run(*command, codes=refused)[2]
    if draw.random() < 0.1:
        asked = ("--as-of", draw.choice(DAYS), "--plan", plan, "--out", home / "site", "--lang", "zh")
        found += run("report", draw.choice(["delivery", "workload_by_unit"]), *asked, codes=refused)[2]
    if contents(plan) != before:
        found.append("making forms or a page changed the plan")
    if strange := [
        name for name in contents(home) if name.partition("/")[0] not in ("plan", "precious", "forms", "site", "new")
    ]:
        found.append(f"files in strange places: {strange[:3]}")
    return found


def _broken_by_migration(plan: Path, new: Path) -> list[str]:
    """What a folder breaks when it is brought to the form of today: there is a new one with every row, or none."""
    codes = (Exit.OK, Exit.BAD_PARAMETERS, Exit.BAD_DATA)
    code, _, found = run("plan", "migrate", plan, "--out", new, "--decider", "核验组", codes=codes)
    if code != Exit.OK and not new.exists():
        return found
    for name, table in read_folder(plan).tables.items():
        if len(read_folder(new).tables[name].table.rows) < len(table.table.rows):
            found.append(f"migration lost rows of {name}")
    return found


TARGET = Target(starts, spoil, broken)
