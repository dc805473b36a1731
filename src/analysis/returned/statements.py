"""What one returned file holds: a form, its statements one a filled row, and what is to be said of their cells."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from analysis.forms.layout import SHEETS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from analysis.catalogue import Message
    from analysis.forms.layout import Sheet


def plain_name(file: Path) -> str:
    """A file's name as text on one line, whatever bytes it is made of."""
    name = file.name.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in name)


def told_apart(files: Iterable[Path]) -> dict[Path, str]:
    """What each file is called where it is told of: its name, and its folder's, too, where another has the same."""
    files = list(files)
    named = Counter(map(plain_name, files))
    return {
        file: f"{plain_name(file.parent)}/{plain_name(file)}" if named[plain_name(file)] > 1 else plain_name(file)
        for file in files
    }


@dataclass(frozen=True)
class Problem:
    """Something about a cell: why it was not taken (``error``), or what to know about it (``warning``).

    Attributes
    ----------
    rule : Message
    severity : {"error", "warning"}
    sheet, cell, column, value : str
        Where, and what stands there.
    """

    rule: Message
    severity: str = "error"
    sheet: str = ""
    cell: str = ""
    column: str = ""
    value: str = ""


@dataclass
class Statement:
    """One filled row of a form.

    Attributes
    ----------
    sheet : str
    row : int
        Counted from 1, as a spreadsheet does.
    texts : dict
        Column of the record → text, as the record would hold it.
    written : dict
        Column of the form → text, as it was written.
    cells : dict
        Column of the form → address of its cell.
    table : str
        The table of the record that it is a row of.
    problems : list of Problem
    outcome : {"", "appended", "refused", "known"}
        What became of it; ``""`` before that is decided.
    """

    sheet: str
    row: int
    texts: dict[str, str]
    written: dict[str, str]
    cells: dict[str, str]
    table: str = "progress"
    problems: list[Problem] = field(default_factory=list)
    outcome: str = ""

    @property
    def layout(self) -> Sheet:
        """The sheet on which it is filled in."""
        return SHEETS[self.table]

    def refuse(self, column: str, rule: Message) -> None:
        """Refuse the row, and say why at the cell of a column."""
        self.outcome = "refused"
        self._add(column, rule, "error")

    def remark(self, column: str, rule: Message) -> None:
        """Say what to know about a cell of a row that is taken all the same."""
        self._add(column, rule, "warning")

    @property
    def errors(self) -> list[Problem]:
        """Why the row cannot be taken; nothing when it can."""
        return [problem for problem in self.problems if problem.severity == "error"]

    def _add(self, column: str, rule: Message, severity: str) -> None:
        key = column if column in self.cells else self.layout.key
        cell, value = self.cells.get(key, f"A{self.row}"), self.written.get(key, "")
        self.problems.append(Problem(rule, severity, self.sheet, cell, self.layout.heads[key], value))


@dataclass
class Form:
    """A returned file as it was read.

    Attributes
    ----------
    file : pathlib.Path
    unit_id, period, as_of, reported_at : str
        ``""`` where the file does not say, or says nothing that can be taken. The office's sheet is of no unit.
    is_dated : bool
        Whether it says itself when it was sent.
    is_office : bool
        Whether it is the office's own sheet.
    problems : list of Problem
        Of the form as a whole; an error refuses every row.
    statements : list of Statement
    unfilled : int
        Rows that the form asked for and that were left blank.
    unchanged : bool
        Whether it is a copy that we marked and that nobody has touched since.
    """

    file: Path
    unit_id: str = ""
    period: str = ""
    as_of: str = ""
    reported_at: str = ""
    is_dated: bool = False
    is_office: bool = False
    problems: list[Problem] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    unfilled: int = 0
    unchanged: bool = False

    @property
    def name(self) -> str:
        """The file's name, as it is told and recorded."""
        return plain_name(self.file)

    def refuse(self, rule: Message, **place: str) -> None:
        """Say why no row of the form can be taken; `place` as the fields of a `Problem`."""
        self.problems.append(Problem(rule=rule, **place))

    def remark(self, rule: Message, **place: str) -> None:
        """Say what to know about the form; its rows are taken all the same."""
        self.problems.append(Problem(rule=rule, severity="warning", **place))

    @property
    def errors(self) -> list[Problem]:
        """Why no row of the form can be taken; nothing when they can."""
        return [problem for problem in self.problems if problem.severity == "error"]

    @property
    def all_problems(self) -> list[Problem]:
        """Those of the form, then those of its statements."""
        return [*self.problems, *(problem for statement in self.statements for problem in statement.problems)]

    def count(self, outcome: str) -> int:
        """How many of its statements ended so."""
        return sum(statement.outcome == outcome for statement in self.statements)
