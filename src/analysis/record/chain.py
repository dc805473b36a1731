"""The chain of a record: one link a batch of rows, each of which names the hash of what stood before it.

Rows are hashed as what they say, not as bytes: a file that a spreadsheet has saved again in another encoding, with
other line ends or quotation marks, is still the same. Each row has a hash of its own, so that what is wrong is named.
Whoever alters a row and every link after it makes a chain that holds: what shows that is a head that was published.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from analysis.schema import RECORD

if TYPE_CHECKING:
    import pandas as pd

FOUND, APPENDED = "found", "appended"

Hashed = tuple[str, str]
"""A row's number in the record (``P0012``) and the hash of what it says."""


@dataclass(frozen=True)
class Link:
    """One batch of rows of one table.

    Attributes
    ----------
    before : str
        The hash of the link before; blank for the first.
    table : str
        One of `analysis.schema.RECORD`.
    how : {"found", "appended"}
        Whether the rows were appended with this link, or stood there already, written by somebody else.
    columns : tuple of str
        What of a row is hashed, in this order.
    rows : tuple of (str, str)
        Each row's number in the record, and its hash.
    saved : mapping of str to str
        How the file was written: its sha256, its encoding, its line ends. Empty for a database.
    """

    before: str
    table: str
    how: str
    columns: tuple[str, ...]
    rows: tuple[Hashed, ...]
    saved: Mapping[str, str] = field(default_factory=dict)

    def line(self) -> bytes:
        """The link as a line of its file."""
        said = {name: getattr(self, name) for name in Link.__dataclass_fields__}
        return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


@dataclass(frozen=True)
class Chain:
    """The links of a record, in their order.

    Attributes
    ----------
    lines : tuple of bytes
        As they are kept, without their ends.
    is_unfinished : bool
        Whether the last link still waits to be put in its place: the append was cut off after its rows were written.
    """

    lines: tuple[bytes, ...] = ()
    is_unfinished: bool = False

    @classmethod
    def of(cls, content: bytes) -> Chain:
        """What a file holds; an editor may have given it a mark and other line ends."""
        content = content.removeprefix(b"\xef\xbb\xbf")
        return cls(tuple(line for line in content.replace(b"\r\n", b"\n").split(b"\n") if line.strip()))

    @property
    def content(self) -> bytes:
        """The chain as a file."""
        return b"".join(line + b"\n" for line in self.lines)

    @cached_property
    def heads(self) -> tuple[str, ...]:
        """The hash of each link; the last is the head of the chain."""
        return tuple(hashlib.sha256(line).hexdigest() for line in self.lines)

    @property
    def head(self) -> str:
        """The hash of the last link; blank when there is none."""
        return self.heads[-1] if self.lines else ""

    @cached_property
    def links(self) -> tuple[Link | None, ...]:
        """The links; None for a line that is none."""
        return tuple(map(_link, self.lines))

    def faults(self) -> list[int]:
        """The links, counted from 1, that cannot be read or do not follow from the one before."""
        before = ("", *self.heads)
        return [
            number
            for number, link in enumerate(self.links, start=1)
            if link is None or link.before != before[number - 1]
        ]

    def rows(self, table: str) -> tuple[Hashed, ...]:
        """The rows of a table as the links have them, in the order in which they were added."""
        return tuple(row for link in self.of_table(table) for row in link.rows)

    def columns(self, table: str) -> tuple[str, ...]:
        """Every column of a table that a link has hashed."""
        return tuple(dict.fromkeys(column for link in self.of_table(table) for column in link.columns))

    def of_table(self, table: str) -> list[Link]:
        """The links of a table."""
        return [link for link in self.links if link and link.table == table]

    def names(self, table: str, frame: pd.DataFrame, key: str) -> list[bool | None]:
        """Whether a link names each row of a frame of text as it is; None where no link names a row of its number."""
        known: dict[str, set[tuple[tuple[str, ...], str]]] = defaultdict(set)
        for link in self.of_table(table):
            for number, digest in link.rows:
                known[number].add((link.columns, digest))
        distinct = {link.columns for link in self.of_table(table) if set(link.columns) <= set(frame.columns)}
        said = {columns: hashes(frame, columns) for columns in distinct}
        return [
            any((columns, digests[place]) in known[number] for columns, digests in said.items())
            if number in known
            else None
            for place, number in enumerate(frame[key].tolist())
        ]

    def with_link(self, table: str, how: str, frame: pd.DataFrame, columns: Sequence[str], saved: Any = None) -> Chain:
        """The chain with one more link over the rows of a frame of text; the same when it has none."""
        if not len(frame):
            return self
        rows = tuple(zip(frame[columns[0]], hashes(frame, columns), strict=True))
        link = Link(self.head, table, how, tuple(columns), rows, dict(saved or {}))
        return Chain((*self.lines, link.line()))


