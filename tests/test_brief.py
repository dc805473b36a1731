"""A unit's brief: what it owes by when, told once and the same everywhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analysis import brief, briefing
from analysis.language import Language, Quote, table
from analysis.schema import NO_FEEDBACK, SETTLED
from tests.reference import Reference, due_day, periods_until
from tests.situations import named_plan
from tests.strategies import SmallPlan, moments, small_plans
from tests.wholeness import assert_whole, texts

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from analysis.plan import Plan
    from analysis.plan.reading import Reading

UNITS = ("unit-a", "unit-b")


def read(plan: Plan, day: pd.Timestamp, later: pd.Timestamp) -> Reading:
    return plan.at(min(day, later), known_at=max(day, later))


def asked_of(now: Reading) -> list[tuple[str, str, str, date]]:
    rows = brief.asked(now)
    return sorted((*row[:3], row[3].date()) for row in rows.itertuples(index=False, name=None))


@pytest.mark.thorough
@given(small_plans(all_named=False), moments, moments)
def test_what_is_asked_for_next_is_what_will_be_owed(small: SmallPlan, day: pd.Timestamp, later: pd.Timestamp):
    now = read(small.plan, day, later)
    as_of, known_at, calendar = now.as_of.date(), now.known_at.date(), small.calendar
    today = Reference(small, as_of, known_at)
    if calendar.every == "none" or calendar.owed == "when-due":
        ahead = [due for measure in today.measures if today.is_in_scope(measure, as_of) and (due := today.due(measure))]
        then = Reference(small, max([as_of, *ahead]), known_at)
        then.due = today.due  # Deadlines as they stand at T.
        owed = [(*of, became, today.due(of[0])) for *of, became, _ in then.owed()]
        expected = [(*of, due) for *of, became, due in owed if became == "missing" and due and due > as_of]
    else:
        periods = periods_until(calendar, as_of)
        ends = {name: end for name, _, end in periods}
        is_open = bool(periods) and not now.periods["is_in"].iloc[-1]
        if is_open:
            owed = [one for one in today.owed() if not one[4]]
        else:
            last = calendar.after(calendar.period_of(as_of))[0] if periods else calendar.named(calendar.first_period)
            ends[last.name] = last.end
            owed = [one for one in Reference(small, last.end, known_at).owed() if one[2] == last.name]
        expected = [(*one[:3], due_day(calendar, ends[one[2]])) for one in owed if one[3] == "missing"]
    assert asked_of(now) == sorted(expected)


@pytest.mark.thorough
@given(small_plans(), moments, moments, st.sampled_from(UNITS))
def test_what_a_unit_carries_stands_by_urgency(small: SmallPlan, day: pd.Timestamp, later: pd.Timestamp, unit: str):
    assume(unit in set(small.units["unit_id"]))
    now = read(small.plan.select(unit=unit), day, later)
    carried = brief.carried(now, unit=unit)
    own = now.responsibilities[now.responsibilities["unit_id"].eq(unit)]
    assert sorted(carried["measure_id"]) == sorted(own["measure_id"].unique())
    grades = carried["urgency"].map({name: grade for grade, name in enumerate(brief.URGENCY)})
    assert grades.is_monotonic_increasing
    is_settled = carried["state_of_measure"].isin(SETTLED)
    assert carried["urgency"].eq("settled").equals(is_settled)
    assert not carried.loc[is_settled, "missing"].any()
    for row in carried.to_dict("records"):
        on = now.responsibilities.loc[now.responsibilities["measure_id"].eq(row["measure_id"]), "unit_id"]
        assert set(row["other_units"]) == set(on) - {unit}
        if row["urgency"] == "overdue":
            assert row["due"] < now.as_of
    stalled = brief.stalled(carried)
    assert set(carried.loc[carried["urgency"].eq("stalled"), "measure_id"]) <= set(stalled["measure_id"])


@pytest.mark.thorough
@given(small_plans(), moments, moments, st.sampled_from(UNITS))
def test_a_decision_waits_only_for_a_unit_that_it_sent_back(
    small: SmallPlan, day: pd.Timestamp, later: pd.Timestamp, unit: str
):
    assume(unit in set(small.units["unit_id"]))
    now = read(small.plan.select(unit=unit), day, later)
    taken = brief.decisions(now, unit=unit)
    marks = now.states[now.states["unit_id"].eq(unit)].set_index("measure_id")["mark"]
    sent_back = set(marks[marks.isin(["returned", "reopened"])].index)
    assert set(taken.loc[taken["waits"], "measure_id"]) == sent_back
    assert taken["waits"].is_monotonic_decreasing
    assert set(now.decisions.loc[now.decisions["unit_id"].eq(unit), "measure_id"]) <= set(taken["measure_id"])


def said(now: Reading, unit: str, lang: str) -> list[str]:
    """Every sentence of a brief, but for what people wrote themselves."""
    say = Language(lang, now.plan)
    next_up, carried = brief.asked_of(now, unit=unit), brief.carried(now, unit=unit)
    reports, taken, stalled = brief.reports(now, unit=unit), brief.decisions(now, unit=unit), brief.stalled(carried)
    promised = brief.promises(now, unit=unit)
    captions = [
        briefing.brief.asks(next_up, say),
        briefing.brief.blockers(stalled, say),
        briefing.brief.decisions(taken, say),
        briefing.brief.carries(carried, say),
        briefing.brief.reports(reports, say),
        briefing.brief.promises(promised, say),
    ]
    tables = [
        table(next_up, "asked", say),
        table(stalled, "blockers", say),
        table(taken, "brief_decisions", say),
        table(carried, "brief", say),
        table(reports, "reports_owed", say),
        table(briefing.brief.promise_rows(promised, say), "brief_promises", say),
    ]
    cells = [cell for one in tables for row in one.rows for cell in (one.caption, *row) if not isinstance(cell, Quote)]
    listed = briefing.brief.parts(carried, say)
    parts = [text for part in (*listed.still_open, *listed.settled) for text in texts(part) if text != part.state]
    figures = [text for one in briefing.brief.key_figures(carried, reports, say) for text in texts(one)]
    around = [text for one in captions for text in (one.finding, one.note, one.annex)]
    return [briefing.brief.headline(next_up, carried, now, say), *around, *cells, *parts, *figures, listed.folded]


@pytest.mark.thorough
@pytest.mark.parametrize("lang", ["zh", "en"])
@given(small=small_plans(), day=moments, later=moments, unit=st.sampled_from(UNITS))
def test_a_brief_is_whole_in_both_languages(
    lang: str, small: SmallPlan, day: pd.Timestamp, later: pd.Timestamp, unit: str
):
    assume(unit in set(small.units["unit_id"]))
    now = read(named_plan(small).select(unit=unit), day, later)
    for text in said(now, unit, lang):
        # The unit of a quantity is the notice's own word.
        assert_whole(text, lang)


@pytest.mark.thorough
@given(small_plans(), moments, moments, st.sampled_from(UNITS))
def test_the_counts_of_a_brief_agree(small: SmallPlan, day: pd.Timestamp, later: pd.Timestamp, unit: str):
    assume(unit in set(small.units["unit_id"]))
    now = read(named_plan(small).select(unit=unit), day, later)
    say = Language("en", now.plan)
    next_up, carried = brief.asked_of(now, unit=unit), brief.carried(now, unit=unit)
    reports, stalled = brief.reports(now, unit=unit), brief.stalled(carried)
    figures = briefing.brief.key_figures(carried, reports, say)
    own = int(figures[2].value)
    headline = briefing.brief.headline(next_up, carried, now, say)
    around = briefing.brief.blockers(stalled, say)
    if len(carried):
        assert headline.endswith(f"{around.finding}.")
    found = re.search(r"reports (\d+|none) of its open measures stalled", around.finding)
    assert found
    assert found[1] == (str(own) if own else "none")
    others = re.search(r": (\d+) measure", around.note)
    assert own + (int(others[1]) if others else 0) == len(stalled)
    # What is asked and what is overdue is told by number, each once.
    owing = carried[carried["missing"].gt(0) & ~carried["measure_id"].isin(next_up["measure_id"])]
    assert ("overdue" in headline) == bool(len(owing))
    if len(next_up) and len(carried):
        first = next_up[next_up["due"].eq(next_up["due"].min())]
        assert re.search(r"reports? on (\d+) measure", headline)[1] == str(first["measure_id"].nunique())
    silent = carried["has_lapsed"] | carried["state_of_unit"].eq(NO_FEEDBACK)
    still_open = ~carried["state_of_measure"].isin(SETTLED)
    if still_open.any():
        assert figures[3].value.startswith(f"{(silent & still_open).sum()}/{still_open.sum()} ")


@pytest.mark.thorough
def test_a_sentence_for_a_unit_of_the_embedded_plan(tianjin: Plan):
    """Customs, which said nothing of its stalled measures before, is told which they are by whose word."""
    now = tianjin.select(unit="tj-customs").at("2025-03-31")
    say = Language("zh", now.plan)
    carried = brief.carried(now, unit="tj-customs")
    others = brief.stalled(carried)
    assert not others["state_of_unit"].eq("stalled").any()
    assert briefing.brief.blockers(others, say).note == "因其他单位自报受阻、措施状态为受阻的2项（第4、22项）。"
