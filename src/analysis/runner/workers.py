"""A process for each piece of work, with limits on its time and memory, so that none can harm another or its parent.

Where it can, a process is forked from one that has imported everything, and begins at once. Elsewhere (macOS, Windows,
or a parent with threads, which a fork would leave in an unknown state) it is started anew.
"""

from __future__ import annotations

import contextlib
import faulthandler
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import time
import warnings
from collections import deque
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from multiprocessing.context import ForkContext, SpawnContext
    from multiprocessing.process import BaseProcess

Work = TypeVar("Work")

_KILLED = (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM))
_ATTEMPTS = 2
_DIE_WITH_PARENT = 1


@dataclass(frozen=True)
class Limits:
    """What one process may take.

    Attributes
    ----------
    seconds : float
        Wall-clock time.
    memory : int
        Bytes of address space over what the process begins with.
    """

    seconds: float = 300.0
    memory: int = 3 * 2**30


@dataclass(frozen=True)
class Ending:
    """How a process ended.

    Attributes
    ----------
    how : {"done", "timed_out", "crashed"}
    reason : str
        Why it did not end well, in Chinese.
    seconds : float
    attempts : int
    """

    how: str
    reason: str
    seconds: float
    attempts: int


@dataclass
class _Running:
    name: str
    attempt: int
    began: float
    process: BaseProcess


def start_method() -> Literal["fork", "spawn"]:
    """``fork`` where a fork of this process is safe, else ``spawn``."""
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"


def process_context() -> ForkContext | SpawnContext:
    """Where processes are started from: `start_method`."""
    return multiprocessing.get_context("fork") if start_method() == "fork" else multiprocessing.get_context("spawn")


def run_each(
    work: Mapping[str, Work], do: Callable[[Work], None], *, jobs: int, limits: Limits, logs: Path
) -> Generator[tuple[str, Ending], None, None]:
    """Do each piece of work in a process of its own; give how each ended, as it ends.

    A process that something else killed is given a second attempt; one that failed by itself is not.

    Parameters
    ----------
    work : mapping
        Pieces of work by name.
    do : callable
        A function of a module, called with a piece in the process.
    jobs : int
        Processes at the same time.
    limits : Limits
    logs : pathlib.Path
        A folder for what the processes write to their standard streams, a file each, named by place in `work`; and for
        their temporary files.
    """
    context = process_context()
    waiting = deque((name, 1) for name in work)
    places = {name: place for place, name in enumerate(work)}
    running: dict[int, _Running] = {}
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                name, attempt = waiting.popleft()
                log = logs / f"{places[name]}.log"
                process = context.Process(target=_begin, args=(do, work[name], limits, log, os.getpid()))
                with warnings.catch_warnings():
                    # The threads that Python warns of are those of numeric libraries, which take care of forks.
                    warnings.simplefilter("ignore", DeprecationWarning)
                    process.start()
                running[process.sentinel] = _Running(name, attempt, time.monotonic(), process)
            now = time.monotonic()
            next_deadline = min(one.began + limits.seconds for one in running.values())
            ready = wait(list(running), timeout=max(next_deadline - now, 0))
            for sentinel, one in list(running.items()):
                seconds = time.monotonic() - one.began
                if sentinel not in ready and seconds < limits.seconds:
                    continue
                del running[sentinel]
                if sentinel not in ready:
                    _kill(one.process)
                    yield one.name, Ending("timed_out", f"运行超过 {limits.seconds:g} 秒，已终止", seconds, one.attempt)
                    continue
                one.process.join()
                code = one.process.exitcode or 0
                if -code in _KILLED and one.attempt < _ATTEMPTS:
                    waiting.appendleft((one.name, one.attempt + 1))
                elif code:
                    yield one.name, Ending("crashed", _reason(code), seconds, one.attempt)
                else:
                    yield one.name, Ending("done", "", seconds, one.attempt)
    finally:
        for one in running.values():
            _kill(one.process)


def lift_memory_limit() -> None:
    """Let this process have what memory there is, so that it can say that it ran out."""
    if sys.platform == "win32":
        return
    import resource

    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def _begin(do: Callable[[Work], None], piece: Work, limits: Limits, log: Path, parent: int) -> None:
    # What the parent does when it is asked to stop is for the parent to do.
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    # Whatever ends this process, nothing of it is left on the machine: the parent's folder goes as a whole.
    tempfile.tempdir = os.environ["TMPDIR"] = str(log.parent.absolute())
    with contextlib.suppress(AttributeError):
        # Its own session: what it starts can be ended with it, and Ctrl-C is its parent's to handle.
        os.setsid()
    if sys.platform == "linux":
        _die_with(parent)
        _limit_memory(limits.memory)
    with log.open("ab") as written, Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(written.fileno(), 1)
        os.dup2(written.fileno(), 2)
    # Where a crash was is told in the log, not on the screen of the parent.
    faulthandler.enable(file=2)
    do(piece)


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


def _kill(process: BaseProcess) -> None:
    with contextlib.suppress(AttributeError, ProcessLookupError, PermissionError):
        if process.pid and os.getpgid(process.pid) == process.pid:
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.join()


def _reason(code: int) -> str:
    if code > 0:
        return f"运行笔记本的进程自行退出（退出码 {code}）"
    with contextlib.suppress(ValueError):
        return f"运行笔记本的进程被信号 {signal.Signals(-code).name} 终止"
    return f"运行笔记本的进程被信号 {-code} 终止"
