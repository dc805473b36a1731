"""Which dates a site need not hold any longer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from analysis.manifest.pages import SiteNotWritable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from analysis.manifest.pages import Manifest

EXPIRED = "expired"
"""Asks for every date that has expired to go."""
_OLDEST = timedelta(days=3 * 366)


@dataclass(frozen=True)
class Retention:
    """What becomes of the dates of one plan's pages. Those of other plans on the same site are left alone.

    Attributes
    ----------
    plan_id : str
    keep : int
        Period ends to keep; none that is more than three years older than the newest is.
    until : str
        The newest arrival in the record, in ISO text. Later dates neither count nor go: the record knows nothing of
        them yet, so a clock or a form that is ahead cannot push others out. Blank: nothing expires.
    is_period_end : callable
        Whether a period ends on a day. Pages of other days neither count nor push others out.
    asked : collection of str
        Dates that this run is asked for, which do not go.
    retire : collection of str
        Dates that a person wants gone, or `EXPIRED`. Without it at most one date goes a run, the oldest.
    """

    plan_id: str
    keep: int
    until: str
    is_period_end: Callable[[str], bool]
    asked: Collection[str] = ()
    retire: Collection[str] = ()

    def expired(self, manifest: Manifest) -> list[str]:
        """The dates that have expired, oldest first."""
        dates = self.dates(manifest)
        # A date of which there are only failures holds nothing that another's pages could make room for.
        shown = {one.parameters.as_of for one in manifest.pages.values() if one.parameters.plan_id == self.plan_id}
        ends = sorted((day for day in shown if day <= self.until and self.is_period_end(day)), reverse=True)
        if not ends:
            return []
        oldest = (date.fromisoformat(ends[0]) - _OLDEST).isoformat()
        # While there is room for more period ends, only age makes a date expire.
        first = max(oldest, ends[self.keep - 1]) if len(ends) >= self.keep else oldest
        return sorted(day for day in dates if day < first and day not in self.asked)

    def gone(self, manifest: Manifest) -> list[str]:
        """The dates that go with this run, oldest first.

        Raises
        ------
        SiteNotWritable
            When a date is to go of which the site has nothing, or which this run is asked for.
        """
        named = set(self.retire) - {EXPIRED}
        # Of a run that was cut off, what it let go may still lie there: whoever asks again is not refused.
        going = {place.split("/")[1] for place in manifest.leaving if place.startswith(f"{self.plan_id}/")}
        impossible = sorted((named - self.dates(manifest) - going) | (named & set(self.asked)))
        if impossible:
            raise SiteNotWritable(
                f"--retire {'、'.join(impossible)}：站点中没有这一日期的页面，或本次正要生成：没有改动"
            )
        expired = self.expired(manifest)
        return sorted({*named, *(expired if EXPIRED in self.retire else expired[:1])})

    def dates(self, manifest: Manifest) -> set[str]:
        """Every date of the plan that a site holds anything of."""
        kept = (*manifest.pages.values(), *manifest.failures.values())
        return {one.parameters.as_of for one in kept if one.parameters.plan_id == self.plan_id}
