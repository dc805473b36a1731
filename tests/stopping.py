"""A process that is killed before its nth step on the file system."""

from __future__ import annotations

import os
import signal
import sys
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

EVENTS = ("open", "os.link", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod")
"""The audit events of Python that stand for a step."""
_HOOKS: list[Callable[[str, tuple[object, ...]], None]] = []


def steps(do: Callable[[], object]) -> int:
    """How many steps on the file system something takes."""
    _audit()
    counted = 0

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal counted
        counted += event in EVENTS

    _HOOKS.append(hook)
    try:
        do()
    finally:
        _HOOKS.remove(hook)
    return counted


def stop_at(step: int, do: Callable[[], object], *, number: int = signal.SIGKILL) -> bool:
    """Do something in a process that is sent a signal before its nth step; whether that ended it."""
    _audit()
    child = os.fork()
    if child == 0:
        left = step

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal left
            if event in EVENTS:
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), number)

        _HOOKS.append(hook)
        code = 1
        try:
            do()
            code = 0
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1] == number


@cache
def _audit() -> None:
    """An audit hook can't be taken away again: one for all, that calls what is in use."""
    sys.addaudithook(lambda event, arguments: [hook(event, arguments) for hook in _HOOKS] and None)
