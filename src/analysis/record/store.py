"""Add to a record, whole or not at all."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from analysis.catalogue import Message
from analysis.files import Busy, decode, held, read_csv, write_whole
from analysis.record.chain import APPENDED
from analysis.record.chaining import longer_chain, read_chain, settled_chain, with_found
from analysis.record.reading import parse, read, saved_as
from analysis.record.text import longer, to_csv
from analysis.schema import RECORD, REQUIRED_COLUMNS, DataError, problem_frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.record.chain import Chain
    from analysis.record.place import Place

_LETTERS = {"progress": "P", "decisions": "D", "actuals": "A"}


def append(place: Place, rows: pd.DataFrame, *, check: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    """Add rows at the end of a table of a record; it is made when there is none yet.

    Parameters
    ----------
    place : Place
    rows : pandas.DataFrame
        Text, with the columns of `Place.columns`.
    check : callable
        Takes the table as it would be, gives its problems (`analysis.schema.problem_frame`).

    Raises
    ------
    analysis.files.Busy
        When another writer holds the record, or has used one of the numbers in the meantime.
    DataError
        When the record would break a rule. Nothing is written in either case.
    OSError
        When the disk is full or cannot be written; the old record stands.
    ValueError
        When the record cannot hold what is to be added, could not be read again, or has lost rows of these numbers.
    """
    rows = rows[list(place.columns)]
    with held(
        place.lock,
        otherwise=Message("somebody else is writing to the record: run again when they are done. Nothing was written"),
    ):
        # Before the rows: to a database others may add meanwhile, and what is in both is not cut off.
        named_before = read_chain(place)
        try:
            before = read(place)[0]
        except FileNotFoundError:
            before = pd.DataFrame(columns=list(place.columns), dtype="str")
        key = place.key
        taken = rows[key][rows[key].isin(before[key])] if key in before else []
        if len(taken):
            raise Busy(
                Message(
                    "the record has {ids} already: somebody else has just added to it, run again. Nothing was written",
                    ids="、".join(taken[:6]),
                )
            )
        unnamed = _not_named(named_before, place, rows)
        whole = longer(before, rows)
        problems = check(whole)
        if (problems["severity"] == "error").any():
            raise DataError(problems[problems["severity"] == "error"])
        _require_one_place(place)
        chain = settled_chain(place)
        known = len(chain.lines)
        chain = with_found(chain, place)
        if place.kind == "sql":
            from analysis.record.database import insert

            links = chain.with_link(place.table, APPENDED, unnamed, place.columns).lines[known:]
            insert(place, rows, after=len(before), links=links)
            return
        # A link stays a link: what it leads to is written.
        file = Path(place.address).resolve()
        content = _to_parquet(whole) if place.kind == "parquet" else _longer_csv(file, rows)
        _require_same(parse(place, content), whole)
        with longer_chain(
            place, chain.with_link(place.table, APPENDED, unnamed, place.columns, saved_as(place, content))
        ):
            write_whole(file, content)


def begin(place: Place) -> list[str]:
    """Make the tables of a record that are not there yet, without rows.

    Returns
    -------
    list of str
        What was made, as `Place.name` calls it.

    Raises
    ------
    analysis.files.Busy, OSError
        As `append`.
    ValueError
        When what is there cannot be read, or a chain names rows: then the record is not to begin, it was lost.
    """
    missing = [one for one in map(place.of, RECORD) if not _is_there(one)]
    if missing and read_chain(place).lines:
        raise ValueError(
            Message(
                "a record was here, {chain} names its rows: put it back from a backup, or, where a new one begins, "
                "take the chain away. Nothing was written",
                chain="record_chain" if place.kind == "sql" else place.chain.name,
            )
        )
    for one in missing:
        append(one, pd.DataFrame(columns=list(one.columns), dtype="str"), check=lambda _: problem_frame())
    return [one.name for one in missing]


def _is_there(place: Place) -> bool:
    try:
        read(place)
    except FileNotFoundError:
        return False
    return True


def next_ids(rows: pd.DataFrame, table: str, count: int) -> list[str]:
    """The next numbers of a table of the record: the last one's letters, its greatest number plus 1, as many digits.

    Parameters
    ----------
    rows : pandas.DataFrame
        All that the table holds.
    table : str
        One of `analysis.schema.RECORD`.
    """
    numbered = [re.fullmatch(r"(\D*)(\d+)", str(key)) for key in rows[REQUIRED_COLUMNS[table][0]]]
    greatest = max((match for match in numbered if match), key=lambda match: int(match[2]), default=None)
    prefix, last, width = (greatest[1], int(greatest[2]), len(greatest[2])) if greatest else (_LETTERS[table], 0, 4)
    return [f"{prefix}{last + place:0{width}d}" for place in range(1, count + 1)]


def _longer_csv(file: Path, added: pd.DataFrame) -> bytes:
    """The file's own bytes with the new rows behind them, in its encoding and the order of its columns."""
    if not file.exists():
        return to_csv(added).encode("utf-8")
    content = file.read_bytes()
    _, encoding = decode(content)
    if encoding == "utf-16":
        raise ValueError(
            Message(
                "the record is kept in {encoding}, which cannot be added to: save it as {wanted}",
                encoding="UTF-16",
                wanted="UTF-8",
            )
        )
    table = read_csv(content)
    columns = [*table.header, *(f" {number}" for number in range(table.blank))]
    try:
        written = to_csv(added.reindex(columns=columns, fill_value=""), header=False).encode(
            encoding.removesuffix("-sig")
        )
    except UnicodeEncodeError as odd:
        char = odd.object[odd.start]
        raise ValueError(
            Message(
                "the record is kept in {encoding}, which has no “{char}”: nothing was written; save it as {wanted} "
                "first",
                encoding=encoding,
                char=char,
                wanted="UTF-8",
            )
        ) from odd
    return content + (b"" if content.endswith(b"\n") else b"\n") + written


