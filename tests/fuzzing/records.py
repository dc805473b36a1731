"""Records as editors, spreadsheets and other programs leave them: cells, rows, columns, bytes, encodings, chains."""

from __future__ import annotations

import io
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from analysis.plan import read_folder
from analysis.record import begin_chain, place_of
from analysis.schema import RECORD
from tests.fuzzing.damage import spoil_bytes, spoil_csv, spoil_lines
from tests.fuzzing.loop import Files, Target
from tests.fuzzing.promises import broken_by_reading, write
from tests.plan_folders import decide, write_actuals, write_decisions, write_plan, write_small_plan

if TYPE_CHECKING:
    import random

_TABLES = [f"{table}.csv" for table in RECORD]


@cache
def starts() -> dict[str, Files]:
    """Small plans whose records hold something in each table, with their chains."""
    with tempfile.TemporaryDirectory() as made:
        sample, small = Path(made) / "sample", Path(made) / "small"
        write_plan(sample, measures=5, units=4)
        write_small_plan(small)
        write_decisions(
            small, decide("closed"), decide("reopened", effective_on="2024-09-10", recorded_at="2024-09-10")
        )
        write_actuals(small, {"value": "4.5"}, {"value": "6", "as_of": "2024-09-30", "reported_at": "2024-10-02"})
        for folder in (sample, small):
            begin_chain(place_of(folder, read_folder(folder).head))
        files = {folder.name: _files_of(folder) for folder in (sample, small)}
        files["parquet"] = _as_parquet(small)
    return files


def _files_of(folder: Path) -> Files:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir()) if not file.name.startswith(".")}


def _as_parquet(folder: Path) -> Files:
    for table in RECORD:
        file = folder / f"{table}.csv"
        pd.read_csv(file, dtype="str", keep_default_na=False).to_parquet(file.with_suffix(".parquet"), index=False)
        file.unlink()
    (folder / "progress.chain").unlink()
    head = folder / "plan.toml"
    head.write_text('progress = "progress.parquet"\n' + head.read_text("utf-8"), "utf-8")
    begin_chain(place_of(folder, read_folder(folder).head))
    return _files_of(folder)


def spoil(files: Files, draw: random.Random) -> None:
    """Do one thing wrong to one of the files of a record."""
    names = [name for name in files if name.partition(".")[0] in RECORD]
    name = draw.choice([*names, *(name for name in names if name.startswith("progress") for _ in range(2))])
    if draw.random() < 0.02:
        del files[name]
    elif name.endswith(".chain") or draw.random() < 0.12:
        files[name] = spoil_bytes(files[name], draw)
    elif name.endswith(".parquet"):
        files[name] = _spoil_parquet(files[name], draw)
    else:
        files[name] = spoil_csv(files[name], draw)


def _spoil_parquet(content: bytes, draw: random.Random) -> bytes:
    """Another cell, row or column; or a column of another type."""
    try:
        frame = pd.read_parquet(io.BytesIO(content)).astype("object")
        lines = [list(map(str, frame.columns)), *([str(cell) for cell in row] for row in frame.to_numpy().tolist())]
        spoil_lines(lines, draw)
        width = len(lines[0]) if lines else 0
        made = pd.DataFrame([(line + [""] * width)[:width] for line in lines[1:]], columns=lines[0])
        if width and draw.random() < 0.4:
            column = draw.randrange(width)
            value = draw.choice([1, 2.5, True, None, pd.Timestamp("2024-06-30"), b"\xff", [1, 2], {"a": "b"}])
            made.isetitem(column, [value] * len(made))
        written = io.BytesIO()
        made.to_parquet(written, index=False)
    except Exception:
        # Not every table can be written so.
        return spoil_bytes(content, draw)
    return written.getvalue()


def broken(home: Path, start: str, files: Files, draw: random.Random) -> list[str]:
    """What a record breaks."""
    write(home / "plan", files)
    return broken_by_reading(home, home / "plan", draw, is_thorough=start == "small")


TARGET = Target(starts, spoil, broken)
