"""What the definitions of a state say, once more: plain Python over rows and days, slow and plain to see.

Nothing here uses pandas, the library's calendar or its working days. Rows are dictionaries as the record holds them.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import holidays
import pandas as pd

if TYPE_CHECKING:
    from analysis.periods import Calendar
    from tests.strategies import SmallPlan

Row = dict[str, Any]
Pair = tuple[str, str]

WEAKEST_FIRST = ["stalled", "not_started", "in_progress", "ongoing", "done_reported"]
OPEN = ["stalled", "not_started", "in_progress"]
ONE_DAY = timedelta(days=1)


# Days and periods.


def name_of_period(every: str, day: date) -> str:
    """The name of the period in which a day lies; of its month where there are no periods."""
    if every == "week":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02d}"
    month = day.month - 1
    return {
        "quarter": f"{day.year}-Q{month // 3 + 1}",
        "half-year": f"{day.year}-H{month // 6 + 1}",
        "year": f"{day.year}",
    }.get(every, f"{day.year}-{day.month:02d}")


@cache
def period_around(every: str, day: date) -> tuple[date, date]:
    """The first and the last day of the period in which a day lies."""
    start = end = day
    while name_of_period(every, start - ONE_DAY) == name_of_period(every, day):
        start -= ONE_DAY
    while name_of_period(every, end + ONE_DAY) == name_of_period(every, day):
        end += ONE_DAY
    return start, end


@cache
def is_working_day(day: date, country: str) -> bool:
    return holidays.country_holidays(country, years=day.year).is_working_day(day)


def due_day(calendar: Calendar, end: date) -> date:
    """The last day on which a statement on a period that ends on a day is on time."""
    day = end + timedelta(days=calendar.due_after_days)
    while calendar.due_on_working_day and not is_working_day(day, calendar.country):
        day += ONE_DAY
    return day


def periods_until(calendar: Calendar, day: date) -> list[tuple[str, date, date]]:
    """Name, first and last day of every period from the first to the one in which a day lies."""
    if calendar.every == "none":
        return []
    walked, found = day, []
    while name_of_period(calendar.every, walked) >= calendar.first_period:
        start, end = period_around(calendar.every, walked)
        found.append((name_of_period(calendar.every, walked), start, end))
        walked = start - ONE_DAY
    return found[::-1]


# Rows.


def rows_of(table: pd.DataFrame) -> list[Row]:
    """Rows with days as dates and what is missing as None, numbered in their order."""
    plain = []
    for place, row in enumerate(table.to_dict("records")):
        cells: Row = {
            str(column): None if pd.isna(cell) else cell.date() if isinstance(cell, pd.Timestamp) else cell
            for column, cell in row.items()
        }
        plain.append({**cells, "place": place})
    return plain


class Reference:
    """How a small plan stands at T, as known at K."""

    def __init__(self, small: SmallPlan, as_of: date, known_at: date) -> None:
        self.small, self.t, self.k, self.calendar = small, as_of, known_at, small.calendar
        self.measures = {row["measure_id"]: row for row in rows_of(small.measures)}
        self.notice = rows_of(small.responsibilities)
        said = [row for row in rows_of(small.progress) if row["reported_at"] <= known_at]
        decided = [row for row in rows_of(small.decisions) if row["recorded_at"] <= known_at]
        void = {row["supersedes"] for row in decided if row["decision"] == "void"}
        gone = void | {row["supersedes"] for row in [*said, *decided]}
        for row in said:
            # The period stays that of the day it was written for; the word itself is of the day it arrived.
            if not row["period"]:
                row["period"] = name_of_period(self.calendar.every, row["as_of"])
            row["as_of"] = min(row["as_of"], row["reported_at"])
        said.sort(key=lambda row: (row["as_of"], row["reported_at"], row["place"]))
        self.said = [row for row in said if row["log_id"] not in void]
        self.words = [row for row in said if row["log_id"] not in gone]
        decided = [row for row in decided if row["decision"] != "void" and row["decision_id"] not in gone]
        self.decisions = sorted(decided, key=lambda row: (row["effective_on"], row["recorded_at"], row["place"]))

    # Who is on what.

    def decided(self, measure: str, day: date, *kinds: str) -> list[Row]:
        """The decisions of a measure that had taken effect by a day, the latest last."""
        return [
            row
            for row in self.decisions
            if row["measure_id"] == measure and row["effective_on"] <= day and row["decision"] in kinds
        ]

    def pairs(self) -> list[Pair]:
        """Every pair that the notice names or that joined, measures in their order."""
        pairs = [(row["measure_id"], row["unit_id"]) for row in self.notice]
        pairs += [(row["measure_id"], row["unit_id"]) for row in self.decisions if row["decision"] == "joined"]
        return sorted(dict.fromkeys(pairs), key=lambda pair: list(self.measures).index(pair[0]))

    def is_in_scope(self, measure: str, day: date) -> bool:
        start = self.measures[measure]["from"]
        return start is None or start <= day

    def is_on(self, pair: Pair, day: date) -> bool:
        """Whether the unit is on the measure that day: by the notice, unless it left, or because it joined."""
        measure, unit = pair
        spans = [
            [row["from"] or date.min, row["until"] or date.max]
            for row in self.notice
            if (row["measure_id"], row["unit_id"]) == pair
        ]
        for move in self.decided(measure, day, "joined", "left"):
            if move["unit_id"] != unit:
                continue
            held = [span for span in spans if span[0] <= move["effective_on"] <= span[1]]
            if move["decision"] == "joined" and not held:
                spans.append([move["effective_on"], date.max])
            for span in held if move["decision"] == "left" else []:
                span[1] = move["effective_on"] - ONE_DAY
        return any(start <= day <= end for start, end in spans)

    def units(self, measure: str, day: date) -> list[str]:
        return [unit for of, unit in self.pairs() if of == measure and self.is_on((of, unit), day)]

    # What a unit says.

    def words_of(self, pair: Pair, day: date) -> list[Row]:
        return [row for row in self.words if (row["measure_id"], row["unit_id"]) == pair and row["as_of"] <= day]

    def sent_back(self, word: Row, day: date) -> str:
        """``returned`` or ``reopened`` where a done word had arrived by the day on which the office sent it back."""
        if word["status"] != "done_reported":
            return ""
        backs = [
            row
            for row in self.decided(word["measure_id"], day, "returned", "reopened")
            if row["unit_id"] in ("", word["unit_id"])
        ]
        if not backs or word["reported_at"] > backs[-1]["effective_on"]:
            return ""
        return backs[-1]["decision"]

    def state_of(self, pair: Pair, day: date) -> str:
        """What a unit's latest word comes to; blank where it never spoke."""
        words = self.words_of(pair, day)
        if not words:
            return ""
        return "in_progress" if self.sent_back(words[-1], day) else words[-1]["status"]

    def run_of_done(self, pair: Pair, day: date) -> list[Row]:
        """The unbroken run of done words with which a unit ends."""
        run: list[Row] = []
        for word in self.words_of(pair, day):
            is_done = word["status"] == "done_reported" and not self.sent_back(word, day)
            run = [*run, word] if is_done else []
        return run

    # What the office decided.

    def verdict(self, measure: str, day: date) -> str:
        taken = self.decided(measure, day, "closed", "withdrawn", "reopened")
        return taken[-1]["decision"] if taken else ""

    def is_settled(self, measure: str, day: date) -> bool:
        return self.verdict(measure, day) in ("closed", "withdrawn")

    def due(self, measure: str) -> date | None:
        moved = self.decided(measure, self.t, "extended")
        return moved[-1]["due"] if moved else self.measures[measure]["due"]

    # What is owed.

    def owed(self) -> list[tuple[str, str, str, str, bool]]:
        """Every statement owed: measure, unit, period, what became of it, and whether it is in."""
        if self.calendar.every == "none" or self.calendar.owed == "when-due":
            return self._owed_when_due()
        found = []
        periods = periods_until(self.calendar, self.t)
        names = [name for name, _, _ in periods]
        for place, (name, _, end) in enumerate(periods):
            day, due = min(end, self.t), due_day(self.calendar, end)
            is_in = due <= self.k and min(due, end) <= self.t
            for pair in self.pairs():
                if not self.is_on(pair, day) or not self.is_in_scope(pair[0], day) or self.is_settled(pair[0], day):
                    continue
                done = self.run_of_done(pair, day)
                if done and done[-1]["period"] < name:
                    continue
                told = [row for row in self.said if (row["measure_id"], row["unit_id"]) == pair]
                told = [row for row in told if row["as_of"] <= self.t]
                own = [row["reported_at"] for row in told if row["period"] == name]
                later = any(row["period"] in names[place + 1 :] for row in told)
                became = "skipped" if later else "missing"
                if own:
                    became = "on_time" if min(own) <= due else "late"
                found.append((*pair, name, became, is_in))
        return found

    def _owed_when_due(self) -> list[tuple[str, str, str, str, bool]]:
        found = []
        for pair in self.pairs():
            due = self.due(pair[0])
            if due is None or due > self.t or not self.is_on(pair, due) or not self.is_in_scope(pair[0], due):
                continue
            if self.is_settled(pair[0], due):
                continue
            told = [row for row in self.said if (row["measure_id"], row["unit_id"]) == pair]
            came = [row["reported_at"] for row in told if due <= row["as_of"] <= self.t]
            came += [row["reported_at"] for row in self.run_of_done(pair, due)]
            became = "missing" if not came else "on_time" if min(came) <= due else "late"
            found.append((*pair, name_of_period(self.calendar.every, due), became, True))
        return sorted(found, key=lambda one: self.due(one[0]) or date.max)

    def missing(self, pair: Pair) -> list[str]:
        return [
            period for *of, period, became, is_in in self.owed() if tuple(of) == pair and is_in and became == "missing"
        ]

    def has_lapsed(self, pair: Pair) -> bool:
        """Whether it owes two periods in a row."""
        names = [name for name, _, _ in periods_until(self.calendar, self.t)]
        gone = self.missing(pair)
        return any(then in gone and now in gone for then, now in pairwise(names))

    def has_owed(self, pair: Pair) -> int:
        return sum(tuple(of) == pair and is_in for *of, _, _, is_in in self.owed())

    # How a measure stands.

    def state(self, measure: str) -> Row:
        """The state of a measure with what stands beside it."""
        units = self.units(measure, self.t)
        said = {unit: self.state_of((measure, unit), self.t) for unit in units}
        spoke = [state for state in said.values() if state]
        silent = [unit for unit in units if not said[unit] and self.has_owed((measure, unit))]
        lapsed = [unit for unit in units if said[unit] and self.has_lapsed((measure, unit))]
        latest = {unit: self.words_of((measure, unit), self.t)[-1] for unit in units if said[unit]}
        verdict, mark = self.verdict(measure, self.t), ""
        if verdict in ("closed", "withdrawn"):
            state = verdict
        elif not spoke:
            state, mark = "no_feedback" if silent else "not_due", "" if units else "no_unit"
        else:
            state = min(spoke, key=WEAKEST_FIRST.index)
            marks = {self.sent_back(word, self.t) for word in latest.values()}
            mark = next((one for one in ("returned", "reopened") if one in marks), "")
            if state == "done_reported" and len(spoke) < len(units):
                state, mark = "in_progress", "partly_done"
        decided_on = self.decided(measure, self.t, "closed", "withdrawn", "reopened")[-1:]
        return {
            "state": state,
            "mark": mark,
            "units": len(units),
            "units_reporting": len(spoke),
            "units_silent": len(silent),
            "units_lapsed": len(lapsed),
            "units_disagree": len(set(spoke)) > 1,
            "decided_on": decided_on[0]["effective_on"] if state in ("closed", "withdrawn") else None,
            "last_as_of": max((word["as_of"] for word in latest.values()), default=None),
            "is_contradicted": state == "closed" and self.is_contradicted(measure, latest),
            "is_waiting": state == "done_reported" and self.small.is_verified,
            "has_evidence": self.has_evidence(measure),
            "due": self.due(measure),
            "due_original": self.measures[measure]["due"],
            "done_on": self.done_on(measure, state, units),
            "schedule": self.schedule(measure, state, units),
        }

    def is_contradicted(self, measure: str, latest: dict[str, Row]) -> bool:
        """Whether a unit's standing open word is true for a day after the last decision."""
        taken = self.decided(measure, self.t, "closed", "returned", "reopened", "withdrawn")
        return any(word["status"] in OPEN and word["as_of"] > taken[-1]["effective_on"] for word in latest.values())

    def has_evidence(self, measure: str) -> bool:
        named = [row["evidence_ref"] for row in self.words if row["measure_id"] == measure and row["as_of"] <= self.t]
        named += [
            row["evidence_ref"]
            for row in self.decisions
            if row["measure_id"] == measure and row["effective_on"] <= self.t
        ]
        return any(named)

    def done_on(self, measure: str, state: str, units: list[str]) -> date | None:
        """The latest day on which a unit's unbroken run of done words began."""
        if state not in ("closed", "done_reported"):
            return None
        runs = [self.run_of_done((measure, unit), self.t) for unit in units]
        if units and all(runs):
            return max(run[0]["as_of"] for run in runs)
        return self.decided(measure, self.t, "closed", "withdrawn", "reopened")[-1]["effective_on"]

    def schedule(self, measure: str, state: str, units: list[str]) -> str:
        due, done = self.due(measure), self.done_on(measure, state, units)
        if state == "withdrawn" or due is None:
            return "withdrawn" if state == "withdrawn" else "no_deadline"
        if done is not None:
            return "in_time" if done <= due else "late"
        if due < self.t:
            return "overdue"
        return "due_soon" if due <= add_months(self.t, 3) else "later"


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or its last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = period_around("month", date(year, month + 1, 1))[1]
    return min(last, date(year, month + 1, day.day) if day.day <= last.day else last)
