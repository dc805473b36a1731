"""What the definitions of the metrics say, once more: plain Python over the rows of a plan's files, slow and plain.

No frame, no function of the library: `Recount` is the second opinion on every number that a page prints. It builds on
`tests.reference`, which says what a state is.
"""

from __future__ import annotations

import csv
import tomllib
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import groupby
from statistics import median
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.plan import Plan
from tests.reference import ONE_DAY, OPEN, Pair, Reference, Row, due_day, name_of_period, period_around, periods_until

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.strategies import SmallPlan

BUCKETS = [
    *("closed", "done_reported", "in_progress", "stalled", "not_started", "ongoing"),
    *("no_feedback", "not_due", "withdrawn"),
]
SETTLED = ("closed", "withdrawn")
DONE = ("closed", "done_reported")
ATTENTION = ["overdue", "stalled", "contradicted", "silent", "lapsed", "waiting"]
FEEDBACK = ["on_time", "late", "skipped", "missing"]
DAYS = ("as_of", "reported_at", "effective_on", "recorded_at", "due", "from", "until", "expected_completion")
NUMBERS = ("quantity", "quantity_high", "value")
TABLES = ("themes", "measures", "units", "responsibilities", "commitments", "progress", "decisions", "actuals")


class Rows(list[Row]):
    """Rows of a file, read as `tests.reference` reads a frame."""

    def to_dict(self, _: str) -> list[Row]:
        return list(self)


@dataclass(frozen=True)
class Files:
    """The tables of a plan's folder, days as days and what is blank in them as None."""

    themes: Rows
    measures: Rows
    units: Rows
    responsibilities: Rows
    commitments: Rows
    progress: Rows
    decisions: Rows
    actuals: Rows
    calendar: Any
    is_verified: bool
    issued: date
    lang: str
    lead_rule: str
    deciders: tuple[Row, ...] = ()

    def only(self, *, unit: str = "", theme: str = "") -> Files:
        """The measures that name a unit, or that it joined; those of a theme."""
        kept = {row["measure_id"] for row in self.measures if theme in ("", row["theme_id"])}
        if unit:
            joined = [row for row in self.decisions if row["decision"] == "joined"]
            kept &= {row["measure_id"] for row in [*self.responsibilities, *joined] if row["unit_id"] == unit}
        tables = {}
        for name in ("measures", "responsibilities", "commitments", "progress", "decisions"):
            tables[name] = Rows(row for row in getattr(self, name) if row["measure_id"] in kept)
        promised = {row["commitment_id"] for row in tables["commitments"]}
        tables["actuals"] = Rows(row for row in self.actuals if row["commitment_id"] in promised)
        return replace(self, **tables)


def read_files(folder: Path) -> Files:
    """A plan's folder, read with the standard library alone."""
    head = tomllib.loads((folder / "plan.toml").read_text("utf-8"))
    said = {"due_after_days": 0, "due_on_working_day": False, "owed": "each-period", "first_period": ""}
    calendar = SimpleNamespace(**said | {"country": head.get("country", "CN")} | head["reporting"])
    deciders = tuple(head.get("verification", {}).get("deciders", ()))
    about = {"issued": head["issued"], "lang": head.get("lang", "zh"), "lead_rule": head["lead_rule"]}
    tables = {name: _read(folder / f"{name}.csv") for name in TABLES}
    return Files(**tables, calendar=calendar, is_verified=bool(deciders), deciders=deciders, **about)


def _read(file: Path) -> Rows:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return Rows({name: _value(name, cell) for name, cell in row.items()} for row in csv.DictReader(opened))


def _value(name: str, cell: str) -> object:
    if name in DAYS:
        return date.fromisoformat(cell) if cell else None
    if name in NUMBERS:
        return Fraction(cell) if cell else None
    return cell


