"""Small faults put into the library one at a time: which of them does no test notice?

``python -m tests.mutations`` tries them all, two at a time, in copies of the project; with the name of a room, those of
that room. Each must find its text exactly once, so that the list cannot rot. It takes some minutes; a survivor is a
promise that no test holds.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
COPIED = (
    "src",
    "tests",
    "notebooks",
    "data",
    "docs",
    "benchmarks",
    "pyproject.toml",
    "README.md",
    "README.zh.md",
    "Makefile",
)


@dataclass(frozen=True)
class Mutation:
    """A fault.

    Attributes
    ----------
    file : str
        Below ``src/analysis/``.
    before, after : str
        What stands there, once, and what is put in its place.
    tests : str
        The test files that hold the promise, in words parted by blanks; of a file, a test that is not fast by its name.
    """

    file: str
    before: str
    after: str
    tests: str


MUTATIONS = (
    # floor 0
    Mutation("files/text.py", ">= 0.8 * len(chinese)", ">= 0.0 * len(chinese)", "files plan"),
    Mutation("files/text.py", "if row and len(row) != len(header)", "if row and len(row) < len(header)", "files plan"),
    Mutation("files/text.py", 'return f"\'{text}" if _FORMULA.match(text) else text', "return text", "files record"),
    Mutation("files/disk.py", "beside.chmod(file.stat().st_mode)", "pass", "files record"),
    Mutation("files/disk.py", "with FileLock(lock, ", "with FileLock(lock.with_suffix(str(os.urandom(4))), ", "files"),
    Mutation("faces.py", "for code in either - _TURNS", "for code in either", "faces"),
    Mutation("faces.py", ' or category(char) == "Cf"', "", "faces schema"),
    Mutation("catalogue.py", "key=lambda lang: (lang != FIRST, lang)", "key=lambda lang: lang", "catalogue language"),
    Mutation("parameters.py", 'extra="forbid"', 'extra="ignore"', "parameters"),
    Mutation("parameters.py", "strict=True, str_strip", "strict=False, str_strip", "parameters"),
    Mutation("schema/cells.py", ".between(0, 100)", ".between(0, 1000)", "schema plan"),
    Mutation("schema/cells.py", 'cells.str.strip().ne("")', 'cells.ne("")', "schema plan"),
    Mutation("schema/calendar.py", "days=self.due_day - 1", "days=self.due_day", "status due schema"),
    Mutation("schema/rules.py", "if rule.id in RULES:", "if False:", "schema"),
    # floor 1
    Mutation("status.py", '_ORDER = ["as_of", "reported_at", "log_id"]', '_ORDER = ["as_of", "log_id"]', "status"),
    Mutation("status.py", 'side="left"', 'side="right"', "status"),
    Mutation("status.py", '["missing", "on_time"], default="late"', '["missing", "late"], default="late"', "status"),
    Mutation("status.py", "~settled & deadline.lt(as_of)", "~settled & deadline.le(as_of)", "status"),
    Mutation("status.py", 'known["log_id"].isin(known["supersedes"])', 'known["log_id"].isin([])', "status"),
    Mutation("record/store.py", "if len(taken):", "if False:", "record"),
    Mutation("record/place.py", 'said = f"{kept}:///{folder / file}"', "pass", "record"),
    Mutation("grids.py", "> _MOST_BYTES", "> 1000 * _MOST_BYTES", "grids intake"),
    Mutation("sample.py", '"（示例）"', '""', "sample"),
    Mutation("repair/shifted.py", "if len(read) > 1:", "if len(read) > 9:", "notice"),
    Mutation("documents/read.py", "if len(content) > MOST_BYTES:", "if False:", "documents"),
    Mutation("paragraphs/normalise.py", "and not apart and", "and", "notice_forms"),
    Mutation("marks/names.py", "if piece in known:", "if False:", "notice_forms"),
    Mutation("outline/tree.py", "if value == 1 or (last and value == last + 1)", "if value == 1", "notice_forms"),
    Mutation("notice/levels.py", "return share > 0.5", "return True", "notice"),
    # plan, charts
    Mutation("plan/dates.py", "if known_at and known_at < as_of:", "if False:", "plan"),
    Mutation("plan/reading.py", "earlier + (self.known_at - self.as_of)", "earlier", "plan status"),
    Mutation("plan/names.py", "dict(reversed(list(names)))", "dict(names)", "plan"),
    Mutation("plan/checks.py", 'pairs["reported_at"].ge(pairs["reported_at_before"])', "True", "plan schema"),
    Mutation("plan/__init__.py", 'kept.isin(self.responsibilities.loc[of_unit, "measure_id"])', "kept.notna()", "plan"),
    Mutation("charts/stacks.py", "left = left + shown[state]", "left = left", "charts"),
    Mutation("look/palette.py", '"no-feedback": ("#461537"', '"no-feedback": ("#c4e3da"', "charts"),
    Mutation("look/labels.py", "otherwise or str(key)", "otherwise", "charts"),
    Mutation("rounding.py", "_HALF = Fraction(1, 2)", "_HALF = Fraction(49, 100)", "rounding"),
    # metrics
    Mutation("workload.py", "Fraction(measures, int(units))", "Fraction(measures, 1)", "workload"),
    Mutation(
        "workload.py",
        '["share", "named_in"], ascending=False',
        '["share", "named_in"], ascending=[False, True]',
        "workload",
    ),
    Mutation("workload.py", '["clause", "position"]', '["position", "clause"]', "workload"),
    Mutation(
        "coverage.py",
        'single_unit=now.measure_states["units"].eq(1)',
        'single_unit=now.measure_states["units"].le(2)',
        "coverage",
    ),
    Mutation("trend/forecast.py", ".dt.is_month_end", ".notna()", "trend_forecast trend"),
    Mutation("trend/survival.py", ".shift(fill_value=0)", "", "trend_forecast trend"),
    Mutation(
        "trend/slips.py",
        '"expected_first": expected["first"]',
        '"expected_first": expected["last"]',
        "trend trend_forecast",
    ),
    # what is said, forms, due
    Mutation("language/rounding.py", "rounding=ROUND_HALF_UP) or", "rounding='ROUND_HALF_EVEN') or", "language"),
    Mutation("language/table.py", "synthetic = declared.record and", "synthetic = False and", "language"),
    Mutation("language/speaker.py", "if len(words) <= most:", "if len(words) < most:", "language words"),
    Mutation("words/page.py", "if missed < 2:", "if missed < 3:", "words"),
    Mutation("words/trend.py", "elif now < before:", "elif now <= before:", "words"),
    Mutation("due.py", 'reports["period"] > reports["last"]', 'reports["period"] < reports["last"]', "due"),
    Mutation("forms/sheets.py", 'writable.startswith(("=", "+", "-", "@"))', "False", "forms"),
    Mutation("returned/values.py", "if 0 < number < 1:", "if False:", "intake"),
    Mutation("intake/admission.py", "for known in days if known <= day", "for known in days if known < day", "intake"),
    # runner, page, site, report, cli
    Mutation(
        "runner/registry.py",
        "reports.sort(key=lambda report: (report.order, report.name))",
        "reports.sort(key=lambda report: report.name)",
        "runner",
    ),
    Mutation(
        "runner/workers.py",
        "and one.attempt < _ATTEMPTS",
        "and one.attempt < 0",
        "runner::test_a_process_that_was_killed_once_has_another_chance",
    ),
    Mutation("page/gate.py", 'if name.startswith("on")', 'if name.startswith("onx")', "page"),
    Mutation("page/gate.py", '"srcset", ', "", "page"),
    Mutation("page/html.py", "base-uri 'none'; ", "", "page pages"),
    Mutation("page/face.py", "set(html.unescape(shown))", "set(shown)", "page"),
    Mutation(
        "manifest/pages.py",
        "max(day, days.get(asked.plan_id, day))",
        "min(day, days.get(asked.plan_id, day))",
        "site report",
    ),
    Mutation("site/publication.py", "for name in then.leaving:", "for name in ():", "site"),
    Mutation("site/publication.py", "or (name not in own and os.path.lexists(folder / name))", "", "site"),
    Mutation("manifest/retention.py", "else expired[:1]", "else expired", "site"),
    Mutation("manifest/retention.py", "if day <= self.until and ", "if ", "site"),
    Mutation("manifest/stored.py", "_check_place(one.path, least=4, most=4)", "pass", "site"),
    Mutation("history.py", "int(files[-1].stem) + 1 if files else 1", "1", "report"),
    Mutation("health.py", "st_mode & 0o002", "st_mode & 0", "health"),
    Mutation("workplace.py", "if there:", "if False:", "workplace"),
    Mutation("files/disk.py", 'file.open("xb")', 'file.open("wb")', "files"),
    Mutation("files/text.py", "_IN_ADDRESS.sub(", "_IN_OPTION.sub(", "files"),
    Mutation("manifest/pages.py", "if any(differs.values()) and not same_plan:", "if False:", "report"),
    Mutation("report/task.py", "!= task.key:", '== "":', "report::test_a_page_made_of_other_inputs_is_not_published"),
    Mutation("report/keys.py", '"versions": _versions(),', "", "report"),
    Mutation("report/keys.py", '"plan": _digest(inputs.head_content),', "", "report"),
    Mutation("report/periods.py", "if days > newest or days in failed", "if days > newest", "report"),
    Mutation("report/inputs.py", 'or cells["supersedes"] != ""', "", "report"),
    Mutation("terminal/exits.py", "GATE_REFUSED = 7", "GATE_REFUSED = 5", "cli report readme"),
)


def survives(mutation: Mutation, folder: Path) -> bool:
    """Whether the tests pass with the fault in, in a copy of the project."""
    file = folder / "src" / "analysis" / mutation.file
    whole = file.read_text("utf-8")
    file.write_text(whole.replace(mutation.before, mutation.after), "utf-8")
    tests = [f"tests/test_{name}.py" for name in mutation.tests.split() if "::" not in name]
    slow = ["tests/test_{}.py::{}".format(*name.split("::")) for name in mutation.tests.split() if "::" in name]
    marks = [] if slow else ["-m", "not notebook and not browser and not integration"]
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *marks, *tests, *slow]
    environment = {**os.environ, "PYTHONPATH": str(folder / "src"), "CI": "true"}
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    file.write_text(whole, "utf-8")
    return run.returncode == 0


def misplaced() -> list[str]:
    """The mutations whose text does not stand exactly once where they look for it."""
    files = {mutation.file: (ROOT / "src" / "analysis" / mutation.file).read_text("utf-8") for mutation in MUTATIONS}
    counts = [(mutation, files[mutation.file].count(mutation.before)) for mutation in MUTATIONS]
    return [f"{one.file}: {one.before!r} stands {count} times" for one, count in counts if count != 1]


def main() -> int:
    """Try the mutations of the rooms that are named, or all; 1 when one survives."""
    if problems := misplaced():
        print("\n".join(problems))
        return 2
    rooms = sys.argv[1:]
    wanted = [one for one in MUTATIONS if not rooms or one.file.removesuffix(".py").split("/")[0] in rooms]
    with tempfile.TemporaryDirectory(prefix="portplan-") as place, ThreadPoolExecutor(2) as pool:
        folders = [Path(place) / str(number) for number in range(2)]
        for folder in folders:
            for name in COPIED:
                copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
                folder.mkdir(exist_ok=True)
                copy(ROOT / name, folder / name)
        halves = [(folder, wanted[number::2]) for number, folder in enumerate(folders)]

        def run(half: tuple[Path, list[Mutation]]) -> list[Mutation]:
            alive = []
            for mutation in half[1]:
                if survives(mutation, half[0]):
                    alive.append(mutation)
                    print(f"alive  {mutation.file}: {mutation.before!r} → {mutation.after!r}", flush=True)
            return alive

        alive = [mutation for part in pool.map(run, halves) for mutation in part]
    print(f"{len(wanted)} mutations, {len(alive)} survived")
    return int(bool(alive))


if __name__ == "__main__":
    sys.exit(main())
