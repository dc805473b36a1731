"""Small faults put into the library one at a time: which of them does no test notice?

``python -m tests.mutations`` tries them all, two at a time, in copies of the project; with the name of a room, those of
that room; with the word ``promises``, those that break what docs/promises.md promises, each with the one test that it
names there. Each must find its text exactly once, so that the list cannot rot. It takes some minutes; a survivor is a
promise that no test holds.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue

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
        What should notice, in words parted by blanks: test files, or single tests, which then are all that is run.
        ``record`` is ``tests/test_record.py``, ``faults/kills`` is ``tests/faults/test_kills.py``,
        ``record::test_this`` a test of the first.
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
    Mutation(
        "files/disk.py",
        "with FileLock(lock, ",
        "with FileLock(f'{lock}{os.getpid()}', ",
        "record::test_of_many_writers_one_at_a_time",
    ),
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
    Mutation(
        "record/store.py",
        "if file and names > 1:",
        "if False:",
        "faults/two_paths::test_a_record_with_a_second_name_is_not_written",
    ),
    Mutation(
        "record/store.py",
        "if not place.is_beside_chain:",
        "if False:",
        "faults/two_paths::test_a_table_that_lies_elsewhere_than_its_record_is_not_written",
    ),
    Mutation(
        "record/chaining.py",
        "if not one.is_beside_chain:",
        "if False:",
        "faults/two_paths::test_a_table_that_lies_elsewhere_than_its_record_is_not_written",
    ),
    Mutation(
        "verification/record.py",
        "if not place.is_beside_chain:",
        "if False:",
        "faults/two_paths::test_a_table_that_lies_elsewhere_than_its_record_is_not_written",
    ),
    Mutation(
        "record/place.py",
        "lock = file.resolve().parent / LOCK",
        "lock = folder / LOCK",
        "faults/two_paths::test_of_two_paths_one_writes_at_a_time",
    ),
    Mutation(
        "catalogue.py",
        "_SYSTEM.get(error.errno or 0)",
        "None",
        "catalogue::test_what_happens_to_files_is_said_in_every_language",
    ),
    Mutation(
        "terminal/writing.py", "        then()\n", "        pass\n", "cli::test_the_sample_is_the_embedded_record"
    ),
    Mutation(
        "manifest/retention.py",
        "- self.dates(manifest) - going)",
        "- self.dates(manifest))",
        "faults/full_disk::" + _FULL_DISK + "[report-steps]",
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
    Mutation(
        "record/store.py",
        "if missing and read_chain(place).lines:",
        "if False:",
        "record::test_a_record_is_begun_by_a_command_and_never_in_place_of_one",
    ),
    Mutation("processes.py", "soft = pages * resource.getpagesize() + more", "soft = hard", "processes"),
    Mutation("inbox/finding.py", "if stat.S_ISLNK(about.st_mode):", "if False:", "inbox"),
    Mutation("grids/left_out.py", "> _MOST_BYTES", "> 1000 * _MOST_BYTES", "grids intake"),
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
    Mutation("names.py", "or len(found) == 1:", "or found:", "plan"),
    Mutation(
        "status/known.py",
        'progress["reported_at"].le(known_at)',
        'progress["as_of"].le(known_at)',
        "status::test_what_arrives_after_k_changes_nothing",
    ),
    Mutation(
        "status/known.py",
        'decisions["recorded_at"].le(known_at)',
        'decisions["effective_on"].le(known_at)',
        "recomputation::test_rows_that_arrive_after_k_change_no_byte",
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
        "decide::test_no_unit_closes_its_own_measure_and_nobody_who_may_not",
    ),
    Mutation(
        "rules/decisions.py",
        'decisions["decision"].eq("closed") & decisions["evidence_ref"].eq("")',
        'decisions["evidence_ref"].isna()',
        "rules",
    ),
    Mutation("rules/decisions.py", "return came <= day or", "return True or", "rules"),
    Mutation("rules/decisions.py", "or (holds <= day and (came - day).days > MOST_DAYS_AHEAD)", "", "rules"),
    Mutation("rules/decisions.py", 'decisions["due"].lt(decisions["effective_on"])', "False", "rules"),
    Mutation(
        "rules/days.py",
        "days[days < issued]",
        "days[days > issued + 36525 * pd.Timedelta(days=1)]",
        "rules::test_a_broken_rule_is_reported_at_its_place_in_each_language",
    ),
    Mutation("rules/days.py", "arrived[arrived > today]", "arrived[arrived < arrived]", "rules"),
    Mutation("report/inputs.py", "if day and day < issued and is_day(issued)", "if not day", "report_inputs"),
    Mutation(
        "asked/runs.py",
        "if is_day(day) and day > now",
        "if not day and day > now",
        "report_inputs::test_no_page_is_asked_for_of_a_day_that_has_not_come",
    ),
    Mutation(
        "asked/runs.py",
        "if not inputs.is_synthetic and any(",
        "if inputs.is_synthetic and any(",
        "cli::test_a_row_that_cannot_have_arrived_yet_stops_the_command",
    ),
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
    Mutation(
        "language/cells.py",
        "= exact(value) - exact(then)",
        "= exact(then) - exact(value)",
        "recomputation::test_pages_of_the_embedded_plan",
    ),
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
    Mutation(
        "language/table.py",
        "synthetic = declared.record and",
        "synthetic = False and",
        "synthetic::test_each_figure_and_file_of_a_page_says_that_its_record_is_made_up",
    ),
    Mutation("language/speaker.py", "if len(words) <= most:", "if len(words) < most:", "language words"),
    Mutation("forms/sheets.py", 'writable.startswith(("=", "+", "-", "@"))', "False", "forms"),
    Mutation("entries.py", "if not 0 < number < 1:", "if True:", "intake"),
    Mutation("entries.py", "if number == 1:", "if False:", "intake"),
    Mutation("entries.py", "if whole(cell) in STATUS_OF_WORD:", "if plain(cell) in STATUS_OF_WORD:", "intake"),
    Mutation("returned/rows.py", "by_title if by_number and by_title != by_number", '"" if by_number', "intake"),
    Mutation("intake/admission.py", "for known in days if known <= day", "for known in days if known < day", "intake"),
    # runner, page, manifest, site, history, health, workplace, report, terminal, asked, outcomes, cli
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
    Mutation("page/gate.py", '"srcset", ', "", "page::test_the_gate_refuses_a_changed_page"),
    Mutation("page/html.py", "base-uri 'none'; ", "", "page::test_the_policy_allows_nothing_from_outside"),
    Mutation("page/face.py", "set(html.unescape(shown))", "set(shown)", "page"),
    Mutation(
        "manifest/pages.py",
        "max(day, days.get(asked.plan_id, day))",
        "min(day, days.get(asked.plan_id, day))",
        "site report",
    ),
    Mutation("site/publication.py", "for name in then.leaving:", "for name in ():", "site"),
    Mutation(
        "site/publication.py",
        "or (name not in own and os.path.lexists(folder / name))",
        "",
        "site::test_what_stands_in_the_way_and_is_not_ours_is_never_touched",
    ),
    Mutation(
        "manifest/retention.py",
        "else expired[:1]",
        "else expired",
        "site::test_one_date_goes_a_run_unless_somebody_says_otherwise",
    ),
    Mutation("manifest/retention.py", "if day <= self.until and ", "if ", "site"),
    Mutation("manifest/stored.py", "_check_place(one.path, least=4, most=4)", "pass", "site"),
    Mutation("history.py", "max((int(file.stem) for file in files), default=0) + 1", "1", "report"),
    Mutation("record/chain.py", "link is None or link.before != before[number - 1]", "link is None", "chain"),
    Mutation("record/chaining.py", "_put(place)\n    return chain", "pass\n    return chain", "chain"),
    Mutation("manifest/pages.py", "if known[-1:] == (head,) else (*known, head)", "and (head,)", "verification"),
    Mutation("basis/tables.py", "row[arrived] > known_at", "False", "verification"),
    Mutation(
        "verification/site.py",
        "elif found != expected:",
        "elif False:",
        "verification::test_every_file_that_was_altered_lost_or_put_in_is_named",
    ),
    Mutation("verification/record.py", "head.links - 1 : head.links", "head.links :", "verification"),
    Mutation("verification/derived.py", "if was == now:", "if True:", "verification"),
    Mutation("health/folder.py", "st_mode & 0o002", "st_mode & 0", "health"),
    Mutation(
        "health/looking.py",
        "except BadSettings as failed:\n        yield from str(failed).splitlines()",
        "except BadSettings:\n        pass",
        "health",
    ),
    Mutation(
        "health/ledger.py",
        "if chain.is_unfinished:",
        "if False:",
        "health::test_what_needs_a_hand_is_named",
    ),
    Mutation("health/ledger.py", "hexdigest() != name[1]", 'hexdigest() == ""', "health"),
    Mutation("health/ledger.py", 'elif not wrong and not outcomes[file.name] - {"received"}:', "elif False:", "health"),
    Mutation("workplace.py", "if there:", "if False:", "workplace"),
    Mutation("files/disk.py", '_write(file, content, "xb")', '_write(file, content, "wb")', "files"),
    Mutation("files/text.py", "_IN_ADDRESS.sub(", "_IN_OPTION.sub(", "files"),
    Mutation("manifest/origin.py", "if any(differs.values()) and not same_plan:", "if False:", "report"),
    Mutation("manifest/meanings.py", "meant.get(id_, what) != what", "False", "report"),
    Mutation("manifest/meanings.py", "{**before.meanings.get(table, {}), **now", "{**now", "report"),
    Mutation(
        "page/gate.py",
        "if said != asked:",
        "if False:",
        "report::test_a_page_of_what_nobody_asked_for_is_not_published",
    ),
    Mutation(
        "manifest/growth.py",
        "if is_cut or now.rows < last.rows:",
        "if False:",
        "report::test_a_record_that_shrank_since_it_was_published_is_refused",
    ),
    Mutation(
        "report/making.py",
        "known.pages.keys() - there.pages.keys() - asked.keys()",
        "()",
        "report::test_pages_that_were_lost_are_told_and_are_not_called_expired",
    ),
    Mutation(
        "sharing/archive.py",
        "if name not in known and file_hash(folder / name) != beside.get(name):",
        "if False:",
        "sharing::test_a_document_that_is_not_as_it_was_published_is_refused",
    ),
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
    Mutation(
        "sharing/choice.py",
        " and reports[page.report].needs_unit",
        "",
        "sharing::test_no_other_units_word_is_in_a_units_share",
    ),
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
        "notification::test_nothing_is_sent_twice_for_the_same_event",
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
    # what docs/promises.md promises and no fault above breaks, each with the test that it names
    Mutation(
        "opening.py",
        'measures["schedule"].eq("overdue")',
        'measures["schedule"].isin(["overdue", "due_soon"])',
        "words::test_no_sentence_says_what_the_states_deny_and_every_claim_is_made_somewhere",
    ),
    Mutation(
        "words/trend.py",
        '["due"].isna().all():\n        return say("No measure has',
        '["due"].isna().any():\n        return say("No measure has',
        "words::test_no_deadline_is_said_of_what_has_one_and_closed_of_what_nobody_decided",
    ),
    Mutation(
        "rounding.py",
        "floors = [int(part) for part in scaled]",
        "floors = [int(rounded(part)) for part in scaled]",
        "rounding::test_parts_add_to_their_rounded_total",
    ),
    Mutation(
        "opening.py",
        "dates[0], mark(say))))",
        "dates[0])))",
        "page::test_the_line_on_each_sheet_has_report_plan_day_and_mark",
    ),
    Mutation(
        "faces.py",
        "return text.translate(dict.fromkeys(lacking, SUBSTITUTE)) if lacking else text",
        "return text",
        "faces::test_no_character_stops_a_page",
    ),
    Mutation("page/gate.py", "> 0.005:", "> 0.5:", "page::test_the_gate_adds_up_every_table"),
    Mutation(
        "outcomes/collected.py",
        'at=now.isoformat(timespec="seconds")) as receipt:\n            collected = collect(receipt.contents)',
        "at=str(collected := collect({}))) as receipt:",
        "faults/forms::test_it_is_kept_before_anybody_looks_into_it",
    ),
    Mutation(
        "inbox/finding.py",
        "sorted(path.iterdir())",
        'sorted(path.glob("*.*"))',
        "inbox::test_everything_in_a_folder_is_read_or_named",
    ),
    Mutation(
        "processes.py",
        'done.how != "raised"',
        'done.how == "timed out"',
        "processes::test_what_one_piece_does_to_its_process_harms_no_other",
    ),
    Mutation(
        "processes.py",
        'and done.how != "raised"',
        'and done.how == "died"',
        "processes::test_what_takes_too_long_is_ended",
    ),
    Mutation("intake/admission.py", 'statement.outcome = "known"', "pass", "intake::test_no_row_is_lost"),
    Mutation(
        "returned/statements.py",
        "self.cells.get(key, ",
        'self.cells.get("", ',
        "intake::test_every_fault_is_named_at_its_cell",
    ),
    Mutation(
        "intake/admission.py",
        "_recorded(candidates, record, kind, void)\n    rivals",
        "_recorded(candidates, record[:0], kind, void)\n    rivals",
        "intake::test_second_collect_changes_nothing",
    ),
    Mutation(
        "intake/admission.py",
        "before = day if candidate.is_dated else",
        "before = day if candidate else",
        "intake::test_a_form_without_a_day_that_is_read_again_takes_nothing_back",
    ),
    Mutation(
        "returned/reading.py",
        "if grid.name != HIDDEN_SHEET",
        'if grid.name == "反馈表"',
        "intake::test_a_copy_counts_again_when_somebody_wrote_on_it",
    ),
    Mutation(
        "intake/collecting.py",
        "candidates.sort(key=lambda candidate: _order(candidate, places))",
        "pass",
        "intake::test_order_of_arrival_never_matters",
    ),
    Mutation(
        "record/store.py",
        "rows = rows[list(place.columns)]",
        "if len(rows) > 1:\n        append(place, rows[:-1], check=check)\n    rows = rows[-1:][list(place.columns)]",
        "record::test_kill_9_of_an_append_leaves_a_whole_record",
    ),
    Mutation(
        "deciding.py",
        "if alike.any() and",
        "if False and",
        "faults/kills::test_a_decision_that_is_cut_off_is_recorded_once_or_not_at_all",
    ),
    Mutation(
        "files/disk.py",
        'file.with_name(f".{file.name}.new")',
        "file",
        "record::test_a_full_disk_leaves_the_old_record",
    ),
    Mutation(
        "record/store.py",
        'if (problems["severity"] == "error").any():',
        "if False:",
        "record::test_what_would_not_open_is_not_appended",
    ),
    Mutation(
        "record/chain.py",
        "elif by_columns[expected[mate][0]][place] != expected[mate][1][1]:",
        "elif False:",
        "chain::test_what_is_done_to_a_row_is_found_and_named",
    ),
    Mutation(
        "verification/record.py",
        "if head.sha256 not in chain.heads[head.links - 1 : head.links]",
        "if head.links > len(chain.heads)",
        "verification::test_a_cut_tail_shows_by_a_published_head",
    ),
    Mutation(
        "cli/verify.py",
        "if unsure:",
        "if False:",
        "verification::test_a_record_without_a_chain_is_never_called_sound",
    ),
    Mutation(
        "site/publication.py",
        "moves += [(written(text, stage), name) for name, text in index.items()]",
        "moves[:0] = [(written(text, stage), name) for name, text in index.items()]",
        "site::test_a_site_is_whole_when_a_run_is_stopped_before_any_step",
    ),
    Mutation(
        "site/publication.py",
        "    index = render(then)\n",
        "    [(folder / name).unlink(missing_ok=True) for name in then.leaving]\n    index = render(then)\n",
        "site::test_a_site_is_whole_after_a_power_cut_at_any_moment",
    ),
    Mutation(
        "report/keeping.py",
        "if not today or day <= today",
        "if day",
        "report::test_no_day_that_is_asked_for_empties_a_site",
    ),
    Mutation(
        "site/linking.py",
        "if page.links != links.fingerprint]",
        "if not page.links]",
        "site_links::test_no_link_of_any_site_is_broken",
    ),
    Mutation(
        "basis/tables.py",
        "row[arrived] > known_at)]",
        "row[arrived] >= known_at)]",
        "verification::test_a_published_site_is_derived_again_and_is_the_same",
    ),
    Mutation(
        "report/task.py",
        "if any(secret in page for secret in secrets_in(inputs)):",
        "if False:",
        "report::test_the_password_of_a_database_shows_nowhere",
    ),
    Mutation(
        "terminal/output.py",
        "self.lost = failed\n            return memoryview(data).nbytes",
        "raise",
        "faults/output::test_pages_are_published_whoever_listens",
    ),
    Mutation(
        "office/paper.py",
        'self._put("Normal", opening["headline"])',
        "pass",
        "office::test_a_document_says_what_its_page_says_and_nothing_else",
    ),
    Mutation("forms/sheets.py", 'cell.data_type = "s"', "pass", "office::test_no_text_of_a_unit_is_a_formula"),
    Mutation(
        "cli/outward.py",
        "content = archive(site, made, reports)",
        "out and out.touch()\n        content = archive(site, made, reports)\n        out and out.unlink()",
        "sharing::test_a_share_that_is_cut_off_is_whole_or_not_there",
    ),
    Mutation(
        "notification/settings.py",
        "in failed.errors(include_input=False, include_url=False):\n",
        "in failed.errors():\n        yield str(fault)\n",
        "notification::test_nothing_of_a_secret_is_in_what_is_raised_or_shown",
    ),
    Mutation(
        "outcomes/messages.py",
        "say_told(site, settings, events, now=now)\n    return Exit.OK",
        "return say_told(site, settings, events, now=now)",
        "notification::test_a_run_is_never_failed_by_who_does_not_answer_but_bad_settings_are_found_out",
    ),
    Mutation(
        "notice/read.py",
        "self._tell_of_the_rest(sections)",
        "pass",
        "notice_forms::test_what_a_slip_makes_vanish_is_told",
    ),
    Mutation(
        "notice/read.py",
        "self._tell_of_numbers(sections)",
        "pass",
        "notice_forms::test_four_missing_paragraphs_cost_no_other_measure_and_are_told",
    ),
    Mutation(
        "draft/folder.py",
        'drop_duplicates(["measure_id", "unit_id"])',
        'drop_duplicates(["unit_id"])',
        "draft::test_a_draft_keeps_every_measure_unit_and_doubt",
    ),
    Mutation(
        "cli/notices.py",
        "write_all_new(out, {**draft.files(), ",
        "[(out / name).write_bytes(said) for name, said in draft.files().items()] or write_all_new(out, {",
        "draft::test_a_plan_is_never_written_over",
    ),
)


def address(name: str) -> str:
    """Where a test file, or a single test, stands that a mutation names."""
    file, colons, test = name.partition("::")
    folder, slash, stem = file.rpartition("/")
    return f"tests/{folder}{slash}test_{stem}.py{colons}{test}"


def promised() -> list[str]:
    """The tests that docs/promises.md names, in its order."""
    told = (ROOT / "docs" / "promises.md").read_text("utf-8").partition("## What is not promised")[0]
    return re.findall(r"`(tests/[\w/]+\.py::test_\w+)`", told)


def of_promises() -> list[Mutation]:
    """The mutations that break a promise, each with no other test than the one that holds it."""
    wanted = set(promised())
    of_each = [replace(one, tests=name) for one in MUTATIONS for name in one.tests.split()]
    # One case of a test may be enough.
    return [one for one in of_each if address(one.tests).partition("[")[0] in wanted]


def survives(mutation: Mutation, folder: Path) -> bool:
    """Whether the tests pass with the fault in, in a copy of the project."""
    file = folder / "src" / "analysis" / mutation.file
    whole = file.read_text("utf-8")
    file.write_text(whole.replace(mutation.before, mutation.after), "utf-8")
    names = mutation.tests.split()
    single = [address(name) for name in names if "::" in name]
    # Most die by a fast test, and soon.
    marked = ["not exhaustive"] if single else [SUITES["fast"], SUITES["thorough"]]
    # What fails need not be made small, which takes minutes.
    options = ["-q", "-x", "-p", "no:cacheprovider", "--hypothesis-profile=glance"]
    # Nothing compiled is kept: a fault of the same length, put in within a second, would not be seen.
    environment = {**os.environ, "PYTHONPATH": str(folder / "src"), "CI": "true", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        for marks in marked:
            command = [sys.executable, "-m", "pytest", *options, "-m", marks, *(single or map(address, names))]
            run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
            # 5: of this kind there is no test in these files.
            if run.returncode not in (0, 5):
                # Neither a name that is not there nor a file that does not open is a test that has noticed.
                if single and run.returncode != 1:
                    raise RuntimeError(f"{mutation}\n{run.stdout}{run.stderr}")
                return False
    finally:
        file.write_text(whole, "utf-8")
    return True


def misplaced() -> list[str]:
    """The mutations whose text does not stand exactly once where they look for it."""
    files = {mutation.file: (ROOT / "src" / "analysis" / mutation.file).read_text("utf-8") for mutation in MUTATIONS}
    counts = [(mutation, files[mutation.file].count(mutation.before)) for mutation in MUTATIONS]
    return [f"{one.file}: {one.before!r} stands {count} times" for one, count in counts if count != 1]


def main() -> int:
    """Try the mutations of the rooms that are named, of the promises, or all; 1 when one survives."""
    if problems := misplaced():
        print("\n".join(problems))
        return 2
    rooms = sys.argv[1:]
    wanted = [one for one in MUTATIONS if not rooms or one.file.removesuffix(".py").split("/")[0] in rooms]
    if rooms == ["promises"]:
        wanted = of_promises()
    with tempfile.TemporaryDirectory(prefix="portplan-") as place, ThreadPoolExecutor(2) as pool:
        free: SimpleQueue[Path] = SimpleQueue()
        for number in range(2):
            folder = Path(place) / str(number)
            folder.mkdir()
            for name in COPIED:
                copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
                copy(ROOT / name, folder / name)
            free.put(folder)

        def is_alive(mutation: Mutation) -> bool:
            folder = free.get()
            try:
                lives = survives(mutation, folder)
            finally:
                free.put(folder)
            told = f"{mutation.tests}: {mutation.file}: {mutation.before!r} → {mutation.after!r}"
            print("alive" if lives else "died ", told, flush=True)
            return lives

        alive = sum(pool.map(is_alive, wanted))
    print(f"{len(wanted)} mutations, {alive} survived")
    return int(bool(alive))


if __name__ == "__main__":
    sys.exit(main())
