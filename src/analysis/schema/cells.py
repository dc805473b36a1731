"""The rules of single cells, read as text, and the types that checked text is given."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date

import pandas as pd

from analysis.faces import unseen, visible
from analysis.schema.rules import CellRule, Problem, declare, rule
from analysis.schema.tables import TABLES, Field
from analysis.schema.vocabulary import COMPARATORS, DECISIONS, DELIVERY, MEASURE_KINDS, ROLES

MOST_CHARACTERS = 5_000
MOST_DAYS_AHEAD = 31
"""How long before the day that it speaks of a statement may arrive."""
Holds = Callable[[str], bool]


def check_cells(table: str, frame: pd.DataFrame, *, file: str) -> Iterator[Problem]:
    """Every problem of one table's cells, read as text.

    Parameters
    ----------
    table : str
        A key of `analysis.schema.TABLES`.
    frame : pandas.DataFrame
        All columns text, blanks as ``""``, the index being the row in the file.
    file : str
        The file's name, as problems should name it.

    Yields
    ------
    analysis.schema.Problem
        In the order of rows, then columns.
    """
    missing = [field.name for field in TABLES[table] if field.name not in frame.columns]
    if missing:
        yield from _missing(file, missing)
        return
    problems = list(_undrawable(file, frame))
    problems += _unknown(file, frame, table)
    for column, rules in _kept_by(table, frame):
        # Most columns say the same few things again and again.
        distinct = set(frame[column].tolist())
        for name in rules:
            # The one rule that no cell keeps alone.
            if name == "unique":
                problems += _twice(file, frame[column]) if len(distinct) < len(frame) else ()
                continue
            kept = CELL_RULES[name]
            if wrong := [cell for cell in distinct if not kept.holds(cell)]:
                words = {"words": "、".join(kept.words)} if kept.words else {}
                for row, cell in frame.loc[frame[column].isin(wrong), column].items():
                    problems.append(kept.broken(file=file, row=row, column=column, value=cell, **words))
    yield from sorted(problems, key=lambda problem: (problem.row, problem.column))


def _kept_by(table: str, frame: pd.DataFrame) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The columns of a table that is there, each with the rules that its cells keep."""
    for field in TABLES[table]:
        yield field.name, field.rules
        # A name in another language may be left out; two that are the same could not be told apart.
        for column in _translations(field, frame) if "unique" in field.rules else ():
            yield column, ("unique",)


def _translations(field: Field, frame: pd.DataFrame) -> list[str]:
    if not field.in_languages:
        return []
    return [column for column in frame.columns if re.fullmatch(rf"{field.name}_[a-z]{{2,3}}", str(column))]


@rule("column-unknown", "nobody reads this column; known here: {columns}", severity="warning")
def _unknown(rule, file: str, frame: pd.DataFrame, table: str) -> Iterator[Problem]:
    """A heading that was mistyped is a column that is lost."""
    known = {field.name for field in TABLES[table]}
    known |= {column for field in TABLES[table] for column in _translations(field, frame)}
    for column in frame.columns:
        if column not in known:
            yield rule.broken(file=file, row=1, column=column, columns="、".join(field.name for field in TABLES[table]))


