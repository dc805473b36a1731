"""Open a plan, and add to its record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from analysis.catalogue import FIRST, Message, system_reason
from analysis.names import UnknownName
from analysis.plan.model import Decider, Plan

if TYPE_CHECKING:
    import pandas as pd

    from analysis.record import Place


def data_folder() -> Path:
    """The folder of the plans that come with the package: ``data/`` of the checkout, or of the installed wheel."""
    here = Path(__file__).resolve().parents[1]
    return next(folder for folder in (here.parents[1] / "data", here / "data") if folder.is_dir())


def is_plan(folder: Path) -> bool:
    """Whether a folder is seen to hold a plan."""
    try:
        return (folder / "plan.toml").is_file()
    except OSError:
        return False


def find_plan(id_or_path: str | Path) -> Path:
    """The folder of a plan, from the id of one that comes with the package or from a path.

    Raises
    ------
    UnknownName
        When neither names a folder that holds ``plan.toml``, or it cannot be looked into.
    """
    here = Path(id_or_path)
    # What says more than a name is a path: ``./tianjin-2024`` is a folder here.
    for folder in (data_folder() / here, here) if here.name == str(id_or_path) else (here,):
        try:
            if (folder / "plan.toml").is_file():
                return folder.resolve()
        except OSError as failed:
            reason = system_reason(failed)
            raise UnknownName(Message("{file}: cannot be read: {reason}", file=folder, reason=reason)) from failed
    known = sorted(path.parent.name for path in data_folder().glob("*/plan.toml"))
    raise UnknownName(
        Message(
            "there is no plan “{name}”: should be one of {plans}, or the path of a folder that holds {file}",
            name=id_or_path,
            plans="、".join(known),
            file="plan.toml",
        )
    )


def open_plan(id_or_path: str | Path, *, lang: str = FIRST, today: str = "") -> Plan:
    """Read and check a plan.

    Parameters
    ----------
    id_or_path : str or path
        The id of a plan that comes with the package (``"tianjin-2024"``), or the path of a plan's folder.
    lang : str
        The language of what is said of its problems.
    today : str
        By the clock of whoever asks, so that what cannot have arrived yet is told; blank where nobody does.

    Raises
    ------
    UnknownName
        When there is no such plan.
    DataError
        When its data breaks a rule; lists every problem.
    """
    from analysis.schema import DataError

    plan, problems = inspect_plan(id_or_path, lang=lang, today=today)
    if plan is None:
        raise DataError(problems)
    return plan


def inspect_plan(id_or_path: str | Path, *, lang: str = FIRST, today: str = "") -> tuple[Plan | None, pd.DataFrame]:
    """A plan, or None when an error keeps it from being opened, and every problem of its data, warnings included.

    Parameters and errors as `open_plan`; the problems have the columns of `analysis.schema.problem_frame`.
    """
    # Imported here: whoever only asks where a plan lies does not wait for pandas.
    import pandas as pd

    from analysis import schema
    from analysis.periods import Calendar
    from analysis.plan.loading import load
    from analysis.rules import UNIT_KINDS

    folder = find_plan(id_or_path)
    head, tables, sources, problems = load(folder, lang=lang, today=today)
    if (problems["severity"] == "error").any():
        return None, problems
    typed = {name: schema.to_types(name, table).reset_index(drop=True) for name, table in tables.items()}
    deciders = head.get("verification", {}).get("deciders", [])
    plan = Plan(
        id=head["id"],
        folder=folder,
        title=head["title"],
        issuers=head["issuers"],
        issued=pd.Timestamp(head["issued"]).as_unit("us"),
        lead_rule=head["lead_rule"],
        progress_provenance=head["progress_provenance"],
        calendar=Calendar.of(head),
        lang=head.get("lang", FIRST),
        deciders=tuple(
            Decider(
                one["name"],
                one.get("part_of", ""),
                {key.removeprefix("name_"): name for key, name in one.items() if key.startswith("name_")},
            )
            for one in deciders
        ),
        unit_kinds=head.get("unit_kinds", UNIT_KINDS),
        sources=sources,
        themes=typed["themes"],
        measures=typed["measures"],
        units=typed["units"],
        responsibilities=typed["responsibilities"],
        commitments=typed["commitments"],
        progress=typed["progress"],
        decisions=typed["decisions"],
        actuals=typed["actuals"],
    )
    return plan, problems


def check_plan(id_or_path: str | Path, *, lang: str = FIRST) -> pd.DataFrame:
    """Every problem of a plan's data, errors and warnings (`analysis.schema.problem_frame`)."""
    return inspect_plan(id_or_path, lang=lang)[1]


def check_record(plan: Plan, rows: pd.DataFrame, *, table: str = "progress", lang: str = FIRST) -> pd.DataFrame:
    """Every problem that a plan would have if `rows` (text, numbered by row) were a table of its record."""
    from analysis.plan.loading import load

    return load(plan.folder, instead={table: rows}, lang=lang)[3]


def read_record(plan: Plan, table: str = "progress") -> pd.DataFrame:
    """A table of a plan's record as it stands now, as text (`analysis.record.read`)."""
    from analysis import record

    return record.read(_place_of(plan, table))[0]


def append_record(plan: Plan, rows: pd.DataFrame, *, table: str = "progress", lang: str = FIRST) -> None:
    """Add rows of text to a table of a plan's record: all of them, or none.

    Raises
    ------
    analysis.files.Busy
        When another writer holds the record, or was faster.
    DataError
        When the plan could not be opened any more with these rows; lists every problem.
    PermissionError
        When the record lies in an installed package.
    """
    from analysis import record

    record.append(
        writable_place(plan, table), rows, check=lambda whole: check_record(plan, whole, table=table, lang=lang)
    )


def writable_place(plan: Plan, table: str = "progress") -> Place:
    """Where a plan keeps a table of its record, for whoever is about to add to it.

    Raises
    ------
    PermissionError
        When it lies in an installed package.
    """
    from analysis.files import in_installed_package

    place = _place_of(plan, table)
    kept = place.lock if place.kind == "sql" else Path(place.address)
    if in_installed_package(kept):
        raise PermissionError(
            Message(
                "{folder} lies in an installed package, where an upgrade or a removal deletes the record: "
                "nothing was written; begin a folder of your own with {command}",
                folder=kept.parent,
                command="portplan init",
            )
        )
    return place


def _place_of(plan: Plan, table: str) -> Place:
    from analysis.plan.folder import read_head
    from analysis.record import place_of

    return place_of(plan.folder, read_head((plan.folder / "plan.toml").read_bytes())[0], table)
