"""A process for each piece of work, with limits on its time and memory, so that none can harm another or its parent."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
import sys
import tempfile
import time
from collections import deque
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from analysis.processes import Limits, confine, end, process_context, start

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from multiprocessing.process import BaseProcess

Work = TypeVar("Work")

_KILLED = (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM))
_ATTEMPTS = 2


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
                start(process)
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
                    end(one.process)
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
            end(one.process)


def _begin(do: Callable[[Work], None], piece: Work, limits: Limits, log: Path, parent: int) -> None:
    # Whatever ends this process, nothing of it is left on the machine: the parent's folder goes as a whole.
    tempfile.tempdir = os.environ["TMPDIR"] = str(log.parent.absolute())
    confine(limits.memory, parent)
    with _opened(log) as written, Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(written.fileno(), 1)
        os.dup2(written.fileno(), 2)
    # Whoever called may have streams of its own, as a notebook has, which lead elsewhere.
    sys.stdout = sys.stderr = os.fdopen(2, "w", 1, "utf-8", "backslashreplace", closefd=False)
    # Where a crash was is told in the log, not on the screen of the parent.
    faulthandler.enable(file=2)
    do(piece)


def _opened(log: Path) -> BinaryIO:
    try:
        return log.open("ab")
    except OSError:
        # Where a full disk has no room for it, the work may still say why it cannot be done.
        return Path(os.devnull).open("ab")


def _reason(code: int) -> str:
    if code > 0:
        return f"运行笔记本的进程自行退出（退出码 {code}）"
    with contextlib.suppress(ValueError):
        return f"运行笔记本的进程被信号 {signal.Signals(-code).name} 终止"
    return f"运行笔记本的进程被信号 {-code} 终止"