def files_of(made: SmallPlan | Plan) -> Files:
    """The tables of a plan that was made without files."""
    plan: Plan = made if isinstance(made, Plan) else made.plan
    tables = {name: Rows(_plain(row) for row in getattr(plan, name).to_dict("records")) for name in TABLES}
    about = {"issued": plan.issued.date(), "lang": plan.lang, "lead_rule": plan.lead_rule}
    deciders = tuple({"name": one.name} for one in plan.deciders)
    return Files(**tables, calendar=plan.calendar, is_verified=bool(deciders), deciders=deciders, **about)


def _plain(row: dict[Any, Any]) -> Row:
    """Cells of a frame as files hold them: what is missing is not equal to itself."""
    plain: Row = {}
    for name, cell in row.items():
        is_missing = bool(pd.isna(cell))
        plain[str(name)] = None if is_missing else cell.date() if name in DAYS else cell
        if name in NUMBERS and not is_missing:
            plain[str(name)] = Fraction(str(cell))
    return plain


class Recount(Reference):
    """Every number of the pages of a plan at T, as known at K."""

    def __init__(self, files: Files, as_of: date, known_at: date | None = None) -> None:
        k = known_at or default_known_at(files.calendar, as_of)
        super().__init__(files, as_of, k)  # type: ignore[arg-type]
        self.files = files
        self._of_pair: dict[Pair, list[Row]] = {}
        for row in self.words:
            self._of_pair.setdefault((row["measure_id"], row["unit_id"]), []).append(row)

    # The reference, remembering what it found.

    def words_of(self, pair: Pair, day: date) -> list[Row]:
        return [row for row in self._of_pair.get(pair, []) if row["as_of"] <= day]

    @cached_property
    def _owed(self) -> list[tuple[str, str, str, str, bool]]:
        return super().owed()

    def owed(self) -> list[tuple[str, str, str, str, bool]]:
        return self._owed

    @cached_property
    def _missing(self) -> dict[Pair, list[str]]:
        gone: dict[Pair, list[str]] = {}
        for measure, unit, period, became, is_in in self.owed():
            if is_in and became == "missing":
                gone.setdefault((measure, unit), []).append(period)
        return gone

    def missing(self, pair: Pair) -> list[str]:
        return self._missing.get(pair, [])

    @cached_property
    def _owed_by(self) -> Counter[Pair]:
        return Counter((measure, unit) for measure, unit, _, _, is_in in self.owed() if is_in)

    def has_owed(self, pair: Pair) -> int:
        return self._owed_by[pair]

    def at(self, day: date) -> Recount:
        """An earlier day as known at the same K."""
        return Recount(self.files, day, self.k)

    def before(self, day: date | None = None) -> Recount:
        """The day that a page is compared with: the end of the period before, where none is named."""
        start, _ = period_around(self.calendar.every, self.t)
        return self.at(day or start - ONE_DAY)

    def as_published(self) -> Recount:
        """The same day as known when its own page was made."""
        return Recount(self.files, self.t, min(default_known_at(self.calendar, self.t), self.k))

    # What there is.

    @cached_property
    def scope(self) -> list[str]:
        return [measure for measure in self.measures if self.is_in_scope(measure, self.t)]

    @cached_property
    def crowd(self) -> dict[str, list[str]]:
        """Measure in scope → its units."""
        return {measure: self.units(measure, self.t) for measure in self.scope}

    @cached_property
    def states(self) -> dict[str, Row]:
        return {measure: self.state(measure) for measure in self.scope}

    def theme(self, measure: str) -> str:
        return self.measures[measure]["theme_id"]

    @cached_property
    def themes(self) -> list[str]:
        return list(dict.fromkeys(self.theme(measure) for measure in self.scope))

    def state_of_part(self, pair: Pair) -> str:
        """How a unit's own part stands."""
        return self.state_of(pair, self.t) or ("no_feedback" if self.has_owed(pair) else "not_due")

    def is_completable(self, measure: str) -> bool:
        return self.measures[measure]["kind"] != "ongoing" and self.states[measure]["state"] != "withdrawn"

    @property
    def finished(self) -> str:
        return "closed" if self.files.is_verified else "done_reported"

    @cached_property
    def periods(self) -> list[tuple[str, date, date, bool]]:
        """Name, last day (T while it runs), due day, whether it is in."""
        if self.calendar.every == "none":
            day, found = min(self.files.issued, self.t), []
            while day <= self.t:
                start, end = period_around("none", day)
                found.append((name_of_period("none", start), min(end, self.t), end, end <= self.t))
                day = end + ONE_DAY
            return found
        found = []
        for name, _, end in periods_until(self.calendar, self.t):
            due = due_day(self.calendar, end)
            found.append((name, min(end, self.t), due, due <= self.k and min(due, end) <= self.t))
        return found or [(name_of_period(self.calendar.every, self.t), self.t, self.t, False)]

    @property
    def is_asked_each_period(self) -> bool:
        return self.calendar.every != "none" and self.calendar.owed != "when-due"

    @cached_property
    def reports(self) -> list[tuple[str, str, str, str]]:
        """Measure, unit, period and fate of every report that was due by K."""
        return [(*who, period, became) for *who, period, became, is_in in self.owed() if is_in]  # type: ignore[misc]

    def receipts(self) -> tuple[str, bool, int, int]:
        """The last period, whether it is in, how many of its reports came, how many it asked for."""
        name, _, _, is_in = self.periods[-1]
        asked = [became for *_, period, became, _ in self.owed() if period == name]
        return name, is_in, sum(became in ("on_time", "late") for became in asked), len(asked)

    # Who carries what.

    @cached_property
    def units_by_load(self) -> list[str]:
        first = dict.fromkeys(unit for units in self.crowd.values() for unit in units)
        named = Counter(unit for units in self.crowd.values() for unit in units)
        return sorted(first, key=lambda unit: (self.share(unit), named[unit]), reverse=True)

    def share(self, unit: str, measures: Iterable[str] | None = None) -> Fraction:
        among = self.scope if measures is None else measures
        return sum((Fraction(1, len(self.crowd[m])) for m in among if unit in self.crowd[m]), Fraction(0))

    def loads(self) -> dict[str, Row]:
        """Unit → its load and how it keeps its record, the heaviest first."""
        still_open = [m for m in self.scope if self.states[m]["state"] not in SETTLED]
        has_deadline = any(self.states[m]["due"] for m in self.scope)
        found = {}
        for unit in self.units_by_load:
            own = [m for m in self.scope if unit in self.crowd[m]]
            became = [fate for _, owing, _, fate in self.reports if owing == unit]
            on_time, received = became.count("on_time"), became.count("on_time") + became.count("late")
            parts = {m: self.state_of_part((m, unit)) for m in own}
            found[unit] = {
                "named_in": len(own),
                "sole": sum(len(self.crowd[m]) == 1 for m in own),
                "share": self.share(unit),
                "open": sum(m in still_open for m in own),
                "open_load": self.share(unit, still_open),
                "stalled": sum(parts[m] == "stalled" for m in own if m in still_open),
                "overdue": sum(self.states[m]["schedule"] == "overdue" for m in own) if has_deadline else None,
                "no_feedback": list(parts.values()).count("no_feedback"),
                "lapsed": sum(bool(self.state_of((m, unit), self.t)) and self.has_lapsed((m, unit)) for m in own),
                "reports_due": len(became),
                "received": received,
                "on_time": on_time,
                "on_time_share": Fraction(on_time, len(became)) if became else None,
                "median_lag": self.median_lag(unit),
                **{fate: became.count(fate) for fate in FEEDBACK},
                "states": Counter(parts.values()),
            }
        return found

    def worst_first(self) -> list[str]:
        """Units by the part of reports in time, then by parts not heard of for long, then by load."""
        loads = self.loads()
        silent = {unit: load["no_feedback"] + load["lapsed"] for unit, load in loads.items()}
        share = {unit: 2 if load["on_time_share"] is None else load["on_time_share"] for unit, load in loads.items()}
        return sorted(loads, key=lambda unit: (share[unit], -silent[unit]))

    def arrived(self, pair: Pair, period: str) -> date | None:
        """When the first statement of a pair on a period came that counts for it."""
        told = [row for row in self.said if (row["measure_id"], row["unit_id"]) == pair and row["as_of"] <= self.t]
        if self.is_asked_each_period:
            return min((row["reported_at"] for row in told if row["period"] == period), default=None)
        due = self.due(pair[0])
        assert due is not None
        came = [row["reported_at"] for row in told if row["as_of"] >= due]
        came += [row["reported_at"] for row in self.run_of_done(pair, due)]
        return min(came, default=None)

    def median_lag(self, unit: str) -> float | None:
        ends = {name: end for name, end, _, _ in self.periods}
        lags = []
        for measure, owing, period, became in self.reports:
            if owing == unit and became in ("on_time", "late"):
                asked = ends[period] if self.is_asked_each_period else self.due(measure)
                came = self.arrived((measure, unit), period)
                assert asked
                assert came
                lags.append((came - asked).days)
        return median(lags) if lags else None

    def shared(self) -> dict[tuple[str, str], int]:
        """Two units → measures that name both; most first, then by load."""
        order = self.units_by_load
        together = {
            (one, other): sum(one in units and other in units for units in self.crowd.values())
            for place, one in enumerate(order)
            for other in order[place + 1 :]
        }
        return dict(sorted(((two, n) for two, n in together.items() if n), key=lambda pair: -pair[1]))

    # Is every theme covered.

    def theme_rows(self) -> dict[str, Row]:
        latest = [name for name, _, _, is_in in self.periods if is_in][-1:]
        reports = [row for row in self.reports if not self.is_asked_each_period or row[2] in latest]
        found = {}
        for theme in self.themes:
            own = [m for m in self.scope if self.theme(m) == theme]
            state = {m: self.states[m]["state"] for m in own}
            able = [m for m in own if self.is_completable(m)]
            due = [m for m in able if self.states[m]["due"] and self.states[m]["due"] <= self.t]
            completed = sum(state[m] == self.finished for m in able)
            asked = [became for m, _, _, became in reports if self.theme(m) == theme]
            outcomes = [row["outcome"] for row in self.promises() if self.theme(row["measure_id"]) == theme]
            withdrawn = list(state.values()).count("withdrawn")
            found[theme] = {
                "measures": len(own),
                "units": len({unit for m in own for unit in self.crowd[m]}),
                "withdrawn": withdrawn,
                "never_ends": len(own) - withdrawn - len(able),
                "completable": len(able),
                "completed": completed,
                "completion": Fraction(completed, len(able)) if able else None,
                "stalled": list(state.values()).count("stalled"),
                "no_feedback": list(state.values()).count("no_feedback"),
                "due_by_now": len(due),
                "done_by_now": sum(state[m] in DONE for m in due),
                "reports_due": len(asked),
                "received": sum(became in ("on_time", "late") for became in asked),
                "single_unit": sum(len(self.crowd[m]) == 1 for m in own),
                "with_evidence": sum(self.states[m]["has_evidence"] for m in own),
                "commitments": len(outcomes),
                "measured": sum(outcome in ("met", "not_met") for outcome in outcomes),
                "met": outcomes.count("met"),
                "states": Counter(state.values()),
            }
        return found

    def standstill(self) -> list[tuple[str, int, int, date | None, int]]:
        """Theme, completable, completed, the last day on which one was, periods that are in and stood still since."""
        done, ends = self.completions(), [end for _, end, _, is_in in self.periods if is_in]
        found = []
        for theme in self.themes:
            able = [m for m in self.scope if self.theme(m) == theme and self.is_completable(m)]
            days = [done[m] for m in able if m in done]
            if len(days) == len(able):
                continue
            last = max(days, default=None)
            # The period in which it was completed did not stand still.
            still = len(ends) if last is None else max(sum(end >= last for end in ends) - 1, 0)
            found.append((theme, len(able), len(days), last, still))
        return found

    def feedback_by_theme(self) -> dict[tuple[str, str], tuple[int, int]]:
        """Theme and period that is in → reports received and due."""
        found = {}
        for theme in self.themes:
            for name in [name for name, _, _, is_in in self.periods if is_in]:
                asked = [became for m, _, of, became in self.reports if of == name and self.theme(m) == theme]
                found[theme, name] = sum(became in ("on_time", "late") for became in asked), len(asked)
        return found

    def promises(self) -> list[Row]:
        """The commitments of measures in scope, each with the latest value of each unit, and whether it is met."""
        gone = {
            row["supersedes"]
            for row in self.files.decisions
            if row["decision"] == "void" and row["recorded_at"] <= self.k
        }
        values = [row for row in self.files.actuals if row["reported_at"] <= self.k]
        gone |= {row["supersedes"] for row in values}
        standing = [row for row in values if row["actual_id"] not in gone and row["as_of"] <= self.t]
        standing.sort(key=lambda row: (row["as_of"], row["reported_at"]))
        found = []
        for promise in self.files.commitments:
            if promise["measure_id"] not in self.crowd:
                continue
            units = self.crowd[promise["measure_id"]]
            own = [
                row for row in standing if row["commitment_id"] == promise["commitment_id"] and row["unit_id"] in units
            ]
            latest = {row["unit_id"]: row for row in own}
            holds = [meets(row["value"], promise) for row in latest.values()]
            outcome = "not_measured" if not holds else "not_met"
            if holds and all(holds):
                outcome = "met" if len(holds) == len(units) else "partly_measured"
            found.append({**promise, "latest": latest, "outcome": outcome, "units": len(units)})
        return found

    # Are we getting there.

    @cached_property
    def course(self) -> list[tuple[Recount, bool]]:
        """The end of each period as known at K, and whether the period is in."""
        return [(self if end == self.t else self.at(end), is_in) for _, end, _, is_in in self.periods]

    def burn_up(self, theme: str = "") -> list[Row]:
        rows = []
        has_deadline = any(self.states[m]["due"] for m in self.scope)
        for then, is_in in self.course:
            able = [m for m in then.scope if then.is_completable(m) and theme in ("", self.theme(m))]
            state = [then.states[m]["state"] for m in able]
            dues = [self.due(m) for m in able]
            rows.append(
                {
                    "period_end": then.t,
                    "scope": len(able),
                    "closed": state.count("closed"),
                    "reported": sum(one in DONE for one in state),
                    "planned": sum(due is not None and due <= then.t for due in dues) if has_deadline else None,
                    "is_in": is_in,
                    "states": Counter(row["state"] for row in then.states.values()),
                    "measures": len(then.scope),
                }
            )
        return rows

    def completions(self) -> dict[str, date]:
        """Measure that can be completed and is → the day on which it was: of a closed one, its standing closure."""
        found = {}
        for measure in self.scope:
            if not self.is_completable(measure) or self.states[measure]["state"] != self.finished:
                continue
            if not self.files.is_verified:
                found[measure] = self.states[measure]["done_on"]
                continue
            for row in reversed(self.decided(measure, self.t, "closed", "reopened", "withdrawn")):
                if row["decision"] != "closed":
                    break
                found[measure] = row["effective_on"]
        return found

    def throughput(self) -> list[int]:
        """Completions in each period that is in; those before the first are of the first."""
        ends = [end for _, end, _, _ in self.periods]
        place = Counter(
            next((n for n, end in enumerate(ends) if end >= day), len(ends) - 1) for day in self.completions().values()
        )
        return [place[n] for n, (_, _, _, is_in) in enumerate(self.periods) if is_in]

    def periods_since_completion(self) -> int | None:
        days = self.completions().values()
        if not days:
            return None
        ends = [end for _, end, _, is_in in self.periods if is_in]
        return max(sum(end >= max(days) for end in ends) - 1, 0)

    def changes(self, then: Recount) -> list[tuple[str, str | None, str, str]]:
        """Measure, state before, state, direction."""
        found = []
        for measure in self.scope:
            before = then.states[measure]["state"] if measure in then.states else None
            after = self.states[measure]["state"]
            if before != after:
                found.append((measure, before, after, direction(before, after)))
        return found

    def slips(self) -> list[tuple[str, str, int | None, int, date | None, date | None]]:
        """Measure, unit, days slipped, times sent back, the first and the last expected day."""
        back = Counter(
            (row["measure_id"], row["unit_id"])
            for row in self.decisions
            if row["decision"] in ("returned", "reopened")
            and row["effective_on"] <= self.t
            and row["measure_id"] in self.crowd
        )
        pairs = [(measure, unit) for measure, units in self.crowd.items() for unit in units]
        found = []
        for pair in dict.fromkeys([*pairs, *back]):
            told = [row["expected_completion"] for row in self.words_of(pair, self.t) if row["expected_completion"]]
            told = told if pair in pairs else []
            slipped = (told[-1] - told[0]).days if told else None
            if (slipped or 0) > 0 or back[pair]:
                days = (told[0], told[-1]) if told else (None, None)
                found.append((*pair, slipped, back[pair], *days))
        return sorted(found, key=lambda row: (row[2] is None, -(row[2] or 0), row[0], row[1]))

    def deadlines(self) -> list[str]:
        listed = [m for m in self.scope if self.states[m]["due"]]
        return sorted(listed, key=lambda m: (self.states[m]["schedule"] != "overdue", self.states[m]["due"]))

    def forecast(self, ahead: int = 24) -> tuple[str, list[tuple[int, int]]]:
        """Why there is none, or how many are completed in each coming period with 50 and 85 chances in a hundred."""
        able, done = sum(map(self.is_completable, self.scope)), len(self.completions())
        past = self.throughput()
        if done >= able:
            return "nothing_left", []
        if len(past) < 8:
            return "few_periods", []
        if sum(past) < 5:
            return "few_completions", []
        start, chances, fan = sum(past), {sum(past): Fraction(1)}, []
        for _ in range(ahead):
            after: dict[int, Fraction] = {}
            for reached, chance in chances.items():
                for step in past:
                    n = min(reached + step, able)
                    after[n] = after.get(n, Fraction(0)) + chance / len(past)
            chances = after
            fan.append(tuple(surely(chances, Fraction(level, 100), start, able) for level in (50, 85)))
        return "", fan  # type: ignore[return-value]

    def durations(self) -> list[tuple[str, int, bool]]:
        """Measure, days from the notice to its completion or to when it was last seen open, whether it completed."""
        done, found = self.completions(), []
        for measure in self.scope:
            if self.measures[measure]["kind"] == "ongoing":
                continue
            end = done.get(measure)
            if end is None and self.states[measure]["state"] == "withdrawn":
                end = self.states[measure]["decided_on"]
            found.append((measure, max((end or self.t) - self.files.issued, timedelta(0)).days, measure in done))
        return found

    # What is stuck.

    def attention(self) -> list[tuple[str, list[str], date, list[str]]]:
        """Measure, its reasons from the gravest, since when that holds, the units that it concerns."""
        found = []
        for measure in self.scope:
            cases = {
                reason: case
                for reason in ATTENTION
                if (case := getattr(self, f"_{reason}")(measure, self.states[measure])) is not None
            }
            if cases:
                since, units = next(iter(cases.values()))
                found.append((measure, list(cases), since, units))
        return sorted(found, key=lambda case: (ATTENTION.index(case[1][0]), case[2]))

    def _overdue(self, measure: str, state: Row) -> tuple[date, list[str]] | None:
        if state["schedule"] != "overdue":
            return None
        late = [unit for unit in self.crowd[measure] if self.state_of((measure, unit), self.t) != "done_reported"]
        return state["due"] + ONE_DAY, late

    def _stalled(self, measure: str, state: Row) -> tuple[date, list[str]] | None:
        if state["state"] != "stalled":
            return None
        stuck = [unit for unit in self.crowd[measure] if self.state_of((measure, unit), self.t) == "stalled"]
        return min(self.has_said_since((measure, unit)) for unit in stuck), stuck

    def _contradicted(self, measure: str, state: Row) -> tuple[date, list[str]] | None:
        if not state["is_contradicted"]:
            return None
        last = self.decided(measure, self.t, "closed", "returned", "reopened", "withdrawn")[-1]["effective_on"]
        words = {unit: self.words_of((measure, unit), self.t)[-1:] for unit in self.crowd[measure]}
        against = {u: w[0]["as_of"] for u, w in words.items() if w and w[0]["status"] in OPEN and w[0]["as_of"] > last}
        return min(against.values()), list(against)

    def _silent(self, measure: str, state: Row) -> tuple[date, list[str]] | None:
        if state["state"] != "no_feedback":
            return None
        return self._owing(measure, [unit for unit in self.crowd[measure] if self.has_owed((measure, unit))])

    def _lapsed(self, measure: str, state: Row) -> tuple[date, list[str]] | None:
        gone = [unit for unit in self.crowd[measure] if self.has_lapsed((measure, unit))]
        if not gone or state["state"] in (*SETTLED, "no_feedback"):
            return None
        return self._owing(measure, gone)

    def _owing(self, measure: str, units: list[str]) -> tuple[date, list[str]]:
        """From the end of the first period of which the report is missing; where it is owed when due, from that day."""
        ends = {name: end for name, _, end in periods_until(self.calendar, self.t)}
        days = []
        for unit in units:
            for period in self.missing((measure, unit)):
                day = min(ends[period], self.t) if self.is_asked_each_period else self.due(measure)
                assert day is not None
                days.append(day)
        return min(days), units

    def _waiting(self, measure: str, state: Row) -> tuple[date, list[str]] | None:
        return (state["done_on"], self.crowd[measure]) if state["is_waiting"] else None

    def has_said_since(self, pair: Pair) -> date:
        """Since when a unit has said what it says now without a break."""
        words = self.words_of(pair, self.t)
        runs = [list(run) for _, run in groupby(words, key=lambda word: word["status"])]
        return min(word["as_of"] for word in runs[-1])


