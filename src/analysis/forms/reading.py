"""The cells of a returned form → whose it is, what it speaks of, and its statements one by one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.forms import layout
from analysis.forms.grids import Grid, Unreadable, read_grids
from analysis.forms.values import as_written, date, is_blank, take
from analysis.plan import UnknownName, find_unit, unit_names

if TYPE_CHECKING:
    from analysis.plan import Plan


@dataclass(frozen=True)
class Problem:
    """Something about a cell: why it was not taken (``error``), or what to know about it (``warning``)."""

    sheet: str
    cell: str
    column: str
    value: str
    rule: str
    severity: str = "error"


@dataclass
class Statement:
    """One filled row of a form.

    Attributes
    ----------
    taken : dict
        Column of the record → text, as taken.
    written : dict
        Column of the form → text, as the unit wrote it.
    cells : dict
        Column of the form → address of its cell.
    """

    sheet: str
    row: int
    taken: dict[str, str]
    written: dict[str, str]
    cells: dict[str, str]
    problems: list[Problem] = field(default_factory=list)
    outcome: str = ""

    def refuse(self, column: str, rule: str) -> None:
        """Tell why the row cannot be taken, at the cell of a column."""
        at = column if column in self.cells else "measure_id"
        self.problems.append(self._problem(at, rule, "error"))

    def remark(self, column: str, rule: str) -> None:
        """Tell what to know about a cell of a row that is taken all the same."""
        self.problems.append(self._problem(column if column in self.cells else "measure_id", rule, "warning"))

    @property
    def is_refused(self) -> bool:
        """Whether a cell of the row was not taken."""
        return any(problem.severity == "error" for problem in self.problems)

    def _problem(self, column: str, rule: str, severity: str) -> Problem:
        cell = self.cells.get(column, f"A{self.row}")
        return Problem(self.sheet, cell, layout.HEADS.get(column, column), self.written.get(column, ""), rule, severity)


@dataclass
class Form:
    """What one returned file holds.

    Attributes
    ----------
    name : str
        The file's name.
    unit_id, as_of, reported_at : str
        ``""`` where the file does not say, or says nothing that can be taken.
    problems : list of Problem
        Of the form as a whole; an error refuses every row.
    unfilled : int
        Rows of measures that the unit left blank.
    unchanged : bool
        Whether it is a copy that we marked and that nobody has touched since.
    """

    file: Path
    name: str
    unit_id: str = ""
    as_of: str = ""
    reported_at: str = ""
    problems: list[Problem] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    unfilled: int = 0
    unchanged: bool = False

    def refuse(self, rule: str, *, sheet: str = "", cell: str = "", column: str = "", value: str = "") -> None:
        """Tell why no row of the form can be taken."""
        self.problems.append(Problem(sheet, cell, column, value, rule))

    @property
    def is_refused(self) -> bool:
        """Whether the form as a whole cannot be taken."""
        return any(problem.severity == "error" for problem in self.problems)


@dataclass(frozen=True)
class Names:
    """What a plan's units and measures go by, as people write it → their ids."""

    units: Mapping[str, str]
    measures: Mapping[str, str]


def names_of(plan: Plan) -> Names:
    """The names of a plan, made once for many forms."""
    units: dict[str, str] = {}
    for name, unit_id in unit_names(plan):
        units.setdefault(_folded(name), unit_id)
    measures: dict[str, str] = {}
    for measure in plan.measures.itertuples():
        number = measure.number
        for name in (measure.measure_id, number, f"措施{number}", f"第{number}条", f"第{number}项", measure.title):
            measures.setdefault(_folded(str(name)), str(measure.measure_id))
    return Names(units, measures)


def read_form(file: Path, plan: Plan, names: Names, *, reported_at: pd.Timestamp | None) -> Form:
    """A returned file, read as far as it goes.

    Parameters
    ----------
    file : pathlib.Path
    plan : analysis.plan.Plan
    names : Names
        Of that plan.
    reported_at : pandas.Timestamp, optional
        The day the office received it, for forms that do not state their own.
    """
    form = Form(file, file.name)
    try:
        grids = read_grids(file)
    except Unreadable as failed:
        form.refuse(str(failed))
        return form
    hidden = _hidden(grids)
    tables = [(grid, *found) for grid in grids if (found := _header(grid)) is not None]
    if not tables:
        if "returned" in hidden:
            form.unchanged = True
        else:
            form.refuse("没有找到表头：应有“措施编号”和“进展状态”两列，请用发下的反馈表填报")
        return form
    said: dict[str, tuple[Grid, int, int, Any]] = {}
    for grid, top, _ in tables:
        said = _said(grid, top) | said
    _identify(
        form, plan, names, hidden, said, [cell for grid, top, _ in tables for row in grid.rows[:top] for cell in row]
    )
    _date(form, said, reported_at)
    as_of = pd.Timestamp(form.as_of) if form.as_of else None
    for grid, top, columns in tables:
        _read_rows(form, grid, top, columns, known=names.measures, as_of=as_of)
    if hidden.get("returned") and hidden["returned"] == fingerprint(form, said):
        return Form(file, file.name, unchanged=True)
    return form


