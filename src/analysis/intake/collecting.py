"""Returned forms → what of them goes into the record, what is refused and why, what is known already."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from analysis.catalogue import FIRST, Message
from analysis.entries import NUMBER_ALONE, is_it_a_percentage
from analysis.extras import need
from analysis.intake.admission import KINDS, Candidate, lawful, refuse_like, without_known
from analysis.language import Language
from analysis.plan import append_record, read_record
from analysis.processes import Limits, do_apart
from analysis.returned import Form, names_of, plain_name, read_form, told_apart
from analysis.schema import RECORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from analysis.inbox import Unread
    from analysis.plan import Plan
    from analysis.returned import Names, Statement

PROBLEM_COLUMNS = ("file", "sheet", "cell", "column", "value", "rule", "severity")
_OUTCOMES = ("appended", "refused", "known")
LIMITS = Limits(seconds=30, memory=2**30)
"""What reading one file may take; a form takes some milliseconds."""

_DAMAGED = Message(
    "the file could not be read: it is damaged, or something stands far outside of its table; save the form alone as "
    "{kind} and send it again",
    kind=".xlsx",
)
_WHY = {
    "raised": _DAMAGED,
    "died": _DAMAGED,
    "out of memory": Message(
        "the file could not be read, it needs more than {n} MB of memory: send the form alone", n=LIMITS.memory // 2**20
    ),
    "timed out": Message(
        "the file could not be read, it took more than {n} seconds: send the form alone", n=int(LIMITS.seconds)
    ),
}


@dataclass(frozen=True)
class Collection:
    """What a folder of returned forms amounts to.

    Attributes
    ----------
    forms : tuple of Form
        One a file, in the order of the files; each statement with its outcome.
    progress, decisions, actuals : pandas.DataFrame
        What to append to each table of the record: text, with its columns.
    unread : tuple of analysis.inbox.Unread
        What was found and not read.
    """

    forms: tuple[Form, ...]
    progress: pd.DataFrame
    decisions: pd.DataFrame
    actuals: pd.DataFrame
    unread: tuple[Unread, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Rows read, and what became of them: read = appended + refused + known. And what was no row to read."""
        return {
            "read": sum(len(form.statements) for form in self.forms),
            **{outcome: sum(form.count(outcome) for form in self.forms) for outcome in _OUTCOMES},
            "unfilled": sum(form.unfilled for form in self.forms),
            "unreadable": sum(bool(form.errors) and not form.statements for form in self.forms),
            "unchanged": sum(form.unchanged for form in self.forms),
            "unread": len(self.unread),
        }

    @property
    def problems(self) -> pd.DataFrame:
        """Everything that was not taken, and every remark, at its cell, in the language of the plans (`told`)."""
        return self.told(FIRST)

    def told(self, lang: str) -> pd.DataFrame:
        """Everything that was not taken, and every remark, at its cell: one row each, columns `PROBLEM_COLUMNS`."""
        names = told_apart(form.file for form in self.forms)
        rows = [
            (*(names[form.file], one.sheet, one.cell, one.column, one.value), one.rule.said(lang), one.severity)
            for form in self.forms
            for one in form.all_problems
        ]
        rows += [
            (plain_name(one.path), "", "", "", "", one.reason.said(lang), "error" if one.may_be_a_form else "warning")
            for one in self.unread
        ]
        return pd.DataFrame(rows, columns=list(PROBLEM_COLUMNS))

    @property
    def by_form(self) -> pd.DataFrame:
        """One row a file that somebody filled in: file, unit_id, as_of, reported_at, and its counts."""
        names = told_apart(form.file for form in self.forms)
        rows = [
            (
                *(names[form.file], form.unit_id, form.as_of, form.reported_at, len(form.statements)),
                *(form.count(outcome) for outcome in _OUTCOMES),
                form.unfilled,
            )
            for form in self.forms
            if not form.unchanged
        ]
        columns = ["file", "unit_id", "as_of", "reported_at", "read", *_OUTCOMES, "unfilled"]
        return pd.DataFrame(rows, columns=columns)


