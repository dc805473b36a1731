"""The synthetic record: lawful, repeatable, and as untidy as a real one."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from analysis import cli, schema
from analysis.periods import EVERY, EXAMPLES, Calendar
from analysis.plan import inspect_plan, open_plan
from analysis.record import to_csv
from analysis.sample import MARK, synthetic_record
from analysis.schema import RECORD
from tests.plan_folders import change_head, write_plan

if TYPE_CHECKING:
    from analysis.plan import Plan
    from analysis.plan.reading import Reading

FOLDER = Path(__file__).parents[1] / "data" / "tianjin-2024"
LINK = ["measure_id", "unit_id"]
NOTICE = ("measures", "units", "responsibilities", "commitments")
Record = dict[str, pd.DataFrame]


def made_for(plan: Plan, **options: Any) -> Record:
    tables = {name: getattr(plan, name) for name in NOTICE}
    deciders = {one.name: one.part_of for one in plan.deciders}
    asked = {"calendar": plan.calendar, "issued": plan.issued.date(), "deciders": deciders, **options}
    return synthetic_record(tables, **asked)


@pytest.fixture(scope="module")
def record(tianjin: Plan) -> Record:
    return made_for(tianjin)


@pytest.fixture(scope="module")
def now(tianjin: Plan) -> Reading:
    return tianjin.at("2025-03-31", known_at="2025-04-30")


@pytest.fixture(scope="module")
def standing(tianjin: Plan) -> pd.DataFrame:
    """Statements that nobody replaced, each responsibility's in the order of the days they speak of."""
    log = tianjin.progress
    return log[~log["log_id"].isin(log["supersedes"])].sort_values([*LINK, "as_of"], ignore_index=True)


# The same again, and nothing else touched.


def test_the_embedded_record_is_what_the_generator_makes(record: Record):
    for name in RECORD:
        assert (FOLDER / f"{name}.csv").read_text("utf-8") == to_csv(record[name]), name


def test_same_seed_same_record_and_another_seed_another(tianjin: Plan, record: Record):
    before = {name: getattr(tianjin, name).copy() for name in NOTICE}
    again, other = made_for(tianjin), made_for(tianjin, seed=1)
    for name in RECORD:
        pd.testing.assert_frame_equal(again[name], record[name])
        assert not other[name].equals(record[name])
    for name in NOTICE:
        pd.testing.assert_frame_equal(getattr(tianjin, name), before[name])


def test_text_and_typed_tables_give_the_same_record(tianjin: Plan, record: Record):
    tables = {name: pd.read_csv(FOLDER / f"{name}.csv", dtype="str", keep_default_na=False) for name in NOTICE}
    deciders = {one.name: "" for one in tianjin.deciders}
    again = synthetic_record(tables, calendar=tianjin.calendar, issued=date(2024, 5, 31), deciders=deciders)
    for name in RECORD:
        pd.testing.assert_frame_equal(again[name], record[name])


# What it says of itself.


def test_every_row_says_that_it_is_made_up(tianjin: Plan, record: Record):
    assert record["progress"]["progress"].str.startswith(MARK).all()
    assert record["progress"]["source_file"].str.startswith("示例").all()
    (decider,) = tianjin.deciders
    assert "示例" in decider.name
    assert set(record["decisions"]["decided_by"]) == {decider.name}
    assert record["decisions"]["reason"].str.startswith("示例").all()
    assert record["actuals"]["method"].str.startswith("示例").all()
    for name in RECORD:
        named = record[name]["evidence_ref"]
        assert named[named.ne("")].str.startswith("示例").all()
    assert tianjin.progress_provenance == "synthetic"


def test_the_plan_is_the_notices(tianjin: Plan, now: Reading):
    roles = tianjin.responsibilities.drop_duplicates("measure_id")["role"].value_counts()
    assert (len(tianjin.measures), len(tianjin.themes), len(tianjin.units)) == (31, 6, 24)
    assert len(now.responsibilities) == len(tianjin.responsibilities) == 91
    assert (roles["joint"], roles["sole"]) == (22, 8)


# Lawful, whatever the plan.


