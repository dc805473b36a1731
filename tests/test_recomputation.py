"""Every number of the pages once more from the CSV files, in plain Python: no frame, no function of the library.

`Ledger` is the second opinion. It knows the definitions and the files, and shares no code with what it checks.
"""

from __future__ import annotations

import csv
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from analysis import coverage, schema, trend, workload

if TYPE_CHECKING:
    from analysis.plan import Plan
    from analysis.plan.reading import Reading

FOLDER = Path(__file__).parents[1] / "data" / "tianjin-2024"
ISSUED, FIRST_MONTH, DUE_DAY = date(2024, 5, 31), (2024, 6), 5
WEAKEST_FIRST = ["not_started", "stalled", "in_progress", "ongoing", "done_reported", "closed", "withdrawn"]
SETTLED = {"closed", "withdrawn"}

Pair = tuple[str, str]
Month = tuple[int, int]
Row = dict[str, str]


def random_dates(count: int) -> list[tuple[date, date]]:
    """Pairs (T, K) over the year of the record, every third with K = T; ends of months and due days among them."""
    chance = random.Random(20240531)
    borders = [date(2024, 6, 30), date(2024, 7, 5), date(2024, 7, 31), date(2024, 12, 5), date(2025, 3, 31)]
    pairs = []
    for place in range(count):
        as_of = borders[place] if place < len(borders) else date(2024, 6, 1) + timedelta(chance.randrange(365))
        later = 0 if place % 3 == 0 else chance.choice([1, 4, 9, 30, 90, 300])
        pairs.append((as_of, as_of + timedelta(later)))
    return pairs


DATES = random_dates(16)
on_dates = pytest.mark.parametrize("dates", DATES, ids=lambda dates: f"{dates[0]}/{dates[1]}")


# The second opinion.


