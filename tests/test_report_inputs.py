"""What a page rests on: the rows known at K, no more and no less; which periods are due; K when nobody says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analysis import schema
from analysis.asked.runs import days_asked
from analysis.basis.placing import Rows
from analysis.cli import Exit, main
from analysis.names import theme_names, unit_names
from analysis.parameters import ParameterError
from analysis.periods import EVERY, EXAMPLES, Calendar
from analysis.plan import Plan, UnknownName
from analysis.report import Inputs, Parameters, check_parameters, keys, make_reports, periods_due, read_inputs
from analysis.site import Manifest
from analysis.terminal.speaking import speaking
from tests.plans import asked, change_rows, copy_plan, notebook, registry_of
from tests.sites import failure, page

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

HEAD: dict[str, Any] = {
    "id": "small",
    "reporting": {"every": "month", "first_period": "2024-06", "due_after_days": 5, "timezone": "Asia/Shanghai"},
}
NOTICE = {
    "themes": [{"theme_id": name, "title": name, "short": name} for name in ("T1", "T2")],
    "measures": [
        {"measure_id": "M1", "theme_id": "T1", "number": "1", "title": "一", "text": "一", "kind": "one_off"},
        {"measure_id": "M2", "theme_id": "T2", "number": "2", "title": "二", "text": "二", "kind": "quantified"},
        {"measure_id": "M3", "theme_id": "T2", "number": "3", "title": "三", "text": "三", "kind": "ongoing"},
    ],
    "units": [{"unit_id": name, "name": name, "short": name, "is_group": "false"} for name in "abc"],
    "responsibilities": [
        {"measure_id": measure, "clause": 1, "unit_id": unit, "position": position, "role": "joint"}
        for measure, units in (("M1", "ab"), ("M2", "b"), ("M3", "bc"))
        for position, unit in enumerate(units, start=1)
    ],
    "commitments": [
        {"commitment_id": f"C{n}", "measure_id": f"M{n}", "comparator": "at_most", "quantity": 2, "quantity_unit": "日"}
        for n in (1, 2)
    ],
}
SELECTIONS = [{}, {"unit": "a"}, {"unit": "b"}, {"unit": "c"}, {"theme": "T2"}, {"theme": "T2", "unit": "c"}]
NOTEBOOK = Path(__file__)
"""Any file: whether a page is made again must not depend on which."""

days = st.dates(date(2024, 5, 28), date(2024, 9, 2))
spans = st.sampled_from([0, 0, 1, 5, 6, 36])


@dataclass(frozen=True)
class Ledger:
    """A small plan as rows of text, so that it can be read both as inputs and as a plan."""

    record: Mapping[str, tuple[dict[str, str], ...]]

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table as text."""
        told = {**NOTICE, **self.record}
        return {
            name: pd.DataFrame(
                [[str(row.get(column, "")) for column in columns] for row in told[name]], columns=columns, dtype="str"
            )
            for name, columns in schema.REQUIRED_COLUMNS.items()
        }

    @property
    def inputs(self) -> Inputs:
        """As a run reads it."""
        rows = {
            name: Rows(tuple(table.columns), tuple(table.itertuples(index=False, name=None)))
            for name, table in self.tables.items()
        }
        return Inputs(Path("small"), HEAD, b"", rows)

    @property
    def plan(self) -> Plan:
        """As a page reads it."""
        return plan_of(self.tables)

    def known(self, known_at: date) -> Ledger:
        """What of it had arrived by a day."""
        arrival = {"progress": "reported_at", "decisions": "recorded_at", "actuals": "reported_at"}
        return Ledger(
            {
                name: tuple(row for row in rows if row[arrival[name]] <= str(known_at))
                for name, rows in self.record.items()
            }
        )


