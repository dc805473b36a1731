"""What was typed, understood; or why it cannot be, and the command ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.catalogue import FIRST, Message
from analysis.terminal.exits import Exit, stop
from analysis.terminal.printing import print_problems

if TYPE_CHECKING:
    import pandas as pd

    from analysis.plan import Plan


def opened_plan(plan: str, *, lang: str = FIRST) -> Plan:
    """A checked plan; says what is wrong and stops when there is none."""
    from analysis.plan import UnknownName, open_plan
    from analysis.schema import DataError

    try:
        return open_plan(plan, lang=lang)
    except UnknownName as unknown:
        stop(Exit.BAD_PARAMETERS, unknown, lang=lang)
    except DataError as failed:
        print_problems(failed.problems, lang=lang)
        stop(Exit.BAD_DATA, Message("The data is wrong."), lang=lang)


def to_day(text: str, *, lang: str = FIRST) -> pd.Timestamp:
    """A day from its ISO text; stops when it is none."""
    from analysis import plan

    try:
        return plan.to_day(text)
    except ValueError:
        stop(Exit.BAD_PARAMETERS, Message("“{text}” is no day: should be written 2024-12-31", text=text), lang=lang)
