"""What becomes of each made-up measure, and how each of its units comes to say so."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.sample.times import Random

Pair = tuple[str, str]
Span = tuple[int, int]
Units = dict[str, dict[str, Span]]
"""Measure → unit → the places of the first and the last period in which the unit is on it."""

# What becomes of a measure instead when nobody may decide.
_DECIDED = {
    **dict.fromkeys(("closed", "contradicted", "sent_back"), "done"),
    **dict.fromkeys(("withdrawn", "returned", "reopened"), "open"),
}
# What units say from the turn: the first, the second, or all. Joint units disagree.
_SAYS = {
    ("not_started", -1): "not_started",
    ("ongoing", -1): "ongoing",
    ("done", -1): "done_reported",
    ("open", 1): "done_reported",
    ("stalled", 0): "stalled",
}
_HELD_UP = 0.4
_FEW = 4


@dataclass(frozen=True)
class Fate:
    """What becomes of a measure.

    Attributes
    ----------
    end : str
        ``silent``, ``not_started``, ``late`` (nothing is heard before the turn), ``open``, ``stalled``, ``done``,
        ``ongoing``; by decision: ``closed``, ``contradicted`` (closed, and a unit says otherwise), ``sent_back`` (one
        unit, then closed), ``returned`` (all units), ``reopened``, ``withdrawn``.
    turn : int
        The place of the period in which it turns that way.
    """

    end: str
    turn: int

    @property
    def is_closed(self) -> bool:
        """Whether it stands closed in the end."""
        return self.end in ("closed", "contradicted", "sent_back")


def fates(
    kinds: Mapping[str, str], units_of: Units, decider_of: Mapping[str, str], last: int, random: Random
) -> dict[str, Fate]:
    """What becomes of each measure.

    Parameters
    ----------
    kinds : mapping
        Measure → its kind.
    units_of : dict
    decider_of : mapping
        Measure → who may close it; a measure without one is never verified.
    last : int
        The place of the last period.
    random : numpy.random.Generator
    """
    shuffled = [str(measure) for measure in random.permutation(list(kinds)) if units_of[str(measure)]]
    completable = [measure for measure in shuffled if kinds[measure] != "ongoing"]
    ongoing = [measure for measure in shuffled if kinds[measure] == "ongoing"]
    # A measure unheard of, or not begun, is believable where few units share it.
    few = sorted(completable, key=lambda measure: len(units_of[measure]) > 2)[:3]
    # A number promised is mostly a service that is ready to start: such measures close first.
    rest = sorted((measure for measure in completable if measure not in few), key=lambda m: kinds[m] != "quantified")
    ends = _ends(len(completable), last)
    starts = [Fate("late", last - 2), Fate("ongoing", last + 1)]
    starts += [Fate("ongoing", int(month)) for month in random.integers(1, 5, len(ongoing))]
    told = dict(zip([*few, *rest, *ongoing], [*ends[: len(completable)], *starts], strict=False))
    for measure, fate in told.items():
        first = min(start for start, _ in units_of[measure].values())
        if fate.end in _DECIDED and measure not in decider_of:
            told[measure] = Fate(_DECIDED[fate.end], fate.turn)
        if first > 1 and fate.end not in ("silent", "ongoing"):
            told[measure] = Fate("late", first)
    return {measure: told[measure] for measure in kinds if measure in told}


def _ends(count: int, last: int) -> list[Fate]:
    if count < _FEW:
        return [Fate("closed", last - 2), Fate("stalled", last - 2), Fate("open", last - 2)]
    closing = [place for place in range(3, last + 1) if place != 2 * (last + 1) // 3]
    turns = [closing[round(place)] for place in np.linspace(0, len(closing) - 1, round(count / 2))]
    closed = [Fate("closed", turn) for turn in turns]
    # The first few are services that started early; of the others some did not go smoothly.
    for place, end in ((3, "contradicted"), (4, "contradicted"), (6, "sent_back"), (7, "sent_back")):
        if place < len(closed) and closed[place].turn <= last - 2 * (end == "contradicted"):
            closed[place] = Fate(end, closed[place].turn)
    fates = [Fate("silent", 0), Fate("not_started", 0), Fate("late", last - 2), *closed, Fate("withdrawn", last - 1)]
    fates += [Fate("stalled", last - 2), Fate("done", last - 3)]
    fates += [Fate("stalled", last - 3), Fate("done", last - 1)] * (max(1, round(count / 10)) - 1)
    fates += [Fate("returned", last - 2), Fate("reopened", last - 2)]
    return fates + [Fate("open", last - 2)] * count


def silent(units_of: Units, fates: Mapping[str, Fate], random: Random) -> tuple[set[Pair], str]:
    """The responsibilities that never report, and the unit of which this holds nearly everywhere, or blank.

    Those of a silent measure never do, nearly all of the one unit, and a few more.
    """
    pairs = [(measure, unit, place) for measure in fates for place, unit in enumerate(units_of[measure])]
    never = {(measure, unit) for measure, unit, _ in pairs if fates[measure].end == "silent"}
    # The first unit keeps reporting, so that no other measure falls silent by chance.
    settled = ("withdrawn", "returned", "reopened", "sent_back")
    others = [(m, u) for m, u, place in pairs if place and len(units_of[m]) > 2 and fates[m].end not in settled]
    named, loads = Counter(unit for _, unit, _ in pairs), Counter(unit for _, unit in others)
    middling = sorted(unit for unit, load in loads.items() if 3 <= load <= 6 and named[unit] - load <= 1)
    quiet = min(middling, key=lambda unit: abs(named[unit] - 4), default="")
    # The quiet unit is heard on one measure; if it stands outside `others`, that one will do.
    of_quiet = sorted((pair for pair in others if pair[1] == quiet), key=lambda pair: fates[pair[0]].is_closed)
    never |= set(of_quiet[1 if named[quiet] == loads[quiet] else 0 :])
    is_open = [pair for pair in others if not fates[pair[0]].is_closed and pair[1] != quiet]
    never |= {is_open[place] for place in random.permutation(len(is_open))[: len(others) // 20]}
    # Two measures are closed though one of their units was never heard.
    closed = {measure: (measure, unit) for measure, unit in others if fates[measure].end == "closed" and unit != quiet}
    unheard = {measure for measure, _ in never if fates[measure].is_closed}
    spare = [pair for measure, pair in closed.items() if measure not in unheard]
    return never | set(spare[: max(2 - len(unheard), 0)]), quiet


def course(fate: Fate, place: int, last: int, random: Random) -> list[str | None]:
    """What one unit would say in each period; None where it says nothing.

    Parameters
    ----------
    fate : Fate
        Of the measure.
    place : int
        Of the unit among those of the measure that speak.
    last : int
        The place of the last period.
    random : numpy.random.Generator
    """
    told: list[str | None] = [None if fate.end == "late" else "in_progress"] * (last + 1)
    if fate.end in _DECIDED:
        _go_to_decision(told, fate, place, random)
    else:
        start = fate.turn - (int(random.integers(0, 2)) if fate.end == "done" else 0)
        told[start:] = [_SAYS.get((fate.end, place), _SAYS.get((fate.end, -1), "in_progress"))] * (last + 1 - start)
    if fate.end in ("open", "done", "stalled") and random.random() < _HELD_UP:
        told[int(random.integers(3, max(fate.turn - 1, 4)))] = "stalled"
    if told[0] == "in_progress":
        begun, first = int(random.integers(0, 2 if fate.is_closed else 4)), int(random.integers(0, 2))
        told[:begun] = ["not_started" if word == "in_progress" else word for word in told[:begun]]
        told[:first] = [None] * first
    return told


def closed_in(fate: Fate) -> int:
    """The place of the period in which a measure is closed that is closed at any time."""
    return fate.turn if fate.is_closed else min(4, fate.turn - 2)


def _go_to_decision(told: list[str | None], fate: Fate, place: int, random: Random) -> None:
    """Put in what a unit says before the decision that its measure waits for, and after it."""
    turn, last = fate.turn, len(told) - 1
    if fate.end == "withdrawn":
        told[turn - 1 :] = ["stalled" if place == 0 else "in_progress", *[None] * (last + 1 - turn)]
    elif fate.end == "returned":
        # Not everybody has spoken since.
        told[turn - 1 :] = ["done_reported", None, *[None if place == 1 else "in_progress"] * (last - turn)]
    else:
        closed = closed_in(fate)
        done = closed - (int(random.integers(1, 3)) if closed > 3 else 1)
        if fate.end == "sent_back" and place == 0:
            told[closed - 4], done = "done_reported", closed - 1
        told[done:] = ["done_reported", *[None] * (last - done)]
        if fate.end == "contradicted" and place == 0:
            told[closed + 1 :] = ["in_progress"] * (last - closed)
        elif fate.end == "reopened":
            told[turn + 1 :] = [*["in_progress"] * (last - turn - 1), "done_reported"]
