"""The synthetic log: lawful, repeatable, and as untidy as a real one."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from analysis import schema
from analysis.sample import MARK, synthetic_progress

FOLDER = Path(__file__).parents[1] / "data" / "tianjin-2024"
LINK = ["measure_id", "unit_id"]


def read_table(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / f"{name}.csv", dtype="str", keep_default_na=False)


@pytest.fixture(scope="module")
def measures() -> pd.DataFrame:
    return read_table("measures")


@pytest.fixture(scope="module")
def responsibilities() -> pd.DataFrame:
    return read_table("responsibilities")


@pytest.fixture(scope="module")
def log(measures: pd.DataFrame, responsibilities: pd.DataFrame) -> pd.DataFrame:
    return synthetic_progress(measures, responsibilities)


@pytest.fixture(scope="module")
def standing(log: pd.DataFrame) -> pd.DataFrame:
    """Statements nobody replaced, each responsibility's in the order of the days they speak of."""
    return log[~log["log_id"].isin(log["supersedes"])].sort_values([*LINK, "as_of"], ignore_index=True)


@pytest.fixture(scope="module")
def states(standing: pd.DataFrame, measures: pd.DataFrame) -> pd.Series:
    """Measure → its state at the end: its weakest reporting unit's."""
    last = standing.groupby(LINK)["status"].last()
    weakest = last.groupby("measure_id").agg(lambda words: min(words, key=schema.DELIVERY.index))
    return weakest.reindex(measures["measure_id"], fill_value=schema.NO_FEEDBACK)


def test_same_seed_same_log(measures, responsibilities, log):
    pd.testing.assert_frame_equal(synthetic_progress(measures, responsibilities), log)


def test_other_seed_other_log(measures, responsibilities, log):
    assert not synthetic_progress(measures, responsibilities, seed=1).equals(log)


def test_inputs_are_left_alone(measures, responsibilities):
    before = measures.copy(), responsibilities.copy()
    synthetic_progress(measures, responsibilities)
    pd.testing.assert_frame_equal(measures, before[0])
    pd.testing.assert_frame_equal(responsibilities, before[1])


def test_embedded_log_is_what_the_generator_makes(log):
    written = log.to_csv(index=False, lineterminator="\n").encode()
    assert (FOLDER / "progress.csv").read_bytes() == written


def test_too_few_months_are_refused(measures, responsibilities):
    with pytest.raises(ValueError, match="at least 8"):
        synthetic_progress(measures, responsibilities, last_period="2024-12")


@pytest.mark.thorough
@pytest.mark.parametrize("seed", [2024, 7])
@pytest.mark.parametrize("last_period", ["2025-01", "2025-12"])
def test_lawful(measures, responsibilities, seed, last_period):
    log = synthetic_progress(measures, responsibilities, seed=seed, last_period=last_period)
    assert list(log.columns) == list(schema.REQUIRED_COLUMNS["progress"])
    assert list(schema.check_cells("progress", log, file="progress.csv")) == []
    assert set(log[LINK].itertuples(index=False, name=None)) <= set(
        responsibilities[LINK].itertuples(index=False, name=None)
    )
    assert (log["reported_at"] >= log["as_of"]).all()
    assert log["progress"].str.startswith(MARK).all()
    is_ongoing = log["measure_id"].map(measures.set_index("measure_id")["kind"]).eq("ongoing")
    assert set(log.loc[is_ongoing, "status"]) <= {"not_started", "in_progress", "ongoing"}
    assert "ongoing" not in set(log.loc[~is_ongoing, "status"])
    for status, allowed in {
        "not_started": {"", "0"},
        "in_progress": {"", *map(str, range(1, 100))},
        "stalled": {"", *map(str, range(1, 100))},
        "done_reported": {"", "100"},
        "closed": {"100"},
        "ongoing": {""},
    }.items():
        assert set(log.loc[log["status"] == status, "percent"]) <= allowed
    for _, rows in log[~log["log_id"].isin(log["supersedes"])].sort_values("as_of").groupby(LINK):
        assert rows["status"].iloc[0] in {"not_started", "in_progress", "ongoing"}
        for then, now in pairwise(rows["status"]):
            assert now == then or now in schema.TRANSITIONS[then]


def test_rows_stand_in_the_order_of_arrival(log):
    assert log["reported_at"].is_monotonic_increasing
    assert log["log_id"].tolist() == [f"P{number:04d}" for number in range(1, len(log) + 1)]


def test_one_standing_statement_a_responsibility_and_month(standing):
    assert not standing.assign(month=standing["as_of"].str[:7]).duplicated([*LINK, "month"]).any()


