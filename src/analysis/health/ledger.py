"""Whether the record, its chain and what came in are as they were written, and whether anything was cut off."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from analysis import inbox
from analysis.catalogue import Message, system_reason
from analysis.files import Busy, held
from analysis.record.chaining import waits_at
from analysis.schema import RECORD
from analysis.verification import verify_record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from analysis.plan import PlanFolder
    from analysis.record import Chain, Place

    Needs = Iterator[Message | str]

_KEPT = re.compile(r"([0-9a-f]{64})(-[0-9]+)?(\.[a-z]+)?")
_COLLECT, _DECIDE = "portplan forms collect", "portplan decide"


def of_record(place: Place, folder: PlanFolder) -> tuple[Chain, list[Message | str]]:
    """The chain of a record, and what in either is not as it was appended."""
    chain, looks = verify_record(place)
    needs: list[Message | str] = [_seen(fault, folder) for look in looks for fault in look.faults]
    if needs:
        return chain, needs
    if chain.is_unfinished:
        needs.append(
            Message(
                "the last append was cut off after its rows were written: they stand, and the next {command} or "
                "{other} ends its work",
                command=_COLLECT,
                other=_DECIDE,
            )
        )
    elif place.kind != "sql" and waits_at(place).exists() and not _is_held(place.lock):
        needs.append(
            Message(
                "an append was cut off before its rows were written, and the record is the old one: run {command} or "
                "{other} again",
                command=_COLLECT,
                other=_DECIDE,
            )
        )
    is_made_up = folder.head.get("progress_provenance") == "synthetic"
    if chain.lines:
        needs += [_seen(told, folder) for look in looks for told in look.open]
    elif not is_made_up and any(len(folder.tables[name].table.rows) for name in RECORD):
        needs.append(
            Message(
                "the record has no chain, so that nobody sees what is altered in it: the next {command} or {other} "
                "begins one",
                command=_COLLECT,
                other=_DECIDE,
            )
        )
    return chain, needs


def _seen(told: Message, folder: PlanFolder) -> Message:
    return Message("{fault}: see {command}", fault=told, command=f"portplan verify {folder.path}")


def of_received(place: Place) -> Needs:
    """What was kept of what came in and is not as it was, and what nobody has read yet."""
    folder = place.lock.parent / inbox.FOLDER
    if not folder.is_dir() or _is_held(folder / ".lock"):
        # What is under way is not left behind.
        return
    try:
        outcomes, wrong = _journal(folder)
        files = sorted(file for file in folder.iterdir() if not file.name.startswith("."))
        yield from wrong
        for file in files:
            name = _KEPT.fullmatch(file.name)
            if file.match(inbox.JOURNAL.replace(".", "*.")):
                continue
            if not name:
                yield Message("{file} is nothing that came in: move it elsewhere", file=file)
            elif hashlib.sha256(file.read_bytes()).hexdigest() != name[1]:
                yield Message("{file} was altered since it came in: put it back from a backup", file=file)
            elif not wrong and not outcomes[file.name] - {"received"}:
                yield Message(
                    "{file} came in and was never read, collecting was cut off: run {command}",
                    file=file,
                    command=f"{_COLLECT} {file}",
                )
        for lost in sorted(outcomes.keys() - {file.name for file in files} - {""}):
            yield Message("{file} came in and is gone: put it back from a backup", file=folder / lost)
    except OSError as failed:
        yield Message("{file}: cannot be read: {reason}", file=folder, reason=system_reason(failed))


def _journal(folder: Path) -> tuple[dict[str, set[str]], list[Message | str]]:
    """What became of each file that is kept, by the journal; and why that cannot be known."""
    outcomes: dict[str, set[str]] = defaultdict(set)
    for file in sorted(folder.glob(inbox.JOURNAL.replace(".", "*."))):
        try:
            lines = list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"), newline=""), strict=True))
            for line in lines:
                outcomes[line["kept"]].add(line["outcome"])
        except (ValueError, KeyError, csv.Error):
            told = Message("{file} is no journal any more: put it back from a backup", file=file)
            return outcomes, [told]
    return outcomes, []


def _is_held(lock: Path) -> bool:
    """Whether somebody is at work under a lock at this moment; looking makes none where there was none."""
    if not lock.exists():
        return False
    try:
        with held(lock, otherwise=""):
            return False
    except (Busy, OSError):
        return True
