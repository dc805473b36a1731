"""What is said follows from what is known: every sentence, in every situation and of generated plans."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import analysis
from analysis.catalogue import languages
from analysis.schema import LABELS
from tests.claims import CLAIMS, NAMES, Facts
from tests.situations import SITUATIONS, embedded, named_plan, situation
from tests.strategies import moments, small_plans
from tests.told import REPORTS, told

if TYPE_CHECKING:
    import pandas as pd

    from tests.strategies import SmallPlan
    from tests.told import Told

SOURCE = Path(analysis.__file__).parent
WITH_CLAIMS = tuple(report for report in REPORTS if report != "measure_ledger")
SOME = (
    "before the first period",
    "known on the day",
    "compared",
    "empty",
    "overdue",
    "nobody verifies",
    "quarters",
    "when due",
)
"""Situations in which both languages are looked at as they are read."""
CLAIMED = (
    "words/workload",
    "words/coverage",
    "words/promises",
    "words/trend",
    "words/outlook",
    "briefing/delivery",
    "opening",
)
"""The files whose sentences have claims; what the ledger and the brief say is held by tests of their own."""


def messages() -> set[str]:
    """Every message that the claimed files say, by its plural where it counts."""
    said: set[str] = set()
    for name in CLAIMED:
        tree = ast.parse((SOURCE / f"{name}.py").read_text("utf-8"))
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call):
                continue
            if isinstance(call.func, ast.Name) and call.func.id == "say":
                said |= {one.value for one in ast.walk(call.args[0]) if isinstance(one, ast.Constant)}
            elif isinstance(call.func, ast.Attribute) and call.func.attr == "count" and len(call.args) == 3:
                said |= {one.value for one in ast.walk(call.args[2]) if isinstance(one, ast.Constant)}
    return said


def false_sentences(one: Told) -> list[str]:
    """What a page shows that its reading denies."""
    facts, visible = Facts(one), shown_text(one)
    return [
        f"{said.text}   [{said.message}] {said.values}"
        for said in one.heard
        if said.message in CLAIMS and said.text in visible and not CLAIMS[said.message](facts, said.values)
    ]


def shown_text(one: Told) -> str:
    """All sentences that a page shows: what is said only to be at hand does not count."""
    texts = [*one.opening.banners, *one.opening.dates, one.opening.headline, one.opening.moved]
    texts += [text for key in one.opening.key_figures for text in (key.name, key.value, key.note)]
    texts += [text for caption in one.captions for text in (caption.finding, caption.note, caption.alt)]
    for name, arguments in one.shown:
        if name == "cases":
            texts += [str(case) for case in arguments[1]]
        elif name == "chapters":
            texts.append(str(arguments))
    return "\n".join(texts)


def test_every_sentence_makes_a_claim_or_only_names():
    assert sorted(messages() - CLAIMS.keys() - NAMES) == []
    assert sorted((CLAIMS.keys() | NAMES) - messages()) == [], "nobody says these any more"
    assert not CLAIMS.keys() & NAMES


@pytest.mark.thorough
def test_no_sentence_says_what_the_states_deny_and_every_claim_is_made_somewhere():
    heard: set[str] = set()
    for name in SITUATIONS:
        for report in WITH_CLAIMS:
            one = situation(name, report)
            assert false_sentences(one) == [], (name, report)
            visible = shown_text(one)
            heard |= {said.message for said in one.heard if said.text in visible}
    rare = {
        # These need a longer past than the embedded plan has; the distribution itself has tests of its own.
        "All completed by {p50} with a chance of 50%; with a chance of 85% only beyond the next {n} periods.",
        "That all is completed within the next {n} periods is less likely than not.",
    }
    assert sorted(CLAIMS.keys() - heard - rare) == []


@pytest.mark.thorough
@settings(max_examples=12)
@given(small_plans(), moments, st.sampled_from(WITH_CLAIMS), st.sampled_from(languages()))
def test_no_sentence_about_a_small_plan_says_what_its_states_deny(
    small: SmallPlan, day: pd.Timestamp, report: str, lang: str
):
    assert false_sentences(told(report, named_plan(small), f"{day:%Y-%m-%d}", lang=lang)) == []


@pytest.mark.thorough
@pytest.mark.parametrize("name", SOME)
def test_both_languages_say_the_same_numbers(name: str):
    for report in REPORTS:
        spoken = [
            [
                (said.message, {key: value for key, value in said.values.items() if isinstance(value, int)})
                for said in situation(name, report, lang).heard
                if said.message in CLAIMS
            ]
            for lang in languages()
        ]
        assert all(one == spoken[0] for one in spoken)


@pytest.mark.thorough
@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("name", SOME)
def test_everything_that_is_said_is_whole(name: str, lang: str):
    for report in REPORTS:
        one = situation(name, report, lang)
        texts = [caption.finding for caption in one.captions] + [caption.alt for caption in one.captions]
        texts += [caption.note for caption in one.captions] + [one.opening.headline, one.opening.title]
        for text in texts:
            assert not re.search(r"[{}]|\bnan\b|None|NaT|<NA>", text), text
            assert not re.search(r"  |、、|，，|；；|。。|^[,;、，；]", text), text
        if lang == "zh":
            # A sentence left in English would show: names of units and figures aside, Chinese holds no English word.
            words = re.findall(r"\b[a-z]{4,}\b", re.sub(r"[A-Z]\w*|“[^”]*”", "", " ".join(texts)))
            assert not words, words


@pytest.mark.thorough
def test_no_deadline_is_said_of_what_has_one_and_closed_of_what_nobody_decided():
    for name in ("spring", "overdue", "nobody verifies"):
        one = situation(name, "completion_trend")
        states = one.now.measure_states
        decided = set(one.now.decisions.loc[one.now.decisions["decision"].eq("closed"), "measure_id"])
        assert set(states.loc[states["state"].eq("closed"), "measure_id"]) <= decided
        assert states.loc[states["due"].notna(), "schedule"].ne("no_deadline").all()
        text = " ".join(said.text for said in one.heard)
        assert ("No measure has a deadline" in text) == states["due"].isna().all()
        if not one.now.plan.is_verified:
            assert LABELS["state"]["closed"] not in " ".join(
                cell for table in one.tables for row in table.rows for cell in row
            )


@pytest.mark.thorough
def test_a_selection_is_not_said_to_be_empty_before_the_first_period():
    one = situation("before the first period", "delivery")
    assert one.opening.headline == "Of the 31 measures nothing has been reported, and nothing was due yet."
    assert "0" not in one.opening.headline


@pytest.mark.thorough
def test_the_first_line_of_the_embedded_plan_judges():
    headline = situation("spring", "delivery", "zh").opening.headline
    counts = situation("spring", "delivery").now.measure_states["state"].value_counts()
    assert headline.startswith("可办结19项，已办结10项（其中2项有单位从未反馈）；")
    assert f"{counts['stalled']}项受阻" in headline
    assert headline.endswith("待核验。")


@pytest.mark.thorough
def test_the_stalled_units_own_words_are_quoted_whoever_spoke_last():
    one = situation("spring", "delivery", "zh")
    cases = next(arguments[1] for name, arguments in one.shown if name == "cases")
    stalled = [case for case in cases if case.state == "stalled"]
    assert len(stalled) == 2
    words = embedded().progress
    for case in stalled:
        for voice in case.voices:
            assert voice.state == "受阻"
            assert voice.words
            own = words[words["problems"].eq(voice.words) & words["status"].eq("stalled")]
            assert len(own)


@pytest.mark.thorough
def test_an_outdated_page_says_so():
    banners: dict[str, Any] = {name: situation(name, "delivery").opening.banners for name in ("spring", "afterwards")}
    assert len(banners["spring"]) == 1
    assert any(banner.startswith("Stale.") for banner in banners["afterwards"])
