"""One writer at a time, a write that leaves the old file or the new one, and folders that are nobody's to write to."""

from __future__ import annotations

import os
import signal
import sysconfig
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.catalogue import Message

_PACKAGE = Path(__file__).resolve().parents[1]
_STOPPING = ("SIGINT", "SIGTERM", "SIGHUP")


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
        _write(beside, content, "wb")
        if file.exists():
            beside.chmod(file.stat().st_mode)
        beside.replace(file)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync(file.parent)


def write_new(file: Path, content: bytes) -> None:
    """Write a file that is not there yet, whole or not at all; what stands under its name is never touched.

    Raises
    ------
    FileExistsError
        When something has that name already, a link to nothing included.
    """
    # Its own for each writer, of whom one gets the name; and short, because the file's name may have no room for more.
    beside = file.with_name(f".portplan.{os.getpid()}.new")
    try:
        _write(beside, content, "wb")
        try:
            os.link(beside, file)
        except FileExistsError:
            raise
        except OSError:
            # No links on this file system: the name is taken first, and what fails after it is taken back.
            _write(file, content, "xb")
    finally:
        beside.unlink(missing_ok=True)
    sync(file.parent)


def _write(file: Path, content: bytes, mode: str) -> None:
    """Write a file down to the disk; of one that is opened new nothing stays when that fails."""
    with file.open(mode) as written:
        try:
            written.write(content)
            written.flush()
            os.fsync(written.fileno())
        except BaseException:
            file.unlink(missing_ok=True)
            raise


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let what is done inside come to its end when this process is asked to stop; the wish is granted right after.

    Nothing but a kill without a warning stops it. Has no effect outside a program's first thread.
    """
    wishes: list[int] = []
    before = {}
    if threading.current_thread() is threading.main_thread():
        for name in _STOPPING:
            number = getattr(signal, name, None)
            # None is a handler that Python did not set, and so could not put back.
            if number is not None and signal.getsignal(number) is not None:
                before[number] = signal.signal(number, lambda wish, _: wishes.append(wish))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in dict.fromkeys(wishes):
            signal.raise_signal(number)


def in_installed_package(folder: Path) -> bool:
    """Whether a folder lies inside an installed package, where an upgrade replaces and an uninstall deletes it.

    A checkout's ``data/`` lies beside its package, not inside, and stays writable.
    """
    place = folder.resolve()
    installed = [Path(sysconfig.get_path(name)).resolve() for name in ("purelib", "platlib")]
    inside = any(place.is_relative_to(root) for root in (_PACKAGE, *installed))
    return inside or not {"site-packages", "dist-packages"}.isdisjoint(place.parts)


def sync(*folders: Path) -> None:
    """See to it that what was moved into folders is there after a power cut, too, where the system has such a call.

    What was moved is there: that some file systems refuse the call, or have no room left for it, is no failure of that.
    """
    if not hasattr(os, "O_DIRECTORY"):
        return
    for folder in folders:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with suppress(OSError):
                os.fsync(handle)
        finally:
            os.close(handle)
