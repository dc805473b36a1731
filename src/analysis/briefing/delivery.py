"""What the front page says: what is stuck, why, since when, who must act, and what is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from analysis.attention import REASONS
from analysis.catalogue import tag_of
from analysis.language import Caption, Language, Quote, caption, named, named_units
from analysis.opening import states_line, titled
from analysis.schema import BUCKETS

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from typing import Any

    from analysis.plan.reading import Reading

MOST = 12
"""How many cases stand open on the front page; the others are folded."""


@dataclass(frozen=True)
class Voice:
    """What one unit says of a case in its own words."""

    unit: str
    state: str
    words: str
    request: str
    next_step: str
    age: str


@dataclass(frozen=True)
class Case:
    """A measure that needs attention, in words.

    Attributes
    ----------
    measure : str
        Its number and title, which lead to its block in the ledger.
    state : str
        Its state as in `analysis.schema.BUCKETS`, for its mark.
    reason, age, also : str
        Why it is here, for how long, and what else is the matter.
    voices : tuple of Voice
        The units that it concerns, in their own words.
    asked : str
        What is asked of whom.
    """

    measure: str
    state: str
    reason: str
    age: str
    also: str
    voices: tuple[Voice, ...]
    asked: str


@dataclass(frozen=True)
class Tile:
    """One measure in the strip of all: its state, and where it leads to."""

    name: str
    number: str
    state: str
    title: str


@dataclass(frozen=True)
class CaseNames:
    """The words that stand between the parts of a case."""

    colon: str
    request: str
    next_step: str
    others: str


@dataclass(frozen=True)
class Chapter:
    """Another page of the day in a line: the name of its report, its title, and what it finds."""

    name: str
    title: str
    headline: str


@dataclass(frozen=True)
class Chapters:
    """The other pages of the day."""

    title: str
    colon: str
    chapters: tuple[Chapter, ...]


def title(say: Language) -> str:
    """The title of the page."""
    return titled(say("Delivery"), say)


def attention(cases: pd.DataFrame, say: Language) -> Caption:
    """Around the cases."""
    counts = cases["reason"].value_counts()
    if cases.empty:
        finding = say("Nothing needs coordination")
    else:
        parts = (
            say("{state} {n}", state=say.name("reason", reason), n=say.number(int(counts[reason])))
            for reason in REASONS
            if reason in counts
        )
        finding = say("Needs coordination: {parts}", parts=say.listing(parts, most=len(REASONS)))
    return caption(say, key="attention", finding=finding, record=True)


def cases(listed: pd.DataFrame, spoken: pd.DataFrame, now: Reading, say: Language) -> list[Case]:
    """The measures that need attention, in words.

    Parameters
    ----------
    listed, spoken : pandas.DataFrame
        From `analysis.attention.attention` and `analysis.attention.voices`.
    """
    words = {(row["measure_id"], row["unit_id"]): row for row in spoken.to_dict("records")}
    return [_case(row, words, now, say) for row in listed.to_dict("records")]


def case_names(listed: list[Case], say: Language) -> CaseNames:
    """The words between the parts of the cases."""
    left = max(len(listed) - MOST, 0)
    others = say.count(left, "{n} more case", "{n} more cases")
    return CaseNames(say(": "), say("Asks for"), say("Next step"), others)


def chapters(say: Language, **headlines: str) -> Chapters:
    """The other pages of the day, each with what it finds, in the order given."""
    titles = {
        "workload_by_unit": say("Workload by unit"),
        "theme_coverage": say("Theme coverage"),
        "completion_trend": say("Completion trend"),
    }
    lines = tuple(Chapter(name, titles[name], headline) for name, headline in headlines.items())
    return Chapters(say("In the chapters"), say(": "), lines)


def tiles(now: Reading, say: Language) -> list[tuple[str, list[Tile]]]:
    """All measures by theme: each theme's name, and its tiles in the order of the notice."""
    states = now.measure_states
    strip = []
    for theme, own in states.groupby("theme_id", sort=False):
        row = [
            Tile(
                name=named(measure, "measure_id", say),
                number=say.name("number", measure),
                state=state,
                title=say("{measure}: {state}", measure=say.measure(measure), state=say.state(state)),
            )
            for measure, state in own[["measure_id", "state"]].itertuples(index=False)
        ]
        strip.append((say.theme(theme), row))
    return strip


def all_measures(now: Reading, say: Language) -> Caption:
    """Around the strip of all measures."""
    finding = states_line(now, say) if len(now.measure_states) else say("No measure matches this selection")
    return caption(say, key="all-measures", finding=finding, record=True)