@dataclass(frozen=True)
class Difference:
    """A row that is not as its chain has it.

    Attributes
    ----------
    table : str
    what : {"altered", "missing", "inserted", "moved", "unchained", "no_column"}
        ``unchained`` rows stand after all that the chain knows: nobody can say more of them than that.
    key : str
        Its number in the record; the column's name where a column is gone.
    row : int
        As a spreadsheet numbers it (the header is row 1); of a row that is missing, where it stood when nothing else
        was in the file.
    """

    table: str
    what: str
    key: str
    row: int


def hashes(frame: pd.DataFrame, columns: Iterable[str]) -> list[str]:
    """The hash of what each row of a frame of text says in some columns, whatever line ends a cell has."""
    cells = frame[list(columns)].itertuples(index=False, name=None)
    return [hashlib.sha256(_said(row)).hexdigest() for row in cells]


def differences(chain: Chain, table: str, frame: pd.DataFrame, key: str) -> list[Difference]:
    """Every row of a table that is not as its chain has it, in the order of the table.

    Parameters
    ----------
    chain : Chain
    table : str
        One of `analysis.schema.RECORD`.
    frame : pandas.DataFrame
        The table as it stands, as text, indexed by the rows of a spreadsheet.
    key : str
        The column that numbers its rows.
    """
    gone = [column for column in chain.columns(table) or (key,) if column not in frame]
    if gone:
        return [Difference(table, "no_column", column, 1) for column in gone]
    expected = [(link.columns, row) for link in chain.of_table(table) for row in link.rows]
    present = list(zip(frame.index.tolist(), frame[key].tolist(), strict=True))
    by_columns = {columns: hashes(frame, columns) for columns in {columns for columns, _ in expected}}
    places = _matched(expected, present, by_columns)
    last = max((place for place, mate in enumerate(places) if mate is not None), default=-1)
    in_order = _longest_rising([mate for mate in places if mate is not None])
    found = []
    for place, ((row, name), mate) in enumerate(zip(present, places, strict=True)):
        if mate is None:
            found.append(Difference(table, "inserted" if place < last else "unchained", name, row))
        elif by_columns[expected[mate][0]][place] != expected[mate][1][1]:
            found.append(Difference(table, "altered", name, row))
        elif mate not in in_order:
            found.append(Difference(table, "moved", name, row))
    missing = sorted(set(range(len(expected))) - set(places))
    found += [Difference(table, "missing", expected[mate][1][0], mate + 2) for mate in missing]
    return sorted(found, key=lambda one: one.row)


def _matched(
    expected: Sequence[tuple[tuple[str, ...], Hashed]],
    present: Sequence[tuple[int, str]],
    by_columns: Mapping[tuple[str, ...], list[str]],
) -> list[int | None]:
    """Which row of the chain each that stands there is: the one that says the same, else the one of its number."""
    places: list[int | None] = [None] * len(present)
    free = set(range(len(expected)))
    for is_same in (True, False):
        waiting: dict[object, deque[int]] = defaultdict(deque)
        for mate in sorted(free):
            columns, (name, digest) = expected[mate]
            waiting[(name, columns, digest) if is_same else name].append(mate)
        for place, (_, name) in enumerate(present):
            if places[place] is not None:
                continue
            said = [(name, columns, column[place]) for columns, column in by_columns.items()] if is_same else [name]
            mates = next((waiting[one] for one in said if waiting.get(one)), None)
            if mates:
                places[place] = mates.popleft()
                free.discard(places[place] or 0)
    return places


def _longest_rising(numbers: Sequence[int]) -> set[int]:
    """The most of some numbers that stand in rising order: the others were moved."""
    tails: list[int] = []
    before: dict[int, int | None] = {}
    for number in numbers:
        place = bisect_left(tails, number)
        before[number] = tails[place - 1] if place else None
        tails[place : place + 1] = [number]
    kept: set[int] = set()
    number = tails[-1] if tails else None
    while number is not None:
        kept.add(number)
        number = before[number]
    return kept


def _said(row: Iterable[str]) -> bytes:
    cells = [cell.replace("\r\n", "\n").replace("\r", "\n") for cell in row]
    return json.dumps(cells, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _link(line: bytes) -> Link | None:
    """What a line says, read as if anybody had written it."""
    try:
        said = json.loads(line.decode("utf-8", "surrogatepass"))
        rows = tuple((key, digest) for key, digest in said.pop("rows"))
        link = Link(rows=rows, columns=tuple(said.pop("columns")), **said)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    texts = (link.before, *link.columns, *(part for row in rows for part in row), *_texts(link.saved))
    is_ours = link.table in RECORD and link.how in (FOUND, APPENDED) and link.columns
    return link if is_ours and all(isinstance(text, str) for text in texts) else None


def _texts(saved: object) -> Iterable[object]:
    # What is no mapping is no text either, and so none of ours.
    return (*saved, *saved.values()) if isinstance(saved, Mapping) else (saved, None)
