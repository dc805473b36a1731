"""What came in is kept before it is looked at, and what became of it is written down."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from analysis.catalogue import Message
from analysis.files import held
from analysis.inbox import FOLDER, Received, add_lines, keep
from analysis.plan import writable_place
from analysis.returned import plain_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from analysis.intake.collecting import Collection
    from analysis.plan import Plan
    from analysis.returned import Problem


@dataclass(frozen=True)
class Receipt:
    """Files that are kept.

    Attributes
    ----------
    folder : pathlib.Path
        Where they and the journal are.
    at : str
        When they came in, as the journal says it.
    received : tuple of analysis.inbox.Received
    """

    folder: Path
    at: str
    received: tuple[Received, ...]

    @property
    def contents(self) -> dict[Path, Path]:
        """Each file → where what it held is kept."""
        return {one.file: one.kept for one in self.received}

    @cached_property
    def by_file(self) -> dict[Path, Received]:
        """Each file → what is kept of it."""
        return {one.file: one for one in self.received}


@contextmanager
def receiving(plan: Plan, files: Sequence[Path], *, at: str) -> Iterator[Receipt]:
    """Keep files beside a plan's record, and keep others from collecting meanwhile.

    Parameters
    ----------
    plan : analysis.plan.Plan
    files : sequence of pathlib.Path
    at : str
        The time.

    Raises
    ------
    analysis.files.Busy
        When somebody else is collecting.
    OSError
        When they cannot be kept; nothing else was done then.
    """
    folder = writable_place(plan).lock.parent / FOLDER
    folder.mkdir(exist_ok=True)
    otherwise = Message("somebody else is collecting forms: run again when they are done. Nothing was written")
    with held(folder / ".lock", otherwise=otherwise):
        receipt = Receipt(folder, at, tuple(keep(files, folder)))
        if receipt.received:
            add_lines(folder, [_line(receipt, one.file, outcome="received") for one in receipt.received])
        yield receipt


def write_down(receipt: Receipt, collected: Collection) -> Path:
    """Write into the journal what became of every file and row; gives the journal's file.

    Raises
    ------
    OSError
        When it cannot be written; what was collected stays collected.
    """
    lines = []
    for form in collected.forms:
        outcome = "unchanged" if form.unchanged else "refused" if form.errors else "read"
        lines.append(_line(receipt, form.file, outcome=outcome, reason=form.errors))
        for one in form.statements:
            about = one.texts[one.layout.key] or one.written[one.layout.key]
            place = {"sheet": one.sheet, "row": str(one.row), "about": about}
            # Where the form as a whole is refused, its own line says why.
            lines.append(_line(receipt, form.file, outcome=one.outcome, reason=one.errors, **place))
    for one in collected.unread:
        lines.append(_line(receipt, one.path, outcome="not read", why=str(one.reason)))
    return add_lines(receipt.folder, lines)


def _line(
    receipt: Receipt,
    file: Path,
    *,
    outcome: str,
    reason: Sequence[Problem] = (),
    why: str = "",
    sheet: str = "",
    row: str = "",
    about: str = "",
) -> list[str]:
    kept = receipt.by_file.get(file)
    told = why or "；".join(dict.fromkeys(f"{one.cell} {one.rule}".strip() for one in reason))
    known = (kept.sha256, kept.kept.name) if kept else ("", "")
    return [receipt.at, plain_name(file), *known, sheet, row, about, outcome, told]
