"""Which periods an unattended run is to speak of."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from analysis.report.inputs import Inputs
    from analysis.site import Failure, Manifest, Page

LAST_PERIOD_END = "last-period-end"
_MOST = 12

Days = tuple[str, str]
"""The end of a period and the day by which feedback on it was due: T and K of its pages, in ISO text."""


def periods_due(today: date, inputs: Inputs, site: Manifest, reports: list[str]) -> list[Days]:
    """The periods that a run should make pages of, oldest first.

    They are the last one whose feedback was due before `today`; those that were missed since the newest that the site
    has of these reports; and those at which the last attempt failed. Never more than twelve: a gap that is longer is
    for a person to close. Pages of other days, which somebody asked for, do not count.
    """
    last, *earlier = islice(_periods_before(today, inputs.due_day), _MOST)

    def of(records: Iterable[Page | Failure]) -> set[Days]:
        asked = [one.parameters for one in records if one.report in reports]
        return {(one.as_of, one.known_at) for one in asked if one.plan_id == inputs.id}

    made = of(site.pages.values())
    failed = of(site.failures.values())
    newest = max((days for days in made if _is_period(days, inputs.due_day)), default=last)
    due = [days for days in earlier if days > newest or days in failed]
    return [*reversed(due), last]


def _periods_before(today: date, due_day: int) -> Iterator[Days]:
    """Periods whose feedback was due before a day, newest first."""
    day = today.replace(day=1) - timedelta(days=1)
    while True:
        if _period(day, due_day)[1] < today.isoformat():
            yield _period(day, due_day)
        day = day.replace(day=1) - timedelta(days=1)


def _is_period(days: Days, due_day: int) -> bool:
    end = date.fromisoformat(days[0])
    return (end + timedelta(days=1)).day == 1 and days == _period(end, due_day)


def _period(end: date, due_day: int) -> Days:
    return end.isoformat(), (end + timedelta(days=due_day)).isoformat()