@pytest.mark.thorough
@pytest.mark.parametrize("seed", [2024, 7])
@pytest.mark.parametrize("every", EVERY)
def test_lawful_with_any_calendar(tmp_path: Path, every: str, seed: int):
    folder = write_plan(tmp_path / "plan", measures=24, units=7, statements="none")
    first = EXAMPLES.get(every, "")
    change_head(folder, 'every = "month"\nfirst_period = "2024-06"', f'every = "{every}"\nfirst_period = "{first}"')
    change_head(folder, "due_after_days = 5", f"due_after_days = {5 if seed == 7 else -3}")
    plan = open_plan(folder)
    made = made_for(plan, seed=seed, periods=12)
    for name, rows in made.items():
        (folder / f"{name}.csv").write_text(to_csv(rows), "utf-8")
    whole, problems = inspect_plan(folder)
    assert whole is not None
    assert set(problems["rule"]) <= {"percent-fell", "went-back"}
    arrived = whole.progress["reported_at"]
    assert (arrived >= whole.progress["as_of"]).all()
    assert arrived.is_monotonic_increasing
    last = whole.at(arrived.max())
    assert {"closed", "done_reported", "stalled", "in_progress"} <= set(last.measure_states["state"])
    assert last.feedback.empty == (every == "none")


@pytest.mark.thorough
@pytest.mark.parametrize("measures", [1, 2, 3, 5, 60])
def test_lawful_with_any_number_of_measures(tmp_path: Path, measures: int):
    plan, problems = inspect_plan(write_plan(tmp_path / "plan", measures=measures, units=min(measures, 9)))
    assert plan is not None
    assert set(problems["rule"]) <= {"percent-fell", "went-back"}
    assert len(plan.progress)


def test_where_nobody_may_decide_nothing_is_decided(tianjin: Plan):
    made = made_for(tianjin, deciders={})
    assert made["decisions"].empty
    assert list(made["decisions"].columns) == list(schema.REQUIRED_COLUMNS["decisions"])
    assert not made["progress"]["progress"].str.contains("核验意见|重开|办结后").any()


def test_nobody_decides_what_it_is_a_unit_of(tianjin: Plan):
    made = made_for(tianjin, deciders={"商务局口岸处": "commerce-bureau"})
    decided = set(made["decisions"]["measure_id"])
    named = tianjin.responsibilities
    assert decided
    assert not decided & set(named.loc[named["unit_id"].eq("commerce-bureau"), "measure_id"])
    # A decider that goes by a unit's own name is that unit.
    by_name = made_for(tianjin, deciders={"市商务局": ""})["decisions"]
    assert by_name.drop(columns="decided_by").equals(made["decisions"].drop(columns="decided_by"))


def test_a_unit_says_nothing_before_it_is_on_a_measure_nor_after(tianjin: Plan):
    named = tianjin.responsibilities.copy()
    named.loc[named["measure_id"].eq("M8"), "from"] = pd.Timestamp("2024-09-10")
    named.loc[named["measure_id"].eq("M24"), "until"] = pd.Timestamp("2024-12-30")
    measures = tianjin.measures.copy()
    measures.loc[measures["measure_id"].eq("M12"), "from"] = pd.Timestamp("2024-08-01")
    tables = {"measures": measures, "units": tianjin.units, "commitments": tianjin.commitments}
    made = synthetic_record({**tables, "responsibilities": named}, calendar=tianjin.calendar, issued=date(2024, 5, 31))[
        "progress"
    ]
    days = made.groupby("measure_id")["as_of"].agg(["min", "max"])
    assert days.at["M8", "min"] > "2024-09-10"
    assert days.at["M24", "max"] < "2024-12-30"
    assert days.at["M12", "min"] > "2024-08-01"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_cannot_be_is_said_in_a_sentence(tianjin: Plan, lang: str):
    with pytest.raises(ValueError, match="7") as few:
        made_for(tianjin, periods=7, lang=lang)
    tables = {name: getattr(tianjin, name) for name in NOTICE}
    tables["responsibilities"] = tianjin.responsibilities.iloc[:0]
    with pytest.raises(ValueError) as nobody:  # noqa: PT011
        synthetic_record(tables, calendar=Calendar("month", "2024-06"), issued=date(2024, 5, 31), lang=lang)
    for refused in (few, nobody):
        assert str(refused.value).isascii() == (lang == "en")


