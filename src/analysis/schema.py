"""What a plan's tables hold: columns, vocabularies, the check of each column, and how problems are told.

Every table is checked as *text* first and given types second, so that a bad cell is named once, as it was written.
Definitions follow the plan's own notice and the practice of keeping a progress ledger (台账); see data/README.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    import pandera.pandas as pa

DELIVERY = ("not_started", "stalled", "in_progress", "ongoing", "done_reported", "closed", "withdrawn")
"""Delivery states a unit may enter, weakest first; ``withdrawn`` stands outside the order."""

NO_FEEDBACK = "no_feedback"
"""The state of a responsibility nobody has reported on. It is not ``not_started``."""

BUCKETS = ("closed", "done_reported", "in_progress", "stalled", "not_started", "ongoing", NO_FEEDBACK, "withdrawn")
"""Every state a measure can be in, in the order of a leader's first line."""

TRANSITIONS = {
    "not_started": {"in_progress", "ongoing", "withdrawn"},
    "in_progress": {"stalled", "done_reported", "ongoing", "withdrawn"},
    "stalled": {"in_progress", "done_reported", "withdrawn"},
    "ongoing": {"stalled", "in_progress", "withdrawn"},
    "done_reported": {"closed", "in_progress", "withdrawn"},
    "closed": {"in_progress"},
    "withdrawn": set(),
}
"""State → states that may follow it in the next statement. ``closed`` → ``in_progress`` (reopened) needs a reason."""

SCHEDULE = ("on_track", "behind", "overdue", "no_deadline")
"""Where a measure stands against its deadline."""

FEEDBACK = ("on_time", "late", "missing")
"""What became of a report that was due."""

FRESHNESS = ("current", "stale", "very_stale", NO_FEEDBACK, "settled")
"""Age of the last word: at most 1 period due since, 2, more, none at all, nothing owed any more."""

MEASURE_KINDS = ("one_off", "quantified", "ongoing")
UNIT_KINDS = ("municipal_department", "central_agency", "district", "zone", "enterprise")
ROLES = ("sole", "joint", "lead", "support", "unmarked")
COMPARATORS = ("at_most", "at_least", "equal", "between")
LEAD_RULES = ("none", "first_listed")
PROVENANCES = ("synthetic", "real")

PROBLEM_COLUMNS = ("file", "row", "column", "value", "rule", "severity")

REQUIRED_COLUMNS: dict[str, tuple[str, ...]] = {
    "themes": ("theme_id", "title", "title_en", "short", "short_en"),
    "measures": (
        "measure_id",
        "theme_id",
        "number",
        "title",
        "title_en",
        "text",
        "kind",
        "kind_basis",
        "deliverable",
        "due",
    ),
    "units": ("unit_id", "name", "short", "name_en", "short_en", "kind", "is_group", "aliases"),
    "responsibilities": ("measure_id", "clause", "unit_id", "position", "role", "role_basis"),
    "commitments": (
        "measure_id",
        "comparator",
        "quantity",
        "quantity_high",
        "quantity_unit",
        "condition",
        "text_span",
    ),
    "progress": (
        "log_id",
        "measure_id",
        "unit_id",
        "as_of",
        "reported_at",
        "status",
        "percent",
        "progress",
        "problems",
        "next_step",
        "evidence_ref",
        "expected_completion",
        "supersedes",
        "source_file",
        "source_sheet",
        "source_row",
    ),
}
"""Table → the columns its CSV must have, in the order they are written."""

_TEXT_RULES: dict[str, dict[str, tuple[str, ...]]] = {
    "themes": {
        "theme_id": ("filled", "unique"),
        "title": ("filled",),
        "title_en": ("filled",),
        "short": ("filled", "unique"),
        "short_en": ("filled", "unique"),
    },
    "measures": {
        "measure_id": ("filled", "unique"),
        "theme_id": ("filled",),
        "number": ("filled",),
        "title": ("filled",),
        "title_en": ("filled",),
        "text": ("filled",),
        "kind": ("measure_kind",),
        "due": ("date_or_blank",),
    },
    "units": {
        "unit_id": ("slug", "unique"),
        "name": ("filled", "unique"),
        "short": ("filled", "unique"),
        "name_en": ("filled",),
        "short_en": ("filled", "unique"),
        "kind": ("unit_kind",),
        "is_group": ("true_or_false",),
    },
    "responsibilities": {
        "measure_id": ("filled",),
        "unit_id": ("filled",),
        "clause": ("positive_integer",),
        "position": ("positive_integer",),
        "role": ("role",),
    },
    "commitments": {
        "measure_id": ("filled",),
        "comparator": ("comparator",),
        "quantity": ("number",),
        "quantity_high": ("number_or_blank",),
        "quantity_unit": ("filled",),
        "text_span": ("filled",),
    },
    "progress": {
        "log_id": ("filled", "unique"),
        "measure_id": ("filled",),
        "unit_id": ("filled",),
        "as_of": ("date",),
        "reported_at": ("date",),
        "status": ("delivery",),
        "percent": ("percent_or_blank",),
        "expected_completion": ("date_or_blank",),
        "source_row": ("positive_integer_or_blank",),
    },
}

