"""The ledger: every measure and unit once, since when it stands so, and what is said of it."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import attention, briefing, coverage, exhibits, ledger
from analysis.briefing.block import MOST_PERIODS, anchor
from analysis.language import Language, Quote, table
from analysis.schema import NO_FEEDBACK, SETTLED
from tests.situations import named_plan
from tests.strategies import SmallPlan, moments, small_plans
from tests.wholeness import assert_whole, texts

if TYPE_CHECKING:
    import pandas as pd

    from analysis.briefing.ledger import Ledger
    from analysis.plan import Plan
    from analysis.plan.reading import Reading

LANGUAGES = ("zh", "en")


def read(plan: Plan, day: pd.Timestamp, later: pd.Timestamp) -> Reading:
    return plan.at(min(day, later), known_at=max(day, later))


def in_words(now: Reading, lang: str) -> Ledger:
    listed, spoken = ledger.by_measure(now), attention.voices(now)
    rest = (ledger.apart(now), ledger.history(now), coverage.commitments(now))
    return briefing.ledger.ledger(listed, spoken, *rest, now, Language(lang, now.plan))


def blocks(told: Ledger) -> list[briefing.ledger.Block]:
    return [block for *_, own in told.themes for block in own]


@pytest.mark.thorough
@given(small_plans(all_named=False), moments, moments)
def test_every_measure_and_unit_stands_once(small: SmallPlan, day: pd.Timestamp, later: pd.Timestamp):
    now = read(small.plan, day, later)
    rows = ledger.by_unit(now)
    pairs = rows.loc[rows["unit_id"].notna(), ["measure_id", "unit_id"]]
    assert not rows.duplicated(["measure_id", "unit_id"]).any()
    assert set(pairs.itertuples(index=False, name=None)) == set(
        now.responsibilities[["measure_id", "unit_id"]].itertuples(index=False, name=None)
    )
    assert list(rows["measure_id"].unique()) == list(now.measures["measure_id"])
    assert list(ledger.by_measure(now)["measure_id"]) == list(now.measures["measure_id"])
    assert not rows.loc[rows["state"].isin(SETTLED), "missing"].any()


@pytest.mark.thorough
@given(small_plans(all_named=False), moments, moments)
def test_a_measure_stands_as_it_does_since_the_day_that_is_told(
    small: SmallPlan, day: pd.Timestamp, later: pd.Timestamp
):
    now = read(small.plan, day, later)
    listed, past = ledger.by_measure(now).set_index("measure_id"), ledger.history(now)
    for measure, own in past.groupby("measure_id"):
        states, row = own["state"].tolist(), listed.loc[measure]
        assert states[-1] == row["state"]
        first = next(place for place in range(len(states)) if set(states[place:]) == {states[-1]})
        assert row["since_period"] == ("" if row["state"] == "not_due" else own["period"].tolist()[first])
    cases = attention.attention(now)
    same = cases[cases["reason"].map({"stalled": "stalled", "silent": NO_FEEDBACK}).eq(cases["state"])]
    assert same["since"].tolist() == listed["since"].reindex(same["measure_id"]).tolist()
    settled = listed[listed["state"].isin(SETTLED)]
    assert settled["since"].equals(settled["decided_on"])


@pytest.mark.thorough
@given(small_plans(all_named=False), moments, moments)
def test_words_of_others_are_kept_apart(small: SmallPlan, day: pd.Timestamp, later: pd.Timestamp):
    now = read(small.plan, day, later)
    others = ledger.apart(now)
    held = set(now.responsibilities[["measure_id", "unit_id"]].itertuples(index=False, name=None))
    spoke = now.standing[now.standing["measure_id"].isin(now.measures["measure_id"])]
    expected = set(spoke[["measure_id", "unit_id"]].itertuples(index=False, name=None)) - held
    assert set(others[["measure_id", "unit_id"]].itertuples(index=False, name=None)) == expected
    told = in_words(now, "en")
    assert sum(len(block.apart) for block in blocks(told)) == len(others)
    assert sum(len(block.parts) for block in blocks(told)) == len(held)


@pytest.mark.thorough
@given(small_plans(all_named=False), moments, moments, st.sampled_from(LANGUAGES))
def test_the_ledger_is_whole_in_both_languages(small: SmallPlan, day: pd.Timestamp, later: pd.Timestamp, lang: str):
    now = read(named_plan(small), day, later)
    say, told = Language(lang, now.plan), in_words(now, lang)
    for block in blocks(told):
        own = replace(block, anchor="", marks="", state="", title=Quote(block.title, ""), history=())
        for text in texts(replace(own, parts=(), apart=())):
            assert_whole(text, lang)
        for part in (*block.parts, *block.apart):
            for text in texts(replace(part, state="")):
                assert_whole(text, lang)
    for _, choices in told.choices:
        for choice in choices:
            assert_whole(f"{choice.name} {choice.count} {choice.chosen}", lang)
    around = briefing.ledger.about(now, say)
    for text in (*told.names.values(), briefing.ledger.title(say), around.finding, around.note, around.source):
        assert_whole(text, lang)


@pytest.mark.thorough
@given(small_plans(all_named=False), moments, moments)
def test_a_block_does_not_contradict_itself(small: SmallPlan, day: pd.Timestamp, later: pd.Timestamp):
    now = read(small.plan, day, later)
    say = Language("en", now.plan)
    rows = ledger.by_measure(now).to_dict("records")
    for block, row in zip(blocks(in_words(now, "en")), rows, strict=True):
        never = [part for part in block.parts if part.state == NO_FEEDBACK]
        if row["state"] == "stalled":
            assert any(part.state == "stalled" for part in block.parts)
        if row["state"] == NO_FEEDBACK:
            assert never
            assert not any("never reported" in note for note in block.notes)
        elif never:
            assert any("never reported" in note and note.startswith(f"{len(never)} ") for note in block.notes)
        assert len(block.decided) == now.decisions["measure_id"].eq(row["measure_id"]).sum()
        assert (say("overdue") in block.notes) == (row["schedule"] == "overdue")
        steps = [step for _, own in block.history for step in own]
        assert len(steps) <= MOST_PERIODS
        assert not steps or steps[-1].state == row["state"]


@pytest.mark.thorough
@given(small_plans(), moments)
def test_every_choice_shows_as_many_measures_as_it_says(small: SmallPlan, day: pd.Timestamp):
    told = in_words(small.plan.at(day), "en")
    for _, choices in told.choices:
        for choice in choices:
            shown = [block for block in blocks(told) if choice.key in block.marks.split()]
            assert str(len(shown)) == choice.count
            themes = [marks for _, _, marks, own in told.themes if any(block in shown for block in own)]
            assert all(choice.key in marks.split() for marks in themes)


@given(st.lists(st.text(min_size=1), unique=True))
def test_a_measure_is_found_by_its_address_whatever_its_id(ids: list[str]):
    ids = [key for key in ids if key.isprintable()]
    anchors = [anchor(key) for key in ids]
    assert len(set(anchors)) == len(ids)
    assert [unquote(one.removeprefix("measure-")) for one in anchors] == ids
    assert all(re.fullmatch(r"measure-[A-Za-z0-9._~%-]+", one) for one in anchors)


class _Ids(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.targets += [(given["href"] or "")[1:]] if (given.get("href") or "").startswith("#") else []


@pytest.mark.thorough
@pytest.mark.parametrize("day", ["2024-05-31", "2025-03-31"])
def test_whatever_can_be_chosen_is_there(tianjin: Plan, day: str, monkeypatch: pytest.MonkeyPatch):
    now = tianjin.at(day)
    say, shown = Language("zh", tianjin), []
    monkeypatch.setattr(exhibits, "display", lambda html, **_: shown.append(html.data))
    exhibits.ledger(
        briefing.ledger.about(now, say), in_words(now, "zh"), table(ledger.by_unit(now), "measure_ledger", say), say
    )
    found = _Ids()
    found.feed(shown[0])
    assert len(found.ids) == len(set(found.ids))
    assert set(found.targets) <= set(found.ids)
    assert {f"measure-{measure}" for measure in tianjin.measures["measure_id"]} <= set(found.ids)
