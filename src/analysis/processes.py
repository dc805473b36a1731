"""Processes with limits on their time and memory: what they do can harm neither each other nor their parent.

Where it can, a process is forked from one that has imported everything, and begins at once. Elsewhere (macOS, Windows,
or a parent with threads, which a fork would leave in an unknown state) it is started anew. Memory is limited on Linux;
elsewhere only time is.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkContext, SpawnContext
    from multiprocessing.process import BaseProcess

Work = TypeVar("Work")
Result = TypeVar("Result")

_DIE_WITH_PARENT = 1
_SECONDS_TO_BEGIN = 60.0


@dataclass(frozen=True)
class Limits:
    """What one process may take.

    Attributes
    ----------
    seconds : float
        Wall-clock time for one piece of work.
    memory : int
        Bytes of address space over what the process begins with.
    """

    seconds: float = 300.0
    memory: int = 3 * 2**30


@dataclass(frozen=True)
class Failed:
    """A piece of work that came to nothing.

    Attributes
    ----------
    how : {"raised", "out of memory", "timed out", "died"}
    reason : str
        What was raised, or with which code the process ended; for whoever mends it.
    """

    how: Literal["raised", "out of memory", "timed out", "died"]
    reason: str = ""


def start_method() -> Literal["fork", "spawn"]:
    """``fork`` where a fork of this process is safe, else ``spawn``."""
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"


def process_context() -> ForkContext | SpawnContext:
    """Where processes are started from: `start_method`."""
    return multiprocessing.get_context("fork") if start_method() == "fork" else multiprocessing.get_context("spawn")


def start(process: BaseProcess) -> None:
    """Start a process."""
    with warnings.catch_warnings():
        # The threads that Python warns of are those of numeric libraries, which take care of forks.
        warnings.simplefilter("ignore", DeprecationWarning)
        process.start()


def confine(memory: int, parent: int) -> None:
    """Make the current process one that ends with its parent, on its own, and takes no more than it may.

    Parameters
    ----------
    memory : int
        Bytes of address space over what it has now; Linux only.
    parent : int
        The process that started it.
    """
    # What the parent does when it is asked to stop is for the parent to do.
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    with contextlib.suppress(AttributeError):
        # Its own session: what it starts can be ended with it, and Ctrl-C is its parent's to handle.
        os.setsid()
    if sys.platform == "linux":
        _die_with(parent)
        _limit_memory(memory)


def lift_memory_limit() -> None:
    """Let this process have what memory there is, so that it can say that it ran out."""
    if sys.platform == "win32":
        return
    import resource

    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def end(process: BaseProcess) -> None:
    """End a process and what it started, at once."""
    with contextlib.suppress(AttributeError, ProcessLookupError, PermissionError):
        if process.pid and os.getpgid(process.pid) == process.pid:
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.join()


def do_apart(
    do: Callable[[Work], Result], work: Iterable[Work], *, limits: Limits
) -> Iterator[tuple[Work, Result | Failed]]:
    """Do pieces of work one after another in a process apart, which is replaced when it dies or takes too long.

    Parameters
    ----------
    do : callable
        Called in the process; where processes are not forked, it must be picklable. What it gives always must be.
    work : iterable
    limits : Limits
        For each piece.

    Yields
    ------
    tuple
        A piece of work, in their order, and what was done of it, or how it failed.
    """
    apart: _Apart[Work, Result] | None = None
    try:
        for piece in work:
            apart = apart or _Apart(do, limits)
            done = apart.do(piece)
            yield piece, done
            if isinstance(done, Failed) and done.how != "raised":
                apart.end()
                apart = None
    finally:
        if apart:
            apart.end()


class _Apart(Generic[Work, Result]):
    """The process apart, as its parent knows it."""

    def __init__(self, do: Callable[[Work], Result], limits: Limits) -> None:
        context = process_context()
        self.limits = limits
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(do, limits.memory, theirs, os.getpid()), daemon=True)
        start(self.process)
        theirs.close()
        # What it takes to begin counts for no piece of work.
        self.is_ready = self.pipe.poll(_SECONDS_TO_BEGIN) and self._received() is None

    def do(self, piece: Work) -> Result | Failed:
        if not self.is_ready:
            return Failed("died", "it did not begin")
        try:
            self.pipe.send(piece)
        except OSError:
            return self._died()
        return self._received() if self.pipe.poll(self.limits.seconds) else Failed("timed out")

    def end(self) -> None:
        end(self.process)
        self.pipe.close()

    def _received(self) -> Result | Failed:
        try:
            return self.pipe.recv()
        except (EOFError, OSError):
            return self._died()

    def _died(self) -> Failed:
        self.process.join()
        return Failed("died", str(self.process.exitcode))


def _serve(do: Callable[[Work], object], memory: int, pipe: Connection, parent: int) -> None:
    confine(memory, parent)
    # What libraries say when they panic is told by the parent, in words.
    with Path(os.devnull).open("r+b") as nothing:
        for number in (0, 1, 2):
            os.dup2(nothing.fileno(), number)
    pipe.send(None)
    while True:
        try:
            piece = pipe.recv()
        except (EOFError, OSError):
            return
        pipe.send(_done(do, piece))


def _done(do: Callable[[Work], Result], piece: Work) -> Result | Failed:
    try:
        return do(piece)
    except MemoryError:
        return Failed("out of memory")
    except BaseException as failed:
        # A library that panics raises what is no Exception.
        return Failed("raised", f"{type(failed).__name__}: {failed}"[:300])


def _die_with(parent: int) -> None:
    import ctypes

    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _limit_memory(more: int) -> None:
    import resource

    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    soft = pages * resource.getpagesize() + more
    resource.setrlimit(resource.RLIMIT_AS, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))