def summary(counts: Mapping[str, int], *, lang: str = FIRST) -> str:
    """The sum that proves that no row was lost, in words, from `Collection.counts`."""
    say = Language(lang)
    account = say("{read} read = {appended} appended + {refused} refused + {known} known", **counts)
    unfilled, unreadable, unchanged = (counts[name] for name in ("unfilled", "unreadable", "unchanged"))
    unread = counts["unread"]
    others = [
        *([say.count(unfilled, "{n} row left blank", "{n} rows left blank")] if unfilled else []),
        *([say.count(unreadable, "{n} file without a row", "{n} files without a row")] if unreadable else []),
        *([say.count(unchanged, "{n} marked copy not touched", "{n} marked copies not touched")] if unchanged else []),
        *([say.count(unread, "{n} file not read", "{n} files not read")] if unread else []),
    ]
    return say("{account} (and {others})", account=account, others=say.listing(others)) if others else account


def collect(
    files: Sequence[Path],
    plan: Plan,
    *,
    reported_at: pd.Timestamp | None = None,
    today: pd.Timestamp | None = None,
    contents: Mapping[Path, Path] | None = None,
    unread: Iterable[Unread] = (),
) -> Collection:
    """Read returned forms and decide on each of their rows. Nothing is written.

    Each is read in a process apart: one that is too large, takes too long or brings its reader down is refused by name,
    and the others are read.

    Parameters
    ----------
    files : sequence of pathlib.Path
    plan : analysis.plan.Plan
        Whose record the forms are for; the record is read again, as it stands now.
    reported_at : pandas.Timestamp, optional
        The day the forms arrived; counts for those that do not state a day of their own.
    today : pandas.Timestamp, optional
        The day on which forms are collected, after which none has arrived; on it the office's own sheet is recorded
        where it states none.
    contents : mapping, optional
        File → where what it holds is read, for files that are kept elsewhere.
    unread : iterable of analysis.inbox.Unread
        What was found and is not read, to be counted.
    """
    forms = tuple(_read_apart(files, plan, contents or {}, reported_at=reported_at, today=today))
    responsible = _ever_responsible(plan)
    for form in forms:
        for statement in form.statements:
            if form.errors:
                statement.outcome = "refused"
            else:
                _check(form, statement, plan, responsible)
    record = {table: read_record(plan, table) for table in RECORD}
    void = set(record["decisions"].loc[record["decisions"]["decision"].eq("void"), "supersedes"])
    # The order of files and arguments decides nothing: rows go by what they say.
    places = _places(plan)
    rows: dict[str, pd.DataFrame] = {}
    for table, kind in KINDS.items():
        candidates = [
            Candidate(statement, _row(form, statement), form.is_dated)
            for form in forms
            for statement in form.statements
            if statement.outcome != "refused" and statement.table == table
        ]
        candidates.sort(key=lambda candidate: _order(candidate, places))
        fresh, repeats = without_known(candidates, record[table], kind, void=void)
        rows[table] = lawful(fresh, record[table], plan, kind, void=void)
        for statement, first in repeats:
            refuse_like(statement, first)
    return Collection(forms, **rows, unread=tuple(unread))


def append(plan: Plan, collected: Collection, *, lang: str = FIRST) -> None:
    """Add what was collected to the record, table by table; each table takes all of its rows or none.

    Raises
    ------
    analysis.files.Busy, analysis.schema.DataError, OSError
        As `analysis.plan.append_record`. Rows of the tables that were not reached are ``"not recorded"`` then; running
        the collection again takes them.
    """
    written = []
    try:
        for table in KINDS:
            rows: pd.DataFrame = getattr(collected, table)
            if len(rows):
                append_record(plan, rows, table=table, lang=lang)
            written.append(table)
    finally:
        for form in collected.forms:
            for statement in form.statements:
                if statement.outcome == "appended" and statement.table not in written:
                    statement.outcome = "not recorded"


