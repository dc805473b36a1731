"""Where a plan's record is kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from analysis.catalogue import Message
from analysis.schema import RECORD, REQUIRED_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT = "progress.csv"
LOCK = ".progress.lock"
RULE = Message(
    "should be the name of a {csv} or {parquet} file, or a database's address such as {server}, {file}",
    csv=".csv",
    parquet=".parquet",
    server="postgresql+psycopg://user@host/base",
    file="sqlite:///progress.db",
)


@dataclass(frozen=True)
class Place:
    """Where a table of a plan's record is kept.

    Attributes
    ----------
    kind : {"csv", "parquet", "sql"}
    address : str
        The path of a file, or the address of a database.
    lock : pathlib.Path
        What a writer to any table of the record holds: beside the statements themselves, whatever folder or link they
        are reached by.
    plan_id : str
        Tells the plan's rows from those of others in a database's table.
    table : str
        One of `analysis.schema.RECORD`.
    statements : str
        The path of the file of the statements, beside which the others lie; blank for a database.
    """

    kind: Literal["csv", "parquet", "sql"]
    address: str
    lock: Path
    plan_id: str
    table: str = "progress"
    statements: str = ""

    @property
    def name(self) -> str:
        """What problems and pages call it. Never the address of a database, which may hold a password."""
        return f"{self.table} (SQL)" if self.kind == "sql" else Path(self.address).name

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that every row has."""
        return REQUIRED_COLUMNS[self.table]

    @property
    def chain(self) -> Path:
        """The file of a chain, beside the statements themselves as the lock is; a database keeps it in a table."""
        return Path(self.statements).resolve().with_suffix(".chain")

    @property
    def is_beside_chain(self) -> bool:
        """Whether the table itself lies where the lock and the chain are, and not elsewhere behind a link."""
        return self.kind == "sql" or Path(self.address).resolve().parent == self.lock.parent

    @property
    def file(self) -> Path | None:
        """The file that holds the table, whatever link it is reached by; None where only a server knows."""
        if self.kind != "sql":
            return Path(self.address).resolve()
        kept, _, file = self.address.partition(":///")
        return Path(file).resolve() if kept.startswith("sqlite") and file else None

    def of(self, table: str) -> Place:
        """The place of another table of the same record."""
        if self.kind == "sql":
            return replace(self, table=table)
        statements = Path(self.statements)
        file = statements if table == RECORD[0] else statements.with_name(f"{table}.{self.kind}")
        return replace(self, table=table, address=str(file))

    @property
    def key(self) -> str:
        """The column that numbers the rows."""
        return self.columns[0]


def place_of(folder: Path, head: Mapping[str, Any], table: str = "progress") -> Place:
    """Where the plan of a folder keeps a table of its record.

    Parameters
    ----------
    folder : pathlib.Path
    head : mapping
        What the folder's ``plan.toml`` says.
    table : str
        One of `analysis.schema.RECORD`; decisions and actuals lie beside the statements, in files of the same kind.

    Raises
    ------
    ValueError
        When the key ``progress`` is neither a file name nor a database's address.
    """
    if table not in RECORD:
        raise ValueError(f"table: {table}")
    said = head.get("progress", DEFAULT)
    plan_id = str(head.get("id", ""))
    if isinstance(said, str) and "://" in said:
        kept, _, file = said.partition(":///")
        if kept.startswith("sqlite") and file:
            said = f"{kept}:///{folder / file}"
        return Place("sql", said, folder / LOCK, plan_id, table)
    for kind in ("csv", "parquet"):
        if isinstance(said, str) and said.endswith(f".{kind}"):
            file = folder / said
            lock = file.resolve().parent / LOCK
            return Place(kind, str(file), lock, plan_id, statements=str(file)).of(table)
    raise ValueError(RULE)