_TYPES: dict[str, dict[str, str]] = {
    "measures": {"due": "date"},
    "units": {"is_group": "boolean"},
    "responsibilities": {"clause": "integer", "position": "integer"},
    "commitments": {"quantity": "number", "quantity_high": "number"},
    "progress": {
        "as_of": "date",
        "reported_at": "date",
        "expected_completion": "date",
        "percent": "number",
        "source_row": "integer",
    },
}


@dataclass(frozen=True)
class Calendar:
    """When feedback is owed: one statement a responsibility and month, by a day of the month after.

    Attributes
    ----------
    first_period : pandas.Period
        The first month on which feedback is owed.
    due_day : int
        Feedback on a month is on time up to this day of the next month.
    timezone : str
        IANA name of the zone in which the office counts its days.
    """

    first_period: pd.Period
    due_day: int
    timezone: str

    def due_dates(self, periods: pd.PeriodIndex) -> pd.DatetimeIndex:
        """The last day on which feedback on each period is on time."""
        return (periods + 1).to_timestamp() + pd.Timedelta(days=self.due_day - 1)

    def periods_until(self, as_of: pd.Timestamp) -> pd.PeriodIndex:
        """Every period from the first to the one `as_of` lies in; empty before the first."""
        return pd.period_range(self.first_period, pd.Period(as_of, "M"), freq="M")

    def periods_due(self, as_of: pd.Timestamp) -> pd.PeriodIndex:
        """The periods whose due date has come by `as_of`."""
        periods = self.periods_until(as_of)
        return periods[self.due_dates(periods) <= as_of]

    def period_end_before(self, as_of: pd.Timestamp) -> pd.Timestamp:
        """The last day of the month before the one that `as_of` lies in."""
        return as_of.normalize().replace(day=1) - pd.Timedelta(days=1)

    def period_ends(self, as_of: pd.Timestamp) -> pd.DatetimeIndex:
        """The last day of each period up to `as_of`; the period still running ends, for now, at `as_of`.

        Before the first period there is `as_of` alone, so that what stands on it can still be told.
        """
        ends = self.periods_until(as_of).to_timestamp(how="end").normalize()
        ends = ends.where(ends <= as_of, as_of) if len(ends) else [as_of]
        return pd.DatetimeIndex(ends).as_unit("ns")


class DataError(ValueError):
    """A plan's data breaks its rules; carries every problem at once.

    Attributes
    ----------
    problems : pandas.DataFrame
        One row a problem: file, row (as a spreadsheet numbers it, the header being 1), column, value, rule, severity.
    """

    def __init__(self, problems: pd.DataFrame) -> None:
        self.problems = problems
        super().__init__(_tell(problems))

    def __reduce__(self) -> tuple[type[DataError], tuple[pd.DataFrame]]:
        return type(self), (self.problems,)


def problem_frame(records: Iterable[dict[str, Any]] = ()) -> pd.DataFrame:
    """Problems as a frame with the columns of `PROBLEM_COLUMNS`; severity is ``error`` unless a record says so."""
    told = [{"severity": "error", **record} for record in records]
    frame = pd.DataFrame(told, columns=list(PROBLEM_COLUMNS))
    frame["row"] = frame["row"].astype("Int64")
    return frame