def plan_of(tables: Mapping[str, pd.DataFrame]) -> Plan:
    """A plan of tables of text."""
    typed: dict[str, Any] = {
        name: schema.to_types(name, table).reset_index(drop=True) for name, table in tables.items()
    }
    return Plan(
        id="small",
        folder=Path("small"),
        title={"zh": "测试方案"},
        issuers={"zh": ["某办公室"]},
        issued=pd.Timestamp("2024-05-31"),
        lead_rule="none",
        progress_provenance="synthetic",
        calendar=Calendar.of(HEAD),
        sources=pd.DataFrame(columns=["file", "rows", "sha256"]),
        **typed,
    )


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    """Records with late and early arrivals, corrections, retractions, and units that come and go."""
    record: dict[str, list[dict[str, str]]] = {"progress": [], "decisions": [], "actuals": []}
    names = {"progress": "log_id", "decisions": "decision_id", "actuals": "actual_id"}
    for number in range(draw(st.integers(0, 9))):
        table = draw(st.sampled_from(list(record)))
        day = draw(days)
        # Some statements arrive before the day that they speak of.
        arrived = day + timedelta(draw(spans) if table != "progress" else draw(spans | st.just(-9)))
        row = {names[table]: f"{table[0]}{number}", "unit_id": draw(st.sampled_from("abc"))}
        row |= {"measure_id": draw(st.sampled_from(["M1", "M2", "M3"]))}
        if table == "decisions":
            row |= {"decision": draw(st.sampled_from(schema.DECISIONS)), "decided_by": "核验组"}
            row |= {"effective_on": str(day), "recorded_at": str(arrived)}
            row |= {"due": str(draw(days))} if row["decision"] == "extended" else {}
            if row["decision"] in ("closed", "reopened", "withdrawn", "extended"):
                row["unit_id"] = ""
        else:
            row |= {"as_of": str(day), "reported_at": str(arrived)}
        if table == "progress":
            row |= {"status": draw(st.sampled_from(schema.DELIVERY)), "evidence_ref": draw(st.sampled_from(["", "附"]))}
        elif table == "actuals":
            of_promise = draw(st.sampled_from("12"))
            row |= {"commitment_id": f"C{of_promise}", "measure_id": f"M{of_promise}", "value": "1"}
        # Only what has come is taken back: of the same measure, and by the same unit or by the office.
        of = ("commitment_id", "unit_id") if table == "actuals" else ("measure_id", "unit_id")
        is_void = row.get("decision") == "void"
        taken = [
            (other, earlier)
            for other in (record if is_void else (table,))
            for earlier in record[other]
            if all(earlier[key] == row[key] for key in of)
            and earlier.get("reported_at", earlier.get("recorded_at", "")) <= str(arrived)
        ]
        if is_void and not taken:
            continue
        if taken and (is_void or draw(st.booleans())):
            other, earlier = draw(st.sampled_from(taken))
            row["supersedes"] = earlier[names[other]]
        record[table].append(row)
    return Ledger({name: tuple(rows) for name, rows in record.items()})


moments = st.tuples(days, spans).map(lambda pair: (pair[0], pair[0] + timedelta(pair[1])))
"""T and K."""
selections = st.sampled_from(SELECTIONS)


def parameters_of(as_of: date, known_at: date, selection: Mapping[str, str]) -> Parameters:
    return Parameters(plan_id="small", as_of=str(as_of), known_at=str(known_at), **selection)


def key_of(ledger: Ledger, parameters: Parameters) -> str:
    return keys.page_key(NOTEBOOK, ledger.inputs, parameters)


def ids_of(rows: Rows) -> set[str]:
    return {row[0] for row in rows.rows}


# What a page rests on.


@pytest.mark.thorough
@given(ledgers(), moments, selections)
def test_what_arrives_after_k_changes_no_key(ledger: Ledger, moment: tuple[date, date], selection: dict[str, str]):
    parameters = parameters_of(*moment, selection)
    assert key_of(ledger, parameters) == key_of(ledger.known(moment[1]), parameters)


@pytest.mark.thorough
@given(ledgers(), moments, selections)
def test_the_rows_that_are_used_tell_all_that_the_whole_record_tells(
    ledger: Ledger, moment: tuple[date, date], selection: dict[str, str]
):
    """Whatever a page is read from is the same without the rows that its key does not know of."""
    used = ledger.inputs.used(parameters_of(*moment, selection))
    kept = {name: pd.DataFrame(list(rows.rows), columns=list(rows.header), dtype="str") for name, rows in used.items()}
    readings = [plan.select(**selection).at(moment[0], known_at=moment[1]) for plan in (ledger.plan, plan_of(kept))]
    frames = ("measures", "responsibilities", "obligations", "states", "measure_states", "standing", "decisions")
    for name in (*frames, "apart", "panel", "measure_panel"):
        pd.testing.assert_frame_equal(*(getattr(one, name) for one in readings), obj=name, check_dtype=False)
    measured = [one.record.actuals.query("as_of <= @one.as_of").reset_index(drop=True) for one in readings]
    pd.testing.assert_frame_equal(*measured, check_dtype=False)
    assert readings[0].receipts == readings[1].receipts


