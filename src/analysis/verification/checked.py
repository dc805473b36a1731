"""What came of looking at one thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.catalogue import Message


@dataclass(frozen=True)
class Checked:
    """What was looked at, and what came of it.

    Attributes
    ----------
    what : analysis.catalogue.Message
        Says how many.
    faults : tuple of analysis.catalogue.Message
        What is not as it was written or published.
    open : tuple of analysis.catalogue.Message
        What cannot be confirmed, though nothing speaks against it.
    remarks : tuple of analysis.catalogue.Message
        What is worth knowing, and right.
    """

    what: Message
    faults: tuple[Message, ...] = ()
    open: tuple[Message, ...] = ()
    remarks: tuple[Message, ...] = ()
