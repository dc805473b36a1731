"""Where a plan's record is kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from analysis.schema import REQUIRED_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS = REQUIRED_COLUMNS["progress"]
DEFAULT = "progress.csv"
RULE = "应为 .csv 或 .parquet 文件名，或数据库地址，如 postgresql+psycopg://用户@主机/库、sqlite:///progress.db"


@dataclass(frozen=True)
class Place:
    """Where a plan's record is kept.

    Attributes
    ----------
    kind : {"csv", "parquet", "sql"}
    address : str
        The path of a file, or the address of a database.
    folder : pathlib.Path
        The plan's folder; holds the lock of whoever appends.
    plan_id : str
        Tells the plan's rows from those of others in a database's table.
    """

    kind: Literal["csv", "parquet", "sql"]
    address: str
    folder: Path
    plan_id: str

    @property
    def name(self) -> str:
        """What problems and pages call it. Never the address of a database, which may hold a password."""
        return "progress (SQL)" if self.kind == "sql" else Path(self.address).name


def place_of(folder: Path, head: Mapping[str, Any]) -> Place:
    """Where the plan of a folder keeps its record.

    Parameters
    ----------
    folder : pathlib.Path
    head : mapping
        What the folder's ``plan.toml`` says.

    Raises
    ------
    ValueError
        When the key ``progress`` is neither a file name nor a database's address.
    """
    said = head.get("progress", DEFAULT)
    plan_id = str(head.get("id", ""))
    if isinstance(said, str) and "://" in said:
        kept, _, file = said.partition(":///")
        if kept.startswith("sqlite") and file:
            said = f"{kept}:///{folder / file}"
        return Place("sql", said, folder, plan_id)
    if isinstance(said, str) and said.endswith(".csv"):
        return Place("csv", str(folder / said), folder, plan_id)
    if isinstance(said, str) and said.endswith(".parquet"):
        return Place("parquet", str(folder / said), folder, plan_id)
    raise ValueError(RULE)
