"""Which rows the record takes: those that say something new, contradict nobody, and break no rule of the plan."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from analysis.catalogue import FIRST, Message, languages
from analysis.forms.layout import DECISION_WORDS, ENTRIES, SHEETS
from analysis.plan import check_record
from analysis.record import longer, next_ids
from analysis.schema import DELIVERY_WORDS, REQUIRED_COLUMNS, TABLES, VERIFIED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from analysis.plan import Plan
    from analysis.returned import Statement


@dataclass(frozen=True)
class Kind:
    """How the rows of a table of the record are told apart.

    Attributes
    ----------
    table : str
    key : tuple of str
        Rows that are alike in these columns speak of the same: the later one corrects the earlier.
    rivals : tuple of str
        Of two that arrive on one day and are alike in these, but say different things, neither is taken.
    arrival : str
        The column of the day on which a row arrived.
    content : tuple of str
        What a row says.
    """

    table: str
    key: tuple[str, ...]
    rivals: tuple[str, ...]
    arrival: str
    content: tuple[str, ...]

    @property
    def columns(self) -> list[str]:
        """The columns of the table, that which numbers its rows first."""
        return list(REQUIRED_COLUMNS[self.table])


_SAID, _MEASURED = ("measure_id", "unit_id", "as_of"), ("commitment_id", "unit_id", "as_of")
KINDS = {
    "progress": Kind("progress", _SAID, _SAID, "reported_at", ENTRIES),
    "decisions": Kind(
        "decisions",
        ("measure_id", "unit_id", "decision", "effective_on"),
        ("measure_id", "unit_id", "effective_on"),
        "recorded_at",
        ("decision", "decided_by", "evidence_ref", "reason"),
    ),
    "actuals": Kind("actuals", _MEASURED, _MEASURED, "reported_at", SHEETS["actuals"].entries),
}
_NUMBERS = ("percent", "value")


@dataclass(frozen=True)
class Candidate:
    """A statement, the row of the record that it would be, and whether its form itself says when it was sent."""

    statement: Statement
    row: dict[str, str]
    is_dated: bool


def without_known(
    candidates: list[Candidate], record: pd.DataFrame, kind: Kind, *, void: set[str]
) -> tuple[list[Candidate], list[tuple[Statement, Statement]]]:
    """The rows that say something new, and the statements that repeat one of them, each with the one it repeats.

    A row is known when the record holds it, or when it repeats what stood at its date of arrival on the same thing and
    day. What does not say when it was sent is the form of before that is read again, where the record ever held the
    same. Two that arrive on one day and differ cannot be told apart: neither is taken.

    Parameters
    ----------
    candidates : list of Candidate
        Of one table, in their order.
    record : pandas.DataFrame
        The table as it stands, as text.
    kind : Kind
    void : set of str
        Numbers of rows that were retracted: they stand no more, and whoever says the same again says something new.
    """
    standing, said = _recorded(candidates, record, kind, void)
    rivals: dict[tuple[tuple[str, ...], str], set[tuple[str, ...]]] = defaultdict(set)
    for candidate in candidates:
        key, day, content = _told(candidate.row, kind)
        if candidate.is_dated or min(said[key, content], default=day) >= day:
            rivals[key, day].add(content)
    fresh, repeats = [], []
    first: dict[tuple[tuple[str, ...], str], Statement] = {}
    subject = SHEETS[kind.table].key
    for candidate in candidates:
        statement = candidate.statement
        key, day, content = _told(candidate.row, kind)
        days = standing[key]
        earlier = max((known for known in days if known <= day), default=None)
        stands = day in said[key, content] or (earlier is not None and days[earlier] == content)
        before = day if candidate.is_dated else min(said[key, content], default=day)
        if stands or before < day:
            statement.outcome = "known"
            if not stands:
                again = Message(
                    "the record had this of {day}, and it was corrected or retracted since: to say it again, date it",
                    day=before,
                )
                statement.remark(subject, again)
            elif earlier is not None and (key, earlier) in first:
                repeats.append((statement, first[key, earlier]))
        elif day in days:
            statement.refuse(
                subject,
                Message(
                    "the record has something else of {day}: if this corrects it, date it with the day of correction",
                    day=day,
                ),
            )
        elif len(rivals[key, day]) > 1:
            statement.refuse(
                subject,
                Message(
                    "another one of the same day ({day}) says something else, and which of them counts cannot be told: "
                    "send one",
                    day=day,
                ),
            )
        else:
            days[day] = content
            first[key, day] = statement
            fresh.append(candidate)
    return fresh, repeats


def lawful(fresh: list[Candidate], record: pd.DataFrame, plan: Plan, kind: Kind, *, void: set[str]) -> pd.DataFrame:
    """The rows with which the plan still opens, numbered; what breaks a rule is refused at its cell."""
    start = int(record.index.max()) + 1 if len(record) else 2
    file = str(plan.sources["file"].iloc[list(TABLES).index(kind.table)])
    while True:
        rows = _numbered([candidate.row for candidate in fresh], record, kind, void)
        if rows.empty:
            return rows
        problems = _problems(plan, longer(record, rows), kind.table, file=file)
        is_ours, is_error = problems["row"].ge(start), problems["severity"].eq("error")
        for row, column, message in _places(problems[is_ours & is_error]):
            fresh[row - start].statement.refuse(column, message)
        for row, _, message in _places(problems[~is_ours & is_error]):
            _refuse_for(record[record.index == row].iloc[0], message, fresh, kind)
        remaining = [candidate for candidate in fresh if candidate.statement.outcome != "refused"]
        if len(remaining) == len(fresh):
            for row, column, message in _places(problems[is_ours]):
                fresh[row - start].statement.remark(column, message)
            for candidate in fresh:
                candidate.statement.outcome = "appended"
            return rows
        fresh = remaining


def refuse_like(statement: Statement, first: Statement) -> None:
    """Refuse a statement that repeats one which was refused, for the same reasons."""
    keys = {head: key for key, head in statement.layout.heads.items()}
    for problem in first.errors:
        statement.refuse(keys[problem.column], problem.rule)


def _told(row: Mapping[str, str], kind: Kind) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    """What a row speaks of, when it arrived, and what it says."""
    said = tuple(f"{float(row[name]):g}" if name in _NUMBERS and row[name] else row[name] for name in kind.content)
    return tuple(row[name] for name in kind.rivals), row[kind.arrival], said


def _recorded(
    candidates: list[Candidate], record: pd.DataFrame, kind: Kind, void: set[str]
) -> tuple[dict[tuple[str, ...], dict[str, tuple[str, ...]]], dict[tuple[tuple[str, ...], tuple[str, ...]], set[str]]]:
    """What the record holds on what the candidates speak of: what stood on each day of arrival, and all ever said."""
    standing: dict[tuple[str, ...], dict[str, tuple[str, ...]]] = defaultdict(dict)
    said: dict[tuple[tuple[str, ...], tuple[str, ...]], set[str]] = defaultdict(set)
    asked = {_told(candidate.row, kind)[0] for candidate in candidates}
    own = record[pd.MultiIndex.from_frame(record[list(kind.rivals)]).isin(asked)]
    if kind.table == "decisions":
        own = own[own["decision"].isin(VERIFIED)]
    for cells in own.to_dict("records"):
        row = {str(column): str(cell) for column, cell in cells.items()}
        key, day, content = _told(row, kind)
        said[key, content].add(day)
        if row[kind.columns[0]] not in void:
            standing[key][day] = content
    return standing, said


def _problems(plan: Plan, whole: pd.DataFrame, table: str, *, file: str) -> pd.DataFrame:
    """The problems of a table's rows, their messages in every language."""
    found = check_record(plan, whole, table=table)
    if not (found["file"].eq(file) & found["row"].notna()).any():
        return found[:0]
    told = {lang: check_record(plan, whole, table=table, lang=lang)["message"] for lang in languages() if lang != FIRST}
    told[FIRST] = found["message"]
    messages = [Ruled({lang: str(texts.iloc[place]) for lang, texts in told.items()}) for place in range(len(found))]
    found = found.assign(message=pd.Series(messages, index=found.index, dtype="object"))
    return found[found["file"].eq(file) & found["row"].notna()]


