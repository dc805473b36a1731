"""What is uncertain about a reading, each with its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

DOUBT_COLUMNS = ("line", "column", "measure_id", "as_received", "read_as", "doubt")


@dataclass(frozen=True)
class Doubt:
    """Something that a person should check.

    Attributes
    ----------
    place : tuple of int
        Line and column as received, from 1.
    as_received, read_as : str
        The text, and what was made of it; ``""`` where nothing was.
    says : str
        What is uncertain, and what would be right.
    measure_id : str
        ``""`` when it is about no measure, or about the whole notice.
    """

    place: tuple[int, int]
    as_received: str
    read_as: str
    says: str
    measure_id: str = ""


def doubt_frame(doubts: Iterable[Doubt]) -> pd.DataFrame:
    """Doubts as a frame with the columns of `DOUBT_COLUMNS`, in the order of places, each said once."""
    rows = dict.fromkeys((*d.place, d.measure_id, d.as_received, d.read_as, d.says) for d in doubts)
    frame = pd.DataFrame(list(rows), columns=list(DOUBT_COLUMNS))
    return frame.sort_values(["line", "column"], kind="stable", ignore_index=True).astype(
        {"line": "int64", "column": "int64"}
    )
