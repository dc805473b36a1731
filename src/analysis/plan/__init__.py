"""A plan: the only reader of its files, and the door to what the record says of it at a day.

A plan is a folder that holds ``plan.toml`` and the tables of `analysis.schema.TABLES` as CSV.

>>> plan = open_plan("tianjin-2024")
>>> now = plan.at("2024-12-31")
"""

from analysis.names import UnknownName, find_name, theme_names, unit_names
from analysis.plan.dates import known_by, to_day
from analysis.plan.folder import PlanFolder, TableFile, read_folder
from analysis.plan.model import Decider, Plan
from analysis.plan.opening import (
    append_record,
    check_plan,
    check_record,
    data_folder,
    find_plan,
    inspect_plan,
    is_plan,
    open_plan,
    read_record,
    writable_place,
)

__all__ = [
    "Decider",
    "Plan",
    "PlanFolder",
    "TableFile",
    "UnknownName",
    "append_record",
    "check_plan",
    "check_record",
    "data_folder",
    "find_name",
    "find_plan",
    "inspect_plan",
    "is_plan",
    "known_by",
    "open_plan",
    "read_folder",
    "read_record",
    "theme_names",
    "to_day",
    "unit_names",
    "writable_place",
]
