"""A plan as a value: its notice as tables, its record, and the door to what the record says at a day."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from html import escape
from typing import TYPE_CHECKING

from analysis.catalogue import Message
from analysis.names import find_name, measure_names, theme_names, unit_names
from analysis.plan.dates import known_by, to_day

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from analysis.periods import Calendar
    from analysis.plan.dates import Day
    from analysis.plan.reading import Reading


@dataclass(frozen=True)
class Decider:
    """Somebody who may verify.

    Attributes
    ----------
    name : str
        As decisions name it.
    part_of : str
        The id of the unit that it belongs to; blank when it belongs to none.
    names : mapping of str to str
        What it is called in other languages.
    """

    name: str
    part_of: str = ""
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, repr=False)
class Plan:
    """One action plan, its notice read into tables, and its record.

    Attributes
    ----------
    id : str
    folder : pathlib.Path
    lang : str
        The language of its tables and of what units write.
    title, issuers : mapping of language to text
    issued : pandas.Timestamp
    lead_rule : {"none", "first_listed"}
    progress_provenance : {"synthetic", "real"}
    calendar : analysis.periods.Calendar
    deciders : tuple of Decider
        Who may verify; where there is none, nobody verifies.
    unit_kinds : mapping of str to mapping of language to text
    themes, measures, units, responsibilities, commitments, progress, decisions, actuals : pandas.DataFrame
        Columns as in `analysis.schema.TABLES`, typed, in the order of the files.
    sources : pandas.DataFrame
        One row a file that was read: file, rows, sha256.
    selection : mapping
        What `select` narrowed the plan to: ``unit`` and ``theme`` with their ids.
    """

    id: str
    folder: Path
    title: Mapping[str, str]
    issuers: Mapping[str, list[str]]
    issued: pd.Timestamp
    lead_rule: str
    progress_provenance: str
    calendar: Calendar
    themes: pd.DataFrame
    measures: pd.DataFrame
    units: pd.DataFrame
    responsibilities: pd.DataFrame
    commitments: pd.DataFrame
    progress: pd.DataFrame
    decisions: pd.DataFrame
    actuals: pd.DataFrame
    sources: pd.DataFrame
    lang: str = "zh"
    deciders: tuple[Decider, ...] = ()
    unit_kinds: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    selection: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_synthetic(self) -> bool:
        """Whether its record of progress is made up."""
        return self.progress_provenance == "synthetic"

    @property
    def is_verified(self) -> bool:
        """Whether anybody verifies what units say is done."""
        return bool(self.deciders)

    @property
    def finished(self) -> str:
        """The state in which a measure counts as completed: ``closed``, or ``done_reported`` where nobody verifies."""
        return "closed" if self.is_verified else "done_reported"

    def at(self, as_of: Day, *, known_at: Day | str = "") -> Reading:
        """What the record says of the plan at a day, as known at a day.

        Parameters
        ----------
        as_of : str, datetime.date or pandas.Timestamp
            T: what is true for later days does not count.
        known_at : str, datetime.date or pandas.Timestamp
            K: what arrived later does not count; left out, `known_by` says which day it is.

        Raises
        ------
        ValueError
            When one is no day, carries a time zone, or K is before T.
        """
        from analysis.plan.reading import Reading

        day = to_day(as_of)
        asked = f"{to_day(known_at, name='known_at'):%Y-%m-%d}" if known_at else ""
        known = to_day(known_by(f"{day:%Y-%m-%d}", asked, calendar=self.calendar))
        return Reading(self._as_selected(day, known), day, known)

    def select(self, *, unit: str = "", theme: str = "") -> Plan:
        """The plan narrowed to the measures of a theme, to those that name a unit, or to both.

        A measure that stays keeps all of its units, so that shares are still shares of whole measures: the fractional
        counts of the units always add to the number of measures selected. A unit that joined a measure by decision is
        named on it, too; whether it had joined by a day, as known at a day, is seen to by `at`.

        Parameters
        ----------
        unit, theme : str
            Any name of a unit or theme (`find_unit`, `find_theme`); blank narrows nothing.

        Raises
        ------
        UnknownName
            When the plan has no such unit or theme.
        """
        kept, selection = self.measures["measure_id"], dict(self.selection)
        if theme:
            selection["theme"] = self.find_theme(theme)
            kept = kept[self.measures["theme_id"].eq(selection["theme"])]
        if unit:
            selection["unit"] = self.find_unit(unit)
            joined = self.decisions[self.decisions["decision"].eq("joined")]
            on = [
                rows.loc[rows["unit_id"].eq(selection["unit"]), "measure_id"]
                for rows in (self.responsibilities, joined)
            ]
            kept = kept[kept.isin(on[0]) | kept.isin(on[1])]
        return replace(self._narrowed(kept), selection=selection)

    def _as_selected(self, as_of: pd.Timestamp, known_at: pd.Timestamp) -> Plan:
        """The plan without measures that the selected unit had not joined by T, as known at K."""
        from analysis import status

        unit, joined = self.selection.get("unit"), self.decisions["decision"].eq("joined")
        if unit is None or not (joined & self.decisions["unit_id"].eq(unit)).any():
            return self
        decided = status.known(
            self.progress, self.decisions, self.actuals, calendar=self.calendar, known_at=known_at
        ).decisions
        decided = decided[decided["decision"].eq("joined") & decided["effective_on"].le(as_of)]
        on = [rows.loc[rows["unit_id"].eq(unit), "measure_id"] for rows in (self.responsibilities, decided)]
        kept = self.measures["measure_id"]
        return self._narrowed(kept[kept.isin(on[0]) | kept.isin(on[1])])

    def _narrowed(self, measures: pd.Series) -> Plan:
        tables = ("measures", "responsibilities", "commitments", "progress", "decisions")
        narrowed = {name: _only(getattr(self, name), "measure_id", measures) for name in tables}
        actuals = _only(self.actuals, "commitment_id", narrowed["commitments"]["commitment_id"])
        return replace(self, actuals=actuals, **narrowed)

    def find_unit(self, name: str) -> str:
        """The id of the unit that goes by `name`: its id, name, short name, an alias, or its name in English."""
        return find_name(unit_names(self.units.to_dict("records")), name, Message("unit"))

    def find_theme(self, name: str) -> str:
        """The id of the theme that goes by `name`: its id, title, short title, or its title in English."""
        return find_name(theme_names(self.themes.to_dict("records")), name, Message("theme"))

    def find_measure(self, name: str) -> str:
        """The id of the measure that goes by `name`: its id, number, title, or its title in English."""
        return find_name(measure_names(self.measures.to_dict("records")), name, Message("measure"))

    def __repr__(self) -> str:
        """One line, whatever the plan holds."""
        return f"<Plan {self._summary}>"

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.title.get(self.lang, self.id))}</p><p>{escape(self._summary)}</p>"

    @property
    def _summary(self) -> str:
        only = f" (only {', '.join(self.selection.values())})" if self.selection else ""
        statements = f"{len(self.progress)} statements of progress ({self.progress_provenance})"
        return f"{self.id}{only}: {len(self.measures)} measures, {len(self.units)} units, {statements}"


def _only(table: pd.DataFrame, column: str, ids: pd.Series) -> pd.DataFrame:
    return table[table[column].isin(ids)].reset_index(drop=True)
