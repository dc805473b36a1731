"""Output is not the work: a reader who leaves, a full log or an odd encoding stops nothing."""

from __future__ import annotations

import errno
import io
import os
import sys
from pathlib import Path
from typing import Any

from analysis.catalogue import system_reason


class _Unfailing(io.FileIO):
    """A stream whose writing never fails; what kept the last of it from being written is remembered."""

    lost: OSError | None = None

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except OSError as failed:
            self.lost = failed
            return memoryview(data).nbytes


_STREAMS: dict[str, int] = {"stdout": 1, "stderr": 2}


def make_output_unfailing() -> None:
    """Let this process's standard streams take whatever is written to them.

    A stream that was closed leads nowhere, so that no file of ours is opened under its number. What an encoding cannot
    show is written as an escape.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for name, number in _STREAMS.items():
        before = getattr(sys, name)
        raw = _Unfailing(number, "w", closefd=False)
        encoding = getattr(before, "encoding", None) or "utf-8"
        buffer = io.BufferedWriter(raw)
        stream = io.TextIOWrapper(buffer, encoding, "backslashreplace", line_buffering=True)
        setattr(sys, name, stream)


def make_home_certain() -> None:
    """Give libraries that ask for a home an answer, where a service runs as a user who has none."""
    try:
        Path.home()
    except RuntimeError:
        os.environ["HOME"] = "/nonexistent"


def lost_output() -> str:
    """Why not all of what was said could be written; blank when it was, or when nobody wanted to read on."""
    for name in _STREAMS:
        stream = getattr(sys, name)
        stream.flush()
        raw = stream.buffer.raw
        if raw.lost and raw.lost.errno != errno.EPIPE:
            return str(system_reason(raw.lost))
    return ""
