"""A plan as it stood at one day, as known at another: what every metric is read from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis import status
from analysis.catalogue import Message
from analysis.names import UnknownName
from analysis.plan.dates import known_by, to_day
from analysis.status.owed import Receipts, count_owed, lapsed

if TYPE_CHECKING:
    from analysis.plan import Plan
    from analysis.plan.dates import Day
    from analysis.status import History, Record


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
    def record(self) -> Record:
        """The record as known at K (`analysis.status.known`)."""
        plan = self.plan
        tables = plan.progress, plan.decisions, plan.actuals
        return status.known(*tables, calendar=plan.calendar, known_at=self.known_at)

    @cached_property
    def responsibilities(self) -> pd.DataFrame:
        """Who is on which measure at T: columns of ``responsibilities`` (`analysis.status.in_force`)."""
        named, measures = self.plan.responsibilities, self.plan.measures
        held = status.in_force(measures, named, self.record.decisions, as_of=self.as_of)
        return held[held["measure_id"].isin(self.measures["measure_id"])].reset_index(drop=True)

    @cached_property
    def measures(self) -> pd.DataFrame:
        """The measures that are in scope at T, with their deadlines: columns of ``measures``, due_original."""
        measures = self.plan.measures[~self.plan.measures["from"].gt(self.as_of)].drop(columns="due")
        return measures.merge(self._deadlines, on="measure_id", how="left")

    @cached_property
    def periods(self) -> pd.DataFrame:
        """The periods of the plan up to T.

        Returns
        -------
        pandas.DataFrame
            One row a period, in time: period (its name), period_end (T while it runs), due, is_in (whether feedback on
            it was due by K). Where there are no reporting periods, the months since the notice; before the first
            period T alone, so that what stands on it can still be told.
        """
        calendar, day, known = self.plan.calendar, self.as_of.date(), self.known_at.date()
        if calendar.every == "none":
            first = calendar.period_of(min(self.plan.issued.date(), day))
            listed = [first]
            while listed[-1].end < day:
                listed += calendar.after(listed[-1])
            rows = [(one.name, min(one.end, day), one.end, one.end <= day) for one in listed]
        else:
            rows = [
                (one.name, min(one.end, day), calendar.due(one), calendar.is_in(one, as_of=day, known_at=known))
                for one in calendar.until(day)
            ] or [(calendar.period_of(day).name, day, day, False)]
        frame = pd.DataFrame(rows, columns=["period", "period_end", "due", "is_in"])
        return frame.astype({"period_end": "datetime64[us]", "due": "datetime64[us]"})

    @cached_property
    def obligations(self) -> pd.DataFrame:
        """Every statement owed so far, what may still come of the running period included (`analysis.status.owed`)."""
        return status.owed(self._past, self._deadlines, self.plan.calendar, as_of=self.as_of)

    @property
    def feedback(self) -> pd.DataFrame:
        """What became of every report that was due by K: those of `obligations` that are in."""
        return self.obligations[self.obligations["is_in"]].reset_index(drop=True)

    @cached_property
    def receipts(self) -> Receipts:
        """How much of the last period has come in."""
        last = self.periods.iloc[-1]
        asked = self.obligations[self.obligations["period"].eq(last["period"])]
        came = int(asked["feedback"].isin(["on_time", "late"]).sum())
        return Receipts(str(last["period"]), last["due"], bool(last["is_in"]), came, len(asked))

    @cached_property
    def states(self) -> pd.DataFrame:
        """The state of every responsibility in force at T.

        Returns
        -------
        pandas.DataFrame
            In notice order: the columns of `analysis.status.History.rows`, and missing (statements it still owes),
            has_lapsed (whether these are two or more periods in a row).
        """
        states = self.panel[self.panel["period_end"].eq(self.as_of)].drop(columns="period_end").reset_index(drop=True)
        pairs = pd.MultiIndex.from_frame(states[["measure_id", "unit_id"]])
        gone = self.feedback[self.feedback["feedback"].eq("missing")]
        missing = gone.groupby(["measure_id", "unit_id"]).size().reindex(pairs, fill_value=0).to_numpy()
        return states.assign(missing=missing, has_lapsed=pairs.isin(lapsed(gone, self.periods["period"])))

    @cached_property
    def measure_states(self) -> pd.DataFrame:
        """The state of every measure in scope at T.

        Returns
        -------
        pandas.DataFrame
            In notice order: the columns of `analysis.status.by_measure`; units_lapsed (that have, having spoken once),
            is_contradicted (closed, and a unit's open word is true for a later day), is_waiting (for a decision),
            has_evidence (named by anybody and not taken back), due, due_original, done_on, schedule.
        """
        listed = self.measure_panel[self.measure_panel["period_end"].eq(self.as_of)].drop(columns="period_end")
        listed = listed.merge(self.measures[["measure_id", "due", "due_original"]], on="measure_id", how="left")
        states = self.states
        lapsed = states[states["has_lapsed"] & states["as_of"].notna()].groupby("measure_id").size()
        done = status.done_since(states.assign(period_end=self.as_of), self.record, listed)
        words, decided = self.standing, self.decisions
        evidence = {*words.loc[words["evidence_ref"].ne(""), "measure_id"]}
        evidence |= {*decided.loc[decided["evidence_ref"].ne(""), "measure_id"]}
        return listed.assign(
            units_lapsed=listed["measure_id"].map(lapsed).fillna(0).astype("int64"),
            is_contradicted=listed["measure_id"].isin(self._contradicted),
            is_waiting=listed["state"].eq("done_reported") & self.plan.is_verified,
            has_evidence=listed["measure_id"].isin(evidence),
            done_on=done.to_numpy(),
            schedule=status.schedule(listed, listed.set_index("measure_id")["due"], done, as_of=self.as_of).to_numpy(),
        )

    @cached_property
    def standing(self) -> pd.DataFrame:
        """The statements that count at K, of days up to T, in their order; those of units not on the measure, too."""
        statements = self.record.statements
        return statements[statements["as_of"].le(self.as_of)].reset_index(drop=True)

    @cached_property
    def decisions(self) -> pd.DataFrame:
        """The decisions that stand at K and have taken effect by T, in their order."""
        decisions = self.record.decisions
        return decisions[decisions["effective_on"].le(self.as_of)].reset_index(drop=True)

    @cached_property
    def apart(self) -> pd.DataFrame:
        """The latest words of units that are not on the measure, or not any more: columns of ``progress``."""
        keys = ["measure_id", "unit_id"]
        held = pd.MultiIndex.from_frame(self.responsibilities[keys])
        others = self.standing[~pd.MultiIndex.from_frame(self.standing[keys]).isin(held)]
        return others.drop_duplicates(keys, keep="last").reset_index(drop=True)

    @cached_property
    def panel(self) -> pd.DataFrame:
        """The state of every responsibility at the end of each period up to T, all as known at K."""
        return self._past.rows(owed=self._owed_so_far)

    @cached_property
    def measure_panel(self) -> pd.DataFrame:
        """The state of every measure at the end of each period up to T, all as known at K."""
        return status.by_measure(self.panel, self._past.verdicts, self.plan.measures, days=self._past.days)

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
            named = "、".join(names[of_measure["unit_id"]]) or "—"
            raise UnknownName(
                Message(
                    "“{unit}” is not a unit of measure “{measure}”: its units are {units}",
                    unit=unit,
                    measure=measure,
                    units=named,
                )
            )
        return words.iloc[0]

    def before(self, day: Day | str = "") -> Reading:
        """An earlier day as it is known now, so that what differs is what happened since.

        Parameters
        ----------
        day : str, datetime.date or pandas.Timestamp
            The earlier day; the end of the period before this one when left blank.
        """
        earlier = to_day(day) if day else to_day(self.plan.calendar.before(self.as_of.date()).end)
        return Reading(self.plan, earlier, self.known_at)

    def as_published(self) -> Reading:
        """The same day as known when its own page was made by default: what differs was revised since."""
        known_at = to_day(known_by(f"{self.as_of:%Y-%m-%d}", calendar=self.plan.calendar))
        return Reading(self.plan, self.as_of, min(known_at, self.known_at))

    def compared_with(self, day: Day | str = "") -> Reading:
        """The reading that this one is compared with: as `before`, and itself when `day` is blank."""
        return self.before(day) if day else self

    def __repr__(self) -> str:
        """One line, whatever the plan holds."""
        return f"<Reading: {self._summary}>"

    def _repr_html_(self) -> str:
        counts = self.measure_states["state"].value_counts().rename_axis("state").reset_index(name="measures")
        return f"<p>{escape(self._summary)}</p>{counts.to_html(index=False)}"

    @cached_property
    def _past(self) -> History:
        days = pd.DatetimeIndex(self.periods["period_end"])
        return status.history(self.plan.measures, self.plan.responsibilities, self.record, days=days)

    @property
    def _owed_so_far(self) -> np.ndarray:
        """How many statements each pair had owed at the end of each period."""
        past, calendar = self._past, self.plan.calendar
        is_moved = self.record.decisions["decision"].eq("extended").any()
        if not is_moved or (calendar.owed == "each-period" and calendar.every != "none"):
            return count_owed(self.obligations, past)
        # Until it was extended, a deadline was the deadline.
        owed = (status.owed(past, self._deadlines_of(day), calendar, as_of=day) for day in past.days)
        return np.stack([count_owed(rows, past)[place] for place, rows in enumerate(owed)])

    @cached_property
    def _deadlines(self) -> pd.DataFrame:
        """The deadline of every measure of the plan that holds at T."""
        return self._deadlines_of(self.as_of)

    def _deadlines_of(self, day: pd.Timestamp) -> pd.DataFrame:
        return status.due_days(self.plan.measures, self.record.decisions, as_of=day)

    @property
    def _contradicted(self) -> pd.Series:
        decided = self.decisions[self.decisions["decision"].isin(["closed", "returned", "reopened", "withdrawn"])]
        last = decided.groupby("measure_id")["effective_on"].max()
        verdicts = self._past.verdicts
        closed = verdicts[verdicts["period_end"].eq(self.as_of) & verdicts["verdict"].eq("closed")]["measure_id"]
        is_open = self.states["state"].isin(["stalled", "not_started", "in_progress"])
        words = self.states[is_open & self.states["measure_id"].isin(closed)]
        return words.loc[(words["as_of"] > last.reindex(words["measure_id"]).to_numpy()), "measure_id"]

    @property
    def _summary(self) -> str:
        return f"{self.plan.id} as of {self.as_of:%Y-%m-%d}, as known on {self.known_at:%Y-%m-%d}"
