"""What the pages say: whole sentences in both languages, and nothing that the frames deny."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import exhibits, status, trend, words
from analysis.catalogue import languages
from analysis.language import Language, Method, Quote, method, table
from analysis.language.terms import METHODS
from analysis.schema import BUCKETS, NO_FEEDBACK
from analysis.site import wording
from analysis.words import page as page_words
from tests.situations import (
    DAY,
    SITUATIONS,
    Frames,
    brief_captions,
    brief_of,
    brief_tables,
    captions,
    named_plan,
    open_plan_once,
    situation,
    tables,
)
from tests.strategies import SmallPlan, moments, small_plans

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.plan import Plan
    from analysis.plan.reading import Reading

CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
LATIN = re.compile(r"[A-Za-z]+")
# What is the same in both languages: formats, names of measures of unevenness and of two people.
NOT_TRANSLATED = {"CSV", "SHA", "HHI", "Kaplan", "Meier", "F", "W", "S", "L"}

in_both = pytest.mark.parametrize("lang", ["zh", "en"])
in_every_situation = pytest.mark.parametrize("name", SITUATIONS)


# Whole in both languages.


def assert_whole(text: str, lang: str) -> None:
    """Nothing left to fill in, nothing of the machine's, nothing of the other language."""
    assert not re.search(r"[{}]|\b(nan|NaN|None|NaT)\b|<NA>", text), text
    if lang == "en":
        assert not CHINESE.search(text), text
        assert not re.search(r"[a-z]_[a-z]", text), text
    else:
        assert set(LATIN.findall(text)) <= NOT_TRANSLATED, text


@pytest.mark.thorough
@in_both
@in_every_situation
def test_everything_that_is_said_is_whole(name: str, lang: str):
    of = situation(name)
    say = Language(lang, of.plan)
    for key, around in captions(of, lang).items():
        assert around.finding.strip(), key
        assert not around.finding.endswith((".", "。")), key
        for text in (around.finding, around.alt, around.note, around.source):
            assert_whole(text, lang)
        # But for what a drawing fills in itself.
        assert_whole("".join(around.labels["drawing"].values()).replace("{n}", ""), lang)
    for shown in tables(of, lang).values():
        heads = [head for head, _ in shown.heads]
        for text in (shown.caption, shown.summary, shown.download, shown.everything, shown.filter_name, *heads):
            assert_whole(text, lang)
        assert all(len(row) == len(heads) for row in shown.rows)
        for cell in (cell for row in shown.rows for cell in row if not isinstance(cell, Quote)):
            assert cell.strip()
            assert_whole(cell, lang)
    figures = [
        *words.workload.key_figures(of.loads, of.concentration, say),
        *words.coverage.key_figures(of.themes, say),
        *words.trend.key_figures(of.burn_up, of.periods, of.changes, say),
    ]
    for figure in figures:
        assert figure.name
        assert figure.value
        assert_whole(f"{figure.name} {figure.value} {figure.note}", lang)
    for title in (words.workload.title(say), words.coverage.title(say), words.trend.title(say)):
        opening = words.opening(say, title=title, key_figures=figures, now=of.now, then=of.now)
        assert opening.moved == ""
        assert opening.key_figures == tuple(figures)
        for text in (opening.plan, opening.title, opening.headline, *opening.dates, *opening.banners):
            assert text.strip()
            assert_whole(text, lang)


@in_both
def test_every_method_is_whole(tianjin: Plan, lang: str):
    say, led = Language(lang, tianjin), Language(lang, replace(tianjin, lead_rule="first_listed"))
    methods = {report: method(report, say) for report in METHODS}
    for explained in (*methods.values(), method("workload_by_unit", led)):
        assert explained.title
        assert explained.terms
        for text in (explained.title, *(part for term in explained.terms for part in term)):
            assert text.strip()
            assert_whole(text, lang)
    assert methods["workload_by_unit"].terms != method("workload_by_unit", led).terms


@pytest.mark.thorough
@in_both
@pytest.mark.parametrize("unit", ["tj-customs", "port-group", "guanshuibao", "china-life-pc"])
@pytest.mark.parametrize("day", ["2024-05-31", "2024-08-31", DAY])
def test_every_brief_is_whole_and_true(lang: str, unit: str, day: str):
    of = brief_of(unit, day)
    plan = of.now.plan
    say = Language(lang, plan)
    said = brief_captions(of, lang)
    for around in said.values():
        for text in (around.finding, around.alt, around.note, around.source):
            assert_whole(text, lang)
        assert around.finding.strip()
    for shown in brief_tables(of, lang).values():
        for cell in (cell for row in shown.rows for cell in row if not isinstance(cell, Quote)):
            assert_whole(cell, lang)
    carried, reports, partners = of.carried, of.reports.set_index("measure_id"), of.partners
    figures = words.brief.key_figures(of.loads, carried, of.reports, say)
    for figure in figures:
        assert_whole(f"{figure.name} {figure.value} {figure.note}", lang)
    printed = {row[0]: row for row in table(of.loads, "workload_by_unit", say).rows}
    assert tuple(figure.value for figure in figures[:3]) == printed[say.unit(unit)][1:4]
    states = carried["state_of_unit"].value_counts()
    assert numbers(figures[3].value) == [states.get("closed", 0)]
    assert numbers(figures[4].value)[:2] == [states.get(NO_FEEDBACK, 0), len(carried)]
    due = int(reports.to_numpy().sum())
    assert numbers(figures[5].value)[:2] == ([reports["on_time"].sum(), due] if due else [])
    assert numbers(said["brief.carries"].finding) == [
        len(carried),
        carried["state_of_unit"].eq("stalled").sum(),
        carried["state_of_unit"].eq(NO_FEEDBACK).sum(),
    ]
    assert say.unit(unit) in said["brief.carries"].finding
    own_name = plan.units.set_index("unit_id").loc[unit, "name" if lang == "zh" else "name_en"]
    assert own_name in words.brief.title(say)
    assert sorted(numbers(said["brief.due"].finding)) == (sorted([due, reports["missing"].sum()]) if due else [])
    assert sorted(numbers(said["brief.due"].alt)) == sorted(reports.sum())
    if len(partners):
        closest = [other for other in partners["unit_id"] if other in most_of(partners, "shared")]
        expected = [len(partners), partners["shared"].max(), *([len(closest) - 3] if len(closest) > 3 else [])]
        assert sorted(numbers(said["brief.partners"].finding)) == sorted(expected)
        assert named(said["brief.partners"].finding, plan, lang) == {unit, *closest[:3]}
        if lang == "en":
            with_whom = say.listing(map(say.unit, closest), most=3)
            assert said["brief.partners"].finding == (
                f"{say.unit(unit)} works with {len(partners)} other unit{'s' * (len(partners) != 1)}; "
                f"most measures shared: {partners['shared'].max()}, with {with_whom}"
            )
    else:
        assert numbers(said["brief.partners"].finding) == []


