"""What a site is told of the plan that publishes to it: whose it is, and which of its dates count."""

from __future__ import annotations

import hashlib
import json
import os
import re
from datetime import date
from typing import TYPE_CHECKING, Any

from analysis.site import Manifest, Origin, Retention, SiteNotWritable

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.report.inputs import Inputs

_ARRIVALS = ("reported_at", "recorded_at")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def checked_origin(known: Manifest, inputs: Inputs, folder: Path, *, same_plan: bool) -> Origin:
    """Where a plan's pages come from: its notice, and where its folder lies as seen from the site.

    A workplace that is moved as a whole, and a plan that comes with the package, stay where they are.

    Parameters
    ----------
    known : analysis.site.Manifest
        What the site at `folder` holds.
    inputs : analysis.report.inputs.Inputs
    folder : pathlib.Path
    same_plan : bool
        Somebody says that it is the plan that has published under this id.

    Raises
    ------
    SiteNotWritable
        When another plan, or a copy of this one, has published under the same id.
    """
    measures = inputs.tables["measures"].records()
    numbered = [[cells.get(name, "") for name in ("measure_id", "number", "title")] for _, cells in measures]
    notice = _fingerprint([str(inputs.head.get("issued", "")), numbered]) if inputs.is_readable("measures") else ""
    comes_with_us = inputs.address == inputs.id
    place = _fingerprint("" if comes_with_us else os.path.relpath(inputs.folder, folder.resolve()))
    before = known.plans.get(inputs.id, Origin(notice, place))
    now = Origin(notice or before.notice, place)
    other = [
        what
        for what, differs in (
            ("方案文件夹的位置", now.place != before.place),
            ("通知的印发日期或措施", now.notice != before.notice),
        )
        if differs
    ]
    if other and not same_plan:
        raise SiteNotWritable(
            f"站点中已有编号为“{inputs.id}”的方案，但{'和'.join(other)}与上次发布时不同：没有改动。"
            "如果是另一个方案或副本，请改 plan.toml 中的 id，或用 --out 发布到别的文件夹；"
            "如果确是同一方案（已搬移或更正），请加 --same-plan 再运行一次"
        )
    return now


def retention_of(inputs: Inputs, today: str, **asked: Any) -> Retention:
    """What becomes of the dates of a plan's pages.

    Parameters
    ----------
    inputs : analysis.report.inputs.Inputs
    today : str
        The day by the clock, in ISO text; blank when nobody says.
    **asked
        What else `analysis.site.Retention` holds.
    """
    rows = (cells for table in inputs.tables.values() for _, cells in table.records())
    arrivals = (cells[name] for cells in rows for name in _ARRIVALS if _DAY.fullmatch(cells.get(name, "")))
    # An arrival that is still to come is a slip of the pen: it may not push anything out.
    until = max((day for day in arrivals if not today or day <= today), default="")

    def is_period_end(day: str) -> bool:
        end = date.fromisoformat(day)
        periods = inputs.calendar.until(end) if inputs.calendar else ()
        return bool(periods) and periods[-1].end == end

    return Retention(inputs.id, until=until, is_period_end=is_period_end, **asked)


def _fingerprint(said: object) -> str:
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()[:16]
