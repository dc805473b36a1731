"""The record as a table of a SQL database, through SQLAlchemy. All cells are text, as in the files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.catalogue import Message
from analysis.extras import need
from analysis.files import Busy

if TYPE_CHECKING:
    from collections.abc import Sequence

    import sqlalchemy

    from analysis.record.place import Place


def read_table(place: Place) -> pd.DataFrame:
    """The rows of a plan's record in the order they were appended.

    Raises
    ------
    FileNotFoundError
        When the database has no such table, or SQLite no such file (which it would otherwise make).
    ValueError
        When the database does not answer.
    """
    import sqlalchemy

    table = _table(sqlalchemy, place)
    of_plan = table.c["plan_id"] == place.plan_id
    asked = sqlalchemy.select(*(table.c[column] for column in place.columns)).where(of_plan).order_by(table.c["entry"])
    rows = _rows(place, table, asked)
    return pd.DataFrame([tuple(row) for row in rows], columns=list(place.columns), dtype="str")


def read_links(place: Place) -> list[bytes]:
    """The links of the record's chain, as they are kept; none when there is no such table or file.

    Raises
    ------
    ValueError
        When the database does not answer.
    """
    import sqlalchemy

    links = _links(sqlalchemy)
    try:
        of_plan = links.c["plan_id"] == place.plan_id
        rows = _rows(place, links, sqlalchemy.select(links.c["link"]).where(of_plan).order_by(links.c["entry"]))
    except FileNotFoundError:
        return []
    return [row[0].encode("utf-8", "surrogatepass") for row in rows]


def other_plans(place: Place) -> list[str]:
    """The ids of the other plans that have rows in a table of a database.

    Raises
    ------
    FileNotFoundError, ValueError
        As `read_table`.
    """
    import sqlalchemy

    table = _table(sqlalchemy, place)
    asked = sqlalchemy.select(table.c["plan_id"]).distinct().where(table.c["plan_id"] != place.plan_id)
    return sorted(row[0] for row in _rows(place, table, asked))


def insert(place: Place, rows: pd.DataFrame, *, after: int, links: Sequence[bytes] = ()) -> None:
    """Add rows, and the links of the chain that name them, in one transaction; tables are made when there are none.

    Parameters
    ----------
    place : Place
    rows : pandas.DataFrame
    after : int
        How many rows the record had when it was checked.
    links : sequence of bytes
        Links to add to the chain.

    Raises
    ------
    analysis.files.Busy
        When the record has grown since then.
    OSError
        When the database did not take the rows; nothing was written.
    """
    import sqlalchemy
    from sqlalchemy import exc

    engine, table, chain = _engine(place), _table(sqlalchemy, place), _links(sqlalchemy)
    said = [
        dict(zip(place.columns, row, strict=True))
        for row in rows[list(place.columns)].itertuples(index=False, name=None)
    ]
    linked = [{"link": line.decode("utf-8", "surrogatepass")} for line in links]
    count = sqlalchemy.select(sqlalchemy.func.count()).where(table.c["plan_id"] == place.plan_id)
    try:
        with engine.begin() as connection:
            table.metadata.create_all(connection)
            chain.metadata.create_all(connection)
            if connection.scalar(count) != after:
                raise Busy(Message("somebody else has just added to the record: run again. Nothing was written"))
            for kept, added in ((table, said), (chain, linked)):
                # Behind the last, not at the place that their count gives: somebody may have taken rows out.
                greatest = sqlalchemy.func.max(kept.c["entry"])
                last = connection.scalar(sqlalchemy.select(greatest).where(kept.c["plan_id"] == place.plan_id)) or 0
                numbered = [
                    {"plan_id": place.plan_id, "entry": last + number, **one}
                    for number, one in enumerate(added, start=1)
                ]
                if numbered:
                    connection.execute(kept.insert(), numbered)
    except exc.IntegrityError as taken:
        # A writer on another machine was first: the entry's number is taken.
        raise Busy(
            Message("somebody else is adding to the record at the same time: run again. Nothing was written")
        ) from taken
    except exc.SQLAlchemyError as failed:
        raise OSError(
            Message("the database did not take it, and nothing was written: {reason}", reason=_reason(failed))
        ) from failed
    finally:
        engine.dispose()


def _rows(place: Place, table: sqlalchemy.Table, asked: sqlalchemy.Select[Any]) -> Sequence[sqlalchemy.Row[Any]]:
    """What is asked of a table; see `read_table` for the errors."""
    import sqlalchemy
    from sqlalchemy import exc

    engine = _engine(place)
    file = engine.url.database
    if engine.dialect.name == "sqlite" and not (file and Path(file).is_file()):
        raise FileNotFoundError(file)
    try:
        with engine.connect() as connection:
            if not sqlalchemy.inspect(connection).has_table(table.name):
                raise FileNotFoundError(table.name)
            return connection.execute(asked).all()
    except exc.SQLAlchemyError as failed:
        raise ValueError(
            Message("the record in the database cannot be read: {reason}", reason=_reason(failed))
        ) from failed
    finally:
        engine.dispose()


def _engine(place: Place) -> sqlalchemy.Engine:
    need("sql", "sqlalchemy")
    import sqlalchemy
    from sqlalchemy import exc

    try:
        return sqlalchemy.create_engine(place.address)
    except ImportError as missing:
        raise ValueError(
            Message("the driver of this kind of database is missing: install {package}", package=missing.name)
        ) from missing
    except exc.ArgumentError as failed:
        raise ValueError(
            Message(
                "this is no address of a database: should be like {example}",
                example="postgresql+psycopg://user@host/base",
            )
        ) from failed


def _table(sqlalchemy: Any, place: Place) -> sqlalchemy.Table:
    text = sqlalchemy.Text
    return sqlalchemy.Table(
        place.table,
        sqlalchemy.MetaData(),
        sqlalchemy.Column("plan_id", text, primary_key=True),
        sqlalchemy.Column("entry", sqlalchemy.Integer, primary_key=True, autoincrement=False),
        *(sqlalchemy.Column(column, text, nullable=False) for column in place.columns),
        sqlalchemy.UniqueConstraint("plan_id", place.key),
    )


def _links(sqlalchemy: Any) -> sqlalchemy.Table:
    return sqlalchemy.Table(
        "record_chain",
        sqlalchemy.MetaData(),
        sqlalchemy.Column("plan_id", sqlalchemy.Text, primary_key=True),
        sqlalchemy.Column("entry", sqlalchemy.Integer, primary_key=True, autoincrement=False),
        sqlalchemy.Column("link", sqlalchemy.Text, nullable=False),
    )


def _reason(failed: Exception) -> str:
    # The driver's own words, not SQLAlchemy's: those repeat the statement with every value.
    return str(getattr(failed, "orig", None) or failed).strip()
