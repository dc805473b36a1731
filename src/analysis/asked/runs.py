"""What a run is asked for: which reports, which days, whose pages, and in which formats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.asked.opened import opened_plan
from analysis.basis.placing import is_day
from analysis.manifest import FORMATS
from analysis.parameters import ParameterError
from analysis.report import check_parameters
from analysis.report.periods import LAST_PERIOD_END, Days, periods_due
from analysis.terminal.exits import Exit, stop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from analysis.manifest import Manifest
    from analysis.report import Inputs, Parameters
    from analysis.runner import Registry, Report


def reports_asked(registry: Registry, names: list[str], *, by_unit: bool) -> list[Report]:
    """The reports that are named; all that can be made when none is.

    Raises
    ------
    ParameterError
        When one is of a unit, and none is named; when there are none.
    """
    every = [report.name for report in registry.reports.values() if by_unit or not report.needs_unit]
    chosen = [registry.find(name) for name in dict.fromkeys(names or every)]
    if not chosen:
        # To make nothing, and to end as if all were well, is what nobody asks for.
        raise ParameterError("没有可以生成的报告：notebooks 文件夹不在，或其中没有可用的笔记本")
    for one in chosen:
        if one.needs_unit and not by_unit:
            raise ParameterError(f"{one.name} 是一个单位的报告：请用 --unit 指明单位，或用 --each-unit")
    return chosen


def require_arrived(inputs: Inputs, today: date) -> None:
    """Stop at a record of which a part cannot have arrived yet, and list every problem of it."""
    now = f"{today:%Y-%m-%d}"
    if not inputs.is_synthetic and any(day > now for day in inputs.arrivals()):
        opened_plan(str(inputs.folder), today=now)


def days_asked(
    inputs: Inputs,
    today: date,
    site: Manifest,
    chosen: list[Report],
    say: Callable[..., str],
    *,
    as_of: str,
    known_at: str,
) -> list[Days]:
    """T and K of what is to be made; K is blank where nobody says.

    Raises
    ------
    ParameterError
        When the last period is asked for, and there is none; when a day is named that has not come.
    """
    if as_of != LAST_PERIOD_END:
        now = max([f"{today:%Y-%m-%d}", *(inputs.arrivals() if inputs.is_synthetic else ())])
        # Of a day that is to come nobody knows anything, and its pages would stand before those of today.
        ahead = [
            say("{option} {day}: that day has not come yet; today is {today}", option=option, day=day, today=now)
            for option, day in (("--as-of", as_of), ("--known-at", known_at))
            if is_day(day) and day > now
        ]
        if ahead:
            raise ParameterError("\n".join(ahead))
        return [(as_of or min(inputs.last_day(), now), known_at)]
    calendar = inputs.require_calendar()
    if calendar.every == "none":
        raise ParameterError(
            say("The plan has no reporting periods: name the day, as in {option}.", option="--as-of 2025-03-31")
        )
    days = periods_due(today, inputs, site, [one.name for one in chosen])
    if not days:
        first = calendar.named(calendar.first_period)
        raise ParameterError(
            say(
                "No period is over yet on which feedback was due by {today}: the first is {period}, due by {due}.",
                today=f"{today:%Y-%m-%d}",
                period=first.name,
                due=calendar.known_by(first.end),
            )
        )
    return days


def formats_asked(text: str) -> tuple[str, ...] | None:
    """The formats of documents that are asked for, None when nobody says; ends the command at one that is none."""
    asked = {name.strip().lower() for name in text.split(",")}
    if text and not asked <= {"html", *FORMATS}:
        stop(Exit.USAGE, f"--format 应为 {'、'.join(('html', *FORMATS))}，用逗号分隔，现为“{text}”")
    return tuple(one for one in FORMATS if one in asked) if text else None


def pages_asked(
    report: Report, asked: dict[str, str], inputs: Inputs, *, units: list[str]
) -> Iterator[tuple[str, Parameters]]:
    """A report's pages in a language on a day, one for each unit."""
    for unit in units:
        yield report.name, check_parameters({**asked, "unit": unit}, inputs)
