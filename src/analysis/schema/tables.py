"""The tables of a plan's folder: their columns, in the order they are written, with the rules and type of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Type = Literal["text", "date", "number", "integer", "boolean"]


@dataclass(frozen=True)
class Field:
    """A column of a file.

    Attributes
    ----------
    name : str
    rules : tuple of str
        Ids of the rules that its cells keep (`analysis.schema.RULES`).
    type : {"text", "date", "number", "integer", "boolean"}
        What checked text becomes.
    in_languages : bool
        Whether the file may hold the same in other languages, as ``title_en``.
    """

    name: str
    rules: tuple[str, ...] = ()
    type: Type = "text"
    in_languages: bool = False


_KEY = ("filled", "unique")
_NAME = ("filled", "trimmed", "unique")
_LINK = ("filled", "trimmed")

TABLES: dict[str, tuple[Field, ...]] = {
    "themes": (
        Field("theme_id", _NAME),
        Field("title", ("filled",), in_languages=True),
        Field("short", _NAME, in_languages=True),
    ),
    "measures": (
        Field("measure_id", _NAME),
        Field("theme_id", _LINK),
        Field("number", _LINK),
        Field("title", ("filled",), in_languages=True),
        Field("text", ("filled",)),
        Field("kind", ("measure-kind",)),
        Field("kind_basis"),
        Field("deliverable"),
        Field("due_text"),
        Field("due", ("date-or-blank",), "date"),
        Field("from", ("date-or-blank",), "date"),
    ),
    "units": (
        Field("unit_id", ("slug", "unique")),
        Field("name", _NAME, in_languages=True),
        Field("short", _NAME, in_languages=True),
        Field("kind", ("filled",)),
        Field("is_group", ("true-or-false",), "boolean"),
        Field("aliases"),
    ),
    "responsibilities": (
        Field("measure_id", _LINK),
        Field("clause", ("positive-integer",), "integer"),
        Field("unit_id", _LINK),
        Field("position", ("positive-integer",), "integer"),
        Field("role", ("role",)),
        Field("role_basis"),
        Field("from", ("date-or-blank",), "date"),
        Field("until", ("date-or-blank",), "date"),
    ),
    "commitments": (
        Field("commitment_id", _NAME),
        Field("measure_id", _LINK),
        Field("comparator", ("comparator",)),
        Field("quantity", ("number",), "number"),
        Field("quantity_high", ("number-or-blank",), "number"),
        Field("quantity_unit", ("filled",)),
        Field("condition"),
        Field("text_span", ("filled",)),
    ),
    "progress": (
        Field("log_id", _KEY),
        Field("measure_id", ("filled",)),
        Field("unit_id", ("filled",)),
        Field("period"),
        Field("as_of", ("date",), "date"),
        Field("reported_at", ("date",), "date"),
        Field("status", ("delivery-state",)),
        Field("percent", ("percent-or-blank",), "number"),
        Field("progress", ("length",)),
        Field("problems", ("length",)),
        Field("request", ("length",)),
        Field("next_step", ("length",)),
        Field("evidence_ref", ("length",)),
        Field("expected_completion", ("date-or-blank",), "date"),
        Field("supersedes"),
        Field("source_file"),
        Field("source_sheet"),
        Field("source_row", ("positive-integer-or-blank",), "integer"),
    ),
    "decisions": (
        Field("decision_id", _KEY),
        Field("measure_id", ("filled",)),
        Field("unit_id"),
        Field("decision", ("decision",)),
        Field("effective_on", ("date",), "date"),
        Field("recorded_at", ("date",), "date"),
        Field("decided_by", ("filled",)),
        Field("due", ("date-or-blank",), "date"),
        Field("evidence_ref", ("length",)),
        Field("evidence_sha256", ("sha256-or-blank",)),
        Field("reason", ("length",)),
        Field("supersedes"),
    ),
    "actuals": (
        Field("actual_id", _KEY),
        Field("commitment_id", ("filled",)),
        Field("unit_id", ("filled",)),
        Field("as_of", ("date",), "date"),
        Field("reported_at", ("date",), "date"),
        Field("value", ("number",), "number"),
        Field("method", ("length",)),
        Field("evidence_ref", ("length",)),
        Field("supersedes"),
    ),
}
"""Table → its columns. Each is a CSV file of the same name; the record may be kept elsewhere (`analysis.record`)."""

RECORD = ("progress", "decisions", "actuals")
"""The tables of the record, to which rows are only ever added, each with the column that numbers its rows first."""

REQUIRED_COLUMNS: dict[str, tuple[str, ...]] = {
    table: tuple(field.name for field in fields) for table, fields in TABLES.items()
}
"""Table → the names of its columns."""
