"""Small plans by hand: who is on which measure, what units said, what the office decided, in a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.periods import Calendar
from tests.strategies import DECIDER, SmallPlan, typed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.plan import Plan

MONTHLY = Calendar("month", "2024-06", 5)


def hand_made(
    crowds: dict[str, str],
    *,
    said: Sequence[str] = (),
    decided: Sequence[str] = (),
    measured: Sequence[str] = (),
    promises: Sequence[str] = (),
    kinds: dict[str, str] | None = None,
    themes: dict[str, str] | None = None,
    calendar: Calendar = MONTHLY,
    is_verified: bool = True,
    due: dict[str, str] | None = None,
    start: dict[str, str] | None = None,
) -> Plan:
    """A plan of a few measures.

    Parameters
    ----------
    crowds : mapping
        Measure → the letters of its units.
    said : sequence of str
        ``M1 a 2024-06-30 stalled problems=…``: measure, unit, day, state; arrives on its day unless it says otherwise.
    decided : sequence of str
        ``M1 closed 2024-08-31 unit_id=a``: measure, decision, day; recorded on its day.
    measured, promises : sequence of str
        ``C1 a 2024-08-31 3`` and ``C1 M1 at_most 2``.
    kinds, themes : mapping, optional
        By measure; ``one_off`` and ``T1`` where nothing is said.
    due, start : mapping, optional
        By measure: its deadline, and the day from which it is there.
    """
    rows = [
        {
            "measure_id": measure,
            "theme_id": (themes or {}).get(measure, "T1"),
            "number": measure[1:],
            "kind": (kinds or {}).get(measure, "one_off"),
            "due": (due or {}).get(measure, ""),
            "from": (start or {}).get(measure, ""),
        }
        for measure in crowds
    ]
    named = [
        {"measure_id": measure, "clause": 1, "unit_id": unit, "position": place, "role": "joint"}
        for measure, crowd in crowds.items()
        for place, unit in enumerate(crowd, start=1)
    ]
    units = dict.fromkeys(sorted("".join(crowds.values())))
    return SmallPlan(
        typed("measures", rows),
        typed("units", ({"unit_id": unit, "name": unit, "short": unit, "is_group": "false"} for unit in units)),
        typed("responsibilities", named),
        typed("commitments", (_cells(line, "commitment_id measure_id comparator quantity") for line in promises)),
        typed("progress", (statement(line, place) for place, line in enumerate(said))),
        calendar,
        typed("decisions", (decision(line, place) for place, line in enumerate(decided))),
        typed("actuals", (actual(line, place) for place, line in enumerate(measured))),
        is_verified,
    ).plan


def statement(line: str, place: int) -> dict[str, str]:
    row = _cells(line, "measure_id unit_id as_of status")
    return {"log_id": f"P{place}", "reported_at": row["as_of"], **row}


def decision(line: str, place: int) -> dict[str, str]:
    row = _cells(line, "measure_id decision effective_on")
    return {"decision_id": f"D{place}", "decided_by": DECIDER, "recorded_at": row["effective_on"], **row}


def actual(line: str, place: int) -> dict[str, str]:
    row = _cells(line, "commitment_id unit_id as_of value")
    return {"actual_id": f"A{place}", "reported_at": row["as_of"], **row}


def _cells(line: str, columns: str) -> dict[str, str]:
    words = line.split()
    named = columns.split()
    return dict(zip(named, words, strict=False)) | dict(word.split("=") for word in words[len(named) :])