# The warts.


@pytest.mark.thorough
def test_only_the_intended_warnings_are_given():
    plan, problems = inspect_plan("tianjin-2024")
    assert plan is not None
    # First estimates that were too high, and closures that are contradicted.
    assert problems["rule"].value_counts().to_dict() == {"percent-fell": 4, "went-back": 2}
    back = plan.progress.iloc[problems.loc[problems["rule"].eq("went-back"), "row"] - 2]
    states = plan.at("2025-03-31").measure_states
    assert set(back["measure_id"]) == set(states.loc[states["is_contradicted"], "measure_id"])


@pytest.mark.thorough
def test_where_the_sample_ends(now: Reading, tianjin: Plan):
    states = now.measure_states
    counts = states["state"].value_counts()
    assert counts["closed"] == 10
    assert counts["stalled"] == 2
    assert counts["no_feedback"] == counts["not_started"] == counts["withdrawn"] == 1
    assert {"done_reported", "in_progress", "ongoing"} <= set(counts.index)
    closed = states[states["state"].eq("closed")]
    assert closed["units_silent"].gt(0).sum() == 2
    assert closed["is_contradicted"].sum() == 2
    assert states["mark"].isin(["returned", "partly_done"]).sum() == 2
    assert states["is_waiting"].sum() >= 2
    # The page that is made by default, without saying what was known, has the same ten.
    assert tianjin.at("2025-03-31").measure_states["state"].eq("closed").sum() == 10


def test_the_office_decides_in_every_way_that_the_notice_allows(now: Reading):
    decided = now.decisions["decision"].value_counts()
    assert decided["closed"] == 11
    assert decided["reopened"] == decided["withdrawn"] == 1
    returned = now.decisions[now.decisions["decision"].eq("returned")]
    assert set(returned["unit_id"].eq("")) == {True, False}
    assert set(decided.index) == {"closed", "returned", "reopened", "withdrawn"}
    closures = now.decisions[now.decisions["decision"].eq("closed")]
    assert closures["evidence_ref"].ne("").all()
    assert (now.decisions["recorded_at"] >= now.decisions["effective_on"]).all()


def test_a_decision_follows_what_it_is_taken_on(now: Reading):
    said = now.record.statements[now.record.statements["status"].eq("done_reported")]
    for row in now.decisions[now.decisions["decision"].ne("withdrawn")].itertuples():
        units = {row.unit_id} - {""} or set(said.loc[said["measure_id"].eq(row.measure_id), "unit_id"])
        before = said[said["measure_id"].eq(row.measure_id) & said["unit_id"].isin(units)]
        assert (before["reported_at"] <= row.effective_on).any()


def test_some_wait_for_months(now: Reading):
    waiting = now.measure_states[now.measure_states["is_waiting"]]
    assert (now.as_of - waiting["done_on"]).dt.days.max() >= 90


def test_stalled_units_say_why_and_ask_for_something_three_months_running(now: Reading, standing: pd.DataFrame):
    stalled = standing[standing["status"].eq("stalled")]
    assert stalled[["problems", "request"]].ne("").all(axis=None)
    stuck = now.measure_states.loc[now.measure_states["state"].eq("stalled"), "measure_id"]
    still = now.states[now.states["state"].eq("stalled") & now.states["measure_id"].isin(stuck)]
    for measure, unit in still[LINK].itertuples(index=False, name=None):
        words = standing[standing["measure_id"].eq(measure) & standing["unit_id"].eq(unit)].tail(3)
        assert words["status"].eq("stalled").all()
        assert words["request"].nunique() == 1
    assert len(still) >= 2


def test_one_unit_is_seldom_on_time_and_hardly_heard(now: Reading):
    counts = pd.crosstab(now.feedback["unit_id"], now.feedback["feedback"])
    share = counts["on_time"] / counts.sum(axis="columns")
    unit = share.idxmin()
    assert 0.05 < share[unit] < 0.12
    states = now.states[now.states["unit_id"].eq(unit)]
    assert (len(states), states["as_of"].isna().sum()) == (4, 3)


