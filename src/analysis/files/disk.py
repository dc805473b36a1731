"""One writer at a time, and a write that leaves the old file or the new one, whatever stops it."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from analysis.catalogue import Message


class Busy(RuntimeError):
    """Somebody else is writing, or was faster; nothing was written. The message says what to do."""


@contextmanager
def held(lock: Path, *, otherwise: Message | str) -> Iterator[None]:
    """Hold a lock without waiting for it.

    Parameters
    ----------
    lock : pathlib.Path
        A file that stands for what only one may write to; it stays when the lock is let go.
    otherwise : analysis.catalogue.Message or str
        What to say when somebody else holds it.

    Raises
    ------
    Busy
        When somebody else holds it.
    """
    try:
        with FileLock(lock, timeout=0):
            yield
    except Timeout as taken:
        raise Busy(otherwise) from taken


def write_whole(file: Path, content: bytes) -> None:
    """Put a new content in a file's place at once: a reader, or a crash, finds the old one or the new one.

    Only for whoever is sure to be the only writer. The file keeps its mode.
    """
    # One name, because there is one writer: what a crash left behind is overwritten, not gathered.
    beside = file.with_name(f".{file.name}.new")
    try:
        with beside.open("wb") as written:
            written.write(content)
            written.flush()
            os.fsync(written.fileno())
        if file.exists():
            beside.chmod(file.stat().st_mode)
        beside.replace(file)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync(file.parent)


def sync(*folders: Path) -> None:
    """See to it that what was moved into folders is there after a power cut, too; Windows has no such call."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    for folder in folders:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
