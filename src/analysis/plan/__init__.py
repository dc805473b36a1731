"""A plan: the only reader of its files, and the door to what the record says of it at a day.

A plan is a folder that holds ``plan.toml`` and the tables of `analysis.schema.TABLES` as CSV.

>>> plan = open_plan("tianjin-2024")
>>> now = plan.at("2024-12-31")
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.catalogue import FIRST
from analysis.plan.dates import known_by, to_day
from analysis.plan.folder import PlanFolder, TableFile, read_folder
from analysis.plan.names import UnknownName, find_name, measure_names, theme_names, unit_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from analysis.plan.dates import Day
    from analysis.plan.reading import Reading
    from analysis.record import Place
    from analysis.schema import Calendar

__all__ = [
    "Plan",
    "PlanFolder",
    "TableFile",
    "UnknownName",
    "append_progress",
    "check_plan",
    "check_record",
    "data_folder",
    "find_name",
    "find_plan",
    "inspect_plan",
    "known_by",
    "open_plan",
    "read_folder",
    "read_record",
    "theme_names",
    "to_day",
    "unit_names",
]


@dataclass(frozen=True, eq=False, repr=False)
class Plan:
    """One action plan, its notice read into tables, and its record of progress.

    Attributes
    ----------
    id : str
    folder : pathlib.Path
    title, issuers : mapping of language to text
    issued : pandas.Timestamp
    lead_rule : {"none", "first_listed"}
    progress_provenance : {"synthetic", "real"}
    calendar : analysis.schema.Calendar
    themes, measures, units, responsibilities, commitments, progress : pandas.DataFrame
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
    sources: pd.DataFrame
    selection: Mapping[str, str] = field(default_factory=dict)

    def at(self, as_of: Day, *, known_at: Day | str = "") -> Reading:
        """What the record says of the plan at a day, as known at a day.

        Parameters
        ----------
        as_of : str, datetime.date or pandas.Timestamp
            T: statements that are true for later days do not count.
        known_at : str, datetime.date or pandas.Timestamp
            K: statements that arrived later do not count; left out, `known_by` says which day it is.

        Raises
        ------
        ValueError
            When one is no day, carries a time zone, or K is before T.
        """
        from analysis.plan.reading import Reading

        day = to_day(as_of)
        asked = f"{to_day(known_at, name='known_at'):%Y-%m-%d}" if known_at else ""
        return Reading(self, day, to_day(known_by(f"{day:%Y-%m-%d}", asked)))

    def select(self, *, unit: str = "", theme: str = "") -> Plan:
        """The plan narrowed to the measures of a theme, to those that name a unit, or to both.

        A measure that stays keeps all of its units, so that shares are still shares of whole measures: the fractional
        counts of the units always add to the number of measures selected.

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
            of_unit = self.responsibilities["unit_id"].eq(selection["unit"])
            kept = kept[kept.isin(self.responsibilities.loc[of_unit, "measure_id"])]
        narrowed = {
            name: table[table["measure_id"].isin(kept)].reset_index(drop=True)
            for name, table in (
                ("measures", self.measures),
                ("responsibilities", self.responsibilities),
                ("commitments", self.commitments),
                ("progress", self.progress),
            )
        }
        return replace(self, selection=selection, **narrowed)

    def find_unit(self, name: str) -> str:
        """The id of the unit that goes by `name`: its id, name, short name, an alias, or its name in English."""
        return find_name(unit_names(self.units.to_dict("records")), name, "单位")

    def find_theme(self, name: str) -> str:
        """The id of the theme that goes by `name`: its id, title, short title, or its title in English."""
        return find_name(theme_names(self.themes.to_dict("records")), name, "主题")

    def find_measure(self, name: str) -> str:
        """The id of the measure that goes by `name`: its id, number, title, or its title in English."""
        return find_name(measure_names(self.measures.to_dict("records")), name, "措施")

    def __repr__(self) -> str:
        """One line, whatever the plan holds."""
        return f"<Plan {self._summary}>"

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.title[FIRST])}</p><p>{escape(self._summary)}</p>"

    @property
    def _summary(self) -> str:
        only = f" (only {', '.join(self.selection.values())})" if self.selection else ""
        statements = f"{len(self.progress)} statements of progress ({self.progress_provenance})"
        return f"{self.id}{only}: {len(self.measures)} measures, {len(self.units)} units, {statements}"


def data_folder() -> Path:
    """The folder of the plans that come with the package: ``data/`` of the checkout, or of the installed wheel."""
    here = Path(__file__).resolve().parents[1]
    return next(folder for folder in (here.parents[1] / "data", here / "data") if folder.is_dir())


def find_plan(id_or_path: str | Path) -> Path:
    """The folder of a plan, from the id of one that comes with the package or from a path.

    Raises
    ------
    UnknownName
        When neither names a folder that holds ``plan.toml``.
    """
    for folder in (data_folder() / id_or_path, Path(id_or_path)):
        if (folder / "plan.toml").is_file():
            return folder.resolve()
    known = sorted(path.parent.name for path in data_folder().glob("*/plan.toml"))
    raise UnknownName(f"没有方案“{id_or_path}”：应为 {'、'.join(known)} 之一，或含有 plan.toml 的文件夹路径")


def open_plan(id_or_path: str | Path, *, lang: str = FIRST) -> Plan:
    """Read and check a plan.

    Parameters
    ----------
    id_or_path : str or path
        The id of a plan that comes with the package (``"tianjin-2024"``), or the path of a plan's folder.
    lang : str
        The language of what is said of its problems.

    Raises
    ------
    UnknownName
        When there is no such plan.
    DataError
        When its data breaks a rule; lists every problem.
    """
    from analysis.schema import DataError

    plan, problems = inspect_plan(id_or_path, lang=lang)
    if plan is None:
        raise DataError(problems)
    return plan


def inspect_plan(id_or_path: str | Path, *, lang: str = FIRST) -> tuple[Plan | None, pd.DataFrame]:
    """A plan, or None when an error keeps it from being opened, and every problem of its data, warnings included.

    Parameters and errors as `open_plan`; the problems have the columns of `analysis.schema.problem_frame`.
    """
    # Imported here: whoever only asks where a plan lies does not wait for pandas.
    import pandas as pd

    from analysis import schema
    from analysis.plan.loading import load

    folder = find_plan(id_or_path)
    head, tables, sources, problems = load(folder, lang=lang)
    if (problems["severity"] == "error").any():
        return None, problems
    reporting = head["reporting"]
    typed = {name: schema.to_types(name, table).reset_index(drop=True) for name, table in tables.items()}
    plan = Plan(
        id=head["id"],
        folder=folder,
        title=head["title"],
        issuers=head["issuers"],
        issued=pd.Timestamp(head["issued"]),
        lead_rule=head["lead_rule"],
        progress_provenance=head["progress_provenance"],
        calendar=schema.Calendar(
            pd.Period(reporting["first_period"], "M"), reporting["due_day"], timezone=reporting["timezone"]
        ),
        themes=typed["themes"],
        measures=typed["measures"],
        units=typed["units"],
        responsibilities=typed["responsibilities"],
        commitments=typed["commitments"],
        progress=typed["progress"],
        sources=sources,
    )
    return plan, problems


def check_plan(id_or_path: str | Path, *, lang: str = FIRST) -> pd.DataFrame:
    """Every problem of a plan's data, errors and warnings (`analysis.schema.problem_frame`)."""
    return inspect_plan(id_or_path, lang=lang)[1]


def check_record(plan: Plan, progress: pd.DataFrame, *, lang: str = FIRST) -> pd.DataFrame:
    """Every problem that a plan would have if `progress` (text, numbered by row) were its record."""
    from analysis.plan.loading import load

    return load(plan.folder, progress=progress, lang=lang)[3]


def read_record(plan: Plan) -> pd.DataFrame:
    """A plan's record as it stands now, as text (`analysis.record.read`)."""
    from analysis import record

    return record.read(_place_of(plan))[0]


def append_progress(plan: Plan, rows: pd.DataFrame) -> None:
    """Add rows of text to a plan's record: all of them, or none.

    Raises
    ------
    analysis.files.Busy
        When another writer holds the record, or was faster.
    DataError
        When the plan could not be opened any more with these rows; lists every problem.
    """
    from analysis import record

    record.append(_place_of(plan), rows, check=lambda progress: check_record(plan, progress))


def _place_of(plan: Plan) -> Place:
    from analysis.plan.folder import read_head
    from analysis.record import place_of

    return place_of(plan.folder, read_head((plan.folder / "plan.toml").read_bytes())[0])
