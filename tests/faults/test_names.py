"""Names and texts are text: whatever a plan calls its units and whatever they write, every page is made."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from analysis.report import make_reports, read_inputs, read_registry
from analysis.site import read_manifest
from tests.plans import AS_OF, asked, change_rows, copy_plan
from tests.sites import faults

if TYPE_CHECKING:
    from pathlib import Path

ODD = [
    *("$\\frac{$", "closed", "stalled", "{unit}", "%s %(x)d", "<script>alert(1)</script>", "a&b\"c'd", "</style>"),
    *(
        "Traceback (most recent call last)",
        "=1+1",
        "# 标题",
        "[x](javascript:1)",
        "<!--/navigation-->",
        "unit_id",
        "nan",
    ),
    *("_x_ **y** `z`", "http://x.y/", "甲 · 乙", "\\alpha", "甲、乙", "measure:M4", "0", "None", "📦"),
]


@pytest.mark.integration
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_is_made_whatever_things_are_called(tmp_path: Path, lang: str) -> None:
    plan, site = copy_plan(tmp_path), tmp_path / "site"
    names = iter(ODD)

    def rename(row: dict[str, str]) -> bool:
        odd = next(names, "")
        row |= {name: odd for name in ("name", "short", "name_en", "short_en") if odd} | {"aliases": ""}
        return bool(odd)

    assert change_rows(plan, "units", rename) == len(ODD)
    written = iter(ODD * 40)
    assert change_rows(plan, "progress", lambda row: row.update(progress=next(written)) is None)
    with (plan / "units.csv").open(encoding="utf-8", newline="") as file:
        units = [row["unit_id"] for row in csv.DictReader(file)]
    inputs = read_inputs(plan)
    reports = read_registry().reports.values()
    wanted = [
        (report.name, asked(inputs, lang=lang, as_of=AS_OF, unit=unit))
        for report in reports
        for unit in (units[:6] if report.needs_unit else [""])
    ]
    run = make_reports(wanted, inputs, folder=site)
    assert {outcome.address: outcome.reason for outcome in run.outcomes if outcome.result != "made"} == {}
    assert faults(site) == []
    assert "<script" not in "".join((site / path).read_text("utf-8") for path in read_manifest(site).pages)