def _require_one_place(place: Place) -> None:
    """See to it that the file to be replaced is the only one, and lies where its lock and its chain are."""
    if not place.is_beside_chain:
        raise OSError(
            Message(
                "{file} does not lie with the record's statements in {folder}, which have one lock and one chain with "
                "it: put it there, or a link to the one that is there. Nothing was written",
                file=place.name,
                folder=place.lock.parent,
            )
        )
    file = place.file
    names = file.stat().st_nlink if file and file.is_file() else 1
    if file and names > 1:
        raise OSError(
            Message(
                "{file} has {n} names (hard links): written under one, it would stay as it was under the others; give "
                "them copies, or symbolic links. Nothing was written",
                file=file.name,
                n=names,
            )
        )


def _not_named(chain: Chain, place: Place, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows to be added that the chain does not name yet; what it names is put back, as when a record is moved.

    A number that it gave to another row, which was cut off since, is not given a second time.
    """
    named = chain.names(place.table, rows, place.key)
    gone = [number for number, is_same in zip(rows[place.key], named, strict=True) if is_same is False]
    if gone:
        raise ValueError(
            Message(
                "{file}: the chain has other rows of the numbers {ids}, which were cut off since. Put them back from a "
                "backup, see {command}; or, where a new record begins, take {chain} away. Nothing was written",
                file=place.name,
                ids="、".join(gone[:6]),
                command="portplan verify",
                chain="record_chain" if place.kind == "sql" else place.chain.name,
            )
        )
    return rows[[is_same is None for is_same in named]]


def _require_same(written: pd.DataFrame, meant_rows: pd.DataFrame) -> None:
    """See to it that bytes which are about to take the record's place say what they should."""
    told = meant_rows[list(written.columns)]
    if len(written) != len(told) or not (written.to_numpy() == told.to_numpy()).all():
        raise ValueError(Message("read again, the record would not say what it should: nothing was written"))


def _to_parquet(rows: pd.DataFrame) -> bytes:
    written = io.BytesIO()
    rows.reset_index(drop=True).to_parquet(written, index=False)
    return written.getvalue()
