"""What is promised of any input: a command ends by its codes, in sentences, and touches nothing that it need not."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

# What pages are made of is imported here, once, and not in every process.
from analysis import briefing, charts, cli, exhibits, intake, page, verification  # noqa: F401
from analysis.cli import Exit
from analysis.plan import Plan, append_record, inspect_plan, read_record
from analysis.record import next_ids
from analysis.schema import REQUIRED_COLUMNS, DataError
from tests.fuzzing.loop import Files, named
from tests.told import REPORTS, told

if TYPE_CHECKING:
    import random
    from collections.abc import Collection

    import pandas as pd

_MACHINE = re.compile(
    r"Traceback \(most recent call|\b(Key|Type|Attribute|Index|Assertion|Name|Recursion|Overflow|Unicode\w+)Error\b"
)
DAYS = ("2024-06-15", "2024-06-30", "2024-12-31", "2025-03-31", "2026-11-26")


def write(folder: Path, files: Files) -> None:
    """Put files where they belong."""
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder, by what it holds; but for locks."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not file.name.endswith(".lock") and not file.name.startswith("portplan-trouble-")
    }


def run(*arguments: object, codes: Collection[int]) -> tuple[int, str, list[str]]:
    """A command's code, all that it said, and what it broke of what every command promises."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = cli.main(list(map(str, arguments)))
    words, command = said.getvalue(), " ".join(map(str, arguments[:2]))
    if code == Exit.FAULT:
        return code, words, [f"{command} fails: {_trouble()}"]
    broken = [] if code in codes else [f"{command} ended with {code!r}: {words[-200:]}"]
    if found := _MACHINE.search(words):
        broken.append(f"{command} says {found[0]}: {words[max(0, found.start() - 200) : found.end() + 200]}")
    if code and not words.strip():
        broken.append(f"{command} ended with {code} without a word")
    return code, words, broken


def _trouble() -> str:
    """The last place of the library and the reason, as the command has kept them."""
    told = "".join(file.read_text("utf-8") for file in Path.cwd().glob("portplan-trouble-*.txt"))
    places = re.findall(r'/analysis/(\S+)", line (\d+)', told)
    return f"{':'.join(places[-1]) if places else '?'} {told.strip().splitlines()[-1][:200] if told else ''}"


def broken_by_reading(home: Path, plan: Path, draw: random.Random, *, is_thorough: bool) -> list[str]:
    """What a plan's folder breaks when it is opened, read, checked, verified, asked who owes what and added to."""
    os.chdir(home)
    (home / "precious").write_text("mine", "utf-8")
    before = contents(home)
    broken: list[str] = []
    opened, problems = inspect_plan(plan)
    is_wrong = problems["severity"].eq("error").any()
    if (opened is None) != is_wrong or not problems["message"].str.strip().ne("").all():
        broken.append("refused without a sentence, or opened with an error")
    sound = (Exit.OK, Exit.BAD_PARAMETERS, Exit.BAD_DATA)
    broken += run("verify", plan, codes=(*sound, Exit.NOT_SOUND, Exit.UNCONFIRMED))[2]
    if draw.random() < (0.5 if is_thorough else 0.2):
        code, _, more = run("check", "--plan", plan, "--lang", draw.choice(["zh", "en"]), codes=sound)
        broken += more
        if (code == Exit.OK) != (opened is not None):
            broken.append(f"check ends with {code} on a plan that {'opens' if opened else 'does not open'}")
    if draw.random() < 0.3:
        broken += run("doctor", "--plan", plan, "--out", home / "site", codes=(*sound, Exit.NEEDS_A_HAND))[2]
    if opened is not None:
        broken += _broken_by_words(opened, draw, is_thorough=is_thorough)
        if draw.random() < 0.2:
            broken += run("due", "--as-of", draw.choice(DAYS), "--plan", plan, codes=(Exit.OK,))[2]
    after = contents(home)
    if after != before:
        broken.append(f"reading changed files: {sorted(set(after.items()) ^ set(before.items()))[:4]}")
    if opened is not None and draw.random() < (0.8 if is_thorough else 0.3):
        broken += _broken_by_append(home, opened)
    return broken


def _broken_by_words(plan: Plan, draw: random.Random, *, is_thorough: bool) -> list[str]:
    """What a plan breaks when pages' texts are made of it."""
    broken = []
    for report in draw.sample(REPORTS, 1 + is_thorough if is_thorough or draw.random() < 0.4 else 0):
        day, lang = draw.choice(DAYS), draw.choice(["zh", "en"])
        try:
            told(report, plan, day, lang=lang, compare_to=draw.choice(["", "", "2024-06-10"]))
        except Exception as failed:
            broken.append(f"{report} on {day} in {lang}: {named(failed)}")
    return broken


def _broken_by_append(home: Path, plan: Plan) -> list[str]:
    """What a plan's record breaks when somebody adds to it: done and readable, or refused and as it was."""
    if not len(plan.responsibilities):
        return []
    before, rows = contents(home), read_record(plan)
    try:
        append_record(plan, _one_more(plan, rows))
    except (DataError, OSError, ValueError) as failed:
        if not str(failed).strip():
            return [f"an append was refused without a word: {failed!r}"]
        changed = contents(home) != before
        return [f"a refused append changed files: {failed}"] if changed else []
    opened, problems = inspect_plan(plan.folder)
    if opened is None:
        return [f"an append that was done left a record that cannot be opened: {problems['message'].tolist()[:3]}"]
    now = read_record(opened)
    if now.iloc[:-1][list(rows.columns)].to_numpy().tolist() != rows.to_numpy().tolist() or len(now) != len(rows) + 1:
        return ["an append changed what stood there"]
    return run("verify", plan.folder, codes=(Exit.OK, Exit.NOT_SOUND, Exit.UNCONFIRMED))[2]


def _one_more(plan: Plan, rows: pd.DataFrame) -> pd.DataFrame:
    """A statement that anybody could make."""
    import pandas as pd

    named = plan.responsibilities.iloc[0]
    said = {
        "log_id": next_ids(rows, "progress", 1)[0],
        "measure_id": named["measure_id"],
        "unit_id": named["unit_id"],
        "as_of": "2025-06-30",
        "reported_at": "2025-07-01",
        "status": "in_progress",
        "progress": "继续推进",
    }
    columns = REQUIRED_COLUMNS["progress"]
    return pd.DataFrame([{column: said.get(column, "") for column in columns}], columns=list(columns), dtype="str")
