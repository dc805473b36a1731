"""What is printed: tables, problems, rules."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import typer

from analysis.catalogue import FIRST, Message
from analysis.files import without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from analysis.verification import Checked

_MOST = 20


def print_checked(looks: Iterable[Checked], *, lang: str) -> tuple[int, int]:
    """What came of each look, as it comes; gives the number of faults, and of what cannot be confirmed."""
    faults = unsure = 0
    for checked in looks:
        faults += len(checked.faults)
        unsure += len(checked.open)
        sign = "✗" if checked.faults else "?" if checked.open else "✓"
        typer.echo(f"{sign} {plain(checked.what.said(lang))}")
        for mark, told in (("✗", checked.faults), ("?", checked.open), ("·", checked.remarks)):
            lines = [message.said(lang) for message in told[:_MOST]]
            if len(told) > _MOST:
                lines.append(Message("{n} more", n=len(told) - _MOST).said(lang))
            for line in lines:
                typer.echo(f"    {mark} {plain(' '.join(line.split()))}")
    return faults, unsure


def print_table(frame: pd.DataFrame, title: str, *, to_stderr: bool = False) -> None:
    """A frame as a table for the terminal."""
    import pandas as pd
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*map(str, frame.columns), title=title)
    for row in frame.itertuples(index=False):
        # Text, not markup nor terminal codes: brackets in what a unit wrote are brackets.
        cells = ("" if pd.isna(cell) else plain(str(cell)) for cell in row)
        table.add_row(*map(Text, cells))
    stream = sys.stderr if to_stderr else sys.stdout
    # In a log there is no edge to wrap at.
    Console(stderr=to_stderr, width=None if stream.isatty() else 200).print(table)


def plain(text: str) -> str:
    """A text without terminal codes and without what lets somebody into a database."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "�", without_secrets(text))


def print_problems(problems: pd.DataFrame, *, lang: str = FIRST) -> None:
    """The problems of a plan, on the error stream."""
    from analysis.language import Language

    if not problems.empty:
        title = Language(lang).count(len(problems), "{n} problem", "{n} problems")
        print_table(problems, title, to_stderr=True)


def print_rules() -> None:
    """Every rule of a plan's data: id, severity, text in each language, and why it is there."""
    # Importing them declares their rules.
    from analysis import due, plan  # noqa: F401
    from analysis.catalogue import languages
    from analysis.plan import loading  # noqa: F401
    from analysis.schema import RULES

    for rule in RULES.values():
        typer.echo(f"{rule.id} ({rule.severity})")
        for lang in languages():
            typer.echo(f"    {rule.message(lang)}")
        typer.echo("    " + rule.meaning.replace("\n", "\n    "))
