"""The journal of what came in: a table that only grows, for people to read and to search."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from analysis.files import csv_text, write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

JOURNAL = "journal.csv"
COLUMNS = ("at", "file", "sha256", "kept", "sheet", "row", "about", "outcome", "reason")
"""When; which file, under the name it came with, what it holds and where it is kept; of a row, where it stood and of
which measure or promise it spoke; what became of it, and why."""

# The mark lets spreadsheets know the encoding.
_HEADER = b"\xef\xbb\xbf" + csv_text([COLUMNS]).encode("utf-8")


def add_lines(folder: Path, lines: Sequence[Sequence[str]]) -> Path:
    """Add lines to the journal of a folder, all of them or none; gives its file.

    What stands under its name and is no journal of ours, or was saved in another form, is left alone: the next free
    name is used. Only one at a time may write to it.

    Parameters
    ----------
    folder : pathlib.Path
    lines : sequence
        Texts in the order of `COLUMNS`.

    Raises
    ------
    OSError
        When it cannot be written; what stood in it still does.
    """
    for number in itertools.count(1):
        file = folder / (JOURNAL if number == 1 else JOURNAL.replace(".", f"-{number}."))
        before = file.read_bytes() if file.is_file() else _HEADER if not file.exists() else b""
        if before.startswith(_HEADER) and before.endswith(b"\n"):
            write_whole(file, before + csv_text(lines).encode("utf-8", "backslashreplace"))
            return file
    raise AssertionError