# Findings say what their frames hold.

ENGLISH = Language("en")

MONTHS = {
    name[:length]: str(number)
    # British English shortens September to four letters.
    for length in (9, 4, 3)
    for number, name in enumerate(
        (
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December",
        ),
        start=1,
    )
}  # fmt: skip


def numbers(text: str) -> list[float]:
    """Every number of a sentence; months of an English date are the number that Chinese gives them."""
    text = re.sub(
        r"\b(\d{1,2} )?(" + "|".join(MONTHS) + r") (?=\d{4})", lambda hit: f"{hit[1] or ''}{MONTHS[hit[2]]} ", text
    )
    return [float(number.replace(",", "")) for number in re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", text)]


def named(text: str, plan: Plan, lang: str) -> set[str]:
    """The units and themes that a sentence names, longest names first."""
    column = "short" if lang == "zh" else "short_en"
    ids = {**dict(zip(plan.units[column], plan.units["unit_id"], strict=True)),
           **dict(zip(plan.themes[column], plan.themes["theme_id"], strict=True))}  # fmt: skip
    ids_named = set()
    for name in sorted(ids, key=len, reverse=True):
        if name in text:
            ids_named.add(ids[name])
            text = text.replace(name, "·")
    return ids_named


def percent_of(part: float, whole: float) -> float:
    return float((Decimal(str(part / whole)) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def share(text: str) -> tuple[int, int]:
    """Part and whole of ``3/5 (60%)``, whose percentage is the one of the counts."""
    hit = re.fullmatch(r"([\d,]+)/([\d,]+) \((\d+)%\)", text)
    assert hit, text
    part, whole, percent = (int(number.replace(",", "")) for number in hit.groups())
    assert text == f"{part:,}/{whole:,} ({percent}%)"
    assert percent == percent_of(part, whole)
    return part, whole


def ids_of(text: str, frames: Frames) -> set[str]:
    return named(text, frames.plan, "en")


def most_of(frame: pd.DataFrame, column: str) -> set[str]:
    return set(frame.loc[frame[column].eq(frame[column].max()), "unit_id"])


def shown(ids: Any) -> set[str]:
    """What a list names of these before it counts the rest."""
    return set(list(ids)[:6])


def empty(frames: Frames) -> bool:
    return frames.plan.measures.empty


def nobody_named(text: str, of: Frames) -> bool:
    return text == "No measure here names a unit" and not empty(of) and of.plan.responsibilities.empty


def pairs(frames: Frames) -> list[int]:
    matrix = frames.shared.set_index("unit_id").to_numpy()
    return [int(matrix[row, column]) for row in range(len(matrix)) for column in range(row)]


def check_load(text: str, of: Frames) -> bool:
    most_named, heaviest = most_of(of.loads, "named_in"), most_of(of.loads, "share")
    n = len(of.plan.measures)
    if hit := re.fullmatch(r"(.+) is named in (\d+) of (\d+) measures and carries (\d+)% of the load", text):
        (unit,) = ids_of(hit[1], of)
        load = of.loads.set_index("unit_id").loc[unit]
        return {unit} == most_named & heaviest and (int(hit[2]), int(hit[3]), int(hit[4])) == (
            load["named_in"],
            n,
            percent_of(load["share"], n),
        )
    if hit := re.fullmatch(r"(.+) carry the most, each named in (\d+) of (\d+) measures", text):
        tied = [unit for unit in of.loads["unit_id"] if unit in most_named & heaviest]
        return ids_of(hit[1], of) == shown(tied) and (int(hit[2]), int(hit[3])) == (of.loads["named_in"].max(), n)
    if hit := re.fullmatch(r"Named most often: (.+); carrying the most: (.+)", text):
        places = [[unit for unit in of.loads["unit_id"] if unit in tied] for tied in (most_named, heaviest)]
        ids = [ids_of(hit[1], of), ids_of(hit[2], of)]
        return not most_named & heaviest and ids == [shown(tied) for tied in places]
    if hit := re.fullmatch(r"(.+) carries all of it alone", text):
        return ids_of(hit[1], of) == set(of.loads["unit_id"]) and len(of.loads) == 1
    nothing = "No measure matches this selection, so no unit carries any"
    return nobody_named(text, of) or (text == nothing and empty(of))


def check_unit_states(text: str, of: Frames) -> bool:
    counts = of.unit_states.set_index("unit_id")
    total, silent = int(counts.to_numpy().sum()), int(counts[NO_FEEDBACK].sum())
    never = counts.index[counts[NO_FEEDBACK].eq(counts.sum(axis=1))]
    if hit := re.fullmatch(r"(\d+) units? ha(?:s|ve) never reported: (.+)", text):
        return int(hit[1]) == len(never) and ids_of(hit[2], of) == shown(never)
    if hit := re.fullmatch(r"(\d+) of (\d+) responsibilities ha(?:s|ve) had no feedback", text):
        return (int(hit[1]), int(hit[2])) == (silent, total)
    if hit := re.fullmatch(r"Every unit has reported on each of its measures; (\d+) of (\d+) are closed", text):
        return not silent and (int(hit[1]), int(hit[2])) == (counts["closed"].sum(), total)
    if text == "No unit has reported on anything yet":
        return silent == total > 0
    return nobody_named(text, of) or (
        text == "No measure matches this selection, so there is nothing to report on" and empty(of)
    )


def check_reports(text: str, of: Frames) -> bool:
    due = len(of.now.feedback)
    if hit := re.fullmatch(r"(.+) of the reports due came in time; (\d+) never came", text):
        return share(hit[1]) == (of.reports["on_time"].sum(), due) and int(hit[2]) == of.reports["missing"].sum()
    return text == "No report was due yet" and not due


def check_partners(text: str, of: Frames) -> bool:
    counts = pairs(of)
    most = max(counts, default=0)
    if hit := re.fullmatch(r"(.+) and (.+) work together most: on (\d+) measures?", text):
        (one,), (other,) = ids_of(hit[1], of), ids_of(hit[2], of)
        return (
            one != other
            and of.shared.set_index("unit_id").loc[one, other] == most == int(hit[3])
            and counts.count(most) == 1
        )
    if hit := re.fullmatch(r"(\d+) pairs of units share (\d+) measures? each, and none shares more", text):
        return (int(hit[1]), int(hit[2])) == (counts.count(most), most) and int(hit[1]) > 1
    return text == "No two units share a measure" and most == 0


def check_concentration(text: str, of: Frames) -> bool:
    parts = of.loads["share"]
    if hit := re.fullmatch(
        r"The load lies as unevenly as if ([\d.]+) of (\d+) units carried it all in equal parts", text
    ):
        effective = parts.sum() ** 2 / (parts**2).sum()
        return abs(float(hit[1]) - effective) <= 0.05 + 1e-9 and int(hit[2]) == len(parts) > 1
    if text == "One unit carries the whole load":
        return len(parts) == 1
    return nobody_named(text, of) or (
        text == "No measure matches this selection, so there is no load to spread" and empty(of)
    )


def check_theme_states(text: str, of: Frames) -> bool:
    themes = of.themes
    silent = themes.loc[themes["current_feedback"].eq(0), "theme_id"]
    closed, completable = themes["closed"].sum(), themes["completable"].sum()
    if hit := re.fullmatch(r"(\d+) themes? ha(?:s|ve) no current feedback: (.+)", text):
        return int(hit[1]) == len(silent) and ids_of(hit[2], of) == shown(silent)
    if text.startswith("Every theme has current feedback; ") and (len(silent) or themes.empty):
        return False
    if text.endswith("none holds a measure that can be completed"):
        return not completable
    if hit := re.search(r"; none of the (\d+) measures that can be completed is closed$", text):
        return int(hit[1]) == completable > 0 == closed
    if hit := re.search(r"; completion is highest in (.+?), (\d+/.+)$", text):
        best = themes[themes["completion"].eq(themes["completion"].max())]
        shares = [share(part) for part in hit[2].split(", ")]
        return ids_of(hit[1], of) == shown(best["theme_id"]) and shares == list(
            zip(best["closed"], best["completable"], strict=True)
        )
    return text == "No measure matches this selection" and empty(of)


def check_feedback(text: str, of: Frames) -> bool:
    sums = of.parts.groupby("period_end")[["current_feedback", "measures"]].sum()
    counts = [tuple(map(int, row)) for row in sums.to_numpy()]
    pattern = r"(.+) of the measures have current feedback, after (.+) at the end of (.+)"
    if hit := re.fullmatch(pattern, text):
        return [share(hit[2]), share(hit[1])] == counts[-2:] and hit[3] == ENGLISH.month(sums.index[-2])
    if hit := re.fullmatch(r"(.+) of the measures have current feedback", text):
        return [share(hit[1])] == counts
    return text == "No measure matches this selection" and empty(of)


def check_matrix(text: str, of: Frames) -> bool:
    matrix = of.matrix.set_index("unit_id")
    spans, count = matrix.gt(0).sum(axis=1), matrix.shape[1]
    everywhere, once = spans.index[spans.eq(count)], spans.eq(1).sum()
    if hit := re.fullmatch(r"No unit takes part in all (\d+) themes; (\d+) units? in only one", text):
        return not len(everywhere) and not empty(of) and (int(hit[1]), int(hit[2])) == (count, once)
    if hit := re.fullmatch(r"In all (\d+) themes: (.+); (\d+) units? in only one", text):
        return ids_of(hit[2], of) == shown(everywhere) != set() and (int(hit[1]), int(hit[3])) == (count, once)
    if hit := re.fullmatch(r"(\d+) units? carr(?:y|ies) the one theme shown", text):
        return int(hit[1]) == len(of.matrix) and count == 1
    return nobody_named(text, of) or (text == "No measure matches this selection" and empty(of))


def check_promises(text: str, of: Frames) -> bool:
    if hit := re.fullmatch(r"(.+) measures name evidence in a last word; (.+) hold a measurable promise", text):
        total = len(of.plan.measures)
        return (share(hit[1]), share(hit[2])) == (
            (of.now.measure_states["has_evidence"].sum(), total),
            (of.plan.commitments["measure_id"].nunique(), total),
        )
    return text == "No measure matches this selection" and empty(of)


def check_alone(text: str, of: Frames) -> bool:
    units = set(of.alone["unit_id"])
    if hit := re.fullmatch(r"(\d+) measures? rests? on one unit(?: each, all on|,) (.+)", text):
        return int(hit[1]) == len(of.alone) and ids_of(hit[2], of) == units and len(units) == 1
    if hit := re.fullmatch(r"(\d+) measures rest on one unit each, on (\d+) units in all", text):
        return (int(hit[1]), int(hit[2])) == (len(of.alone), len(units))
    return text == "No measure rests on one unit alone" and of.alone.empty


def check_measures(text: str, of: Frames) -> bool:
    silent, divided = (
        of.now.measure_states["state"].eq(NO_FEEDBACK).sum(),
        of.now.measure_states["units_disagree"].sum(),
    )
    pattern = r"(\d+) of (\d+) measures ha(?:s|ve) had no feedback; on (\d+) the units disagree"
    if hit := re.fullmatch(pattern, text):
        return tuple(map(int, hit.groups())) == (silent, len(of.plan.measures), divided)
    if hit := re.fullmatch(r"Every measure has had feedback; on (\d+) the units disagree", text):
        return not silent and int(hit[1]) == divided and not empty(of)
    return text == "No measure matches this selection" and empty(of)


def completable(of: Frames) -> int:
    return int((of.now.measure_states["kind"].ne("ongoing") & of.now.measure_states["state"].ne("withdrawn")).sum())


def check_burn_up(text: str, of: Frames) -> bool:
    states = of.now.measure_states["state"]
    pattern = r"(.+) of the measures that can be completed are closed; (\d+) more (?:is|are) reported done"
    if hit := re.fullmatch(pattern, text):
        return (
            share(hit[1]) == (states.eq("closed").sum(), completable(of))
            and int(hit[2]) == states.eq("done_reported").sum()
        )
    return text == "Nothing can be completed in this selection" and not completable(of)


def check_flow(text: str, of: Frames) -> bool:
    silent = of.periods[NO_FEEDBACK].tolist()
    if hit := re.fullmatch(r"So far, (\d+) measures? (?:is|are) without feedback", text):
        return [int(hit[1])] == silent
    first = ENGLISH.month(of.periods["period_end"].iloc[0]) if len(silent) else ""
    if hit := re.fullmatch(r"Measures without feedback (fell|rose) from (\d+) in (.+) to (\d+)", text):
        before, now = int(hit[2]), int(hit[4])
        return (before, now, hit[3]) == (silent[0], silent[-1], first) and (now < before) == (hit[1] == "fell")
    if hit := re.fullmatch(r"Measures without feedback are (\d+), as many as in (.+)", text):
        return int(hit[1]) == silent[0] == silent[-1] and hit[2] == first and len(silent) > 1
    return text == "No measure matches this selection" and empty(of)


def check_by_theme(text: str, of: Frames) -> bool:
    able = of.themes[of.themes["completable"].gt(0)]
    done = able.loc[able["closed"].eq(able["completable"]), "theme_id"]
    idle = able.loc[able["closed"].eq(0), "theme_id"]
    if hit := re.fullmatch(r"(\d+) themes? ha(?:s|ve) closed all that can be completed: (.+)", text):
        return int(hit[1]) == len(done) > 0 and ids_of(hit[2], of) == shown(done)
    if hit := re.fullmatch(r"(\d+) themes? ha(?:s|ve) closed none of (?:its|their) measures yet: (.+)", text):
        return int(hit[1]) == len(idle) > 0 and ids_of(hit[2], of) == shown(idle)
    if text == "Every theme with something to complete has closed some of it, none has closed all":
        return not len(done) and not len(idle) and len(able) > 0
    return text == "Nothing can be completed in this selection" and able.empty


def check_changes(text: str, of: Frames) -> bool:
    if hit := re.fullmatch(r"(\d+) measures? ha(?:s|ve) changed (?:its|their) state since (.+?): (.+)", text):
        # Every way that a measure went, each said once, and no other: the parts add up.
        ways = of.changes["direction"].replace("other", "withdrawn or taken up again").tolist()
        parts = [f"{ways.count(way)} {way}" for way in dict.fromkeys(ways)]
        return (int(hit[1]), hit[2]) == (len(ways), ENGLISH.date(of.before.as_of)) and sorted(
            hit[3].split(", ")
        ) == sorted(parts)
    return text == f"No measure has changed its state since {ENGLISH.date(of.before.as_of)}" and of.changes.empty


def day_of_half(curve: pd.DataFrame) -> int | None:
    """The first day on which at most half is open by the estimate, from its counts and in fractions."""
    still_open = Fraction(1)
    for day, at_risk, closures in curve[["days", "at_risk", "closures"]].astype(int).itertuples(index=False):
        still_open *= 1 - Fraction(closures, at_risk) if at_risk else 1
        if 2 * still_open <= 1:
            return day
    return None


def check_survival(text: str, of: Frames) -> bool:
    last, closures = of.curve.iloc[-1], of.curve["closures"].sum()
    pattern = r"By the estimate, half of the measures are closed within (\d+) days of the notice"
    if hit := re.fullmatch(pattern, text):
        closed = of.curve.loc[of.curve["days"].le(int(hit[1])), "closures"].sum()
        censored = of.now.measure_states["state"].eq("withdrawn").any()
        # What is withdrawn was never closed: the curve then gives an estimate, not a count.
        return int(hit[1]) == day_of_half(of.curve) and bool(censored or 2 * closed >= of.curve["at_risk"].max())
    pattern = r"(\d+)% of the measures are estimated to be open still after (\d+) days; half have not been closed yet"
    if hit := re.fullmatch(pattern, text):
        numbers_said = int(hit[1]), int(hit[2])
        return last["still_open"] > 0.5 and numbers_said == (percent_of(last["still_open"], 1), last["days"])
    if text.startswith("No measure has been closed yet"):
        return closures == 0 < of.curve["at_risk"].max()
    return text == "Nothing can be completed in this selection" and not of.curve["at_risk"].max()


def check_forecast(text: str, of: Frames) -> bool:
    # The period still running counts neither as one nor with what was closed in it.
    over = [closed for end, closed in of.burn_up[["period_end", "closed"]].to_numpy() if end.is_month_end]
    if hit := re.fullmatch(r"No forecast: it takes 8 periods, and there are (\d+)", text):
        return int(hit[1]) == len(over) < 8
    if hit := re.fullmatch(
        r"No forecast: it takes 5 closures in months that are over, and there have been (\d+)", text
    ):
        closures = sum(max(later - earlier, 0) for earlier, later in pairwise([0, *over]))
        return int(hit[1]) == closures < 5 and len(over) >= 8
    if text == "Nothing is left to forecast":
        return (
            all(of.burn_up["closed"].tail(1) >= of.burn_up["scope"].tail(1)) if len(of.burn_up) else not completable(of)
        )
    ends = {level: ENGLISH.month(day) for level, day in of.outlook.finish.items() if not pd.isna(day)}
    if hit := re.search(r"all is closed by (.+?) in half of the draws and by (.+) in 85% of them$", text):
        return ends == {"p50": hit[1], "p85": hit[2]}
    if hit := re.search(r"all is closed by (.+?) in half of the draws; 85% takes longer than two years$", text):
        return ends == {"p50": hit[1]}
    return text == "At the pace so far, half of the draws do not close all within two years" and not ends


def check_slips(text: str, of: Frames) -> bool:
    slipped, returned = of.slips["days_slipped"].fillna(0).gt(0).sum(), of.slips["times_returned"].gt(0).sum()
    pattern = r"Expected days that have slipped: (\d+); responsibilities returned or reopened: (\d+)"
    if hit := re.fullmatch(pattern, text):
        return (int(hit[1]), int(hit[2])) == (slipped, returned) and not of.slips.empty
    return text == "No expected day has slipped and nothing was returned" and of.slips.empty


CHECKS: dict[str, Callable[[str, Frames], bool]] = {
    "workload.load": check_load,
    "workload.states": check_unit_states,
    "workload.feedback": check_reports,
    "workload.partners": check_partners,
    "workload.concentration": check_concentration,
    "coverage.states": check_theme_states,
    "coverage.feedback": check_feedback,
    "coverage.matrix": check_matrix,
    "coverage.promises": check_promises,
    "coverage.alone": check_alone,
    "coverage.measures": check_measures,
    "trend.burn_up": check_burn_up,
    "trend.flow": check_flow,
    "trend.by_theme": check_by_theme,
    "trend.changes": check_changes,
    "trend.survival": check_survival,
    "trend.forecast": check_forecast,
    "trend.slips": check_slips,
}


def denied(of: Frames) -> dict[str, str]:
    """Findings that say what their frame denies, and those that no check knows."""
    english = captions(of, "en")
    assert set(english) == set(CHECKS)
    return {key: around.finding for key, around in english.items() if not CHECKS[key](around.finding, of)}


def assert_both_languages_say_the_same(of: Frames) -> None:
    english = captions(of, "en")
    for key, chinese in captions(of, "zh").items():
        assert sorted(numbers(chinese.finding)) == sorted(numbers(english[key].finding)), key
        assert sorted(numbers(chinese.alt)) == sorted(numbers(english[key].alt)), key
        names = named(chinese.finding, of.plan, "zh"), named(english[key].finding, of.plan, "en")
        assert names[0] == names[1], key


@pytest.mark.thorough
@in_every_situation
def test_no_finding_says_what_its_frame_denies(name: str):
    assert denied(situation(name)) == {}
    assert_both_languages_say_the_same(situation(name))


@pytest.mark.thorough
def test_before_the_first_period_the_selection_is_not_said_to_be_empty():
    of = situation("before the first period")
    assert of.plan.calendar.periods_until(of.now.as_of).empty
    assert of.periods[NO_FEEDBACK].tolist() == [len(of.plan.measures)]
    for name in ("before the first period", "nobody named"):
        for key, around in captions(situation(name), "en").items():
            assert "selection" not in around.finding, key
            assert "selection" not in around.labels["drawing"]["nothing"] or name != "nobody named", key


@pytest.mark.thorough
@settings(max_examples=8)
@given(small_plans(), moments)
def test_no_finding_about_a_small_plan_says_what_its_frame_denies(small: SmallPlan, day: pd.Timestamp):
    of = Frames(named_plan(small).at(day))
    assert denied(of) == {}
    assert_both_languages_say_the_same(of)


# Ties, said of frames made by hand.


def speaking_of(tianjin: Plan, measures: int) -> Language:
    """Someone who speaks English of the first measures of the plan."""
    return Language("en", replace(tianjin, measures=tianjin.measures.head(measures)))


def loads(**units: tuple[int, float]) -> pd.DataFrame:
    frame = pd.DataFrame([(unit, *load) for unit, load in units.items()], columns=["unit_id", "named_in", "share"])
    return frame.assign(sole=0, lead=0, open_load=frame["share"], overdue=0)


def test_the_heaviest_unit_and_its_ties(tianjin: Plan):
    def finding(**units: tuple[int, float]) -> str:
        return words.workload.load(loads(**units), speaking_of(tianjin, 4)).finding

    assert finding(a=(3, 2.5), b=(2, 1.5)) == "a is named in 3 of 4 measures and carries 63% of the load"
    assert finding(a=(3, 2.0), b=(3, 2.0)) == "a, b carry the most, each named in 3 of 4 measures"
    # One of two that are named as often carries more.
    assert finding(a=(3, 2.5), b=(3, 1.5)) == "a is named in 3 of 4 measures and carries 63% of the load"
    assert finding(a=(2, 2.5), b=(3, 1.5)) == "Named most often: b; carrying the most: a"
    assert finding(a=(2, 2.0), b=(3, 1.0), c=(3, 1.0)) == "Named most often: b, c; carrying the most: a"
    assert finding(a=(2, 1.5), b=(2, 1.5), c=(3, 1.0)) == "Named most often: c; carrying the most: a, b"


def test_measures_that_name_no_unit_are_not_said_to_be_missing(tianjin: Plan):
    assert words.workload.load(loads(), speaking_of(tianjin, 4)).finding == "No measure here names a unit"
    nothing = words.workload.load(loads(), speaking_of(tianjin, 0)).finding
    assert nothing == "No measure matches this selection, so no unit carries any"


def test_the_closest_pair_and_its_ties(tianjin: Plan):
    matrix = pd.DataFrame({"unit_id": list("abc"), "a": 3, "b": 3, "c": 3})

    def finding(*rows: tuple[str, str, int]) -> str:
        pairs = pd.DataFrame(rows, columns=["unit_id", "other_unit", "shared"])
        return words.workload.partners(matrix, pairs, speaking_of(tianjin, 3)).finding

    assert finding(("b", "c", 2), ("a", "b", 1)) == "b and c work together most: on 2 measures"
    assert finding(("a", "b", 1)) == "a and b work together most: on 1 measure"
    assert finding(("a", "b", 1), ("b", "c", 1)) == "2 pairs of units share 1 measure each, and none shares more"
    assert finding() == "No two units share a measure"


def test_half_is_said_to_be_closed_by_the_estimate(tianjin: Plan):
    """Two of four withdrawn on day 10, one closed on day 20: the curve is at one half, one measure of four closed."""
    curve = trend.kaplan_meier(pd.Series([10, 10, 20, 90]), pd.Series([False, False, True, False]))
    assert curve["still_open"].iloc[-1] == 0.5
    finding = words.trend.survival(curve, Language("en", tianjin)).finding
    assert finding == "By the estimate, half of the measures are closed within 20 days of the notice"


def test_a_refusal_counts_closures_and_says_so(tianjin: Plan):
    """Two measures closed, one of them twice: three closures."""
    ends = pd.date_range("2024-06-30", periods=9, freq="ME")
    closed = [1, 2, 1, 2, 2, 2, 2, 2, 2]
    burn_up = pd.DataFrame({"period_end": ends, "scope": 20, "closed": closed, "reported": closed})
    say = Language("en", tianjin)
    finding = words.trend.forecast(trend.forecast(burn_up), trend.backtest(burn_up), say).finding
    assert finding == "No forecast: it takes 5 closures in months that are over, and there have been 3"


def test_a_forecast_tells_how_earlier_ones_held(tianjin: Plan):
    ends = pd.date_range("2024-06-30", periods=11, freq="ME")
    closed = [2, 4, 6, 8, 10, 12, 14, 16, 18, 18, 19]
    burn_up = pd.DataFrame({"period_end": ends, "scope": 40, "closed": closed, "reported": closed})
    tested = trend.backtest(burn_up, paths=50).assign(held_p85=True)
    around = words.trend.forecast(trend.forecast(burn_up, paths=50), tested, Language("en", tianjin))
    assert around.note == (
        "Tested on the past: of 6 values foretold earlier, 1 held at the level of one half and 6 at 85%."
    )
    assert "half of the draws" in around.finding
    untested = words.trend.forecast(trend.forecast(burn_up, paths=50), tested.head(0), Language("en", tianjin))
    assert untested.note.startswith("Not enough has passed")


def test_every_theme_is_every_theme(tianjin: Plan):
    end = pd.Timestamp("2024-06-30")
    frame = pd.DataFrame(
        {"theme_id": ["T1", "T5"], "period_end": end, "scope": [2, 0], "closed": [1, 0], "reported": [1, 0]}
    )
    finding = words.trend.by_theme(frame, Language("en", tianjin)).finding
    assert finding == "Every theme with something to complete has closed some of it, none has closed all"


def test_english_counts_no_units_in_the_plural_that_are_one(tianjin: Plan):
    say = Language("en", tianjin.select(unit="tj-customs"))

    def everywhere(*rows: list[int]) -> str:
        matrix = pd.DataFrame(rows, columns=["T1", "T2"])
        matrix.insert(0, "unit_id", list("abc")[: len(rows)])
        return words.coverage.matrix(matrix, say).finding

    assert everywhere([1, 1], [1, 1], [1, 0]) == "In all 2 themes: a, b; 1 unit in only one"
    assert everywhere([1, 1], [0, 2], [1, 0]) == "In all 2 themes: a; 2 units in only one"
    assert everywhere([0, 1]) == "No unit takes part in all 2 themes; 1 unit in only one"
    slipped = pd.DataFrame({"days_slipped": [3, np.nan], "times_returned": [1, 2]})
    finding = words.trend.slips(slipped, say).finding
    assert finding == "Expected days that have slipped: 1; responsibilities returned or reopened: 2"

    def works_with(**shared: int) -> str:
        frame = pd.DataFrame(list(shared.items()), columns=["unit_id", "shared"])
        return words.brief.partners(frame, say).finding.removeprefix(f"{say.unit('tj-customs')} works with ")

    assert works_with(b=2) == "1 other unit; most measures shared: 2, with b"
    assert works_with(b=2, c=2, d=1) == "3 other units; most measures shared: 2, with b, c"


def test_every_way_that_measures_went_is_told(tianjin: Plan):
    since = pd.Timestamp("2024-06-30")

    def finding(*ways: str, lang: str = "en") -> str:
        moved = pd.DataFrame({"direction": ways}, dtype="str")
        return words.trend.changes(moved, since, Language(lang, tianjin)).finding

    assert finding("back") == "1 measure has changed its state since 30 June 2024: 1 back"
    assert finding("other", "forward", "other", "forward", "forward", "back") == (
        "6 measures have changed their state since 30 June 2024: 3 forward, 2 withdrawn or taken up again, 1 back"
    )
    assert numbers(finding("other", "other", "forward", lang="zh").split("：")[-1]) == [2, 1]
    assert finding() == "No measure has changed its state since 30 June 2024"


def test_the_period_before_is_called_by_its_month(tianjin: Plan):
    """The last one may still be running, so that the one before did not end a month ago."""
    ends = pd.to_datetime(["2024-06-30", "2024-07-03"])
    parts = pd.DataFrame({"theme_id": "T1", "period_end": ends, "current_feedback": [1, 2], "measures": 5})
    finding = words.coverage.feedback(parts, Language("en", tianjin)).finding
    assert finding == "2/5 (40%) of the measures have current feedback, after 1/5 (20%) at the end of Jun 2024"


def test_a_long_name_beside_a_bar_is_cut(tianjin: Plan):
    """In the one figure of the brief; its table and every other figure have it whole."""
    of = brief_of("tj-customs", DAY)
    for lang, longest in (("en", 26), ("zh", 12)):
        say = Language(lang, of.now.plan)
        names = words.brief.due(of.reports, say).labels["measure_id"]
        assert list(names) == of.reports["measure_id"].tolist()
        assert max(map(len, names.values())) == longest
        for measure, name in names.items():
            whole = say.measure(measure)
            assert name == whole if len(whole) <= longest else whole.startswith(name.removesuffix("…").rstrip())
            assert len(whole) <= longest or name.endswith("…")


@pytest.mark.thorough
@in_every_situation
def test_the_alternative_text_prints_the_numbers_of_the_table(name: str):
    of = situation(name)
    printed = {row[0]: row[2] for row in tables(of, "en")["workload_by_unit"].rows}
    alt = captions(of, "en")["workload.load"].alt
    cells = {unit: re.search(rf"(?<=[ .]){re.escape(unit)} \d+ and ([\d.]+\d)", alt) for unit in printed}
    said = {unit: hit[1] for unit, hit in cells.items() if hit}
    assert said.items() <= printed.items()
    assert len(said) == min(len(printed), 5)


# The numbers at the head of a page.


def test_key_figures_are_those_of_the_frames():
    of = situation("spring")
    say = Language("en", of.plan)

    def values(figures: list[words.KeyFigure]) -> list[list[float]]:
        return [numbers(figure.value) for figure in figures]

    states = of.now.measure_states
    assert values(words.workload.key_figures(of.loads, of.concentration, say)) == [
        [31], [24], [91], [8, 31, 26], [3.91], [69.8]
    ]  # fmt: skip
    coverage_figures = values(words.coverage.key_figures(of.themes, say))
    current, closed, completable = (of.themes[name].sum() for name in ("current_feedback", "closed", "completable"))
    assert [figure[:2] for figure in coverage_figures] == [
        [of.themes["current_feedback"].gt(0).sum(), 6],
        [current, 31],
        [closed, completable],
        [states["has_evidence"].sum(), 31],
        [8, 31],
        [of.plan.commitments["measure_id"].nunique(), 31],
    ]
    # A theme has current feedback whether or not it has evidence.
    without = words.coverage.key_figures(of.themes.assign(with_evidence=0), say)
    assert values(without)[0][:2] == [of.themes["current_feedback"].gt(0).sum(), 6]
    trend_figures = values(words.trend.key_figures(of.burn_up, of.periods, of.changes, say))
    counts = states["state"].value_counts()
    assert trend_figures[0][:2] == [closed, completable]
    assert [figure[0] for figure in trend_figures[1:]] == [
        counts.get("done_reported", 0),
        counts.get("in_progress", 0),
        counts.get("stalled", 0),
        counts.get(NO_FEEDBACK, 0),
        len(of.changes),
    ]


# The leader's first line.

PARTS = {
    "zh": {
        "closed": "已办结", "done_reported": "已完成待核", "in_progress": "推进中", "stalled": "受阻",
        "not_started": "未启动", "ongoing": "常态化", NO_FEEDBACK: "未反馈", "withdrawn": "取消",
    },
    "en": {
        "closed": "closed", "done_reported": "reported done and awaiting verification", "in_progress": "in progress",
        "stalled": "stalled", "not_started": "not started", "ongoing": "running continuously",
        NO_FEEDBACK: "without feedback", "withdrawn": "withdrawn",
    },
}  # fmt: skip


@dataclass(frozen=True)
class FirstLine:
    """The numbers of a leader's first line."""

    total: int
    parts: dict[str, int]
    silent: list[int]
    more: int


def parsed(line: str, lang: str) -> FirstLine:
    listed = r"（第([\d、]+?)(?:等另(\d+)\D?)?项）" if lang == "zh" else r" \(no\. ([\d, ]+?)(?: and (\d+) more)?\)"
    named = re.search(listed, line)
    line = re.sub(listed, "", line)
    if lang == "zh":
        hit = re.fullmatch(r"截至(\d+年\d+月\d+日)，(\d+)项措施：(.+)。", line)
        pieces = [re.fullmatch(r"(\D+)(\d+)", part) for part in hit[3].split("、")] if hit else []
        parts = {part[1]: int(part[2]) for part in pieces if part}
    else:
        hit = re.fullmatch(r"As of (\d+ \w+ \d+), (\d+) measures?: (.+)\.", line)
        pieces = [re.fullmatch(r"(\d+) (.+)", part) for part in hit[3].split(", ")] if hit else []
        parts = {part[2]: int(part[1]) for part in pieces if part}
    assert hit, line
    assert all(pieces), line
    names = {name: state for state, name in PARTS[lang].items()}
    silent = [int(number) for number in re.split("、|, ", named[1])] if named else []
    return FirstLine(
        int(hit[2]), {names[name]: count for name, count in parts.items()}, silent, int(named[2] or 0) if named else 0
    )


def reading_of(states: list[str]) -> Reading:
    """A reading of the first measures of the embedded plan that finds them in these states."""
    plan = open_plan_once()
    plan = replace(plan, measures=plan.measures.head(len(states)))
    now = plan.at(DAY)
    # What a reading computes is kept where it would be computed.
    now.__dict__["measure_states"] = plan.measures[["measure_id"]].assign(state=pd.Series(states, dtype="str"))
    return now


def assert_first_line_adds_up(now: Reading) -> None:
    states = now.measure_states
    number_of = dict(zip(now.plan.measures["measure_id"], now.plan.measures["number"].astype(int), strict=True))
    silent = [number_of[measure] for measure in states.loc[states["state"].eq(NO_FEEDBACK), "measure_id"]]
    for lang in languages():
        say = Language(lang, now.plan)
        line = page_words.headline(now, say)
        assert say.date(now.as_of) in line
        said = parsed(line, lang)
        assert list(said.parts) == list(BUCKETS)
        assert sum(said.parts.values()) == said.total == len(now.plan.measures)
        assert said.parts == states["state"].value_counts().reindex(list(BUCKETS), fill_value=0).to_dict()
        assert said.silent == silent[:12]
        assert said.more == len(silent) - len(said.silent)


@given(st.lists(st.sampled_from(BUCKETS), min_size=1, max_size=31))
def test_the_first_line_adds_up_in_every_state(states: list[str]):
    assert_first_line_adds_up(reading_of(states))


@given(st.sampled_from(BUCKETS), st.integers(1, 31))
def test_the_first_line_adds_up_when_all_are_in_one_state(state: str, measures: int):
    assert_first_line_adds_up(reading_of([state] * measures))


@pytest.mark.thorough
@given(small_plans(all_named=False), moments)
def test_the_first_line_of_a_small_plan_adds_up(small: SmallPlan, day: pd.Timestamp):
    assert_first_line_adds_up(named_plan(small).at(day))


@in_every_situation
def test_the_first_line_of_the_embedded_plan_adds_up(name: str):
    of = situation(name)
    if len(of.plan.measures):
        assert_first_line_adds_up(of.now)
    say = Language("en", of.plan)
    opening = words.opening(say, title="", key_figures=[], now=of.now, then=of.now)
    assert opening.headline == page_words.headline(of.now, say)
    assert sum(opening.counts.values()) == len(of.plan.measures)


@in_both
def test_the_first_line_of_an_empty_selection(lang: str):
    say = Language(lang)
    line = page_words.headline(situation("empty").now, say)
    assert numbers(line) == numbers(say.date(pd.Timestamp(DAY)))


# The head of a page.


def test_the_opening_tells_how_many_moved():
    now, then = situation("spring").now, situation("autumn").now
    moved = int(now.measure_states["state"].ne(then.measure_states["state"]).sum())
    assert moved
    for lang in languages():
        say = Language(lang, now.plan)
        said = page_words.moved(now, then, say)
        assert numbers(said.replace(say.date(then.as_of), ""))[0] == moved
        assert say.date(then.as_of) in said
        assert all(mark in said for mark in "↑↓←")
        assert page_words.moved(now, now, say) == ""


def test_a_title_says_what_the_plan_was_narrowed_to(tianjin: Plan):
    narrowed = tianjin.select(unit="port-group", theme="T1")
    for lang in languages():
        say = Language(lang, narrowed)
        for title in (words.workload.title(say), words.coverage.title(say), words.trend.title(say)):
            assert named(title, narrowed, lang) == {"port-group", "T1"}
        dates = words.opening(say, title="", key_figures=[], now=narrowed.at(DAY), then=narrowed.at(DAY)).dates
        assert named(dates[2], narrowed, lang) == {"port-group", "T1"}
        assert not named(words.coverage.title(Language(lang, tianjin)), tianjin, lang)


def test_both_dates_are_told(tianjin: Plan):
    now = tianjin.at("2025-03-31", known_at="2025-04-30")
    assert words.opening(Language("en", tianjin), title="", key_figures=[], now=now, then=now).dates == (
        "As of 31 March 2025",
        "As known on 30 April 2025",
    )


def test_a_made_up_record_is_said_to_be_made_up(tianjin: Plan):
    for lang in languages():
        assert len(page_words.banners(Language(lang, tianjin))) == 1
        assert page_words.banners(Language(lang, replace(tianjin, progress_provenance="real"))) == ()


def test_a_record_that_nobody_adds_to_is_said_to_be_stale(tianjin: Plan):
    last = tianjin.progress["as_of"].max().to_period("M")
    for months in range(5):
        # On the last day of a month, feedback on the month before is due, and on that month not yet.
        now = tianjin.at((last + 1 + months).to_timestamp(how="end").normalize())
        for say in (Language(lang, tianjin) for lang in languages()):
            said = page_words.stale(now, say)
            assert bool(said) == (months >= 2), (months, said)
            if said:
                assert f"{months}" in said[0]
                assert say.date(tianjin.progress["as_of"].max()) in said[0]


def test_where_nothing_is_open_nothing_is_stale(tianjin: Plan):
    settled = tianjin.progress.drop_duplicates(status.RESPONSIBILITY).assign(status="closed", supersedes="")
    heard = settled[status.RESPONSIBILITY].merge(tianjin.responsibilities, on=status.RESPONSIBILITY)
    now = replace(tianjin, progress=settled, responsibilities=heard).at("2030-01-31")
    say = Language("en", tianjin)
    assert page_words.stale(now, say) == ()
    assert set(now.states["state"]) == {"closed"}
    # Of the others nothing was ever heard.
    never = replace(tianjin, progress=tianjin.progress.iloc[:0]).at("2025-01-31")
    assert page_words.stale(never, say)[0].endswith("in any of the 7 periods on which it was due.")


def test_where_a_page_comes_from(tianjin: Plan):
    say = Language("en", tianjin)
    about = words.chrome(say, versions={"portplan": "1", "python": "3"}, parameters={"lang": "en"}, command="run me")
    terms = dict(about.terms)
    assert (terms["Versions"], terms["Parameters"], terms["To make this page again"]) == (
        "portplan 1, python 3", "lang=en", "run me"
    )  # fmt: skip
    for source in tianjin.sources.itertuples():
        assert f"{source.file}: {source.rows} rows, SHA-256 {str(source.sha256)[:12]}" in terms["Inputs"]


# The index of a site.


@pytest.mark.parametrize(
    ("result", "why"),
    [
        ("failed", "its notebook failed"),
        ("timed_out", "it ran out of time"),
        ("refused", "the check before publication refused it"),
        ("bad_data", "the data has errors"),
    ],
)
def test_a_failed_attempt_is_told_with_what_is_shown_instead(result: str, why: str):
    attempt = {"result": result, "since": "2025-04-01T08:30:00+08:00"}
    line = wording.failure_line("Coverage", "2025-03-31", **attempt, shown="", say=ENGLISH)
    start = f"Coverage: the latest attempt for 31 March 2025 has failed since 1 April 2025 08:30: {why}."
    assert line == f"{start} No page is shown."
    shown = wording.failure_line("Coverage", "2025-03-31", **attempt, shown="2025-02-28", say=ENGLISH)
    assert shown == f"{start} Showing the page as of 28 February 2025."
    for day in ("", "2025-02-28"):
        chinese = wording.failure_line("覆盖", "2025-03-31", **attempt, shown=day, say=Language("zh"))
        assert_whole(chinese, "zh")
        assert sorted(numbers(chinese)) == sorted(numbers(shown if day else line))


def test_the_words_of_an_index_are_whole():
    assert wording.moment("some day", ENGLISH) == "some day"
    for lang in languages():
        say = Language(lang)
        fixed = wording.index_words(say).values()
        for text in (*fixed, wording.page_count(1, say), wording.page_count(2, say)):
            assert text
            assert_whole(text, lang)
    assert wording.page_count(1, ENGLISH) == "1 page"
    assert wording.date_line("2025-03-31", "2025-03-31", "", ENGLISH) == "As of 31 March 2025"
    assert wording.date_line("2025-03-31", "2025-04-30", "2024-12-31", ENGLISH) == (
        "As of 31 March 2025 · As known on 30 April 2025 · compared with 31 December 2024"
    )


# What units wrote comes out as they wrote it, and as nothing else.


@pytest.fixture
def displayed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The HTML of what is shown, in place of showing it."""
    shown_html: list[str] = []
    monkeypatch.setattr(exhibits, "display", lambda output, **_: shown_html.append(output.data))
    return shown_html


NASTY = '<script>alert("1")</script> & </td><img src=x onerror=alert(1)>'


@pytest.mark.thorough
@in_both
def test_what_a_unit_wrote_is_escaped(tianjin: Plan, displayed: list[str], lang: str):
    plan = replace(tianjin, progress=tianjin.progress.assign(progress=NASTY, problems=NASTY, next_step=NASTY))
    of, brief = Frames(plan.at(DAY)), brief_of("tj-customs", DAY)
    brief = replace(brief, now=plan.select(unit="tj-customs").at(DAY))
    exhibits.tabulate(captions(of, lang)["coverage.measures"], tables(of, lang)["measures"])
    exhibits.tabulate(brief_captions(brief, lang)["brief.carries"], brief_tables(brief, lang)["brief"])
    assert len(displayed) == 2
    for html in displayed:
        assert "&lt;script&gt;" in html
        assert not re.search(r"<(script|img)", html)
        # Chinese words of a unit on an English page are marked as Chinese.
        assert 'lang="zh-CN"' in html


def test_names_are_escaped_too(tianjin: Plan, displayed: list[str]):
    plan = replace(tianjin, units=tianjin.units.assign(short=NASTY, short_en=NASTY), title={"zh": NASTY, "en": NASTY})
    of = Frames(plan.at(DAY))
    say = Language("en", plan)
    exhibits.tabulate(captions(of, "en")["workload.load"], tables(of, "en")["workload_by_unit"])
    exhibits.opening(words.opening(say, title=NASTY, key_figures=[], now=of.now, then=of.now))
    exhibits.method(Method(NASTY, ((NASTY, NASTY),)))
    assert len(displayed) == 4
    assert not any(re.search(r"<(script|img)", html) for html in displayed)
    assert sum("&lt;script&gt;" in html for html in displayed) == 3
