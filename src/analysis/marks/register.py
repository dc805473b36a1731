"""The register of central bodies that comes with the package: names in full and in short, and what else they go by."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

REGISTER_COLUMNS = ("unit_id", "name", "short", "kind", "is_group", "aliases")


@cache
def central_bodies() -> tuple[dict[str, str], ...]:
    """The rows of the register, in the columns of a plan's ``units.csv``."""
    file = resources.files("analysis.marks") / "units.csv"
    return tuple(csv.DictReader(file.read_text("utf-8").splitlines()))


@cache
def central_names() -> frozenset[str]:
    """Every name in the register."""
    return frozenset(name for row in central_bodies() for name in names_of(row))


def names_of(row: dict[str, str]) -> list[str]:
    """The names of a unit in a register: in full, in short, and the others."""
    return [name for name in (row["name"], row["short"], *row["aliases"].split("|")) if name]
