"""The chain where a record is kept: read, begun, and written together with the rows that it names.

Beside files the longer chain is first put down under a name of its own, then the rows are written, then it takes the
old one's place. Whatever stops that, the rows that stand there are known: they are those that the waiting chain names.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from analysis.files import sync, write_whole
from analysis.record.chain import FOUND, Chain, differences, hashes
from analysis.record.reading import file_facts, read
from analysis.schema import RECORD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from analysis.record.place import Place


def read_chain(place: Place) -> Chain:
    """The chain of a record as it stands; one that waits for its place, when the rows that it names are there.

    Raises
    ------
    OSError, ValueError
        When it cannot be read.
    """
    if place.kind == "sql":
        from analysis.record.database import read_links

        return Chain(tuple(read_links(place)))
    standing, waiting = (Chain.of(_content(file)) for file in (place.chain, waits_at(place)))
    if waiting.lines[: len(standing.lines)] != standing.lines or len(waiting.lines) <= len(standing.lines):
        return standing
    last = waiting.links[-1]
    if last is None or waiting.faults():
        return standing
    try:
        rows = read(place.of(last.table))[0].tail(len(last.rows))
    except (FileNotFoundError, ValueError):
        return standing
    there = set(last.columns) <= set(rows.columns) and hashes(rows, last.columns) == [said for _, said in last.rows]
    return Chain(waiting.lines, is_unfinished=True) if there else standing


def settled_chain(place: Place) -> Chain:
    """The chain of a record, put in its place if it waited for that; for whoever holds the record."""
    chain = read_chain(place)
    if chain.is_unfinished:
        _put(place)
    return chain


def with_found(chain: Chain, place: Place) -> Chain:
    """The chain with links over all rows of the record that it does not know: of the three tables, in their order."""
    for table in RECORD:
        one = place.of(table)
        if not one.is_beside_chain:
            continue
        try:
            rows = read(one)[0]
        except (FileNotFoundError, ValueError):
            continue
        if set(one.columns) <= set(rows.columns):
            new = {apart.row for apart in differences(chain, table, rows, one.key) if apart.what in _UNKNOWN}
            found = rows[rows.index.isin(new)]
            chain = chain.with_link(table, FOUND, found, one.columns, file_facts(one))
    return chain


def begin_chain(place: Place) -> None:
    """Begin the chain of a record that was just written to files, over all that stands there."""
    write_whole(place.chain, with_found(Chain(), place).content)


@contextmanager
def longer_chain(place: Place, chain: Chain) -> Iterator[None]:
    """Have a chain take its place after the rows were written inside; the old one stays when that fails."""
    waiting = waits_at(place)
    write_whole(waiting, chain.content)
    try:
        yield
    except Exception:
        # Whoever is stopped, rather than refused, may have written the rows: then it goes on waiting.
        with suppress(OSError):
            waiting.unlink(missing_ok=True)
        raise
    # The rows are there: that it could not take its place is no failure of theirs, and the next append sees to it.
    with suppress(OSError):
        _put(place)


def waits_at(place: Place) -> Path:
    """Where a chain waits while the rows are written that it names."""
    return place.chain.with_name(f".{place.chain.name}.next")


def _put(place: Place) -> None:
    waits_at(place).replace(place.chain)
    sync(place.chain.parent)


_UNKNOWN = ("unchained", "inserted")


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""