def _read_apart(
    files: Sequence[Path], plan: Plan, contents: Mapping[Path, Path], **days: pd.Timestamp | None
) -> Iterator[Form]:
    """Each file as a form, read in a process that cannot harm this one."""
    # Imported before the process begins, so that it does not import it again for every process.
    need("forms", "openpyxl", "python_calamine")
    import python_calamine  # noqa: F401

    read = partial(_read, plan=plan, names=names_of(plan), contents=dict(contents), **days)
    for file, form in do_apart(read, files, limits=LIMITS):
        if isinstance(form, Form):
            yield form
            continue
        failed = Form(file)
        failed.refuse(_WHY[form.how])
        yield failed


def _read(file: Path, *, plan: Plan, names: Names, contents: Mapping[Path, Path], **days: pd.Timestamp | None) -> Form:
    form = read_form(contents.get(file, file), plan, names, **days)
    form.file = file
    return form


def _ever_responsible(plan: Plan) -> set[tuple[str, str]]:
    """Every measure with every unit that the notice or a decision ever put on it."""
    joined = plan.decisions.loc[plan.decisions["decision"].eq("joined"), ["measure_id", "unit_id"]]
    named = pd.concat([plan.responsibilities[["measure_id", "unit_id"]], joined])
    return set(named.itertuples(index=False, name=None))


def _check(form: Form, statement: Statement, plan: Plan, responsible: set[tuple[str, str]]) -> None:
    """Refuse what the record would take and nobody can have meant."""
    texts = statement.texts
    if statement.table == "decisions":
        if texts["decision"] and texts["effective_on"] > form.reported_at:
            rule = Message("is later than the day on which it is recorded, {day}", day=form.reported_at)
            statement.refuse("effective_on", rule)
        if texts["decision"] in ("returned", "reopened") and not texts["reason"]:
            statement.remark("reason", Message("no reason is given: the units will not know what to do"))
        return
    measure = texts.get("measure_id", "")
    if statement.table == "actuals" and texts["commitment_id"]:
        promise = plan.commitments.set_index("commitment_id").loc[texts["commitment_id"]]
        measure = str(promise["measure_id"])
        value = texts["value"].removesuffix("%")
        is_signed, is_of_hundredths = value != texts["value"], promise["quantity_unit"] in ("%", "％")
        if is_signed and not is_of_hundredths:
            statement.refuse("value", NUMBER_ALONE)
        elif is_of_hundredths and not is_signed and (doubt := is_it_a_percentage(float(value or 0))):
            statement.refuse("value", doubt)
        texts["value"] = value
    if measure and (measure, form.unit_id) not in responsible:
        rule = Message("this unit is not on measure {measure}: is it another number?", measure=measure)
        statement.refuse(statement.layout.key, rule)


def _places(plan: Plan) -> dict[str, int]:
    """Where each measure and commitment stands in the plan."""
    ids = [*plan.measures["measure_id"], *plan.commitments["commitment_id"]]
    return {key: place for place, key in enumerate(ids)}


def _order(candidate: Candidate, places: Mapping[str, int]) -> tuple[object, ...]:
    """What rows are sorted by: when they arrived, then what they speak of, then where they stood."""
    row, statement = candidate.row, candidate.statement
    kind = KINDS[statement.table]
    days = (row[kind.arrival], row[kind.key[-1]], row["unit_id"])
    return *days, places[row[statement.layout.key]], row.get("source_file", ""), statement.sheet, statement.row


def _row(form: Form, statement: Statement) -> dict[str, str]:
    kind = KINDS[statement.table]
    about = {
        "unit_id": form.unit_id,
        "period": form.period,
        "as_of": form.as_of,
        kind.arrival: form.reported_at,
        "source_file": form.name,
        "source_sheet": statement.sheet,
        "source_row": str(statement.row),
    }
    said = {**dict.fromkeys(kind.columns, ""), **about, **statement.texts}
    return {column: said[column] for column in kind.columns}