def fingerprint(form: Form, said: dict[str, Any] | None = None) -> str:
    """What a form says, in short: the same as long as nobody writes on it."""
    import hashlib

    stated = as_written(said["reported_at"][3]) if said and "reported_at" in said else ""
    told = [(statement.row, sorted(statement.written.items())) for statement in form.statements]
    return hashlib.sha256(repr((stated, told)).encode("utf-8")).hexdigest()


def address(row: int, column: int) -> str:
    """A cell's name in a spreadsheet, from its place counted from 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def _hidden(grids: list[Grid]) -> dict[str, str]:
    for grid in grids:
        if grid.name == layout.HIDDEN_SHEET:
            return {str(row[0]): as_written(row[1]) for row in grid.rows if len(row) > 1 and row[0]}
    return {}


def _header(grid: Grid) -> tuple[int, dict[str, int]] | None:
    """The row of the header and the place of each column in it; the first row that can be one."""
    if grid.name in (layout.HIDDEN_SHEET, layout.FAULT_SHEET, layout.HELP_SHEET):
        return None
    for number, row in enumerate(grid.rows):
        columns: dict[str, int] = {}
        for place, cell in enumerate(row):
            key = None if is_blank(cell) else layout.KEY_OF_HEAD.get(layout.plain(cell))
            is_exact = key is not None and layout.plain(cell) == layout.plain(layout.HEADS[key])
            if key is not None and (key not in columns or is_exact):
                columns[key] = place
        if "status" in columns and ("measure_id" in columns or "measure" in columns):
            return number, columns
    return None


def _said(grid: Grid, top: int) -> dict[str, tuple[Grid, int, int, Any]]:
    """What stands above the table: label → where its value is, and the value."""
    found: dict[str, tuple[Grid, int, int, Any]] = {}
    for row, cells in enumerate(grid.rows[:top]):
        for column, cell in enumerate(cells):
            if not isinstance(cell, str):
                continue
            name, colon, rest = unicodedata.normalize("NFKC", cell).partition(":")
            key = layout.KEY_OF_LABEL.get(layout.plain(name))
            if key is None or (key in found and found[key][3] is not None):
                continue
            if colon and rest.strip():
                found[key] = (grid, row, column, rest.strip())
                continue
            found[key] = (grid, row, column + 1, None)
            for place in range(column + 1, len(cells)):
                beside = cells[place]
                if not is_blank(beside):
                    if not (isinstance(beside, str) and layout.plain(beside) in layout.KEY_OF_LABEL):
                        found[key] = (grid, row, place, beside)
                    break
    return found


def _identify(
    form: Form, plan: Plan, names: Names, hidden: dict[str, str], said: dict[str, Any], above: list[Any]
) -> None:
    """Whose form it is, of which plan, about which day; says so when its parts do not agree."""

    def refuse(key: str, rule: str, value: str) -> None:
        grid, row, column, _ = said.get(key, (None, 0, 0, None))
        where = {"sheet": grid.name, "cell": address(row, column)} if grid else {}
        form.refuse(rule, column=layout.LABELS[key], value=value, **where)

    form_id = hidden.get("form_id") or (as_written(said["form_id"][3]) if "form_id" in said else "")
    of_plan, _, rest = unicodedata.normalize("NFKC", form_id).strip().rpartition("/")[0].rpartition("/")
    of_day = form_id.rpartition("/")[2] if form_id else ""
    titles = [unicodedata.normalize("NFKC", as_written(cell)) for cell in above]
    if not form_id:
        if not any(unicodedata.normalize("NFKC", plan.title["zh"]) in title for title in titles):
            form.refuse(f"看不出是哪个方案的表：表头上方应有方案名称“{plan.title['zh']}”或表单编号")
    elif of_plan != plan.id:
        refuse("form_id", f"这是另一个方案的表：应为 {plan.id}", form_id)
        return
    units = {}
    for source, name in (("id", rest), ("said", as_written(said["unit"][3]) if "unit" in said else "")):
        if not name:
            continue
        try:
            units[source] = names.units.get(_folded(name)) or find_unit(plan, name)
        except UnknownName as unknown:
            refuse("unit", str(unknown.args[0]), name)
            return
    if len(set(units.values())) > 1:
        refuse("unit", f"填报单位与表单编号不一致：编号属于 {rest}", as_written(said["unit"][3]))
    elif units:
        form.unit_id = next(iter(units.values()))
    else:
        form.refuse("看不出是哪个单位的表：表头上方应有“填报单位”", column=layout.LABELS["unit"])
    days = {}
    for source, cell in (("id", of_day), ("said", said["as_of"][3] if "as_of" in said else None)):
        if is_blank(cell):
            continue
        taken = date(cell, after=None)
        if taken.fault:
            refuse("as_of", taken.fault, as_written(cell))
            return
        days[source] = taken.text
    if len(set(days.values())) > 1:
        refuse("as_of", f"数据截至与表单编号不一致：编号为 {of_day}", as_written(said["as_of"][3]))
    elif days:
        form.as_of = next(iter(days.values()))
    else:
        form.refuse("看不出数据截至哪一天：表头上方应有“数据截至”", column=layout.LABELS["as_of"])


def _date(form: Form, said: dict[str, Any], reported_at: pd.Timestamp | None) -> None:
    """When the form arrived: by its own word, else by the office's; its own cannot be later than the office's."""
    given = f"{reported_at:%Y-%m-%d}" if reported_at is not None else ""
    grid, row, column, cell = said.get("reported_at", (None, 0, 0, None))
    where = {"column": layout.LABELS["reported_at"]}
    if grid is not None:
        where |= {"sheet": grid.name, "cell": address(row, column)}
    if is_blank(cell):
        form.reported_at = given
        if not given:
            form.refuse("没有填写报送日期，收表时也没有用 --reported-at 给出", **where)
        return
    # A form may leave a few days before the day it speaks of; a date without a year is read from that month on.
    after = pd.Timestamp(form.as_of).replace(day=1) if form.as_of else None
    taken = date(cell, after=after, whole_months=False)
    if taken.fault:
        form.refuse(taken.fault, value=as_written(cell), **where)
    elif given and taken.text > given:
        form.refuse(f"报送日期晚于收到的日期 {given}", value=as_written(cell), **where)
    form.reported_at = taken.text
    if taken.note:
        where = {"sheet": "", "cell": "", **where}
        form.problems.append(Problem(value=as_written(cell), rule=taken.note, severity="warning", **where))


def _folded(name: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", name)).casefold()


def _read_rows(
    form: Form,
    grid: Grid,
    top: int,
    columns: dict[str, int],
    *,
    known: Mapping[str, str],
    as_of: pd.Timestamp | None,
) -> None:
    _spread(grid, top)
    ignored: dict[int, list[int]] = {}
    for number in range(top + 1, len(grid.rows)):
        row = grid.rows[number]
        is_heading = all(grid.at(number, place) == grid.at(top, place) for place in columns.values())
        if is_heading or all(map(is_blank, row)):
            continue
        for place, cell in enumerate(row):
            if place not in columns.values() and not is_blank(cell):
                ignored.setdefault(place, []).append(number)
        entries = {key: grid.at(number, columns[key]) for key in layout.ENTRIES if key in columns}
        measure, name = _measure(grid, number, columns, known)
        if all(map(is_blank, entries.values())):
            if measure:
                form.unfilled += 1
            elif name:
                form.problems.append(
                    Problem(grid.name, address(number, 0), "", name, "表格之外的文字，未采用", "warning")
                )
            continue
        cells = {key: address(number, place) for key, place in columns.items()}
        written = {key: as_written(cell) for key, cell in entries.items()} | {"measure_id": name}
        statement = Statement(grid.name, number + 1, {"measure_id": measure}, written, cells)
        if not measure:
            statement.refuse("measure_id", "缺少措施编号" if not name else "方案中没有这个措施编号")
        for key in layout.ENTRIES:
            taken = take(key, entries.get(key), as_of=as_of)
            statement.taken[key] = taken.text
            if taken.fault:
                statement.refuse(key, taken.fault)
            elif taken.note:
                statement.remark(key, taken.note)
        form.statements.append(statement)
    for place, numbers in ignored.items():
        head = as_written(grid.at(top, place)) or "（无列名）"
        rule = f"表中多出的一列（{len(numbers)} 格有内容），未采用"
        where = address(numbers[0], place)
        form.problems.append(Problem(grid.name, where, head, as_written(grid.at(numbers[0], place)), rule, "warning"))


def _measure(grid: Grid, number: int, columns: dict[str, int], known: Mapping[str, str]) -> tuple[str, str]:
    """The measure of a row, and what was written for it: by its number, else by its title."""
    named = [as_written(grid.at(number, columns[key])) for key in ("measure_id", "measure") if key in columns]
    if "measure_id" not in columns or (len(named) > 1 and not named[0].strip()):
        title = re.sub(r"^\d+[.、]\s*", "", named[-1].strip().split("\n")[0])
        return known.get(_folded(title), ""), named[-1].split("\n")[0]
    return known.get(_folded(named[0]), ""), named[0]


def _spread(grid: Grid, top: int) -> None:
    """Give every row under a merged cell what the cell says: people merge cells to say one thing of many measures."""
    for (first, left), (last, _) in _below(grid, top):
        value = grid.at(first, left)
        for row in range(first + 1, min(last + 1, len(grid.rows))):
            grid.put(row, left, value)


def _below(grid: Grid, top: int) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    return (area for area in grid.merged if area[0][0] > top and area[1][0] > area[0][0])
