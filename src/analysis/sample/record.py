"""The synthetic record: a fate for each measure, a story for each unit on it, and what the office makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.catalogue import FIRST, translations
from analysis.names import unit_names
from analysis.sample.actuals import measured
from analysis.sample.decisions import decided
from analysis.sample.fates import course, fates, silent
from analysis.sample.statements import as_table, lower_percents, replaced, story
from analysis.sample.times import Times

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from analysis.periods import Calendar
    from analysis.sample.fates import Units

LEAST = 8
"""With fewer periods there is no room for a course of things, and no forecast is made of them."""


def synthetic_record(
    tables: Mapping[str, pd.DataFrame],
    *,
    calendar: Calendar,
    issued: date,
    deciders: Mapping[str, str] | None = None,
    periods: int = 10,
    seed: int = 2024,
    lang: str = FIRST,
) -> dict[str, pd.DataFrame]:
    """A made-up record that obeys every rule of a real one and looks as untidy.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        The notice: measures, units, responsibilities, commitments, as text or with types.
    calendar : analysis.periods.Calendar
    issued : datetime.date
        The day of the notice.
    deciders : mapping of str to str
        Who may verify → the id of the unit that each is part of, or blank. Where there is none, nothing is decided.
    periods : int
        How many periods, from the first.
    seed : int
        The same seed, tables and calendar give the same record.
    lang : str
        The language in which it is said why there can be none.

    Returns
    -------
    dict of str to pandas.DataFrame
        progress, decisions and actuals: columns as in `analysis.schema.TABLES`, text, blanks as ``""``, rows in the
        order they arrived. With late, missing, revised, skipped, stalled and contradictory statements; measures closed,
        sent back, opened again and withdrawn.

    Raises
    ------
    ValueError
        When there are fewer than eight periods, or nobody who could report in them.
    """
    say = translations(lang).gettext
    if periods < LEAST:
        raise ValueError(say("a made-up record needs {least} periods at least, not {n}").format(least=LEAST, n=periods))
    times = Times.of(calendar, issued, periods)
    random = np.random.default_rng(seed)
    kinds = dict(zip(tables["measures"]["measure_id"], tables["measures"]["kind"], strict=True))
    units_of = _units_of(tables, times)
    if not any(units_of.values()):
        raise ValueError(say("nobody could report: no measure has a unit from the first day of a period to its last"))
    decider_of = _decider_of(tables, deciders or {})
    told = fates(kinds, units_of, decider_of, times.last, random)
    never, quiet = silent(units_of, told, random)
    skipped = {unit: random.uniform(0.04, 0.22) for unit in sorted({u for units in units_of.values() for u in units})}
    # A unit sends one form a period for all of its measures, so its rows of a period arrive together.
    is_late = {unit: random.random(periods) < random.uniform(0.03, 0.25) for unit in skipped}
    is_late |= {quiet: np.arange(periods) % 3 != 1} if quiet else {}
    arrivals = {unit: times.arrivals(late, random) for unit, late in is_late.items()}
    stories = []
    for measure, fate in told.items():
        for place, unit in enumerate(u for u in units_of[measure] if (measure, u) not in never):
            first, last = units_of[measure][unit]
            words = course(fate, place, times.last, random)
            words = [word if first <= at <= last else None for at, word in enumerate(words)]
            statements = story(words, fate, times, arrivals[unit], skipped[unit], random)
            stories.append([{"measure_id": measure, "unit_id": unit, **statement} for statement in statements])
    stories = [statements for statements in stories if statements]
    lower_percents(stories, random)
    first_sent = replaced(stories, kinds, times, random)
    decisions = decided(told, stories, decider_of, times, random)
    actuals = measured(tables["commitments"], units_of, never, arrivals, times, random)
    progress = as_table([row for statements in stories for row in statements] + first_sent, units_of, times, random)
    return {"progress": progress, "decisions": decisions, "actuals": actuals}


def _units_of(tables: Mapping[str, pd.DataFrame], times: Times) -> Units:
    """The units of each measure, with the periods in which they are on it from the first day to the last."""
    starts = pd.to_datetime(tables["measures"].set_index("measure_id")["from"].replace("", None))
    named = tables["responsibilities"]
    begins, ends = (pd.to_datetime(named[column].replace("", None)) for column in ("from", "until"))
    units_of: Units = {measure: {} for measure in tables["measures"]["measure_id"]}
    for measure, unit, begin, end in zip(named["measure_id"], named["unit_id"], begins, ends, strict=True):
        days = [day for day in (begin, starts[measure]) if not pd.isna(day)]
        first = times.place_of(max(days).date()) if days else 0
        last = times.last if pd.isna(end) else sum(period.end <= end.date() for period in times.periods) - 1
        if first <= last and unit not in units_of[measure]:
            units_of[measure][unit] = first, last
    return units_of


def _decider_of(tables: Mapping[str, pd.DataFrame], deciders: Mapping[str, str]) -> dict[str, str]:
    """The first decider who is none of a measure's units and belongs to none of them, by measure."""
    owners = dict(unit_names(tables["units"].to_dict("records")))
    named = tables["responsibilities"].groupby("measure_id")["unit_id"].agg(set).to_dict()
    found = {}
    for measure in tables["measures"]["measure_id"]:
        units = named.get(measure, set())
        may = (name for name, unit in deciders.items() if not {unit, owners.get(name, "")} & units)
        if name := next(may, ""):
            found[measure] = name
    return found
