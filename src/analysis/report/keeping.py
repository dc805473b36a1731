"""What a site is told of the plan that publishes to it: whose it is, and which of its dates count."""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING, Any

from analysis.files import secrets_of
from analysis.manifest import Origin, Retention
from analysis.placing import is_day
from analysis.report.keys import said_hash

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.report.inputs import Inputs

_ARRIVALS = ("reported_at", "recorded_at")


def origin_of(inputs: Inputs, folder: Path) -> Origin:
    """Where a plan's pages come from: its notice, and where its folder lies as seen from the site at `folder`.

    A workplace that is moved as a whole, and a plan that comes with the package, stay where they are.
    """
    measures = inputs.tables["measures"].records()
    numbered = [[cells.get(name, "") for name in ("measure_id", "number", "title")] for _, cells in measures]
    notice = said_hash([str(inputs.head.get("issued", "")), numbered])[:16] if inputs.is_readable("measures") else ""
    comes_with_us = inputs.address == inputs.id
    return Origin(notice, said_hash("" if comes_with_us else os.path.relpath(inputs.folder, folder.resolve()))[:16])


def retention_of(inputs: Inputs, today: str, **asked: Any) -> Retention:
    """What becomes of the dates of a plan's pages; `today` is blank when nobody says what the clock says."""
    rows = (cells for table in inputs.tables.values() for _, cells in table.records())
    arrivals = (cells[name] for cells in rows for name in _ARRIVALS if is_day(cells.get(name, "")))
    # An arrival that is still to come is a slip of the pen: it may not push anything out.
    until = max((day for day in arrivals if not today or day <= today), default="")

    def is_period_end(day: str) -> bool:
        end = date.fromisoformat(day)
        periods = inputs.calendar.until(end) if inputs.calendar else ()
        return bool(periods) and periods[-1].end == end

    return Retention(inputs.id, until=until, is_period_end=is_period_end, **asked)


def secrets_in(inputs: Inputs) -> set[str]:
    """The passwords in ``plan.toml``, in its remarks, too."""
    return secrets_of([inputs.head, inputs.head_content.decode(errors="replace")])
