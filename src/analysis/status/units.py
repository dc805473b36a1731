"""How each unit's own part stands at each of several days, all as known at one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.schema import NO_FEEDBACK, NOT_DUE, SETTLED, VERDICTS
from analysis.status.force import PAIR, holds, in_order, spans

if TYPE_CHECKING:
    from analysis.status.known import Record

_BACK = ("returned", "reopened")
_NEVER = np.datetime64("NaT")


@dataclass(frozen=True, eq=False)
class History:
    """The state of every pair of measure and unit at each of several days, as grids: days in rows, pairs in columns.

    Attributes
    ----------
    days : pandas.DatetimeIndex
        In the order of time.
    measures : pandas.Index
        Ids of the measures, in the order of the notice.
    starts : numpy.ndarray of datetime64
        The day from which each measure is there; missing where it always was.
    pairs : pandas.DataFrame
        measure_id, unit_id: every pair that was ever responsible, in the order of the notice.
    times : pandas.DataFrame
        From `analysis.status.spans`.
    record : Record
    """

    days: pd.DatetimeIndex
    measures: pd.Index
    starts: np.ndarray
    pairs: pd.DataFrame
    times: pd.DataFrame
    record: Record

    def at(self, days: pd.DatetimeIndex) -> History:
        """The same pairs and record at other days, which stand in the order of time."""
        return replace(self, days=days)

    @cached_property
    def in_force(self) -> np.ndarray:
        """Whether the measure is there that day, and the unit on it."""
        grid = np.zeros((len(self.days), len(self.pairs)), dtype=bool)
        np.logical_or.at(grid.T, self.pair_of(self.times), holds(self.times, self.days).T)
        start = self.starts[self.measures.get_indexer(pd.Index(self.pairs["measure_id"]))][None, :]
        return grid & (np.isnat(start) | (start <= self.days.to_numpy()[:, None]))

    @cached_property
    def word(self) -> np.ndarray:
        """The place of the latest word among the record's statements; -1 where there is none."""
        words = self.record.statements
        return self._latest(words["as_of"], self.pair_of(words))

    @cached_property
    def status(self) -> np.ndarray:
        """The latest word's status, ``""`` where there is none: as it was written, whatever was decided since."""
        return self._of_word("status", "")

    @cached_property
    def sent_back(self) -> np.ndarray:
        """``returned`` or ``reopened`` where the latest word, a done one, had arrived when the office sent it back."""
        decisions = self.record.decisions
        backs = decisions[decisions["decision"].isin(_BACK)].reset_index(drop=True)
        marks = np.full(self.word.shape, "", dtype="object")
        if backs.empty:
            return marks
        of_all = (
            backs.reset_index().drop(columns="unit_id").merge(self.pairs.reset_index(names="pair"), on="measure_id")
        )
        of_all = of_all.merge(backs["unit_id"].rename("only"), left_on="index", right_index=True)
        meant = of_all[of_all["only"].isin([""]) | of_all["only"].eq(of_all["unit_id"])].sort_values("index")
        place = self._latest(meant["effective_on"], meant["pair"].to_numpy())
        days = np.append(meant["effective_on"].to_numpy(dtype="datetime64[D]"), _NEVER)
        kinds = np.append(meant["decision"].to_numpy(dtype="object"), "")
        arrived = self._of_word("reported_at", _NEVER).astype("datetime64[D]")
        # A comparison with a day that there is none of is false.
        is_back = (self.status == "done_reported") & (arrived <= days[place])
        marks[is_back] = kinds[place][is_back]
        return marks

    @cached_property
    def state(self) -> np.ndarray:
        """The status of the latest word, in progress where a done one was sent back; ``""`` where there is none."""
        return np.where(self.sent_back != "", "in_progress", self.status)

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """The latest of a measure's verdicts at each day.

        Returns
        -------
        pandas.DataFrame
            A row a day and measure, days in turn: period_end, measure_id, verdict (``closed``, ``withdrawn``,
            ``reopened`` or blank), decided_on (its effective_on; missing where there is none).
        """
        decisions = self.record.decisions
        taken = decisions[decisions["decision"].isin(VERDICTS)].reset_index(drop=True)
        column = self.measures.get_indexer(pd.Index(taken["measure_id"]))
        place = self._latest(taken["effective_on"], column, columns=len(self.measures)).ravel()
        told = taken[["decision", "effective_on"]].reindex(range(-1, len(taken))).iloc[place + 1]
        return pd.DataFrame(
            {
                "period_end": np.repeat(self.days.to_numpy(), len(self.measures)),
                "measure_id": np.tile(self.measures.to_numpy(), len(self.days)),
                "verdict": told["decision"].fillna("").to_numpy(),
                "decided_on": told["effective_on"].to_numpy(),
            }
        )

    @cached_property
    def is_settled(self) -> np.ndarray:
        """Whether the pair's measure is closed or withdrawn that day, so that nothing is owed on it."""
        settled = self.verdicts["verdict"].isin(SETTLED).to_numpy().reshape(len(self.days), len(self.measures))
        return settled[:, self.measures.get_indexer(pd.Index(self.pairs["measure_id"]))]

    def rows(self, *, owed: np.ndarray) -> pd.DataFrame:
        """The grids as rows: a row a day and pair in force.

        Parameters
        ----------
        owed : numpy.ndarray of int
            How many statements each pair owed so far, at each day: what tells `NO_FEEDBACK` from `NOT_DUE`.

        Returns
        -------
        pandas.DataFrame
            Days in turn, pairs in their order: period_end, measure_id, unit_id, the columns of the latest word
            (missing where there is none) with ``state`` in place of ``status``, mark (``returned``, ``reopened`` or
            blank) and owed.
        """
        words = self.record.statements.drop(columns=[*PAIR, "status"])
        day, pair = np.nonzero(self.in_force)
        word = self.word[day, pair]
        told = words.reindex(range(-1, len(words))).iloc[word + 1].reset_index(drop=True)
        state = self.state[day, pair]
        unheard = np.where(owed[day, pair] > 0, NO_FEEDBACK, NOT_DUE)
        head = pd.DataFrame({"period_end": self.days[day]}).join(self.pairs.iloc[pair].reset_index(drop=True))
        head["state"] = np.where(word < 0, unheard, state)
        head["mark"] = self.sent_back[day, pair]
        head["owed"] = owed[day, pair]
        return head.astype({"state": "str", "mark": "str"}).join(told)

    def _of_word(self, column: str, otherwise: object) -> np.ndarray:
        values = self.record.statements[column].to_numpy()
        kind = "object" if isinstance(otherwise, str) else values.dtype
        return np.append(values.astype(kind), np.array([otherwise], dtype=kind))[self.word]

    def pair_of(self, rows: pd.DataFrame) -> np.ndarray:
        """The place of each row's measure and unit among the pairs; -1 where the unit was never on the measure."""
        return pd.MultiIndex.from_frame(self.pairs).get_indexer(pd.MultiIndex.from_frame(rows[PAIR]))

    def _latest(self, days: pd.Series, column: np.ndarray, *, columns: int = 0) -> np.ndarray:
        """The place of the latest row at each day and column; rows stand in order, -1 where there is none."""
        grid = np.full((len(self.days), columns or len(self.pairs)), -1)
        period = self.days.searchsorted(days.to_numpy(), side="left")
        counts = (column >= 0) & (period < len(self.days))
        # Rows stand in their order, so that the last write is the latest.
        grid[period[counts], column[counts]] = np.flatnonzero(counts)
        return np.maximum.accumulate(grid, axis=0) if len(grid) else grid


def history(
    measures: pd.DataFrame, responsibilities: pd.DataFrame, record: Record, *, days: pd.DatetimeIndex
) -> History:
    """How every pair stands at each of several days, as the record knows it.

    Parameters
    ----------
    measures : pandas.DataFrame
        measure_id, from; in the order of the notice.
    responsibilities : pandas.DataFrame
        As the notice names them.
    record : Record
    days : pandas.DatetimeIndex
        In the order of time.

    Raises
    ------
    ValueError
        When the days do not stand in the order of time.
    """
    if not days.is_monotonic_increasing:
        raise ValueError("days must stand in the order of time")
    ids = pd.Index(measures["measure_id"])
    times = spans(responsibilities, record.decisions)
    return History(days, ids, measures["from"].to_numpy(), in_order(times, measures["measure_id"]), times, record)
