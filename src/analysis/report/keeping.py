"""What a site is told of the plan that publishes to it: whose it is, and which of its dates count."""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING, Any

from analysis.basis import Kept, kept_tables
from analysis.files import secrets_of
from analysis.manifest import MEANT, Head, Origin, Retention, check_grown, meanings_of
from analysis.plan.folder import RECORD
from analysis.report.keys import said_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from analysis.manifest import Manifest
    from analysis.report.inputs import Inputs


def origin_of(inputs: Inputs, folder: Path) -> Origin:
    """Where a plan's pages come from: its notice, its ids, and where its folder lies as seen from the site at `folder`.

    A workplace that is moved as a whole, and a plan that comes with the package, stay where they are.
    """
    measures = inputs.tables["measures"].records()
    numbered = [[cells.get(name, "") for name in ("measure_id", "number", "title")] for _, cells in measures]
    notice = said_hash([str(inputs.head.get("issued", "")), numbered])[:16] if inputs.is_readable("measures") else ""
    comes_with_us = inputs.address == inputs.id
    place = said_hash("" if comes_with_us else os.path.relpath(inputs.folder, folder.resolve()))[:16]
    meant = {name: [cells for _, cells in inputs.tables[name].records()] for name in MEANT}
    return Origin(notice, place, meanings_of(meant))


def kept_of(inputs: Inputs, known_at: str) -> Kept | None:
    """What the pages of a right plan as known at K rest on, to be kept in the site; None where it holds a password."""
    tables = {name: (rows.header, rows.rows) for name, rows in inputs.tables.items()}
    try:
        return kept_tables(inputs.id, inputs.head, tables, known_at=known_at)
    except ValueError:
        return None


def reader_of(folder: Path, texts: Mapping[str, str]) -> Callable[[str], bytes]:
    """What reads a file of the site at `folder`, or of those that are about to be published there."""
    return lambda path: texts[path].encode("utf-8") if path in texts else (folder / path).read_bytes()


def head_of(inputs: Inputs, known: Manifest | None = None) -> dict[str, Head]:
    """The chain of a plan's record as it stands, by the plan's id; nothing when it cannot be read: `verify` says so.

    With `known` it is held to what a site has of it (`analysis.manifest.check_grown`).
    """
    from analysis.record import place_of, read_chain

    try:
        chain = read_chain(place_of(inputs.folder, inputs.head))
    except (OSError, ValueError):
        return {}
    if not inputs.is_readable(*RECORD):
        return {}
    head = Head(chain.head, len(chain.lines), sum(len(inputs.tables[name].rows) for name in RECORD))
    if known:
        check_grown(known, inputs.id, head, chain.heads)
    return {inputs.id: head}


def retention_of(inputs: Inputs, today: str, **asked: Any) -> Retention:
    """What becomes of the dates of a plan's pages; `today` is blank when nobody says what the clock says."""
    # An arrival that is still to come is a slip of the pen: it may not push anything out.
    until = max((day for day in inputs.arrivals() if not today or day <= today), default="")

    def is_period_end(day: str) -> bool:
        end = date.fromisoformat(day)
        periods = inputs.calendar.until(end) if inputs.calendar else ()
        return bool(periods) and periods[-1].end == end

    return Retention(inputs.id, until=until, is_period_end=is_period_end, **asked)


def secrets_in(inputs: Inputs) -> set[str]:
    """The passwords in ``plan.toml``, in its remarks, too."""
    return secrets_of([inputs.head, inputs.head_content.decode(errors="replace")])
