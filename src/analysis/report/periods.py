"""Which days an unattended run is to speak of."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from analysis.report.inputs import Inputs
from analysis.report.site import Manifest

LAST_PERIOD_END = "last-period-end"
_MOST = 12


def last_period_end(today: date) -> date:
    """The last day of the last month that is over on a day."""
    return today.replace(day=1) - timedelta(days=1)


def days_due(last: date, inputs: Inputs, site: Manifest, reports: Collection[str]) -> list[str]:
    """The ends of all periods that a run should make pages of, oldest first; ISO days.

    They are the last one; those that were missed since the newest date that the site has of these reports; and those at
    which the last attempt failed. Never more than twelve: a gap that is longer is for a person to close.

    Parameters
    ----------
    last : datetime.date
        From `last_period_end`.
    """
    newest = max(
        (page.as_of for page in site.pages.values() if page.plan_id == inputs.id and page.report in reports),
        default="",
    )
    failed = {
        failure.as_of
        for failure in site.failures.values()
        if failure.plan_id == inputs.id and failure.report in reports
    }
    due = {day for day in _ends_before(last) if newest and day > newest} | failed
    earlier = sorted(day for day in due if day < last.isoformat())
    return [*earlier[-_MOST + 1 :], last.isoformat()]


def _ends_before(day: date) -> Iterator[str]:
    for _ in range(_MOST):
        day = day.replace(day=1) - timedelta(days=1)
        yield day.isoformat()
