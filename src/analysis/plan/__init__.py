"""The only reader of a plan's folder: files → checked frames.

A plan is a folder that holds ``plan.toml`` and the tables of `analysis.schema.REQUIRED_COLUMNS` as CSV.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.plan.dates import known_by as known_by

if TYPE_CHECKING:
    import pandas as pd

    from analysis.record import Place
    from analysis.schema import Calendar


class UnknownName(LookupError):
    """A plan, unit, theme or report that does not exist; the message names what does."""


@dataclass(frozen=True)
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
        Columns as in `analysis.schema.REQUIRED_COLUMNS`, typed, in the order of the files.
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


def open_plan(id_or_path: str | Path) -> Plan:
    """Read and check a plan.

    Parameters
    ----------
    id_or_path : str or path
        The id of a plan that comes with the package (``"tianjin-2024"``), or the path of a plan's folder.

    Raises
    ------
    UnknownName
        When there is no such plan.
    DataError
        When its data breaks a rule; lists every problem.
    """
    # Imported here: whoever only asks where a plan lies does not wait for pandas.
    import pandas as pd

    from analysis import schema
    from analysis.plan.reading import read_plan

    folder = find_plan(id_or_path)
    head, tables, sources, problems = read_plan(folder)
    if (problems["severity"] == "error").any():
        raise schema.DataError(problems)
    reporting = head["reporting"]
    return Plan(
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
        sources=sources,
        **{name: schema.to_types(name, table).reset_index(drop=True) for name, table in tables.items()},
    )


def check_plan(id_or_path: str | Path) -> pd.DataFrame:
    """Every problem of a plan's data, errors and warnings, as a frame of `analysis.schema.PROBLEM_COLUMNS`."""
    from analysis.plan.reading import read_plan

    return read_plan(find_plan(id_or_path))[3]


def check_record(plan: Plan, progress: pd.DataFrame) -> pd.DataFrame:
    """Every problem that a plan would have if `progress` (text, numbered by row) were its record."""
    from analysis.plan.reading import read_plan

    return read_plan(plan.folder, progress=progress)[3]


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


def select(plan: Plan, *, unit: str | None = None, theme: str | None = None) -> Plan:
    """The plan narrowed to the measures of a theme, to those that name a unit, or to both.

    A measure that stays keeps all of its units, so that shares are still shares of whole measures: the fractional
    counts of the units always add to the number of measures selected.

    Parameters
    ----------
    unit : str, optional
        A unit's id, name, short name or alias.
    theme : str, optional
        A theme's id or title.

    Raises
    ------
    UnknownName
        When the plan has no such unit or theme.
    """
    kept, selection = plan.measures["measure_id"], dict(plan.selection)
    if theme:
        selection["theme"] = find_theme(plan, theme)
        kept = kept[plan.measures["theme_id"].eq(selection["theme"])]
    if unit:
        selection["unit"] = find_unit(plan, unit)
        of_unit = plan.responsibilities["unit_id"].eq(selection["unit"])
        kept = kept[kept.isin(plan.responsibilities.loc[of_unit, "measure_id"])]
    narrowed = {
        name: getattr(plan, name).loc[lambda table: table["measure_id"].isin(kept)].reset_index(drop=True)
        for name in ("measures", "responsibilities", "commitments", "progress")
    }
    return replace(plan, selection=selection, **narrowed)


def find_unit(plan: Plan, name: str) -> str:
    """The id of the unit that goes by `name`: its id, name, short name or an alias."""
    return find_name(dict(unit_names(plan)), name, "单位")


def unit_names(plan: Plan) -> Iterator[tuple[str, str]]:
    """Every name that a unit goes by, with its id: the id itself, the name, the short name, the aliases."""
    for unit in plan.units.itertuples():
        for known in (unit.unit_id, unit.name, unit.short, *str(unit.aliases).split("|")):
            if known:
                yield str(known), str(unit.unit_id)


def find_theme(plan: Plan, name: str) -> str:
    """The id of the theme that goes by `name`: its id or its title."""
    names = {known: theme.theme_id for theme in plan.themes.itertuples() for known in (theme.theme_id, theme.title)}
    return find_name(names, name, "主题")


def _place_of(plan: Plan) -> Place:
    from analysis.record import place_of

    return place_of(plan.folder, tomllib.loads((plan.folder / "plan.toml").read_text("utf-8")))


def find_name(names: Mapping[str, str], name: str, what: str) -> str:
    """What `name` stands for among `names`; `what` tells in a message what kind of thing was asked for.

    Raises
    ------
    UnknownName
        When it stands for nothing; the message offers what is near.
    """
    if name in names:
        return names[name]
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.4) or sorted(set(names.values()))
    raise UnknownName(f"方案中没有{what}“{name}”：可用 {'、'.join(near)}")