def test_feedback_is_late_skipped_missing_and_mostly_on_time(now: Reading):
    counts = now.feedback["feedback"].value_counts(normalize=True)
    assert counts["on_time"] > 0.5
    for wart in ("late", "skipped", "missing"):
        assert 0.05 < counts[wart] < 0.25
    late = now.feedback[now.feedback["feedback"].eq("late")]
    assert (late["arrived"] - late["due"]).dt.days.max() >= 28


def test_statements_name_their_period_unless_they_are_special_reports(record: Record):
    log = record["progress"]
    is_special = log["source_file"].str.contains("专报")
    assert 0.01 < is_special.mean() < 0.1
    assert log.loc[is_special, "period"].eq("").all()
    named = log[log["period"].ne("")]
    assert (named["period"] == named["as_of"].str[:7]).all()
    assert log.loc[log["period"].eq(""), "source_file"].str.contains("专报|更正").all()
    assert log["log_id"].tolist() == [f"P{number:04d}" for number in range(1, len(log) + 1)]


def test_revisions_replace_an_earlier_word_on_the_same_day(tianjin: Plan):
    log = tianjin.progress
    revisions = log[log["supersedes"].ne("")].merge(
        log, left_on="supersedes", right_on="log_id", suffixes=("", "_first")
    )
    assert 4 <= len(revisions) <= 8
    for column in (*LINK, "as_of"):
        assert revisions[column].eq(revisions[f"{column}_first"]).all()
    assert (revisions["reported_at"] > revisions["reported_at_first"]).all()
    assert revisions["status"].ne(revisions["status_first"]).any()


def test_expected_completion_slips(standing: pd.DataFrame):
    given = standing[standing["expected_completion"].notna()]
    assert (given["expected_completion"] > given["as_of"]).all()
    assert given["expected_completion"].dt.is_month_end.all()
    before = given.groupby(LINK)["expected_completion"].shift()
    assert (given["expected_completion"] > before).sum() >= 5


def test_completions_are_spread_with_a_month_without(now: Reading):
    closed = now.measure_states["decided_on"][now.measure_states["state"].eq("closed")]
    months = closed.dt.strftime("%Y-%m").value_counts()
    assert len(months) >= 5
    assert "2024-12" not in months


def test_measures_unheard_of_at_the_turn_of_the_year(tianjin: Plan):
    assert 2 <= tianjin.at("2024-12-31").measure_states["state"].eq("no_feedback").sum() <= 3


def test_some_units_of_each_commitment_measure_it(tianjin: Plan, now: Reading):
    measured = tianjin.actuals.merge(tianjin.commitments, on="commitment_id")
    assert set(measured["commitment_id"]) == set(tianjin.commitments["commitment_id"])
    counting = measured.groupby("measure_id")["unit_id"].nunique()
    named = now.responsibilities.groupby("measure_id")["unit_id"].nunique().reindex(counting.index)
    assert (counting < named).sum() >= 2
    latest = now.record.actuals.drop_duplicates(["commitment_id", "unit_id"], keep="last")
    values = latest.merge(tianjin.commitments, on="commitment_id")
    of_most = values[values["comparator"].eq("equal")]
    assert set(of_most["value"].eq(of_most["quantity"])) == {True, False}
    assert tianjin.actuals["supersedes"].ne("").any()


# By command.


@pytest.mark.thorough
def test_the_command_writes_three_files_and_never_over_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    out = tmp_path / "made"
    assert cli.main(["sample", "--out", str(out)]) == cli.Exit.OK
    for name in RECORD:
        assert (out / f"{name}.csv").read_bytes() == (FOLDER / f"{name}.csv").read_bytes()
    (out / "progress.csv").unlink()
    (out / "actuals.csv").unlink()
    (out / "progress.chain").unlink()
    before = (out / "decisions.csv").read_bytes()
    capsys.readouterr()
    assert cli.main(["sample", "--out", str(out), "--seed", "1"]) == cli.Exit.NOT_WRITABLE
    assert str(out / "decisions.csv") in capsys.readouterr().err
    assert [file.name for file in out.iterdir()] == ["decisions.csv"]
    assert (out / "decisions.csv").read_bytes() == before


@pytest.mark.thorough
def test_the_command_says_why_there_can_be_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert cli.main(["sample", "--out", str(tmp_path), "--periods", "3"]) == cli.Exit.BAD_PARAMETERS
    assert "3" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