def rows_of(table: str) -> list[Row]:
    with (FOLDER / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def month_of(day: date) -> Month:
    return day.year, day.month


def next_month(month: Month) -> Month:
    return (month[0] + 1, 1) if month[1] == 12 else (month[0], month[1] + 1)


def in_order(row: Row) -> tuple[str, str, str]:
    return row["as_of"], row["reported_at"], row["log_id"]


def months_until(day: date) -> list[Month]:
    months, month = [], FIRST_MONTH
    while month <= month_of(day):
        months.append(month)
        month = next_month(month)
    return months


@cache
def due_date(month: Month) -> date:
    return date(*next_month(month), DUE_DAY)


@cache
def months_due(day: date) -> list[Month]:
    return [month for month in months_until(day) if due_date(month) <= day]


def period_ends(day: date) -> list[date]:
    return [min(date(*next_month(month), 1) - timedelta(1), day) for month in months_until(day)]


@cache
def day_of(text: str) -> date:
    return date.fromisoformat(text)


@dataclass(eq=False)
class Ledger:
    """The plan's files, and what they say at T as known at K; the one ledger lives as long as the tests."""

    measures: list[Row] = field(default_factory=lambda: rows_of("measures"))
    named: list[Row] = field(default_factory=lambda: rows_of("responsibilities"))
    commitments: list[Row] = field(default_factory=lambda: rows_of("commitments"))
    progress: list[Row] = field(default_factory=lambda: rows_of("progress"))

    @cached_property
    def pairs(self) -> list[Pair]:
        return list(dict.fromkeys((row["measure_id"], row["unit_id"]) for row in self.named))

    @cache  # noqa: B019
    def units_on(self, measure: str) -> list[str]:
        return [unit for named, unit in self.pairs if named == measure]

    def measures_of(self, unit: str) -> list[str]:
        return [measure for measure, named in self.pairs if named == unit]

    @cache  # noqa: B019
    def theme_of(self, measure: str) -> str:
        return next(row["theme_id"] for row in self.measures if row["measure_id"] == measure)

    @cached_property
    def themes(self) -> list[str]:
        return list(dict.fromkeys(row["theme_id"] for row in self.measures))

    @cache  # noqa: B019
    def words(self, as_of: date, known_at: date) -> dict[Pair, list[Row]]:
        """The statements that count, the deciding one last."""
        known = [row for row in self.progress if day_of(row["reported_at"]) <= known_at]
        corrected = {row["supersedes"] for row in known if row["supersedes"]}
        counting = [row for row in known if row["log_id"] not in corrected and day_of(row["as_of"]) <= as_of]
        said: dict[Pair, list[Row]] = {pair: [] for pair in self.pairs}
        for row in sorted(counting, key=in_order):
            said[row["measure_id"], row["unit_id"]].append(row)
        return said

    @cache  # noqa: B019
    def last_words(self, as_of: date, known_at: date) -> dict[Pair, Row | None]:
        return {pair: said[-1] if said else None for pair, said in self.words(as_of, known_at).items()}

    def is_current(self, word: Row, as_of: date) -> bool:
        return word["status"] in SETTLED or self.months_missed(word, as_of) <= 1

    def is_stale(self, word: Row, as_of: date) -> bool:
        return not self.is_current(word, as_of)

    def months_missed(self, word: Row, as_of: date) -> int:
        return sum(month > month_of(day_of(word["as_of"])) for month in months_due(as_of))

    def of_measure(self, measure: str, as_of: date, known_at: date) -> dict[str, Any]:
        words = self.last_words(as_of, known_at)
        said = [word for unit in self.units_on(measure) if (word := words[measure, unit])]
        states = {word["status"] for word in said}
        return {
            "state": min(states, key=WEAKEST_FIRST.index) if states else "no_feedback",
            "units": len(self.units_on(measure)),
            "units_reporting": len(said),
            "units_disagree": len(states) > 1,
            "current": any(self.is_current(word, as_of) for word in said),
            "evidence": any(word["evidence_ref"] for word in said),
            "last_as_of": max((day_of(word["as_of"]) for word in said), default=None),
        }

    @cache  # noqa: B019
    def measure_states(self, as_of: date, known_at: date) -> dict[str, dict[str, Any]]:
        return {row["measure_id"]: self.of_measure(row["measure_id"], as_of, known_at) for row in self.measures}

    def is_completable(self, measure: Row, state: str) -> bool:
        return measure["kind"] != "ongoing" and state != "withdrawn"

    @cache  # noqa: B019
    def reports(self, as_of: date, known_at: date) -> dict[tuple[str, str, Month], str]:
        """What became of each report that was due."""
        standing = self.words(as_of, known_at)
        became = {}
        for pair in self.pairs:
            arrivals: dict[Month, date] = {}
            for row in self.progress:
                said, came = day_of(row["as_of"]), day_of(row["reported_at"])
                if (row["measure_id"], row["unit_id"]) == pair and came <= known_at and said <= as_of:
                    month = month_of(said)
                    arrivals[month] = min(came, arrivals.get(month, came))
            settled: Month | None = None
            for word in standing[pair]:
                if word["status"] not in SETTLED:
                    settled = None
                elif settled is None:
                    settled = month_of(day_of(word["as_of"]))
            for month in months_due(as_of):
                if settled is None or month <= settled:
                    came_at = arrivals.get(month)
                    became[*pair, month] = (
                        "missing" if came_at is None else "on_time" if came_at <= due_date(month) else "late"
                    )
        return became

    def share(self, unit: str, measures: list[str]) -> Fraction:
        return sum((Fraction(1, len(self.units_on(measure))) for measure in measures), Fraction(0))

    @cache  # noqa: B019
    def loads(self, as_of: date, known_at: date) -> dict[str, dict[str, Any]]:
        """Who carries what, by unit."""
        states, words = self.measure_states(as_of, known_at), self.last_words(as_of, known_at)
        reports = self.reports(as_of, known_at)
        by_unit = {}
        for unit in dict.fromkeys(unit for _, unit in self.pairs):
            own = self.measures_of(unit)
            due = [came for (_, owing, _), came in reports.items() if owing == unit]
            said = [words[measure, unit] for measure in own]
            by_unit[unit] = {
                "named_in": len(own),
                "sole": sum(len(self.units_on(measure)) == 1 for measure in own),
                "share": self.share(unit, own),
                "open_load": self.share(unit, [m for m in own if states[m]["state"] not in SETTLED]),
                "no_feedback": said.count(None),
                "stale": sum(word is not None and self.is_stale(word, as_of) for word in said),
                "reports_due": len(due),
                "on_time": due.count("on_time"),
                "late": due.count("late"),
                "missing": due.count("missing"),
            }
        return by_unit

    def burn_up(self, as_of: date, known_at: date, theme: str = "") -> list[tuple[date, int, int, int]]:
        """Period end, scope, closed, closed or reported done."""
        rows = []
        for end in period_ends(as_of):
            states = self.measure_states(end, known_at)
            kept = [row for row in self.measures if theme in ("", row["theme_id"])]
            kept_states = [states[row["measure_id"]]["state"] for row in kept]
            scope = sum(self.is_completable(row, state) for row, state in zip(kept, kept_states, strict=True))
            closed = kept_states.count("closed")
            rows.append((end, scope, closed, closed + kept_states.count("done_reported")))
        return rows

    def slips(self, as_of: date, known_at: date) -> dict[Pair, tuple[int | None, int]]:
        """Days slipped and times returned, where either is more than nothing."""
        moves = {}
        for pair, said in self.words(as_of, known_at).items():
            expected = [day_of(word["expected_completion"]) for word in said if word["expected_completion"]]
            slipped = (expected[-1] - expected[0]).days if expected else None
            returned = sum(
                later["status"] == "in_progress" and earlier["status"] in ("done_reported", "closed")
                for earlier, later in pairwise(said)
            )
            if (slipped or 0) > 0 or returned:
                moves[pair] = slipped, returned
        return moves


LEDGER = Ledger()


# The library, asked for the same dates.


def present(counts: Any) -> dict[str, int]:
    """What a row counts at least one of."""
    return {state: count for state, count in counts.items() if count}


def rows_in(frame: pd.DataFrame) -> list[Any]:
    """Rows with their columns as attributes."""
    return list(frame.itertuples(index=False))


Dates = tuple[date, date]
Ask = Callable[[Dates], Any]


@pytest.fixture(scope="module")
def ask(tianjin: Plan) -> Callable[[Dates], Reading]:
    """The library's reading for a pair of dates, made once."""

    @cache
    def reading(dates: Dates) -> Reading:
        return tianjin.at(dates[0], known_at=dates[1])

    return reading


@pytest.fixture(scope="module")
def ask_loads(ask: Ask) -> Callable[[Dates], pd.DataFrame]:
    """The library's table of loads for a pair of dates, made once."""

    @cache
    def loads(dates: Dates) -> pd.DataFrame:
        return workload.by_unit(ask(dates))

    return loads


def test_the_ledger_reads_the_plan_that_the_library_reads(tianjin: Plan):
    assert (len(LEDGER.measures), len(LEDGER.pairs), len(LEDGER.themes)) == (31, 91, 6)
    assert len(LEDGER.progress) == len(tianjin.progress)
    assert tianjin.issued.date() == ISSUED
    assert (tianjin.calendar.first_period.year, tianjin.calendar.first_period.month) == FIRST_MONTH
    assert tianjin.calendar.due_day == DUE_DAY
    assert list(schema.DELIVERY) == WEAKEST_FIRST


def test_the_dates_are_many_and_of_both_kinds():
    assert len(set(DATES)) >= 15
    assert all(known_at >= as_of for as_of, known_at in DATES)
    assert sum(known_at == as_of for as_of, known_at in DATES) >= 5
    assert min(DATES)[0] < date(2024, 7, 31)
    assert max(DATES)[0] > date(2025, 3, 31)
    assert len({str(LEDGER.measure_states(*dates)) for dates in DATES}) >= 14


@on_dates
def test_states_of_responsibilities(ask: Ask, dates: Dates):
    words = LEDGER.last_words(*dates)
    rows = ask(dates).states.to_dict("records")
    assert [(row["measure_id"], row["unit_id"]) for row in rows] == LEDGER.pairs
    for row in rows:
        word = words[row["measure_id"], row["unit_id"]]
        if word is None:
            assert row["state"] == row["freshness"] == "no_feedback"
            assert pd.isna(row["log_id"])
            continue
        assert (row["state"], row["log_id"]) == (word["status"], word["log_id"])
        assert row["periods_missed"] == LEDGER.months_missed(word, dates[0])
        assert (row["freshness"] in ("stale", "very_stale")) == LEDGER.is_stale(word, dates[0])
        assert row["progress"] == word["progress"]


@on_dates
def test_states_of_measures(ask: Ask, dates: Dates):
    expected = LEDGER.measure_states(*dates)
    rows = ask(dates).measure_states.to_dict("records")
    assert [row["measure_id"] for row in rows] == list(expected)
    for row in rows:
        want = expected[row["measure_id"]]
        assert (row["state"], row["units"], row["units_reporting"]) == (
            want["state"],
            want["units"],
            want["units_reporting"],
        )
        assert (row["units_disagree"], row["has_current_feedback"], row["has_evidence"]) == (
            want["units_disagree"],
            want["current"],
            want["evidence"],
        )
        assert (None if pd.isna(row["last_as_of"]) else row["last_as_of"].date()) == want["last_as_of"]
        assert row["schedule"] == "no_deadline"


@on_dates
def test_counts_by_theme_and_state(ask: Ask, dates: Dates):
    states = LEDGER.measure_states(*dates)
    by_theme = coverage.states_by_theme(ask(dates)).set_index("theme_id")
    assert list(by_theme.index) == LEDGER.themes
    for theme in LEDGER.themes:
        of_theme = Counter(said["state"] for measure, said in states.items() if LEDGER.theme_of(measure) == theme)
        assert present(by_theme.loc[theme]) == of_theme


@pytest.mark.thorough
@on_dates
def test_states_of_each_units_measures(ask: Ask, ask_loads: Ask, dates: Dates):
    words = LEDGER.last_words(*dates)
    by_unit = workload.states_by_unit(ask(dates)).set_index("unit_id")
    assert list(by_unit.index) == list(ask_loads(dates)["unit_id"])
    for unit in by_unit.index:
        own = (words[measure, unit] for measure in LEDGER.measures_of(unit))
        expected = Counter(word["status"] if word else "no_feedback" for word in own)
        assert present(by_unit.loc[unit]) == expected


@pytest.mark.thorough
@on_dates
def test_loads(ask_loads: Ask, dates: Dates):
    expected = LEDGER.loads(*dates)
    assert sum(load["share"] for load in expected.values()) == 31
    loads = ask_loads(dates).set_index("unit_id")
    assert set(loads.index) == set(expected)
    counts = ["named_in", "sole", "no_feedback", "stale", "reports_due", "on_time"]
    for unit, want in expected.items():
        row = loads.loc[unit]
        assert {column: row[column] for column in counts} == {column: want[column] for column in counts}
        # One division of whole numbers has one nearest float: the fractions must be exact until then.
        assert (row["share"], row["open_load"]) == (float(want["share"]), float(want["open_load"]))
        if want["reports_due"]:
            assert row["on_time_share"] == want["on_time"] / want["reports_due"]
        else:
            assert pd.isna(row["on_time_share"])
        assert pd.isna(row["lead"])
        assert pd.isna(row["overdue"])


@on_dates
def test_reports_by_unit(ask: Ask, ask_loads: Ask, dates: Dates):
    expected = LEDGER.loads(*dates)
    reports = workload.feedback_by_unit(ask(dates))
    assert reports["unit_id"].tolist() == ask_loads(dates)["unit_id"].tolist()
    columns = ["on_time", "late", "missing", "stale", "reports_due"]
    for row in reports.to_dict("records"):
        assert {column: row[column] for column in columns} == {
            column: expected[row["unit_id"]][column] for column in columns
        }
    every = {
        (row.measure_id, row.unit_id, (row.period.year, row.period.month)): row.feedback
        for row in rows_in(ask(dates).feedback)
    }
    assert every == LEDGER.reports(*dates)


def test_concentration(ask_loads: Ask):
    loads = LEDGER.loads(*DATES[0])
    parts = sorted(load["share"] / 31 for load in loads.values())
    hhi = sum(part**2 for part in parts)
    # Gini by its first meaning: the mean of all differences, over twice the mean.
    differences = sum(abs(one - other) for one in parts for other in parts)
    gini = differences / (2 * len(parts) * (len(parts) - 1) * (sum(parts) / len(parts)))
    measured = workload.concentration(ask_loads(DATES[0])["share"])
    expected = {"hhi": hhi, "effective_units": 1 / hhi, "top_three_share": sum(parts[-3:]), "gini": gini}
    assert measured.to_dict() == pytest.approx({name: float(value) for name, value in expected.items()}, rel=1e-12)
    curve = workload.lorenz(ask_loads(DATES[0])["share"])
    carried = [float(sum(parts[:count], Fraction(0))) for count in range(len(parts) + 1)]
    assert curve["share_of_load"].tolist() == pytest.approx(carried, abs=1e-12)


@on_dates
def test_themes(ask: Ask, dates: Dates):
    states = LEDGER.measure_states(*dates)
    promised = {row["measure_id"] for row in LEDGER.commitments}
    themes = coverage.by_theme(ask(dates))
    assert list(themes["theme_id"]) == LEDGER.themes
    for row in themes.to_dict("records"):
        own = [measure for measure in LEDGER.measures if measure["theme_id"] == row["theme_id"]]
        own_states = [states[measure["measure_id"]] for measure in own]
        completable = sum(LEDGER.is_completable(m, t["state"]) for m, t in zip(own, own_states, strict=True))
        closed = sum(state["state"] == "closed" for state in own_states)
        completion = row.pop("completion")
        assert row == {
            "theme_id": row["theme_id"],
            "measures": len(own),
            "units": len({unit for measure in own for unit in LEDGER.units_on(measure["measure_id"])}),
            "single_unit": sum(state["units"] == 1 for state in own_states),
            "completable": completable,
            "closed": closed,
            "current_feedback": sum(state["current"] for state in own_states),
            "no_feedback": sum(state["state"] == "no_feedback" for state in own_states),
            "with_evidence": sum(state["evidence"] for state in own_states),
            "with_commitment": sum(measure["measure_id"] in promised for measure in own),
        }
        assert pd.isna(completion) if not completable else completion == closed / completable


def test_units_by_themes_and_with_each_other(ask: Ask):
    now = ask(DATES[0])
    matrix, shared = coverage.unit_by_theme(now).set_index("unit_id"), workload.co_responsibility(now)
    shared = shared.set_index("unit_id")
    assert matrix.shape == (24, 6)
    assert shared.shape == (24, 24)
    pairs = {(row.unit_id, row.other_unit): row.shared for row in rows_in(workload.pairs(now))}
    for place, unit in enumerate(shared.index):
        own = LEDGER.measures_of(unit)
        assert matrix.loc[unit].to_dict() == {
            theme: sum(LEDGER.theme_of(measure) == theme for measure in own) for theme in LEDGER.themes
        }
        together = {other: len(set(own) & set(LEDGER.measures_of(other))) for other in shared.index}
        assert shared.loc[unit].to_dict() == together
        partners = workload.partners(now, unit=unit)
        assert dict(partners.itertuples(index=False, name=None)) == {
            other: count for other, count in together.items() if count and other != unit
        }
        for other in shared.index[place + 1 :]:
            assert pairs.get((unit, other), 0) == together[other]


@on_dates
def test_the_list_of_measures(ask: Ask, dates: Dates):
    now, words = ask(dates), LEDGER.last_words(*dates)
    listed = coverage.measure_list(now).to_dict("records")
    assert [row["measure_id"] for row in listed] == [row["measure_id"] for row in LEDGER.measures]
    for row in listed:
        units = LEDGER.units_on(row["measure_id"])
        said = sorted((word for unit in units if (word := words[row["measure_id"], unit])), key=in_order)
        assert row["unit_ids"] == units
        assert row["theme_id"] == LEDGER.theme_of(row["measure_id"])
        assert row["state"] == LEDGER.measure_states(*dates)[row["measure_id"]]["state"]
        if said:
            assert row["days_since_feedback"] == (dates[0] - day_of(said[-1]["as_of"])).days
            assert (row["last_unit"], row["last_words"]) == (said[-1]["unit_id"], said[-1]["progress"])
        else:
            assert pd.isna(row["days_since_feedback"])
            assert (row["last_unit"], row["last_words"]) == ("", "")


@pytest.mark.thorough
@on_dates
def test_what_one_unit_carries(ask: Ask, dates: Dates):
    now, words = ask(dates), LEDGER.last_words(*dates)
    reports, states = LEDGER.reports(*dates), LEDGER.measure_states(*dates)
    for unit in ("tj-customs", "port-group", LEDGER.pairs[-1][1]):
        carried = workload.carried(now, unit=unit).to_dict("records")
        assert [row["measure_id"] for row in carried] == LEDGER.measures_of(unit)
        for row in carried:
            word = words[row["measure_id"], unit]
            assert row["unit_ids"] == [other for other in LEDGER.units_on(row["measure_id"]) if other != unit]
            assert row["state_of_unit"] == (word["status"] if word else "no_feedback")
            assert row["state"] == states[row["measure_id"]]["state"]
            assert [row["progress"], row["problems"], row["next_step"]] == (
                [word["progress"], word["problems"], word["next_step"]] if word else ["", "", ""]
            )
        owed = {
            (row["measure_id"], came): row[came]
            for row in workload.feedback_by_measure(now, unit=unit).to_dict("records")
            for came in schema.FEEDBACK
            if row[came]
        }
        assert owed == Counter((measure, came) for (measure, owing, _), came in reports.items() if owing == unit)


@pytest.mark.thorough
@on_dates
def test_states_by_period_and_burn_up(ask: Ask, dates: Dates):
    now = ask(dates)
    counts = trend.by_period(now)
    assert [end.date() for end in counts["period_end"]] == period_ends(dates[0])
    for row in counts.to_dict("records"):
        states = LEDGER.measure_states(row.pop("period_end").date(), dates[1])
        assert present(row) == Counter(measure["state"] for measure in states.values())
    columns = ["period_end", "scope", "closed", "reported"]
    burn_up = trend.burn_up(now)
    expected = LEDGER.burn_up(*dates)
    assert [(end.date(), *rest) for end, *rest in burn_up[columns].itertuples(index=False)] == expected
    assert burn_up["completion"].tolist() == [closed / scope for _, scope, closed, _ in expected]
    themes = trend.burn_up_by_theme(now)
    for theme in LEDGER.themes:
        own = themes.loc[themes["theme_id"].eq(theme), columns]
        assert [(end.date(), *rest) for end, *rest in own.itertuples(index=False)] == LEDGER.burn_up(*dates, theme)


@pytest.mark.thorough
@on_dates
def test_current_feedback_by_theme_and_period(ask: Ask, dates: Dates):
    parts = coverage.feedback_by_period(ask(dates))
    expected = {}
    for end in period_ends(dates[0]):
        states = LEDGER.measure_states(end, dates[1])
        for theme in LEDGER.themes:
            own = [stands["current"] for measure, stands in states.items() if LEDGER.theme_of(measure) == theme]
            expected[theme, end] = (sum(own), len(own))
    assert {
        (row.theme_id, row.period_end.date()): (row.current_feedback, row.measures) for row in rows_in(parts)
    } == expected


@pytest.mark.parametrize(("earlier", "later"), list(pairwise(sorted(DATES))), ids=str)
def test_changes(ask: Ask, earlier: tuple[date, date], later: tuple[date, date]):
    before, after = LEDGER.measure_states(*earlier), LEDGER.measure_states(*later)
    moved = trend.changes(ask(earlier), ask(later))
    assert list(moved[["measure_id", "state_before", "state"]].itertuples(index=False, name=None)) == [
        (measure, before[measure]["state"], after[measure]["state"])
        for measure in after
        if before[measure]["state"] != after[measure]["state"]
    ]
    way = ["no_feedback", *WEAKEST_FIRST[:-1]]
    for row in rows_in(moved):
        if "withdrawn" in (row.state, row.state_before):
            assert row.direction == "other"
        else:
            forward = way.index(row.state) > way.index(row.state_before)
            assert row.direction == ("forward" if forward else "back")


@on_dates
def test_slips(ask: Ask, dates: Dates):
    moves = trend.slips(ask(dates))
    slipped = {
        (row.measure_id, row.unit_id): (None if pd.isna(row.days_slipped) else row.days_slipped, row.times_returned)
        for row in rows_in(moves)
    }
    assert slipped == LEDGER.slips(*dates)
    for row in rows_in(moves.dropna(subset=["expected_first"])):
        said = LEDGER.words(*dates)[row.measure_id, row.unit_id]
        expected = [word["expected_completion"] for word in said if word["expected_completion"]]
        assert [str(row.expected_first.date()), str(row.expected_last.date())] == [expected[0], expected[-1]]


@on_dates
def test_days_to_completion(ask: Ask, dates: Dates):
    words = LEDGER.words(*dates)
    times = trend.durations(ask(dates))
    states, expected = LEDGER.measure_states(*dates), []
    for measure in LEDGER.measures:
        name, state = measure["measure_id"], states[measure["measure_id"]]["state"]
        if measure["kind"] == "ongoing":
            continue
        end = dates[0]
        if state in SETTLED:
            ends = []
            for unit in LEDGER.units_on(name):
                said = words[name, unit]
                run = len(said)
                while run and said[run - 1]["status"] == said[-1]["status"]:
                    run -= 1
                if said:
                    ends.append(day_of(said[run]["as_of"]))
            end = max(ends)
        expected.append((name, (end - ISSUED).days, state == "closed"))
    assert list(times.itertuples(index=False, name=None)) == expected
