"""Something that is killed -9 while it works, again and again, at moments drawn by chance."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
import traceback
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

HOW_OFTEN = pytest.mark.parametrize("times", [10, pytest.param(200, marks=pytest.mark.exhaustive)])
"""Ten kills wherever the suites run, 200 where one takes the time: ``pytest -m "exhaustive and integration"``."""


def forked(work: Callable[[], object]) -> int:
    """Run something in a child that has everything imported and is not heard; gives its process id."""
    child = os.fork()
    if child:
        return child
    failed = 1
    try:
        heard = os.dup(2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(1, 2)
        work()
        failed = 0
    except BaseException:
        with os.fdopen(heard, "w") as shown:
            traceback.print_exc(file=shown)
    finally:
        os._exit(failed)


def killed(work: Callable[[], object], see: Callable[[bool], object], *, times: int, seed: int = 2024) -> int:
    """Kill -9 something while it works, and look at what it left each time.

    Parameters
    ----------
    work : callable
        What is done in a process of its own; it may raise nothing.
    see : callable
        Looks after each try, and is told whether that one came to its end.
    times : int
        How many kills shall meet it at work. What ends before it is met is looked at, too, but not counted.
    seed : int
        Of the moments.

    Returns
    -------
    int
        How many tries came to their end; at least one, however slow the machine.
    """
    chance = random.Random(seed)
    takes, met, ended = 0.0, 0, 0
    while met < times:
        # Anew from time to time: what is written grows, and the machine has other work.
        unhindered = (met + ended) % 20 == 0
        child, began = forked(work), time.monotonic()
        if not unhindered:
            time.sleep(chance.uniform(0.0, 1.1 * takes))
            os.kill(child, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if code not in (0, -signal.SIGKILL):
            raise AssertionError(f"what was to be killed ended with {code}")
        if unhindered:
            takes = time.monotonic() - began
        met += code != 0
        ended += code == 0
        see(code == 0)
    print(f"killed {met} times at work, {ended} came to their end, each took about {takes:.2f} s", file=sys.stderr)
    return ended