def test_nothing_follows_a_closed_or_withdrawn_responsibility(log):
    for _, rows in log.groupby(LINK):
        assert not rows["status"].iloc[:-1].isin(["closed", "withdrawn"]).any()


def test_closed_only_after_done_reported(standing):
    before = standing.groupby(LINK)["status"].shift()
    assert set(before[standing["status"] == "closed"]) == {"done_reported"}


def test_revisions_replace_an_earlier_word_on_the_same_day(log):
    revisions = log[log["supersedes"].ne("")].merge(
        log, left_on="supersedes", right_on="log_id", suffixes=("", "_first")
    )
    assert 4 <= len(revisions) <= 8
    for column in (*LINK, "as_of"):
        assert revisions[column].eq(revisions[f"{column}_first"]).all()
    assert (revisions["reported_at"] > revisions["reported_at_first"]).all()
    assert revisions["status"].ne(revisions["status_first"]).any()


def test_late_and_very_late_and_missing(log, standing, responsibilities):
    due = (pd.PeriodIndex(log["as_of"], freq="M") + 1).to_timestamp() + pd.Timedelta(days=4)
    days_late = (pd.to_datetime(log["reported_at"]) - due).dt.days
    assert 0.1 < (days_late > 0).mean() < 0.35
    assert days_late.ge(28).sum() >= 3
    never = len(responsibilities) - standing.groupby(LINK).ngroups
    assert 3 <= never <= 12
    named = responsibilities["unit_id"].value_counts()
    heard = standing.drop_duplicates(LINK)["unit_id"].value_counts().reindex(named.index, fill_value=0)
    assert ((named >= 3) & (heard < named / 2)).any()
    days = standing.groupby(LINK)["as_of"].agg(["min", "max", "size"])
    spans = [len(pd.period_range(first, last, freq="M")) for first, last in zip(days["min"], days["max"], strict=True)]
    assert (days["size"] < spans).sum() >= 10


def test_stalled_and_returned_say_why(standing):
    assert standing.loc[standing["status"].eq("stalled"), "problems"].ne("").all()
    before = standing.groupby(LINK)["status"].shift()
    returned = standing[standing["status"].eq("in_progress") & before.eq("done_reported")]
    assert len(returned) >= 3
    assert returned["problems"].str.startswith("核验退回").all()


def test_percents_seldom_fall(standing):
    percents = pd.to_numeric(standing["percent"].replace("", None)).groupby([standing[name] for name in LINK])
    assert 2 <= percents.diff().lt(0).sum() <= 4


def test_joint_units_disagree(standing):
    by_month = standing.assign(month=standing["as_of"].str[:7]).groupby(["measure_id", "month"])["status"].agg(set)
    assert by_month.map({"done_reported", "in_progress"}.issubset).sum() >= 3


def test_expected_completion_slips(standing):
    given = standing[standing["expected_completion"].ne("")]
    assert (given["expected_completion"] > given["as_of"]).all()
    before = given.groupby(LINK)["expected_completion"].shift()
    assert (given["expected_completion"] > before).sum() >= 5


def test_one_measure_is_withdrawn_by_all_its_units(states, standing, responsibilities):
    withdrawn = states.index[states == "withdrawn"]
    assert len(withdrawn) == 1
    named = responsibilities.loc[responsibilities["measure_id"].isin(withdrawn), "unit_id"]
    last = standing[standing["measure_id"].isin(withdrawn)].groupby("unit_id")["status"].last()
    assert set(last[last == "withdrawn"].index) == set(named)


def test_where_the_sample_ends(states, measures):
    completable = states[measures.set_index("measure_id")["kind"].ne("ongoing")].value_counts()
    assert 8 <= completable["closed"] <= 11
    assert 2 <= completable["stalled"] <= 3
    assert completable["not_started"] == 1
    assert completable[schema.NO_FEEDBACK] >= 1
    assert {"done_reported", "in_progress"} <= set(completable.index)


def test_completions_are_spread_with_a_month_without(standing, states):
    of_closed = standing[standing["measure_id"].isin(states.index[states == "closed"])]
    months = of_closed.groupby("measure_id")["as_of"].max().str[:7].value_counts()
    assert len(months) >= 5
    assert "2024-12" not in months


def test_measures_unheard_of_at_the_turn_of_the_year(log, measures):
    known = log.loc[log["reported_at"] <= "2024-12-31", "measure_id"]
    assert 2 <= (~measures["measure_id"].isin(known)).sum() <= 3