@pytest.mark.thorough
@given(ledgers(), moments, selections, st.data())
def test_a_key_changes_when_a_row_that_is_used_changes_and_only_then(
    ledger: Ledger, moment: tuple[date, date], selection: dict[str, str], data: st.DataObject
):
    told = [(table, place) for table, rows in ledger.record.items() for place in range(len(rows))]
    assume(told)
    table, place = data.draw(st.sampled_from(told))
    remark = {"progress": "problems", "decisions": "reason", "actuals": "method"}[table]
    rows = list(ledger.record[table])
    rows[place] = {**rows[place], remark: "另有说明"}
    changed = Ledger({**ledger.record, table: tuple(rows)})
    parameters = parameters_of(*moment, selection)
    is_used = next(iter(rows[place].values())) in ids_of(ledger.inputs.used(parameters)[table])
    assert (key_of(changed, parameters) != key_of(ledger, parameters)) == is_used


@pytest.mark.thorough
@given(ledgers(), moments, selections, days, spans)
def test_an_earlier_day_rests_on_no_other_rows(
    ledger: Ledger, moment: tuple[date, date], selection: dict[str, str], day: date, later: int
):
    """Both days of a comparison are read at one K, and what was revised since at an earlier one."""
    as_of, known_at = moment
    assume(day <= as_of)
    whole = ledger.inputs.used(parameters_of(as_of, known_at, selection))
    for known in {known_at, min(day + timedelta(later), known_at)}:
        earlier = ledger.inputs.used(parameters_of(day, known, selection))
        assert all(set(rows.rows) <= set(whole[name].rows) for name, rows in earlier.items())


@given(ledgers(), moments)
def test_what_speaks_of_later_days_makes_no_page_again(ledger: Ledger, moment: tuple[date, date]):
    """But what takes a row back counts whatever day it speaks of."""
    used = ledger.inputs.used(parameters_of(*moment, {}))
    as_of, known_at = map(str, moment)
    for table, day, arrival in (("progress", "as_of", "reported_at"), ("decisions", "effective_on", "recorded_at")):
        for row in ledger.record[table]:
            speaks_of = min(row[day], row[arrival]) if table == "progress" else row[day]
            counts = row[arrival] <= known_at and (speaks_of <= as_of or "supersedes" in row)
            assert (next(iter(row.values())) in ids_of(used[table])) == counts


def joining(effective_on: str, recorded_at: str) -> dict[str, str]:
    return {
        "decision_id": "D1",
        "measure_id": "M2",
        "unit_id": "a",
        "decision": "joined",
        "effective_on": effective_on,
        "recorded_at": recorded_at,
        "decided_by": "某办公室",
    }


@pytest.mark.parametrize(
    ("effective_on", "recorded_at", "measures"),
    [
        ("2024-07-01", "2024-07-02", ["M1", "M2"]),
        # It is not known yet, or is not so yet.
        ("2024-07-01", "2024-08-06", ["M1"]),
        ("2024-08-01", "2024-07-02", ["M1"]),
    ],
)
def test_a_unit_is_shown_the_measures_that_it_had_joined(effective_on: str, recorded_at: str, measures: list[str]):
    ledger = Ledger({"progress": (), "actuals": (), "decisions": (joining(effective_on, recorded_at),)})
    parameters = parameters_of(date(2024, 7, 31), date(2024, 8, 5), {"unit": "a"})
    assert sorted(ids_of(ledger.inputs.used(parameters)["measures"])) == measures
    now = ledger.plan.select(unit="a").at("2024-07-31")
    assert list(now.plan.measures["measure_id"]) == list(now.measure_states["measure_id"]) == measures


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("decisions", {"measure_id": "M9"}),
        ("decisions", {"unit_id": "nobody"}),
        ("decisions", {"effective_on": "2024-02-30"}),
        ("decisions", {"recorded_at": ""}),
        ("actuals", {"commitment_id": "C9"}),
        ("actuals", {"reported_at": "soon"}),
        ("progress", {"as_of": "2024/6/30"}),
    ],
)
def test_a_row_that_cannot_be_placed_counts_for_every_page(table: str, change: dict[str, str]):
    late = {"as_of": "2024-09-01", "reported_at": "2024-09-01", "unit_id": "b"}
    rows = {
        "progress": {"log_id": "P1", "measure_id": "M2", "status": "stalled", **late},
        "decisions": {**joining("2024-09-01", "2024-09-01")},
        "actuals": {"actual_id": "A1", "commitment_id": "C2", "value": "1", **late},
    }
    parameters = [parameters_of(date(2024, 6, 30), date(2024, 7, 5), selection) for selection in SELECTIONS]
    for broken in (False, True):
        record: dict[str, tuple[dict[str, str], ...]] = {"progress": (), "decisions": (), "actuals": ()}
        record[table] = ({**rows[table], **(change if broken else {})},)
        inputs = Ledger(record).inputs
        assert [len(inputs.used(one)[table].rows) for one in parameters] == [int(broken)] * len(parameters)