def legend(now: Reading, say: Language) -> list[tuple[str, str]]:
    """The states that any measure is in, each with its name."""
    there = set(now.measure_states["state"])
    return [(state, say.state(state)) for state in BUCKETS if state in there]


def units(loads: pd.DataFrame, say: Language) -> Caption:
    """Around the table of units."""
    silent = loads[loads["no_feedback"].add(loads["lapsed"]).gt(0)]
    stuck = loads[loads["stalled"].gt(0)]
    if loads.empty:
        finding = say("No measure here names a unit")
    elif silent.empty and stuck.empty:
        finding = say("No unit is stalled or silent")
    else:
        parts = [
            say.count(len(silent), "{n} unit silent on a measure", "{n} units silent on a measure")
            if len(silent)
            else "",
            say.count(len(stuck), "{n} unit stalled on one", "{n} units stalled on one") if len(stuck) else "",
        ]
        finding = say("Of {total} units: {parts}", total=say.number(len(loads)), parts=say.listing(filter(None, parts)))
    return caption(say, key="units", finding=finding, record=True)


def _case(row: Mapping[Hashable, Any], words: Mapping[Any, Any], now: Reading, say: Language) -> Case:
    measure, reason = str(row["measure_id"]), str(row["reason"])
    told = [words[measure, unit] for unit in row["unit_ids"] if (measure, unit) in words]
    # A unit that is stalled speaks for itself, whatever the measure is here for.
    others = [one for key, one in words.items() if key[0] == measure and one["state"] == "stalled" and one not in told]
    speaks = reason in ("contradicted", "overdue")
    heard = [one for one in [*others, *told] if one["problems"] or one["request"] or one["state"] == "stalled"]
    heard += [one for one in told if speaks and one["progress"] and one not in heard]
    also = [say.name("reason", other) for other in row["reasons"] if other != reason]
    return Case(
        measure=named(measure, "measure_id", say),
        state=str(row["state"]),
        reason=say.name("reason", reason),
        age=_age(row, now, say),
        also=say.listing(also),
        voices=tuple(_voice(one, now, say) for one in heard),
        asked=_asked(reason, row, heard, now, say),
    )


def _voice(word: Mapping[Hashable, Any], now: Reading, say: Language) -> Voice:
    tag = tag_of(say.plan.lang)

    def quote(column: str) -> str:
        return Quote(word[column], tag) if word[column] else ""

    return Voice(
        unit=named(word["unit_id"], "unit_id", say),
        state=say.state(word["state"]),
        words=quote("problems") or quote("progress"),
        request=quote("request"),
        next_step=quote("next_step"),
        age=_repeats(word, say) or say.age(word["since"], now.as_of),
    )


def _repeats(word: Mapping[Hashable, Any], say: Language) -> str:
    if not word["request"] or word["request_periods"] < 2:
        return ""
    return say.count(int(word["request_periods"]), "{n} report in a row", "{n} reports in a row")


def _age(row: Mapping[Hashable, Any], now: Reading, say: Language) -> str:
    if pd.isna(row["since"]):
        return ""
    if row["since"] >= now.as_of:
        return say("since {date}", date=say.date(row["since"]))
    return say("{age}, since {date}", age=say.age(row["since"], now.as_of), date=say.date(row["since"]))


def _asked(
    reason: str, row: Mapping[Hashable, Any], heard: list[Mapping[Hashable, Any]], now: Reading, say: Language
) -> str:
    """What is asked of whom: the units' own requests stand in their words; this is what follows from the case."""
    units = named_units(row["unit_ids"], say) if len(row["unit_ids"]) else say("nobody is named")
    own = now.states.loc[now.states["measure_id"].eq(row["measure_id"]), "missing"]
    owed = 0 if own.empty else int(own.max())
    if reason == "waiting":
        return say(
            "To decide: {deciders}", deciders=say.listing(say.name("decider", one.name) for one in say.plan.deciders)
        )
    if reason == "contradicted":
        deciders = say.listing(say.name("decider", one.name) for one in say.plan.deciders)
        return say("To look at again: {deciders}; says otherwise: {units}", deciders=deciders, units=units)
    if reason in ("silent", "lapsed") or (owed and not heard):
        return say.count(
            owed, "To report: {units} ({n} report owed)", "To report: {units} (up to {n} reports owed)", units=units
        )
    if any(one["request"] for one in heard):
        return say("To answer the request of {units}", units=units)
    return say("To say what would help: {units}", units=units)
