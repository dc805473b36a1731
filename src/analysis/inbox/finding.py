"""Which files there are to read, and which there are that are not read, each with the reason."""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.catalogue import Message, system_reason
from analysis.inbox.journal import JOURNAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

MOST_BYTES = 50_000_000
"""What a file may hold; a form takes a thousandth of it."""

_OURS = {
    "plan.toml": Message("this is the folder of a plan, not gone into: put the forms into a folder of their own"),
    "manifest.json": Message("this is the folder of a site, not gone into: put the forms into a folder of their own"),
    JOURNAL: Message("what came in is kept here, and is not gone into: name the file that is to be read again"),
}
"""What a folder holds that is no inbox: its own files would be taken for forms, and marked copies be put among them."""
_BY_PROGRAMS = re.compile(r"\.|thumbs\.db$|desktop\.ini$|~.*\.tmp$", re.IGNORECASE)


@dataclass(frozen=True)
class Unread:
    """A file or folder that is not read.

    Attributes
    ----------
    path : pathlib.Path
    reason : analysis.catalogue.Message
    may_be_a_form : bool
        Whether what somebody sent may be in it, so that somebody must look.
    """

    path: Path
    reason: Message
    may_be_a_form: bool = True


def find_files(paths: Iterable[Path]) -> tuple[list[Path], list[Unread]]:
    """The files named and those in the folders named, at any depth; and what of it is not read.

    A link inside a folder is not followed, nor a folder gone into that is ours; what programs leave lying about is not
    read, and neither is what is no file.
    """
    files: dict[Path, None] = {}
    unread: dict[Path, Unread] = {}
    for path in paths:
        for found in _at(path, is_named=True):
            if isinstance(found, Unread):
                unread.setdefault(found.path, found)
            else:
                files.setdefault(found)
    return list(files), list(unread.values())


def _at(path: Path, *, is_named: bool = False) -> Iterator[Path | Unread]:
    found = _looked_at(path, is_named=is_named)
    if isinstance(found, Unread) or not found.is_dir():
        yield found
        return
    try:
        inside = sorted(path.iterdir())
    except OSError as failed:
        yield Unread(path, Message("the folder cannot be opened: {reason}", reason=system_reason(failed)))
        return
    names = {each.name for each in inside}
    if reason := next((reason for name, reason in _OURS.items() if name in names), None):
        yield Unread(path, reason)
        return
    for each in inside:
        yield from _at(each)


def _looked_at(path: Path, *, is_named: bool = False) -> Path | Unread:
    """The path where it can be read, or gone into."""
    if path.name.startswith("~$"):
        reason = Message(
            "somebody has the file open at this moment ({file}): what they have not saved is not read",
            file=path.name.removeprefix("~$"),
        )
        return Unread(path, reason, may_be_a_form=False)
    if _BY_PROGRAMS.match(path.name) and not is_named:
        return Unread(path, Message("hidden: left by a program, not read"), may_be_a_form=False)
    try:
        about = path.stat() if is_named else path.lstat()
    except OSError as failed:
        return Unread(path, Message("the file cannot be opened: {reason}", reason=system_reason(failed)))
    if stat.S_ISLNK(about.st_mode):
        return Unread(path, Message("a link, not followed: name what it leads to, or put a copy here"))
    if stat.S_ISDIR(about.st_mode):
        return path
    if not stat.S_ISREG(about.st_mode):
        return Unread(path, Message("no file that could be read (a pipe or a device)"))
    if about.st_size > MOST_BYTES:
        return Unread(path, Message("the file is too large: at most {n} MB", n=MOST_BYTES // 1_000_000))
    return path