@pytest.mark.notebook
def test_what_arrives_after_k_changes_no_byte_of_a_page(tmp_path: Path):
    """Made once more all the same, with characters and marks that no page has shown yet."""
    shows = (
        "now = open_plan(plan_id).select(unit=unit).at(as_of, known_at=known_at)\n"
        "display(now.states[['measure_id', 'state', 'problems']], now.decisions, now.obligations, now.record.actuals)"
    )
    small = notebook(tmp_path / "load.ipynb", "from analysis.plan import open_plan", shows)
    plan = copy_plan(tmp_path)

    def made() -> tuple[Mapping[str, str], bytes]:
        inputs = read_inputs(plan)
        wanted = [("load", asked(inputs, as_of="2024-12-31"))]
        run = make_reports(wanted, inputs, folder=tmp_path / "site", registry=registry_of({"load": small}), force=True)
        (outcome,) = run.outcomes
        assert outcome.result == "made", outcome.reason
        return dict(outcome.parameters), outcome.path.read_bytes()

    before = made()
    known_at = before[0]["known_at"]
    later = {"reported_at": "2025-06-02", "recorded_at": "2025-06-02", "measure_id": "M1", "unit_id": "tj-customs"}
    add(
        plan, "progress", {**later, "log_id": "L1", "as_of": "2024-12-01", "status": "stalled", "problems": "łńś ✅ 龘"}
    )
    add(plan, "decisions", {**later, "decision_id": "L2", "decision": "joined", "effective_on": "2024-12-01"})
    add(plan, "actuals", {**later, "actual_id": "L3", "as_of": "2024-12-01", "value": "1"})
    assert change_rows(plan, "progress", lambda row: row["reported_at"] > known_at and not row.update(next_step="改"))
    assert made() == before


def add(plan: Path, table: str, row: dict[str, str]) -> None:
    """Add a row to a table of the record."""
    file = plan / f"{table}.csv"
    text = file.read_text("utf-8")
    header = text.splitlines()[0].removeprefix("\ufeff").split(",")
    told = {"decided_by": "市商务局", "commitment_id": "C1", **row}
    file.write_text(text + ",".join(told.get(column, "") for column in header) + "\n", "utf-8")


# K and periods.


@pytest.mark.parametrize(
    ("reporting", "as_of", "known_at"),
    [
        ({}, "2024-06-30", "2024-07-05"),
        ({}, "2024-06-29", "2024-06-29"),
        # Before the first period nothing is due.
        ({}, "2024-05-31", "2024-05-31"),
        ({"due_after_days": -5}, "2024-06-30", "2024-06-30"),
        ({"due_after_days": 6, "due_on_working_day": True}, "2024-06-30", "2024-07-08"),
        ({"every": "quarter", "first_period": "2024-Q2"}, "2024-06-30", "2024-07-05"),
        ({"every": "quarter", "first_period": "2024-Q2"}, "2024-07-31", "2024-07-31"),
        ({"every": "week", "first_period": "2024-W23"}, "2024-06-30", "2024-07-05"),
        ({"every": "none", "first_period": ""}, "2024-06-30", "2024-06-30"),
    ],
)
def test_k_is_the_due_day_of_the_period_that_ends(reporting: dict[str, Any], as_of: str, known_at: str):
    inputs = inputs_of(**reporting)
    parameters = check_parameters({"plan_id": "small", "as_of": as_of}, inputs)
    assert parameters.known_at == known_at == inputs.known_by(as_of)
    assert check_parameters({"plan_id": "small", "as_of": as_of, "known_at": "2025-01-01"}, inputs).known_at == (
        "2025-01-01"
    )


