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

from tests.__main__ import SUITES

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


_FULL_DISK = "test_a_full_disk_leaves_the_old_or_the_new"

MUTATIONS = (
    # floor 0
    Mutation("files/text.py", ">= 0.8 * len(chinese)", ">= 0.0 * len(chinese)", "files plan"),
    Mutation("files/text.py", "if row and len(row) != len(header)", "if row and len(row) < len(header)", "files plan"),
    Mutation("files/disk.py", "beside.chmod(file.stat().st_mode)", "pass", "files record"),
    Mutation("files/disk.py", "os.link(beside, file)", "beside.replace(file)", "files"),
    Mutation("files/disk.py", "with FileLock(lock, ", "with FileLock(lock.with_suffix(str(os.urandom(4))), ", "files"),
    Mutation("faces.py", "for code in either - _TURNS", "for code in either", "faces"),
    Mutation("faces.py", ' or category(char) == "Cf"', "", "faces schema"),
    Mutation("catalogue.py", "key=lambda lang: (lang != FIRST, lang)", "key=lambda lang: lang", "catalogue language"),
    Mutation("parameters.py", 'extra="forbid"', 'extra="ignore"', "parameters"),
    Mutation("parameters.py", "strict=True, str_strip", "strict=False, str_strip", "parameters"),
    Mutation("schema/cells.py", "<= float(cell) <= 100", "<= float(cell) <= 1000", "schema plan"),
    Mutation("schema/cells.py", "bool(cell.strip())", "bool(cell)", "schema plan"),
    Mutation("schema/rules.py", "if rule.id in RULES:", "if False:", "schema rules"),
    # floor 1
    Mutation("record/store.py", "if len(taken):", "if False:", "record"),
    Mutation("record/store.py", "if file and names > 1:", "if False:", "faults/two_paths"),
    Mutation("record/store.py", "if not place.is_beside_chain:", "if False:", "faults/two_paths"),
    Mutation("record/chaining.py", "if not one.is_beside_chain:", "if False:", "faults/two_paths"),
    Mutation("verification/record.py", "if not place.is_beside_chain:", "if False:", "faults/two_paths"),
    Mutation(
        "record/place.py",
        "lock = file.resolve().parent / LOCK",
        "lock = folder / LOCK",
        "faults/two_paths::test_of_two_paths_one_writes_at_a_time",
    ),
    Mutation(
        "catalogue.py", "if error.errno in _FULL:", "if False:", "faults/full_disk::" + _FULL_DISK + "[notice-room]"
    ),
    Mutation(
        "terminal/writing.py", "        then()\n", "        pass\n", "faults/full_disk::" + _FULL_DISK + "[sample-room]"
    ),
    Mutation(
        "workplace.py",
        "for place in made:",
        "for place in ():",
        "faults/full_disk::" + _FULL_DISK + "[init-room]",
    ),
    Mutation(
        "migration.py",
        "shutil.rmtree(made, ignore_errors=True)",
        "pass",
        "faults/full_disk::" + _FULL_DISK + "[migrate-room]",
    ),
    Mutation("record/place.py", 'said = f"{kept}:///{folder / file}"', "pass", "record"),
    Mutation("processes.py", "soft = pages * resource.getpagesize() + more", "soft = hard", "processes"),
    Mutation("inbox/finding.py", "if stat.S_ISLNK(about.st_mode):", "if False:", "inbox"),
    Mutation("grids.py", "> _MOST_BYTES", "> 1000 * _MOST_BYTES", "grids intake"),
    Mutation("repair/lines.py", "if has_reading(found[1], found[2]):", "if True:", "notice"),
    Mutation("documents/read.py", "if len(content) > MOST_BYTES:", "if False:", "documents"),
    Mutation("paragraphs/joining.py", "if _count_pages(bare, len(lines)):", "if False:", "notice_forms"),
    Mutation("marks/names.py", "if piece in known:", "if False:", "notice_forms"),
    Mutation("outline/tree.py", "if value == 1 or (last and value == last + 1)", "if value == 1", "notice_forms"),
    Mutation("notice/levels.py", "return share > 0.5", "return True", "notice"),
    # the model: what is known, who was on what, what was owed, how it stands
    Mutation("files/text.py", "_FORMULA.match(text) and not _NUMBER.fullmatch(text) else", "False else", "files"),
    Mutation("files/text.py", " and not _NUMBER.fullmatch(text) else", " else", "files language"),
    Mutation("rounding.py", "whole = int(abs(scaled) + Fraction(1, 2))", "whole = round(abs(scaled))", "rounding"),
    Mutation("rounding.py", "whole if scaled >= 0 else -whole", "whole", "rounding"),
    Mutation("names.py", "ids = dict(reversed(list(names)))", "ids = dict(names)", "plan"),
    Mutation("status/known.py", 'progress["reported_at"].le(known_at)', 'progress["as_of"].le(known_at)', "status"),
    Mutation(
        "status/known.py", 'decisions["recorded_at"].le(known_at)', 'decisions["effective_on"].le(known_at)', "status"
    ),
    Mutation("status/known.py", '.mask(is_early, said["reported_at"])', "", "status"),
    Mutation(
        "status/known.py",
        'statements=_without(said, "log_id", replaced)',
        'statements=_without(said, "log_id", void)',
        "status",
    ),
    Mutation(
        "status/known.py", 'said=_without(said, "log_id", void)', 'said=_without(said, "log_id", replaced)', "status"
    ),
    Mutation("status/force.py", "span[3] = day - pd.Timedelta(days=1)", "span[3] = day", "status"),
    Mutation("status/force.py", 'if move == "joined" and not held:', 'if move == "joined":', "status"),
    Mutation("status/force.py", "(start <= at) & (at <= end)", "(start <= at)", "status"),
    Mutation("status/units.py", '_BACK = ("returned", "reopened")', '_BACK = ("returned",)', "status"),
    Mutation("status/units.py", "(arrived <= days[place])", "(arrived < days[place])", "status"),
    Mutation("status/units.py", '| of_all["only"].eq(of_all["unit_id"])', '| of_all["only"].ne("")', "status"),
    Mutation(
        "status/owed.py",
        "owes = past.in_force & ~past.is_settled & ~has_been_done",
        "owes = past.in_force & ~past.is_settled",
        "status due",
    ),
    Mutation(
        "status/owed.py",
        "owes = past.in_force & ~past.is_settled & ~has_been_done",
        "owes = past.in_force & ~has_been_done",
        "status due",
    ),
    Mutation("status/owed.py", "last[None, :] > number]", "last[None, :] >= 0]", "status due"),
    Mutation(
        "status/owed.py",
        'after = known.assign(place=known["place"] - 1)',
        'after = known.assign(place=known["place"] - 2)',
        "status due attention",
    ),
    Mutation(
        "status/measures.py",
        'is_partly = is_done & listed["units_reporting"].lt(listed["units"])',
        'is_partly = is_done & listed["units_silent"].gt(0)',
        "status",
    ),
    Mutation(
        "status/measures.py",
        '["kind"].ne("ongoing") & measure_states["state"].ne("withdrawn")',
        '["state"].ne("withdrawn")',
        "status coverage",
    ),
    Mutation("status/measures.py", "days.max(skipna=False)", "days.max()", "status"),
    Mutation("status/measures.py", '~placed["reported_at"].le(placed["back"])', "True", "status"),
    Mutation("status/schedule.py", 'keep="last").set_index', 'keep="first").set_index', "status"),
    Mutation("status/schedule.py", '& decisions["effective_on"].le(as_of)', "", "status"),
    Mutation("status/schedule.py", "deadline.lt(as_of)", "deadline.le(as_of)", "status"),
    Mutation("status/schedule.py", "done.le(deadline)", "done.lt(deadline)", "status"),
    Mutation("rules/decisions.py", "pairs = set(joined.itertuples(index=False, name=None))", "pairs = set()", "rules"),
    Mutation(
        "rules/decisions.py",
        'belongs = {deciders.get(name, ""), owners.get(name, "")}',
        'belongs = {owners.get(name, "")}',
        "rules",
    ),
    Mutation(
        "rules/decisions.py",
        'decisions["decision"].eq("closed") & decisions["evidence_ref"].eq("")',
        'decisions["evidence_ref"].isna()',
        "rules",
    ),
    Mutation("rules/decisions.py", "and told[2] <= day", "", "rules"),
    Mutation("rules/decisions.py", 'decisions["due"].lt(decisions["effective_on"])', "False", "rules"),
    Mutation("rules/days.py", "days[days < issued]", "days[days > issued + 36525 * pd.Timedelta(days=1)]", "rules"),
    Mutation("rules/days.py", "arrived[arrived > today]", "arrived[arrived < arrived]", "rules"),
    Mutation("report/inputs.py", "if day and day < issued and is_day(issued)", "if not day", "report_inputs"),
    Mutation("terminal/asked.py", "if is_day(day) and day > now", "if not day and day > now", "report_inputs"),
    Mutation("terminal/asked.py", "if not inputs.is_synthetic and any(", "if inputs.is_synthetic and any(", "cli"),
    Mutation(
        "plan/reading.py",
        "return Reading(self.plan, earlier, self.known_at)",
        "return Reading(self.plan, earlier, earlier)",
        "plan status trend",
    ),
    Mutation("plan/reading.py", "min(known_at, self.known_at)", "known_at", "plan trend"),
    Mutation("sample/statements.py", '"示例反馈表-"', '"反馈表-"', "sample"),
    # metrics of the model
    Mutation("coverage.py", 'single_unit=measures["units"].eq(1)', 'single_unit=measures["units"].le(2)', "coverage"),
    Mutation(
        "trend/forecast.py",
        'now.periods["is_in"], "period_end"]',
        'now.periods["is_in"].notna(), "period_end"]',
        "trend_forecast",
    ),
    Mutation("trend/forecast.py", "after[left] += sum(ways[room:])", "pass", "trend_forecast"),
    Mutation("trend/forecast.py", "if len(over) < LEAST_PERIODS:", "if False:", "trend_forecast"),
    Mutation("trend/changes.py", 'return "first_word"', 'return "forward"', "trend"),
    Mutation(
        "trend/changes.py",
        '.agg(["first", "last"])',
        '.agg(["last", "first"]).set_axis(["first", "last"], axis=1)',
        "trend",
    ),
    # what is said of them
    Mutation("opening.py", "if missed < 2:", "if missed < 3:", "words"),
    Mutation("language/speaker.py", 'between = self("; ") if any(', 'between = self("; ") if not any(', "language"),
    Mutation("language/cells.py", "= exact(value) - exact(then)", "= exact(then) - exact(value)", "language"),
    Mutation(
        "language/table.py",
        "Named(text, name.leads_to, name.tongue) if isinstance(name, Named) else text",
        "text",
        "language fragments",
    ),
    Mutation("language/table.py", " if not isinstance(cell, Quote)", "", "language"),
    Mutation("periods.py", "max(self.due(periods[-1]), as_of) if", "as_of if", "periods plan"),
    Mutation("periods.py", "due <= known_at and min(due, period.end) <= as_of", "due <= known_at", "periods status"),
    Mutation("periods.py", "next_working_day(day, self.country) if", "day if", "periods due"),
    Mutation("migration.py", '.eq("closed"), "done_reported")', '.eq("closed"), "in_progress")', "cli decide"),
    Mutation("attention.py", 'against["as_of"] > decided', 'against["as_of"] >= decided', "attention"),
    Mutation("attention.py", 'owing["state"].eq(NO_FEEDBACK)', 'owing["state"].notna()', "attention"),
    Mutation("brief.py", 'rows["period"].eq(following.name)', 'rows["period"].notna()', "brief"),
    Mutation("brief.py", 'named["unit_id"].ne(unit)', 'named["unit_id"].notna()', "brief"),
    Mutation(
        "ledger.py", 'since = states["decided_on"].fillna(states["done_on"])', 'since = states["done_on"]', "ledger"
    ),
    Mutation("ledger.py", "pd.concat([now.plan.responsibilities[pair], joined[pair]])", "joined[pair]", "ledger"),
    Mutation("briefing/block.py", 'if row["is_contradicted"] else ""', 'if False else ""', "ledger"),
    Mutation("due.py", 'today - missing["due"]', 'now.as_of - missing["due"]', "due"),
    Mutation("draft/deadlines.py", "if len(dates) > 1:", "if len(dates) > 2:", "draft"),
    Mutation("manifest/pages.py", "asked.known_at, not asked.compare_to", "asked.known_at, True", "site report"),
    Mutation("words/trend.py", "if moved.empty:", "if False:", "words"),
    # plan, charts
    Mutation("plan/dates.py", "if known_at and known_at < as_of:", "if False:", "plan"),
    Mutation("charts/stacks.py", "left = left + shown[state]", "left = left", "charts"),
    Mutation("look/palette.py", '"no-feedback": ("#461537"', '"no-feedback": ("#c4e3da"', "charts"),
    Mutation("look/labels.py", "otherwise or str(key)", "otherwise", "charts"),
    # metrics
    Mutation("workload.py", "Fraction(measures, int(units))", "Fraction(measures, 1)", "workload"),
    Mutation(
        "workload.py",
        '["share", "named_in"], ascending=False',
        '["share", "named_in"], ascending=[False, True]',
        "workload",
    ),
    Mutation("workload.py", '["clause", "position"]', '["position", "clause"]', "workload"),
    Mutation("trend/survival.py", ".shift(fill_value=0)", "", "trend_forecast trend"),
    # what is said, forms, due
    Mutation("language/table.py", "synthetic = declared.record and", "synthetic = False and", "language"),
    Mutation("language/speaker.py", "if len(words) <= most:", "if len(words) < most:", "language words"),
    Mutation("forms/sheets.py", 'writable.startswith(("=", "+", "-", "@"))', "False", "forms"),
    Mutation("returned/values.py", "if 0 < number < 1 and digits == written:", "if False:", "intake"),
    Mutation("returned/values.py", "if number == 1 and digits == written:", "if False:", "intake"),
    Mutation("returned/values.py", "if whole(cell) in STATUS_OF_WORD:", "if plain(cell) in STATUS_OF_WORD:", "intake"),
    Mutation("returned/rows.py", "by_title if by_number and by_title != by_number", '"" if by_number', "intake"),
    Mutation("intake/admission.py", "for known in days if known <= day", "for known in days if known < day", "intake"),
    # runner, page, manifest, site, history, health, workplace, report, terminal, cli
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
    Mutation("record/chain.py", "link is None or link.before != before[number - 1]", "link is None", "chain"),
    Mutation("record/chaining.py", "_put(place)\n    return chain", "pass\n    return chain", "chain"),
    Mutation("manifest/pages.py", "if known[-1:] == (head,) else (*known, head)", "and (head,)", "verification"),
    Mutation("basis/tables.py", "row[arrived] > known_at", "False", "verification"),
    Mutation("verification/site.py", "elif found != expected:", "elif False:", "verification"),
    Mutation("verification/record.py", "head.links - 1 : head.links", "head.links :", "verification"),
    Mutation("verification/derived.py", "if was == now:", "if True:", "verification"),
    Mutation("health/looking.py", "st_mode & 0o002", "st_mode & 0", "health"),
    Mutation(
        "health/looking.py",
        "except BadSettings as failed:\n        yield from str(failed).splitlines()",
        "except BadSettings:\n        pass",
        "health",
    ),
    Mutation("health/ledger.py", "if chain.is_unfinished:", "if False:", "health"),
    Mutation("health/ledger.py", "hexdigest() != name[1]", 'hexdigest() == ""', "health"),
    Mutation("health/ledger.py", 'elif not wrong and not outcomes[file.name] - {"received"}:', "elif False:", "health"),
    Mutation("workplace.py", "if there:", "if False:", "workplace"),
    Mutation("files/disk.py", '_write(file, content, "xb")', '_write(file, content, "wb")', "files"),
    Mutation("files/text.py", "_IN_ADDRESS.sub(", "_IN_OPTION.sub(", "files"),
    Mutation("manifest/pages.py", "if any(differs.values()) and not same_plan:", "if False:", "report"),
    Mutation("report/task.py", "!= task.key:", '== "":', "report::test_a_page_made_of_other_inputs_is_not_published"),
    Mutation("report/keys.py", '"versions": _versions(),', "", "report"),
    Mutation("report/keys.py", '"plan": _digest(inputs.head_content),', "", "report"),
    Mutation("report/periods.py", "if days > newest or days in failed", "if days > newest", "report"),
    Mutation("basis/placing.py", '"" if cells.get("supersedes") else speaks_of', "speaks_of", "report_inputs"),
    Mutation("office/tables.py", 'about.append(OxmlElement("w:cantSplit"))', "pass", "office"),
    Mutation("office/workbook.py", "cell.number_format = shape", "pass", "office"),
    Mutation(
        "office/wording.py",
        'say("Synthetic sample, not real") if',
        'say("Synthetic sample, not real") if not',
        "office",
    ),
    Mutation("terminal/exits.py", "GATE_REFUSED = 7", "GATE_REFUSED = 5", "cli report readme"),
    Mutation("sharing/choice.py", " and reports[page.report].needs_unit", "", "sharing"),
    Mutation("sharing/choice.py", "if page.path not in failed and ", "if ", "sharing"),
    Mutation("sharing/archive.py", "or address.scheme in _ELSEWHERE else", "or address.scheme else", "sharing"),
    Mutation(
        "sharing/archive.py",
        "if name in known and not _is_as_published",
        "if not known and not _is_as_published",
        "sharing",
    ),
    Mutation(
        "terminal/writing.py",
        "if mark_of(share) not in file.name:",
        "if False:",
        "sharing::test_the_command_writes_over_nothing_and_hides_nothing",
    ),
    Mutation("cli/base.py", "datetime.now(ZoneInfo(timezone))", "datetime.now(UTC)", "cli"),
    Mutation(
        "notification/sending.py",
        "before.result not in _FINAL:\n                ending",
        "True:\n                ending",
        "notification",
    ),
    Mutation(
        "notification/sending.py",
        '_keep(site, known, _told(event, place, now, Ending("sending"), FIRST))',
        "pass",
        "notification",
    ),
    Mutation("notification/ways.py", "if code == 0:", "if True:", "notification"),
    Mutation("notification/ways.py", "build_opener(_NoRedirect)", "build_opener()", "notification"),
    Mutation("notification/settings.py", "about.st_mode & 0o077:", "False:", "notification"),
    Mutation("notification/events.py", "or page.parameters.as_of > str(today)", "", "notification"),
    Mutation("terminal/options.py", 'source is None or source.name == "DEFAULT"', "False", "workplace"),
)


