"""The check of each column as text, and the types that checked text is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import pandas as pd

from analysis.schema.problems import problem_frame
from analysis.schema.vocabulary import COMPARATORS, DELIVERY, MEASURE_KINDS, REQUIRED_COLUMNS, ROLES, UNIT_KINDS

if TYPE_CHECKING:
    import pandera.pandas as pa

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