def inputs_of(**reporting: Any) -> Inputs:
    """The inputs of a plan without a record that reports otherwise."""
    inputs = Ledger({"progress": (), "decisions": (), "actuals": ()}).inputs
    return replace(inputs, head={**HEAD, "reporting": {**HEAD["reporting"], **reporting}})


@pytest.mark.parametrize(
    "reporting",
    [
        {"every": "fortnight"},
        {"every": ["month"]},
        {"first_period": "2024-Q2"},
        {"first_period": 202406},
        {"due_after_days": "5"},
        {"due_after_days": 10**12},
    ],
)
def test_a_calendar_that_cannot_be_read_is_none(reporting: dict[str, Any]):
    assert inputs_of(**reporting).calendar is None


def test_without_a_head_there_is_no_calendar():
    inputs = inputs_of()
    for head in ({}, {"reporting": "monthly"}, {"reporting": {}}):
        assert replace(inputs, head=head).calendar is None
        assert replace(inputs, head=head).timezone == "UTC"
    assert inputs_of(timezone=["Asia/Shanghai"]).timezone == "UTC"


@pytest.mark.parametrize("options", [["--as-of", "2025-03-31"], ["--as-of", "last-period-end"]])
def test_of_a_calendar_that_cannot_be_read_every_problem_is_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str]
):
    plan = copy_plan(tmp_path)
    head = plan / "plan.toml"
    head.write_text(head.read_text("utf-8").replace('every = "month"', 'every = "fortnight"'), "utf-8")
    assert main(["report", "--plan", str(plan), *options, "--out", str(tmp_path / "site")]) == Exit.BAD_DATA
    assert "fortnight" in capsys.readouterr().err
    assert not (tmp_path / "site").exists()


def periods(today: date, site: Manifest | None = None, **reporting: Any) -> list[tuple[str, str]]:
    return periods_due(today, inputs_of(**reporting), site or Manifest(), ["load"])


@pytest.mark.parametrize(
    ("today", "last"),
    [
        ("2025-04-08", ("2025-03-31", "2025-04-07")),
        ("2025-04-30", ("2025-03-31", "2025-04-07")),
        # On the due day itself feedback may still come.
        ("2025-04-07", ("2025-02-28", "2025-03-05")),
        ("2025-03-31", ("2025-02-28", "2025-03-05")),
        ("2025-01-07", ("2024-12-31", "2025-01-06")),
    ],
)
def test_the_last_period_is_the_last_whose_feedback_was_due(today: str, last: tuple[str, str]):
    inputs = read_inputs("tianjin-2024")
    assert periods_due(date.fromisoformat(today), inputs, Manifest(), ["load"]) == [last]


@pytest.mark.parametrize(
    ("reporting", "today", "last"),
    [
        ({"every": "week", "first_period": "2024-W23"}, "2024-06-28", ("2024-06-16", "2024-06-21")),
        ({"every": "quarter", "first_period": "2024-Q1"}, "2024-07-06", ("2024-06-30", "2024-07-05")),
        ({"every": "quarter", "first_period": "2024-Q1"}, "2024-07-05", ("2024-03-31", "2024-04-05")),
        ({"every": "half-year", "first_period": "2024-H1"}, "2025-01-06", ("2024-12-31", "2025-01-05")),
        ({"every": "year", "first_period": "2024"}, "2025-01-06", ("2024-12-31", "2025-01-05")),
        # Due before its end: what is true at the end is not known before it.
        ({"due_after_days": -5}, "2024-07-30", ("2024-06-30", "2024-06-30")),
        ({"due_after_days": -5}, "2024-08-01", ("2024-07-31", "2024-07-31")),
    ],
)
def test_periods_are_as_long_as_the_plan_says(reporting: dict[str, Any], today: str, last: tuple[str, str]):
    assert periods(date.fromisoformat(today), **reporting) == [last]


@given(
    st.sampled_from([every for every in EVERY if every != "none"]),
    st.dates(date(2024, 1, 1), date(2027, 12, 31)),
    st.integers(-20, 40),
    st.booleans(),
)
def test_the_last_period_is_over_and_due_and_the_next_is_not(every: str, today: date, days_after: int, moves: bool):
    reporting = {"every": every, "first_period": EXAMPLES[every], "due_after_days": days_after}
    reporting["due_on_working_day"] = moves
    calendar = inputs_of(**reporting).require_calendar()
    due = periods(today, **reporting)
    first = calendar.named(EXAMPLES[every])
    if not due:
        assert calendar.known_by(first.end) >= today
        return
    ((end, known),) = due
    last = calendar.period_of(date.fromisoformat(end))
    assert (last.end.isoformat(), calendar.known_by(last.end).isoformat()) == (end, known)
    assert known < today.isoformat()
    assert calendar.known_by(calendar.after(last)[0].end) >= today
    assert last >= first


