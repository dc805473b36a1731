"""Read a record."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from analysis.catalogue import Message
from analysis.extras import need
from analysis.files import decode, read_csv
from analysis.record.text import meant, to_csv, to_frame

if TYPE_CHECKING:
    from analysis.record.place import Place


def read(place: Place) -> tuple[pd.DataFrame, str]:
    """The record as text, and the SHA-256 of what it holds.

    Returns
    -------
    pandas.DataFrame
        Columns as in the file (for a database, those of `Place.columns`), blanks as ``""``, rows in
        the order they were appended, indexed as a spreadsheet would number them (the header is row 1).
    str

    Raises
    ------
    FileNotFoundError
        When there is no record yet.
    ValueError
        When it cannot be read; says why.
    """
    if place.kind == "sql":
        from analysis.record.database import read_table

        rows = _as_text(read_table(place))
        return rows, hashlib.sha256(to_csv(rows).encode("utf-8")).hexdigest()
    content = Path(place.address).read_bytes()
    rows = parse(place, content)
    told = content if place.kind == "csv" else to_csv(rows).encode("utf-8")
    return rows, hashlib.sha256(told).hexdigest()


def saved_as(place: Place, content: bytes) -> dict[str, str]:
    """How the bytes of a file are written: their hash and, of a CSV, encoding and line ends."""
    facts = {"sha256": hashlib.sha256(content).hexdigest()}
    if place.kind == "csv":
        text, encoding = decode(content)
        is_marked = content.startswith(b"\xef\xbb\xbf")
        facts["encoding"] = encoding if is_marked else encoding.removesuffix("-sig")
        facts["line_ends"] = "CRLF" if "\r\n" in text else "LF"
    return facts


def file_facts(place: Place) -> dict[str, str]:
    """How the file of a table is written, as `saved_as`; nothing of a database."""
    return {} if place.kind == "sql" else saved_as(place, Path(place.address).read_bytes())


def parse(place: Place, content: bytes) -> pd.DataFrame:
    """What the bytes of a file say."""
    if place.kind == "csv":
        return meant(to_frame(read_csv(content)))
    need("parquet", "pyarrow")
    try:
        return _as_text(pd.read_parquet(io.BytesIO(content)))
    except (OSError, ValueError) as failed:
        raise ValueError(Message("this is no whole {kind} file: {reason}", kind="Parquet", reason=failed)) from failed


def _as_text(rows: pd.DataFrame) -> pd.DataFrame:
    # Whoever else writes there leaves a blank as a missing value.
    return rows.astype("str").mask(rows.isna(), "").set_axis(pd.RangeIndex(2, len(rows) + 2))