def default_known_at(calendar: Any, day: date) -> date:
    """K when nobody says: the due day of the period that ends at T, never before T; else T."""
    if calendar.every == "none" or not periods_until(calendar, day):
        return day
    _, _, end = periods_until(calendar, day)[-1]
    return max(due_day(calendar, end), day) if end == day else day


def direction(before: str | None, after: str) -> str:
    """Along the order of delivery, where both have a place in it and somebody had spoken."""
    order = ["stalled", "not_started", "in_progress", "ongoing", "done_reported", "closed"]
    if before is None:
        return "entered"
    if before in ("no_feedback", "not_due") and after in order[:-1]:
        return "first_word"
    if before not in order or after not in order:
        return "other"
    return "forward" if order.index(after) > order.index(before) else "back"


def meets(value: Fraction, promise: Row) -> bool:
    quantity, high = promise["quantity"], promise["quantity_high"]
    match promise["comparator"]:
        case "at_most":
            return value <= quantity
        case "at_least":
            return value >= quantity
        case "between":
            return quantity <= value <= high
    return value == quantity


def surely(chances: dict[int, Fraction], level: Fraction, least: int, most: int) -> int:
    """The greatest number that is reached with at least a chance."""
    return max(n for n in range(least, most + 1) if sum(p for reached, p in chances.items() if reached >= n) >= level)


def kaplan_meier(times: list[tuple[str, int, bool]]) -> list[tuple[int, Fraction]]:
    """Day and part still open after it, from day 0."""
    part, curve = Fraction(1), []
    for day in sorted({0, *(days for _, days, _ in times)}):
        at_risk = sum(days >= day for _, days, _ in times)
        ended = sum(days == day and done for _, days, done in times)
        part *= 1 - (Fraction(ended, at_risk) if at_risk else 0)
        curve.append((day, part))
    return curve
