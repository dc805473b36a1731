"""The record against its chain, and its chain against what was published of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis import record
from analysis.catalogue import Message, reason_of
from analysis.record.chain import FOUND
from analysis.schema import RECORD
from analysis.verification.checked import Checked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from analysis.manifest import Head

_TRIES = 5


def verify_record(place: record.Place) -> tuple[record.Chain, list[Checked]]:
    """A record's chain, and each table held to it.

    Parameters
    ----------
    place : analysis.record.Place
        Of any of its tables.
    """
    what = Message("chain of the record")
    chain = record.Chain()
    for _ in range(_TRIES):
        try:
            chain = record.read_chain(place)
            told = [_chain_told(chain), *(_table_told(chain, place.of(table)) for table in RECORD)]
            if record.read_chain(place).head == chain.head:
                return chain, told
        except (OSError, ValueError) as failed:
            unread = Message("the record's chain cannot be read: {reason}", reason=reason_of(failed))
            return record.Chain(), [Checked(what, (unread,))]
    # Somebody is adding to it all the time.
    busy = Message("somebody else is writing to the record: run again when they are done")
    return chain, [Checked(what, open=(busy,))]


def verify_heads(chain: record.Chain, heads: Sequence[Head], plan: str) -> Checked:
    """What was published of a record's chain, held to the chain as it stands: each head must be a link of it.

    Parameters
    ----------
    chain : analysis.record.Chain
    heads : sequence of analysis.manifest.Head
    plan : str
        The plan's id.
    """
    named = [head for head in heads if head.sha256]
    lost = tuple(
        Message(
            "the record that was published with {rows} rows (link {link} of its chain, {hash}) is not part of the "
            "record as it stands: rows were cut off, or the chain was written anew",
            rows=head.rows,
            link=head.links,
            hash=head.sha256[:12],
        )
        for head in named
        if head.sha256 not in chain.heads[head.links - 1 : head.links]
    )
    before = len(heads) - len(named)
    unknown = (Message("{n} publications were made before the record had a chain", n=before),) if before else ()
    what = Message("{plan}: {n} published states of the record against its chain", plan=plan, n=len(named))
    return Checked(what, lost, remarks=unknown)


def _chain_told(chain: record.Chain) -> Checked:
    what = Message("chain of the record: {n} links", n=len(chain.lines))
    if not chain.lines:
        return Checked(what, open=(Message("the record has no chain yet: the next append begins it"),))
    faults = [
        Message("link {n} of the chain was altered, or the one before it was altered or taken out", n=number)
        for number in chain.faults()
    ]
    waits = [Message("the last append was cut off after its rows were written; the next one ends its work")]
    return Checked(what, tuple(faults), remarks=tuple(waits if chain.is_unfinished else ()))


def _table_told(chain: record.Chain, place: record.Place) -> Checked:
    known = len(chain.rows(place.table))
    what = Message("{file}: {n} rows of the chain", file=place.name, n=known)
    try:
        rows = record.read(place)[0]
    except FileNotFoundError:
        gone = Message("{file}: this file is missing", file=place.name)
        return Checked(what, (gone,) if known else (), () if known else (gone,))
    except (OSError, ValueError) as failed:
        reason = Message("{file}: cannot be read: {reason}", file=place.name, reason=reason_of(failed))
        return Checked(what, (reason,))
    if not place.is_beside_chain:
        elsewhere = Message(
            "{file}: lies elsewhere than the record's statements, and so is not in their chain", file=place.name
        )
        return Checked(what, open=(elsewhere,))
    if place.key not in rows:
        return Checked(what, (_named(record.Difference(place.table, "no_column", place.key, 1), place),))
    found = record.differences(chain, place.table, rows, place.key)
    faults = [_named(one, place) for one in found if one.what != "unchained"]
    loose = [one.row for one in found if one.what == "unchained"]
    unchained = []
    if loose:
        unchained.append(
            Message(
                "{file}: not chained from row {row} on ({n} rows): added by hand, or before the record had a chain",
                file=place.name,
                row=loose[0],
                n=len(loose),
            )
        )
    return Checked(what, tuple(faults), tuple(unchained), tuple(_remarks(chain, place)))


def _remarks(chain: record.Chain, place: record.Place) -> Iterator[Message]:
    """What stood there before it was chained, and how the file was saved since."""
    links = chain.of_table(place.table)
    for link in links:
        if link.how == FOUND:
            first, last = link.rows[0][0], link.rows[-1][0]
            yield Message(
                "{file}: {first} to {last} ({n} rows) were not appended by this program; known since they were chained",
                file=place.name,
                first=first,
                last=last,
                n=len(link.rows),
            )
    now, then = record.file_facts(place), links[-1].saved if links else {}
    if then and now.get("sha256") != then.get("sha256"):
        yield Message(
            "{file}: saved again by another program since the last append ({before} → {after})",
            file=place.name,
            before=" ".join(value for name, value in then.items() if name != "sha256"),
            after=" ".join(value for name, value in now.items() if name != "sha256"),
        )


_WORDS = {
    "altered": Message("{file}: row {row} ({key}) was altered since it was appended"),
    "missing": Message("{file}: {key} is missing, which was appended as row {row}"),
    "inserted": Message("{file}: row {row} ({key}) was put in between; no append wrote it"),
    "moved": Message("{file}: row {row} ({key}) no longer stands where it was appended"),
    "no_column": Message("{file}: the column {key} is missing"),
}


def _named(difference: record.Difference, place: record.Place) -> Message:
    words = _WORDS[difference.what].text
    return Message(words, file=place.name, key=difference.key or "—", row=difference.row)