def survives(mutation: Mutation, folder: Path) -> bool:
    """Whether the tests pass with the fault in, in a copy of the project."""
    file = folder / "src" / "analysis" / mutation.file
    whole = file.read_text("utf-8")
    file.write_text(whole.replace(mutation.before, mutation.after), "utf-8")
    tests = [_file(name) for name in mutation.tests.split() if "::" not in name]
    slow = [f"{_file(name)}::{test}" for name, colons, test in _parted(mutation.tests) if colons]
    # Most die by a fast test, and soon.
    stages = [[*tests, *slow]] if slow else [["-m", marks, *tests] for marks in (SUITES["fast"], SUITES["thorough"])]
    # Nothing compiled is kept: a fault of the same length, put in within a second, would not be seen.
    environment = {**os.environ, "PYTHONPATH": str(folder / "src"), "CI": "true", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        for stage in stages:
            command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *stage]
            run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
            # 5: of this kind there is no test in these files.
            if run.returncode not in (0, 5):
                return False
    finally:
        file.write_text(whole, "utf-8")
    return True


def _parted(tests: str) -> list[tuple[str, str, str]]:
    return [name.partition("::") for name in tests.split()]


def _file(name: str) -> str:
    folder, slash, stem = name.rpartition("/")
    return f"tests/{folder}{slash}test_{stem}.py"


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
                if is_alive := survives(mutation, half[0]):
                    alive.append(mutation)
                told = f"{mutation.file}: {mutation.before!r} → {mutation.after!r}"
                print("alive" if is_alive else "died ", told, flush=True)
            return alive

        alive = [mutation for part in pool.map(run, halves) for mutation in part]
    print(f"{len(wanted)} mutations, {len(alive)} survived")
    return int(bool(alive))


if __name__ == "__main__":
    sys.exit(main())