def to_types(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The same table with dates, numbers and booleans in place of checked text; blanks become missing values."""
    typed = frame.copy()
    for field in TABLES[table]:
        if field.type == "text":
            continue
        # What is blank is missing to both readers.
        text = typed[field.name]
        if field.type == "date":
            typed[field.name] = pd.to_datetime(text, format="%Y-%m-%d")
        elif field.type == "boolean":
            typed[field.name] = text == "true"
        else:
            typed[field.name] = pd.to_numeric(text).astype("Int64" if field.type == "integer" else "float64")
    return typed


@rule("column-missing", "this column is missing")
def _missing(rule, file: str, columns: list[str]) -> Iterator[Problem]:
    """Every table has the columns that data/README.md lists; a renamed heading would be a lost column."""
    for column in columns:
        yield rule.broken(file=file, row=1, column=column)


@rule("undrawable-text", "some characters cannot be drawn, or nobody sees them: {characters}", severity="warning")
def _undrawable(rule, file: str, frame: pd.DataFrame) -> Iterator[Problem]:
    """Pages show a substitute for what no face draws; with signs that nobody sees, two names look the same."""
    for column in [column for column in frame.columns if unseen("".join(frame[column].tolist()))]:
        for row, cell in frame[column].items():
            if odd := ", ".join(map(_with_code, unseen(cell))):
                # Not as it was written: a control would reach the terminal.
                yield rule.broken(file=file, row=row, column=column, value=visible(cell), characters=odd)


def _with_code(char: str) -> str:
    return f"{char} U+{ord(char):04X}" if char.isprintable() else f"U+{ord(char):04X}"


@rule("unique", "stands twice: each row should have its own")
def _twice(rule, file: str, cells: pd.Series) -> Iterator[Problem]:
    """An id or a name that stands twice makes every link to it ambiguous."""
    for row, cell in cells[cells.duplicated() & cells.ne("")].items():
        yield rule.broken(file=file, row=row, column=str(cells.name), value=cell)


def _matches(pattern: str) -> Holds:
    fullmatch = re.compile(pattern).fullmatch
    return lambda cell: fullmatch(cell) is not None


def _or_blank(holds: Holds) -> Holds:
    return lambda cell: not cell or holds(cell)


_is_day_shaped = _matches("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_is_number = _matches(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_is_positive_integer = _matches("[1-9][0-9]{0,8}")


def _is_date(cell: str) -> bool:
    if not _is_day_shaped(cell):
        return False
    try:
        date.fromisoformat(cell)
    except ValueError:
        return False
    return True


def _is_percent(cell: str) -> bool:
    return _is_number(cell) and 0 <= float(cell) <= 100


def _vocabulary(id: str, words: Iterable[str], meaning: str) -> CellRule:
    allowed = tuple(words)
    return CellRule(id, "should be one of: {words}", meaning=meaning, holds=lambda cell: cell in allowed, words=allowed)


CELL_RULES: dict[str, CellRule] = {
    kept.id: kept
    for kept in (
        CellRule(
            "filled",
            "must not be blank",
            meaning="What identifies or names a thing is always there.",
            holds=lambda cell: bool(cell.strip()),
        ),
        CellRule(
            "trimmed",
            "should neither begin nor end with a blank",
            meaning="What is looked for by its name is not found by one that only looks the same.",
            holds=lambda cell: not cell.strip() or cell == cell.strip(),
        ),
        CellRule(
            "slug",
            "should be lower-case letters, digits and hyphens, such as tj-customs",
            meaning="Ids of units become parts of addresses and file names.",
            holds=_matches(r"[a-z0-9]+(-[a-z0-9]+)*"),
        ),
        CellRule(
            "date",
            "should be a day that exists, written 2024-12-31",
            meaning="One way to write a day leaves nothing to guess.",
            holds=_is_date,
        ),
        CellRule(
            "date-or-blank",
            "should be blank, or a day that exists, written 2024-12-31",
            meaning="As `date`, where nothing may be known.",
            holds=_or_blank(_is_date),
        ),
        CellRule(
            "number",
            "should be a number in half-width digits, at most 15 on each side of the point",
            meaning="Full-width digits look like a number and are text; more digits than 15 are not kept exactly.",
            holds=_is_number,
        ),
        CellRule(
            "number-or-blank",
            "should be blank or a number in half-width digits, at most 15 on each side of the point",
            meaning="As `number`, where nothing may be known.",
            holds=_or_blank(_is_number),
        ),
        CellRule(
            "percent-or-blank",
            "should be blank, or a number from 0 to 100 in half-width digits without a percent sign",
            meaning="A percentage is a number of hundredths; 0.8 and 80% are told apart by the form.",
            holds=_or_blank(_is_percent),
        ),
        CellRule(
            "positive-integer",
            "should be a whole number above 0 in half-width digits, at most 9",
            meaning="Places are counted from 1.",
            holds=_is_positive_integer,
        ),
        CellRule(
            "positive-integer-or-blank",
            "should be blank, or a whole number above 0 in half-width digits, at most 9",
            meaning="As `positive-integer`, where nothing may be known.",
            holds=_or_blank(_is_positive_integer),
        ),
        _vocabulary("true-or-false", ("true", "false"), "Yes or no, in one spelling."),
        _vocabulary("measure-kind", MEASURE_KINDS, "Whether a measure can be completed depends on its kind."),
        _vocabulary("role", ROLES, "Who leads and who supports is known only where the notice says so."),
        _vocabulary("comparator", COMPARATORS, "How a promised number is to be read."),
        _vocabulary(
            "delivery-state",
            DELIVERY,
            "What a unit may say of its own part. That a measure is closed, sent back or withdrawn is for the office "
            "to decide, in decisions.csv; `portplan plan migrate` moves there what units wrote before.",
        ),
        _vocabulary("decision", DECISIONS, "What the office that verifies may decide."),
        CellRule(
            "length",
            f"should have at most {MOST_CHARACTERS} characters",
            meaning="What is longer is a document: a page has no room for it, a spreadsheet cuts it.",
            holds=lambda cell: len(cell) <= MOST_CHARACTERS,
        ),
        CellRule(
            "sha256-or-blank",
            "should be blank, or the 64 hexadecimal digits of a SHA-256",
            meaning="It proves which file was looked at.",
            holds=_or_blank(_matches("[0-9a-f]{64}")),
        ),
    )
}
"""The rules of single cells, by id."""

for _rule in CELL_RULES.values():
    declare(_rule)
