"""The record's CSV ↔ a frame of text."""

from __future__ import annotations

import pandas as pd

from analysis.files import CsvTable, as_meant, csv_text


def to_frame(table: CsvTable) -> pd.DataFrame:
    """A CSV's cells as text, indexed by the row that a spreadsheet would number (the header is row 1)."""
    return pd.DataFrame(
        list(table.rows.values()), index=pd.Index(list(table.rows)), columns=list(table.header), dtype="str"
    )


def to_csv(rows: pd.DataFrame, *, header: bool = True) -> str:
    """Rows of text as CSV, in which no spreadsheet finds a formula."""
    lines = rows.itertuples(index=False, name=None)
    return csv_text([list(rows.columns), *lines] if header else lines)


def meant(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows as they were before `to_csv` made them harmless."""
    plain = {column: [as_meant(cell) for cell in rows[column].tolist()] for column in rows.columns}
    return pd.DataFrame(plain, index=rows.index, columns=rows.columns, dtype="str")


def longer(record: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """A record with rows behind it, numbered on, blank in columns that only the record has."""
    start = int(record.index.max()) + 1 if len(record) else 2
    added = rows.reindex(columns=record.columns, fill_value="").set_axis(pd.RangeIndex(start, start + len(rows)))
    parts = [part for part in (record, added) if len(part)]
    return pd.concat(parts) if parts else record