DUE = {"2024-12-31": "2025-01-06", "2025-01-31": "2025-02-05", "2025-02-28": "2025-03-05", "2025-03-31": "2025-04-07"}
"""K of some periods; and of a day that ends none, as long known after it as if it did."""
DUE["2052-02-29"] = "2052-03-05"
DUE["2025-02-10"] = "2025-02-15"


def due_of(
    *made: str,
    failed: Iterable[str] = (),
    report: str = "load",
    today: str = "2025-04-08",
    inputs: Inputs | None = None,
) -> list[str]:
    """The ends of the periods that are due of a site that has pages, and failures, of some days."""
    inputs = inputs or read_inputs("tianjin-2024")
    pages = [page(as_of=day, plan_id=inputs.id, known_at=DUE.get(day, day)) for day in made]
    failures = [failure(as_of=day, plan_id=inputs.id, known_at=DUE.get(day, day)) for day in failed]
    site = Manifest({one.path: one for one in pages}, {one.path: one for one in failures})
    found = periods_due(date.fromisoformat(today), inputs, site, [report])
    assert all(known == DUE.get(day, known) for day, known in found)
    return [day for day, _ in found]


def test_missed_and_failed_periods_are_caught_up():
    assert due_of("2024-12-31") == ["2025-01-31", "2025-02-28", "2025-03-31"]
    # A clock that was once ahead has made none of those that were missed.
    assert due_of("2024-12-31", "2052-02-29") == ["2025-01-31", "2025-02-28", "2025-03-31"]
    assert due_of("2025-02-28", failed=["2025-01-31"]) == ["2025-01-31", "2025-03-31"]
    assert due_of("2024-12-31", report="other") == ["2025-03-31"]
    # What somebody made of another day stands for no period.
    assert due_of("2024-12-31", "2025-03-15") == ["2025-01-31", "2025-02-28", "2025-03-31"]
    assert due_of("2024-12-31", "2025-02-10") == ["2025-01-31", "2025-02-28", "2025-03-31"]
    # A gap of years is for a person to close.
    assert len(due_of("2024-12-31", today="2030-01-08")) == 12


def test_a_clock_that_was_set_back_asks_for_one_period():
    assert due_of("2024-12-31", "2025-03-31", today="2024-08-06") == ["2024-07-31"]
    assert due_of("2025-02-28", today="2024-06-06") == []


@pytest.mark.parametrize(
    ("every", "told"),
    [("none", "方案不按期反馈"), ("year", "第一期为9999")],
)
def test_a_period_that_is_not_is_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], every: str, told: str
):
    plan = copy_plan(tmp_path)
    head = plan / "plan.toml"
    said = head.read_text("utf-8").replace('every = "month"', f'every = "{every}"')
    head.write_text(said.replace('"2024-06"', '"9998"' if every == "year" else '""'), "utf-8")
    asked_for = ["report", "--plan", str(plan), "--as-of", "last-period-end", "--out", str(tmp_path / "site")]
    assert main([*asked_for, "--lang", "zh"]) == Exit.BAD_PARAMETERS
    assert told.replace("9999", "9998") in capsys.readouterr().err
    assert main([*asked_for, "--lang", "en"]) == Exit.BAD_PARAMETERS
    assert "period" in capsys.readouterr().err
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize("name", ["as_of", "compare_to"])
def test_no_page_speaks_of_a_day_before_the_plan_was_issued(name: str):
    issued = "2024-05-31"
    inputs = replace(inputs_of(), head={**HEAD, "issued": date.fromisoformat(issued)})
    day = f"{date.fromisoformat(issued) - timedelta(1)}"
    asked = {"plan_id": "small", "as_of": "2024-12-31"}
    with pytest.raises(ParameterError, match=rf"{name}.*{day}.*早于方案印发之日 {issued}"):
        check_parameters({**asked, name: day}, inputs)
    assert check_parameters({**asked, name: issued}, inputs)