class Ruled(Message):
    """What a rule of the plan's data says, in each language; for those who read forms, in the words of forms.

    Parameters
    ----------
    texts : mapping of str to str
        Language → message.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        """Keep the rule as it is said in each language."""
        super().__init__(texts[FIRST])
        self.texts = texts

    def said(self, lang: str) -> str:
        """The rule in a language; forms are filled in in Chinese, and so are their words."""
        words = {**DECISION_WORDS, **DELIVERY_WORDS}
        text = self.texts.get(lang, self.texts[FIRST])
        return re.sub(r"[a-z]+(?:_[a-z]+)*", lambda word: words.get(word[0], word[0]), text) if lang == FIRST else text


def _places(problems: pd.DataFrame) -> Iterator[tuple[int, str, Message]]:
    """Row, column and message of each problem."""
    for row, column, message in problems[["row", "column", "message"]].itertuples(index=False, name=None):
        yield int(row), str(column), message


def _refuse_for(recorded: pd.Series, message: Message, fresh: list[Candidate], kind: Kind) -> None:
    """Refuse the rows that make a row of the record unlawful: those that speak of the same."""
    number = kind.columns[0]
    rule = Message("does not go with row {id} of the record: {rule}", id=recorded[number], rule=message)
    for candidate in fresh:
        is_same = all(candidate.row[name] == recorded[name] for name in kind.key[:2])
        if is_same and candidate.statement.outcome != "refused":
            candidate.statement.refuse(SHEETS[kind.table].mark, rule)


def _numbered(rows: list[dict[str, str]], record: pd.DataFrame, kind: Kind, void: set[str]) -> pd.DataFrame:
    """Rows with numbers that continue the record's, each naming the one that it corrects."""
    number = kind.columns[0]
    frame = pd.DataFrame(rows, columns=kind.columns, dtype="str")
    frame[number] = next_ids(record, kind.table, len(frame))
    # What was corrected is corrected once, and what was retracted needs no correction.
    standing = record[~record[number].isin(void)]
    together = longer(standing, frame).sort_values([*kind.key, kind.arrival], kind="stable")
    before = together.groupby(list(kind.key), sort=False)[number].shift()
    before = before.mask(before.isin(record["supersedes"]))
    corrected = pd.Series(before.to_numpy(), index=together[number]).reindex(frame[number])
    frame["supersedes"] = corrected.fillna("").to_numpy()
    return frame
