"""Work done in a process apart: it may raise, die, hang or grow, and the next piece is done all the same."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

import pytest

from analysis.processes import Failed, Limits, do_apart

LIMITS = Limits(seconds=1, memory=2**28)


def work(piece: str) -> str:
    """What a piece of its name does."""
    if piece == "raises":
        raise ValueError("no such thing")
    if piece == "panics":
        raise KeyboardInterrupt
    if piece == "ends":
        os._exit(3)
    if piece == "is killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if piece == "hangs":
        time.sleep(60)
    if piece == "grows":
        return str(len(bytearray(2**30)))
    if piece == "tells":
        # As libraries do that are not written in Python.
        os.write(1, b"x" * 100)
        os.write(2, b"x" * 100)
    return f"{piece} by {os.getpid()}"


def done(pieces: list[str]) -> list[str]:
    return [
        f"{piece}: {result.how}" if isinstance(result, Failed) else result.partition(" by ")[0]
        for piece, result in do_apart(work, pieces, limits=LIMITS)
    ]


ENDS = {"raises": "raised", "panics": "raised", "ends": "died", "is killed": "died", "grows": "out of memory"}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere memory is not limited")
def test_what_one_piece_does_to_its_process_harms_no_other(capfd: pytest.CaptureFixture[str]) -> None:
    pieces = ["a", *(name for piece in ENDS for name in (piece, f"after {piece}")), "tells"]
    assert done(pieces) == [f"{piece}: {ENDS[piece]}" if piece in ENDS else piece for piece in pieces]
    told = capfd.readouterr()
    assert (told.out, told.err) == ("", "")


@pytest.mark.thorough
def test_what_takes_too_long_is_ended() -> None:
    began = time.monotonic()
    assert done(["hangs", "b"]) == ["hangs: timed out", "b"]
    assert time.monotonic() - began < 30


def test_one_process_does_what_goes_well() -> None:
    told = {str(result).partition(" by ")[2] for _, result in do_apart(work, list("abcraises"), limits=LIMITS)}
    assert len(told - {""}) == 1
    assert str(os.getpid()) not in told
    assert list(do_apart(work, [], limits=LIMITS)) == []


@pytest.mark.thorough
def test_a_parent_with_threads_has_the_same_done() -> None:
    until = threading.Event()
    threading.Thread(target=until.wait).start()
    try:
        assert done(["a", "ends", "b"]) == ["a", "ends: died", "b"]
    finally:
        until.set()