def test_no_page_is_asked_for_of_a_day_that_has_not_come():
    row = {"log_id": "P1", "measure_id": "M1", "unit_id": "a", "as_of": "2025-03-31", "reported_at": "2025-03-29"}
    inputs = Ledger({"progress": (row,), "decisions": (), "actuals": ()}).inputs

    def asked(today: str, as_of: str = "", known_at: str = "") -> list[tuple[str, str]]:
        given = {"as_of": as_of, "known_at": known_at}
        return days_asked(inputs, date.fromisoformat(today), Manifest(), [], speaking("en"), **given)

    assert asked("2025-03-31", "2025-03-31") == [("2025-03-31", "")]
    assert asked("2025-03-31", "2025-03-30", "2025-03-31") == [("2025-03-30", "2025-03-31")]
    with pytest.raises(ParameterError, match="--as-of 2025-03-31: that day has not come yet; today is 2025-03-30"):
        asked("2025-03-30", "2025-03-31")
    with pytest.raises(ParameterError, match="--known-at 2052-03-31: "):
        asked("2025-03-31", "2025-03-31", "2052-03-31")
    assert asked("2025-03-29") == [(inputs.last_day(), "")]
    assert asked("2025-03-28") == [("2025-03-28", "")]
    inputs = replace(inputs, head={**HEAD, "progress_provenance": "synthetic"})
    assert asked("2025-03-28", "2025-03-29") == [("2025-03-29", "")]


@pytest.mark.parametrize(
    ("options", "locale", "line"),
    [
        (["--lang", "zh"], "en_GB.UTF-8", "截至2025-03-31，按2025-04-07前收到的反馈。"),
        (["--lang", "en"], "zh_CN.UTF-8", "As of 2025-03-31, on feedback received by 2025-04-07."),
        ([], "en_GB.UTF-8", "As of 2025-03-31, on feedback received by 2025-04-07."),
        ([], "C.UTF-8", "截至2025-03-31，按2025-04-07前收到的反馈。"),
        (["--known-at", "2025-05-01"], "en", "As of 2025-03-31, on feedback received by 2025-05-01."),
    ],
)
def test_the_command_says_what_k_it_took(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    locale: str,
    line: str,
):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, locale)
    # Where nothing can be written nothing is made, and that takes no time.
    (tmp_path / "file").touch()
    main(["report", "--as-of", "2025-03-31", *options, "--out", str(tmp_path / "file" / "site")])
    assert capsys.readouterr().out.splitlines()[0] == line


def test_a_day_is_the_last_of_the_record_only_when_it_had_come():
    """A slip of the pen in a year would make a report of a day that nobody has seen."""
    row = {"measure_id": "M1", "unit_id": "a", "status": "stalled", "reported_at": "2024-07-03"}
    told = [{**row, "log_id": "P1", "as_of": "2024-06-30"}, {**row, "log_id": "P2", "as_of": "2042-06-30"}]
    assert Ledger({"progress": tuple(told), "decisions": (), "actuals": ()}).inputs.last_day() == "2024-07-03"
    assert inputs_of().last_day() == ""


# Names.


def test_a_name_in_any_language_is_a_name():
    units = [{"unit_id": "mit", "name": "交通部", "short": "交通", "aliases": "交通运输部|MIMS", "short_it": "MIT"}]
    units.append({"unit_id": "mef", "name": "财政部", "short": "财政", "aliases": "", "name_it": "Ministero"})
    names = dict(unit_names(units))
    assert {name for name, unit in names.items() if unit == "mit"} == {
        "mit",
        "交通部",
        "交通",
        "MIT",
        "交通运输部",
        "MIMS",
    }
    assert names["Ministero"] == "mef"
    themes = [{"theme_id": "T1", "title": "通关", "short": "关", "title_it": "Dogane", "short_it": "", "remark": "x"}]
    assert dict(theme_names(themes)) == dict.fromkeys(("T1", "通关", "关", "Dogane"), "T1")


def test_a_plan_of_one_language_is_spoken_of_in_its_own_words():
    inputs = inputs_of()
    for key in ("a", "T1", "nothing"):
        assert [inputs.short_name(key, lang) for lang in ("zh", "en")] == [key, key]
    assert check_parameters({"plan_id": "small", "as_of": "2024-06-30", "unit": "a"}, inputs).unit == "a"
    with pytest.raises(UnknownName):
        inputs.unit("d")
