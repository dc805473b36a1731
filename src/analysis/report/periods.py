"""Which periods an unattended run is to speak of."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.report.inputs import Inputs
    from analysis.site import Failure, Manifest, Page

LAST_PERIOD_END = "last-period-end"
_MOST = 12

Days = tuple[str, str]
"""The end of a period and the day by which feedback on it was due: T and K of its pages, in ISO text."""


def periods_due(today: date, inputs: Inputs, site: Manifest, reports: list[str]) -> list[Days]:
    """The periods that a run should make pages of, oldest first; none before feedback on the first was due.

    They are the last one that was over and whose feedback was due before `today`; those that were missed since the
    newest that the site has of these reports; and those at which the last attempt failed. Never more than twelve: a gap
    that is longer is for a person to close. Pages of other days, which somebody asked for, do not count.

    Raises
    ------
    analysis.schema.DataError
        When the plan's calendar cannot be read; lists every problem of the plan.
    """
    calendar = inputs.require_calendar()

    def is_period(days: Days) -> bool:
        end = date.fromisoformat(days[0])
        periods = calendar.until(end)
        return bool(periods) and periods[-1].end == end and days[1] == calendar.known_by(end).isoformat()

    def of(records: Iterable[Page | Failure]) -> set[Days]:
        asked = [one.parameters for one in records if one.report in reports]
        return {(one.as_of, one.known_at) for one in asked if one.plan_id == inputs.id}

    over = [(one.end, calendar.known_by(one.end)) for one in calendar.until(today)]
    periods = [(end.isoformat(), known.isoformat()) for end, known in over if known < today]
    if not periods:
        return []
    *earlier, last = periods[-_MOST:]
    # A page of a day to come, as a clock that was ahead makes it, does not mean that those before it were made.
    made = filter(is_period, of(site.pages.values()))
    newest = max((days for days in made if days <= last), default=last)
    failed = of(site.failures.values())
    return [*(days for days in earlier if days > newest or days in failed), last]
