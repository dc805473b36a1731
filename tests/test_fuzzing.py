"""What fuzzing once broke stays whole; and each of its targets can be run."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from tests.fuzzing import loop
from tests.fuzzing.__main__ import TARGETS, target_of

if TYPE_CHECKING:
    import random
    from pathlib import Path

pytestmark = pytest.mark.thorough


@pytest.mark.parametrize("name", TARGETS)
def test_what_was_broken_once_is_not_broken_again(name: str):
    target = target_of(name)
    found = {
        case: loop.look_at(target, start, lambda f=files: f, loop.Thorough(0))
        for case, start, files in loop.kept(target, name)
    }
    assert {case: broken for case, broken in found.items() if broken} == {}


@pytest.mark.parametrize("name", TARGETS)
def test_a_few_damaged_inputs_of_each_kind_keep_what_is_promised(name: str):
    target = target_of(name)
    # What is in order keeps it, too, from whichever start.
    loop.warm(target)
    case = loop.Case.of(target, 1)
    assert loop.look(target, case) == [], case


def _target(broken: object) -> loop.Target:
    def spoil(files: loop.Files, draw: random.Random) -> None:
        files[str(draw.randrange(9))] = b"x"

    return loop.Target(lambda: {"nothing": {}}, spoil, broken, seconds=1)  # type: ignore[arg-type]


def test_a_crash_a_hang_and_an_end_without_a_word_are_told(monkeypatch: pytest.MonkeyPatch):
    # However busy the machine is: only what waits for ever may be told to wait.
    monkeypatch.setattr(loop, "PATIENCE", 500)
    case = loop.Case(0, "nothing", (1, 2))
    assert loop.look(_target(lambda *_: 1 / 0), case)[0].startswith("ZeroDivisionError")
    assert "hangs" in loop.look(_target(lambda *_: max(range(10**12))), case)[0]
    assert "died" in loop.look(_target(lambda *_: os._exit(7)), case)[0]
    assert loop.look(_target(lambda *_: []), case) == []
    monkeypatch.setattr(loop, "PATIENCE", 1)
    assert "waits" in loop.look(_target(lambda *_: time.sleep(600)), case)[0]


def test_a_case_is_made_smaller_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    target = _target(lambda home, start, files, draw: ["eight is there"] if "8" in files else [])
    seed = next(
        seed
        for seed in range(999)
        if len(loop.Case.of(target, seed).slips) > 3 and loop.look(target, loop.Case.of(target, seed))
    )
    case, broken = loop.smallest(target, loop.Case.of(target, seed), ["eight is there"])
    assert (broken, case.files(target)) == (["eight is there"], {"8": b"x"})
    monkeypatch.setattr(loop, "CORPUS", tmp_path)
    loop.keep(target, "made-up", case)
    assert [(start, files) for _, start, files in loop.kept(target, "made-up")] == [("nothing", {"8": b"x"})]
