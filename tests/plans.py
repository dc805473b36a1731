"""A plan of one's own to change, and small notebooks that end in the way a test asks for."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat

from analysis.plan import data_folder
from analysis.report import Inputs, Parameters, Registry, Report, check_parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

AS_OF = "2025-03-31"

OPENING = """
from analysis import exhibits, words
counts = {"closed": MEASURES}
exhibits.opening(words.Opening(lang, (), "P", "T " + as_of, (), "H " + unit, (), counts=counts))
"""


def copy_plan(folder: Path) -> Path:
    """The plan that comes with the package, in a folder where it may be changed."""
    return Path(shutil.copytree(data_folder() / "tianjin-2024", folder / "plan"))


def change_rows(plan: Path, table: str, change: Callable[[dict[str, str]], bool | None]) -> int:
    """Change rows of a table in place; rows for which `change` gives True count as changed."""
    file = plan / f"{table}.csv"
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    changed = sum(bool(change(row)) for row in rows)
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return changed


def asked(inputs: Inputs, **values: str) -> Parameters:
    """Parameters for a plan."""
    return check_parameters({"plan_id": inputs.address, "as_of": AS_OF, **values}, inputs)


def notebook(file: Path, *cells: str, opening: bool = True, measures: int = 31) -> Path:
    """A notebook with the usual parameters, cells, and an opening such as every page needs."""
    parameters = nbformat.v4.new_code_cell(
        'plan_id = ""\nas_of = ""\nknown_at = ""\ncompare_to = ""\nlang = "zh"\nunit = ""\ntheme = ""',
        metadata={"tags": ["parameters"]},
    )
    sources = [*cells, *([OPENING.replace("MEASURES", str(measures))] if opening else [])]
    made = nbformat.v4.new_notebook(cells=[parameters, *map(nbformat.v4.new_code_cell, sources)])
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(made, file)
    return file


def registry_of(files: Mapping[str, Path]) -> Registry:
    """A registry in which notebooks are reports, whatever they say of themselves."""
    return Registry({name: Report(name, file, {"zh": name}) for name, file in files.items()})
