"""A plan as it stood at one day, as known at another: what every metric is read from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

from analysis import status
from analysis.plan.dates import to_day
from analysis.plan.names import UnknownName

if TYPE_CHECKING:
    import pandas as pd

    from analysis.plan import Plan
    from analysis.plan.dates import Day


@dataclass(frozen=True, eq=False, repr=False)
class Reading:
    """What the record says of a plan at T, as known at K; from `analysis.plan.Plan.at`.

    Attributes
    ----------
    plan : analysis.plan.Plan
    as_of, known_at : pandas.Timestamp
        T and K.
    """

    plan: Plan
    as_of: pd.Timestamp
    known_at: pd.Timestamp

    @cached_property
    def states(self) -> pd.DataFrame:
        """The state of every responsibility (`analysis.status.latest`)."""
        return status.latest(**self._record, as_of=self.as_of, known_at=self.known_at)

    @cached_property
    def measure_states(self) -> pd.DataFrame:
        """The state of every measure (`analysis.status.by_measure`), with where it stands against its deadline."""
        measures = status.by_measure(self.states, self.plan.measures)
        deadlines = self.plan.measures.set_index("measure_id")["due"]
        standings = status.schedule(measures, self.states, deadlines, issued=self.plan.issued, as_of=self.as_of)
        return measures.assign(schedule=standings.to_numpy())

    @cached_property
    def feedback(self) -> pd.DataFrame:
        """What became of every report that was due (`analysis.status.feedback`)."""
        return status.feedback(**self._record, as_of=self.as_of, known_at=self.known_at)

    @cached_property
    def standing(self) -> pd.DataFrame:
        """The statements that count at K, of any day up to T, in their order (`analysis.status.standing`)."""
        statements = status.standing(self.plan.progress, known_at=self.known_at)
        return statements[statements["as_of"].le(self.as_of)].reset_index(drop=True)

    @cached_property
    def panel(self) -> pd.DataFrame:
        """The state of every responsibility at the end of each period up to T, all as known at K."""
        return status.panel(**self._record, period_ends=self._period_ends, known_at=self.known_at)

    @cached_property
    def measure_panel(self) -> pd.DataFrame:
        """The state of every measure at the end of each period up to T, all as known at K."""
        return status.by_measure(self.panel, self.plan.measures, period_ends=self._period_ends)

    def last_word(self, *, unit: str, measure: str) -> pd.Series:
        """The latest statement of a unit on a measure, each by any of its names.

        Returns
        -------
        pandas.Series
            The columns of `states`; state ``no_feedback`` and missing dates where it never spoke.

        Raises
        ------
        analysis.plan.UnknownName
            When the plan has no such unit or measure, or the unit is not named on the measure.
        """
        unit_id, measure_id = self.plan.find_unit(unit), self.plan.find_measure(measure)
        of_measure = self.states[self.states["measure_id"].eq(measure_id)]
        words = of_measure[of_measure["unit_id"].eq(unit_id)]
        if words.empty:
            names = self.plan.units.set_index("unit_id")["name"]
            named = "、".join(names[of_measure["unit_id"]]) or "无"
            raise UnknownName(f"“{unit}”不是措施“{measure}”的责任单位：责任单位为 {named}")
        return words.iloc[0]

    def before(self, day: Day | str = "") -> Reading:
        """The earlier reading as it was made then: known as long after its day as this one is after its own.

        Parameters
        ----------
        day : str, datetime.date or pandas.Timestamp
            The earlier day; the end of the period before this one when left blank.
        """
        earlier = to_day(day) if day else self.plan.calendar.period_end_before(self.as_of)
        return Reading(self.plan, earlier, earlier + (self.known_at - self.as_of))

    def compared_with(self, day: Day | str = "") -> Reading:
        """The reading that this one is compared with: as `before`, and itself when `day` is blank."""
        return self.before(day) if day else self

    def __repr__(self) -> str:
        """One line, whatever the plan holds."""
        return f"<Reading: {self._summary}>"

    def _repr_html_(self) -> str:
        counts = self.measure_states["state"].value_counts().rename_axis("state").reset_index(name="measures")
        return f"<p>{escape(self._summary)}</p>{counts.to_html(index=False)}"

    @property
    def _record(self) -> dict[str, Any]:
        plan = self.plan
        return {"responsibilities": plan.responsibilities, "progress": plan.progress, "calendar": plan.calendar}

    @property
    def _period_ends(self) -> pd.DatetimeIndex:
        return self.plan.calendar.period_ends(self.as_of)

    @property
    def _summary(self) -> str:
        return f"{self.plan.id} as of {self.as_of:%Y-%m-%d}, as known on {self.known_at:%Y-%m-%d}"
