"""Read a record and add to it, whole or not at all."""

from __future__ import annotations

import hashlib
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from analysis.extras import need
from analysis.files import Busy, decode, held, read_csv, write_whole
from analysis.record.place import COLUMNS, Place
from analysis.record.text import longer, meant, to_csv, to_frame
from analysis.schema import DataError

if TYPE_CHECKING:
    from collections.abc import Callable


def read(place: Place) -> tuple[pd.DataFrame, str]:
    """The record as text, and the SHA-256 of what it holds.

    Returns
    -------
    pandas.DataFrame
        Columns as in the file (for a database, those of ``REQUIRED_COLUMNS["progress"]``), blanks as ``""``, rows in
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

        rows = read_table(place)
    elif place.kind == "parquet":
        rows = _read_parquet(place)
    else:
        content = Path(place.address).read_bytes()
        return meant(to_frame(read_csv(content))), hashlib.sha256(content).hexdigest()
    # Whoever else writes there leaves a blank as a missing value.
    rows = rows.astype("str").mask(rows.isna(), "")
    rows.index = pd.RangeIndex(2, len(rows) + 2)
    return rows, hashlib.sha256(to_csv(rows).encode("utf-8")).hexdigest()


def append(place: Place, rows: pd.DataFrame, *, check: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    """Add rows at the end of a record; it is made when there is none yet.

    Parameters
    ----------
    place : Place
    rows : pandas.DataFrame
        Text, with the columns of ``REQUIRED_COLUMNS["progress"]``.
    check : callable
        Takes the record as it would be, gives its problems (`analysis.schema.problem_frame`).

    Raises
    ------
    analysis.files.Busy
        When another writer holds the record, or has used one of the numbers (``log_id``) in the meantime.
    DataError
        When the record would break a rule. Nothing is written in either case.
    OSError
        When the disk is full or cannot be written; the old record stands.
    """
    rows = rows[list(COLUMNS)]
    with held(place.folder / ".progress.lock", otherwise="另有人正在写入台账：请等对方完成后重新运行。本次没有写入"):
        try:
            before = read(place)[0]
        except FileNotFoundError:
            before = pd.DataFrame(columns=list(COLUMNS), dtype="str")
        taken = rows["log_id"][rows["log_id"].isin(before["log_id"])] if "log_id" in before else []
        if len(taken):
            raise Busy(f"编号 {'、'.join(taken[:6])} 已在台账中：另有人刚追加过，请重新运行。本次没有写入")
        whole = longer(before, rows)
        problems = check(whole)
        if (problems["severity"] == "error").any():
            raise DataError(problems[problems["severity"] == "error"])
        if place.kind == "sql":
            from analysis.record.database import insert

            insert(place, rows, after=len(before))
        elif place.kind == "parquet":
            write_whole(Path(place.address), _to_parquet(whole))
        else:
            write_whole(Path(place.address), _longer_csv(Path(place.address), rows))


def next_log_ids(record: pd.DataFrame, count: int) -> list[str]:
    """The next numbers of a record's sequence: the last one's letters, its greatest number plus 1, as many digits.

    Parameters
    ----------
    record : pandas.DataFrame
        With the column log_id.
    """
    numbered = [re.fullmatch(r"(\D*)(\d+)", str(log_id)) for log_id in record["log_id"]]
    greatest = max((match for match in numbered if match), key=lambda match: int(match[2]), default=None)
    prefix, last, width = (greatest[1], int(greatest[2]), len(greatest[2])) if greatest else ("P", 0, 4)
    return [f"{prefix}{last + place:0{width}d}" for place in range(1, count + 1)]


def _longer_csv(file: Path, added: pd.DataFrame) -> bytes:
    """The file's own bytes with the new rows behind them, in its encoding and the order of its columns."""
    if not file.exists():
        return to_csv(added).encode("utf-8")
    content = file.read_bytes()
    _, encoding = decode(content)
    if encoding == "utf-16":
        raise ValueError("台账为 UTF-16 编码，不能追加：请另存为 UTF-8 的 CSV 文件")
    columns = list(read_csv(content).header)
    written = to_csv(added.reindex(columns=columns, fill_value=""), header=False).encode(encoding.removesuffix("-sig"))
    return content + (b"" if content.endswith(b"\n") else b"\n") + written


def _read_parquet(place: Place) -> pd.DataFrame:
    need("parquet", "pyarrow")
    content = Path(place.address).read_bytes()
    try:
        return pd.read_parquet(io.BytesIO(content))
    except (OSError, ValueError) as failed:
        raise ValueError(f"不是完好的 Parquet 文件：{failed}") from failed


def _to_parquet(rows: pd.DataFrame) -> bytes:
    written = io.BytesIO()
    rows.reset_index(drop=True).to_parquet(written, index=False)
    return written.getvalue()
