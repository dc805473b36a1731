"""CSV as people and programs leave it ↔ a frame of text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

import pandas as pd

from analysis.schema import as_meant, harmless


def to_text(content: bytes, columns: Iterable[str]) -> pd.DataFrame:
    """A CSV's cells as text, indexed by the row a spreadsheet would number (the header is row 1).

    Parameters
    ----------
    content : bytes
        UTF-8, with or without a byte-order mark, or GB18030.
    columns : iterable of str
        Columns that a header must have to prove a guess of GB18030.

    Raises
    ------
    ValueError
        When the encoding is another, or rows have more or fewer cells than the header.
    """
    return _to_frame(content.decode(encoding_of(content, columns)))


def encoding_of(content: bytes, columns: Iterable[str]) -> str:
    """The encoding of a CSV file."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Other encodings decode to rubbish without an error: known columns and common characters prove the guess.
        header = set(next(csv.reader(io.StringIO(text)), []))
        if encoding == "utf-8-sig" or (header & set(columns) and _is_common_chinese(text)):
            return encoding
    raise ValueError("文字编码无法识别：应为 UTF-8 或 GB18030")


def to_csv(rows: pd.DataFrame, *, header: bool = True) -> str:
    """Rows of text as CSV, in which no spreadsheet finds a formula."""
    lines = [list(rows.columns)] if header else []
    lines += [[harmless(cell) for cell in row] for row in rows.itertuples(index=False, name=None)]
    return "".join(f"{','.join(map(_quoted, line))}\n" for line in lines)


def _quoted(cell: str) -> str:
    # The csv module leaves a lone carriage return bare, and then cannot read it back.
    return '"' + cell.replace('"', '""') + '"' if re.search(r'[,"\r\n]', cell) else cell


def meant(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows as they were before `to_csv` made them harmless."""
    return rows.apply(lambda cells: cells.where(~cells.str.startswith("'"), cells.map(as_meant)))


def longer(record: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """A record with rows behind it, numbered on, blank in columns that only the record has."""
    start = int(record.index.max()) + 1 if len(record) else 2
    added = rows.reindex(columns=record.columns, fill_value="").set_axis(pd.RangeIndex(start, start + len(rows)))
    parts = [part for part in (record, added) if len(part)]
    return pd.concat(parts) if parts else record


def _is_common_chinese(text: str) -> bool:
    """Whether most of the Chinese is in GB 2312; Big5 read as GB18030 lies mostly outside."""
    chinese = re.sub("[\x00-\x7f]", "", text)
    return len(chinese.encode("gb2312", errors="ignore")) / 2 >= 0.8 * len(chinese)


def _to_frame(text: str) -> pd.DataFrame:
    try:
        header, *rows = list(csv.reader(io.StringIO(text))) or [[]]
    except csv.Error as broken:
        raise ValueError(f"无法读成表格：{broken}") from broken
    twice = sorted({column for column in header if header.count(column) > 1})
    if twice:
        raise ValueError(f"表头有重复的列：{'、'.join(twice)}")
    ragged = [str(number) for number, row in enumerate(rows, start=2) if row and len(row) != len(header)]
    if ragged:
        raise ValueError(f"第 {'、'.join(ragged[:20])} 行的列数与表头不同：应为 {len(header)} 列")
    filled = {number: row for number, row in enumerate(rows, start=2) if any(row)}
    return pd.DataFrame(list(filled.values()), index=pd.Index(list(filled)), columns=header, dtype="str")