def check_text(table: str, frame: pd.DataFrame, *, file: str) -> pd.DataFrame:
    """Every problem of one table's cells, read as text.

    Parameters
    ----------
    table : str
        A key of `REQUIRED_COLUMNS`.
    frame : pandas.DataFrame
        All columns text, blanks as ``""``, the index being the row in the file.
    file : str
        The file's name, as problems should name it.

    Returns
    -------
    pandas.DataFrame
        Problems (`problem_frame`), in the order of rows; empty when there are none.
    """
    missing = [column for column in REQUIRED_COLUMNS[table] if column not in frame.columns]
    if missing:
        return problem_frame(
            {"file": file, "row": 1, "column": column, "value": "", "rule": "缺少这一列"} for column in missing
        )
    import pandera.pandas as pa

    try:
        _text_schema(table).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as failed:
        cases = failed.failure_cases.sort_values(["index", "column"], kind="stable")
        return problem_frame(
            {"file": file, "row": case.index, "column": case.column, "value": case.failure_case, "rule": case.check}
            for case in cases.itertuples(index=False)
        )
    return problem_frame()


def to_types(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The same table with dates, numbers and booleans in place of checked text; blanks become missing values."""
    typed = frame.copy()
    for column, kind in _TYPES.get(table, {}).items():
        text = typed[column].replace("", pd.NA)
        if kind == "date":
            typed[column] = pd.to_datetime(text, format="%Y-%m-%d")
        elif kind == "boolean":
            typed[column] = text == "true"
        elif kind == "integer":
            typed[column] = pd.to_numeric(text).astype("Int64")
        else:
            typed[column] = pd.to_numeric(text).astype("float64")
    return typed


def _text_schema(table: str) -> pa.DataFrameSchema:
    import pandera.pandas as pa

    columns = {
        column: pa.Column(checks=[pa.Check(_PREDICATES[name][0], error=_PREDICATES[name][1]) for name in names])
        for column, names in _TEXT_RULES[table].items()
    }
    return pa.DataFrameSchema(columns, strict=False)


def _is_date(text: pd.Series) -> pd.Series:
    shaped = text.str.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
    return shaped & pd.to_datetime(text.where(shaped), format="%Y-%m-%d", errors="coerce").notna()


def _is_number(text: pd.Series) -> pd.Series:
    return text.str.fullmatch(r"-?[0-9]+(\.[0-9]+)?")


def _is_percent(text: pd.Series) -> pd.Series:
    return _is_number(text) & pd.to_numeric(text.where(_is_number(text))).between(0, 100)


def _is_positive_integer(text: pd.Series) -> pd.Series:
    return text.str.fullmatch(r"[1-9][0-9]*")


def _one_of(words: Iterable[str]) -> tuple[Callable[[pd.Series], pd.Series], str]:
    allowed = tuple(words)
    return (lambda text: text.isin(allowed)), f"应为其中之一：{'、'.join(allowed)}"


def _or_blank(test: Callable[[pd.Series], pd.Series]) -> Callable[[pd.Series], pd.Series]:
    return lambda text: text.eq("") | test(text)


_PREDICATES: dict[str, tuple[Callable[[pd.Series], pd.Series], str]] = {
    "filled": (lambda text: text.str.strip().ne(""), "不能为空"),
    "unique": (lambda text: ~text.duplicated(keep="first") | text.eq(""), "编号重复：每行应不同"),
    "slug": (lambda text: text.str.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*"), "应为小写字母、数字和连字符，如 tj-customs"),
    "date": (_is_date, "应为真实存在的日期，写作 2024-12-31"),
    "date_or_blank": (_or_blank(_is_date), "应为空，或真实存在的日期，写作 2024-12-31"),
    "number": (_is_number, "应为数字（半角）"),
    "number_or_blank": (_or_blank(_is_number), "应为空或数字（半角）"),
    "percent_or_blank": (_or_blank(_is_percent), "应为空，或 0–100 的数字（半角，不带百分号）"),
    "positive_integer": (_is_positive_integer, "应为正整数（半角）"),
    "positive_integer_or_blank": (_or_blank(_is_positive_integer), "应为空或正整数（半角）"),
    "true_or_false": _one_of(("true", "false")),
    "measure_kind": _one_of(MEASURE_KINDS),
    "unit_kind": _one_of(UNIT_KINDS),
    "role": _one_of(ROLES),
    "comparator": _one_of(COMPARATORS),
    "delivery": _one_of(DELIVERY),
}


def _tell(problems: pd.DataFrame) -> str:
    errors = problems[problems["severity"] == "error"]
    lines = [f"数据有 {len(errors)} 处错误："]
    for problem in errors.itertuples(index=False):
        row = "" if problem.row is pd.NA else f" 第 {problem.row} 行"
        lines.append(f"{problem.file}{row} {problem.column} 列，值“{problem.value}”：{problem.rule}")
    return "\n".join(lines)
