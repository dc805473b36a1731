"""Whether a plan's folder needs a hand: what cannot be opened, what nobody reads, who may write there."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from analysis.catalogue import Message
from analysis.files import in_installed_package, secrets_of
from analysis.plan import inspect_plan
from analysis.record import place_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from analysis.plan.folder import PlanFolder

    Needs = Iterator[Message | str]

_TABLES = (".csv", ".parquet", ".db", ".xlsx", ".xls", ".et", ".ods")


def of_plan(plan: Path, folder: PlanFolder, today: str) -> Needs:
    """What of a plan's folder, read as `folder`, needs a hand on a day, in ISO text."""
    if in_installed_package(plan):
        yield Message(
            "{plan} lies in an installed package, where an upgrade writes over the record: make a folder of your own "
            "with {command}",
            plan=plan,
            command="portplan init",
        )
    elif secrets_of(dict(folder.head)) and (plan / "plan.toml").stat().st_mode & 0o077:
        yield Message(
            "{file} holds a database's password, and others can read it: run {command}",
            file="plan.toml",
            command="chmod 600 plan.toml",
        )
    if folder.head_fault:
        yield Message("{file}: {reason}", file="plan.toml", reason=folder.head_fault)
    for table in folder.tables.values():
        if table.fault:
            missing = Message("this file is missing")
            reason = missing if table.fault == "missing" else table.fault
            yield Message("{file}: {reason}; see {command}", file=table.name, reason=reason, command="portplan check")
    if not folder.head_fault and not any(table.fault for table in folder.tables.values()):
        _, problems = inspect_plan(plan, today=today)
        command = f"portplan check --plan {plan}"
        if wrong := int(problems["severity"].eq("error").sum()):
            yield Message(
                "its data have {n} errors, so that no page can be made: see {command}", n=wrong, command=command
            )
        if problems["rule"].eq("record-of-others").any():
            yield Message("all rows of its database are of other plans: see {command}", command=command)
    yield from _unread(plan, folder)
    yield from rights_of(plan)
    for file in plan.glob(".*.new"):
        yield Message("{file} was left by a write that was cut off, the record is whole: delete it", file=file.name)


def _unread(plan: Path, folder: PlanFolder) -> Needs:
    """Files beside the tables that are called like one of them, and that nobody reads."""
    read = {table.name for table in folder.tables.values()}
    with suppress(ValueError):
        place = place_of(plan, folder.head)
        read |= {place.file.name} if place.file else set()
    for file in sorted(plan.iterdir()):
        name = next((name for name in folder.tables if file.stem.casefold().startswith(name)), "")
        if name and file.name not in read and file.suffix.casefold() in _TABLES:
            yield Message(
                "{file} is not read, {table} is: see which of them holds, and move the other elsewhere",
                file=file.name,
                table=folder.tables[name].name,
            )


def rights_of(folder: Path) -> Needs:
    """What in a folder this user may not do, and everybody may."""
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield Message("{folder} cannot be written to by this user: see whose it is, and its rights", folder=folder)
    places = [folder, *(file for file in folder.iterdir() if not file.is_symlink())]
    for place in places:
        if place.stat().st_mode & 0o002:
            yield Message("{file} can be changed by everybody: run {command}", file=place, command="chmod o-w")
    for file in places[1:]:
        if not os.access(file, os.W_OK):
            yield Message("{file} cannot be written over by this user", file=file)
