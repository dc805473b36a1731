"""What every target shares: an input is a start that was spoilt a few times, looked at in a process of its own."""

from __future__ import annotations

import gc
import json
import os
import random
import re
import select
import signal
import tempfile
import time
import traceback
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.processes import confine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Files = dict[str, bytes]
"""What is handed in, by the path at which it lies."""

MEMORY = 3 * 2**30
PATIENCE = 8
CORPUS = Path(__file__).resolve().parents[1] / "corpus"


@dataclass(frozen=True)
class Target:
    """What is fuzzed.

    Attributes
    ----------
    starts : callable
        Gives inputs that are in order, by name.
    spoil : callable
        Does one thing wrong to an input, in place.
    broken : callable
        Takes an empty folder, the name of the start, the input, and a source of chance; gives what is promised of any
        input and was not kept.
    seconds : int
        Of the processor's time, after which an input hangs; of the clock's, where it waits, `PATIENCE` times as many.
    slips : tuple of int
        How many things are wrong with an input: one of these.
    """

    starts: Callable[[], dict[str, Files]]
    spoil: Callable[[Files, random.Random], None]
    broken: Callable[[Path, str, Files, random.Random], list[str]]
    seconds: int = 90
    slips: tuple[int, ...] = (1, 1, 1, 2, 2, 3, 5, 8)


@dataclass(frozen=True)
class Case:
    """An input by how it is made: a start, and the seed of each thing that is wrong with it."""

    seed: int
    start: str
    slips: tuple[int, ...]

    @classmethod
    def of(cls, target: Target, seed: int) -> Case:
        draw = random.Random(seed)
        start = draw.choice(sorted(target.starts()))
        return cls(seed, start, tuple(draw.getrandbits(32) for _ in range(draw.choice(target.slips))))

    def files(self, target: Target) -> Files:
        """The input."""
        files = dict(target.starts()[self.start])
        for slip in self.slips:
            target.spoil(files, random.Random(slip))
        return files


def warm(target: Target) -> None:
    """Look at what is in order in this process, so that the processes forked from it have imported everything."""
    here = Path.cwd()
    for start, files in target.starts().items():
        with tempfile.TemporaryDirectory(prefix="fuzzing-") as made:
            found = target.broken(Path(made).resolve(), start, dict(files), random.Random(0))
        os.chdir(here)
        assert not found, (start, found)


def look(target: Target, case: Case) -> list[str]:
    """What an input breaks."""
    return look_at(target, case.start, lambda: case.files(target), random.Random(case.seed))


def look_at(target: Target, start: str, files: Callable[[], Files], draw: random.Random) -> list[str]:
    """What files break, in a process that may crash, hang and take all the memory it is given."""
    with tempfile.TemporaryDirectory(prefix="fuzzing-") as made:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            _limit(target.seconds)
            _answer(writing, lambda: target.broken(Path(made).resolve(), start, files(), draw))
        os.close(writing)
        said = _heard(reading, PATIENCE * target.seconds)
        if said is None:
            os.kill(child, signal.SIGKILL)
        status = os.waitpid(child, 0)[1]
    if said is None:
        return [f"waits for more than {PATIENCE * target.seconds} s"]
    if said:
        return json.loads(said)
    is_busy = os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL)
    return ["hangs, or was killed" if is_busy else f"the process died, status {status}"]


def _limit(seconds: int) -> None:
    """End this process when it has kept the processor busy for so long, whatever else the machine has to do."""
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))


def _answer(pipe: int, ask: Callable[[], list[str]]) -> None:
    """Write down the answer and end; nothing of it comes back to who forked."""
    confine(MEMORY, os.getppid())
    # It does not live long enough to have to clean up.
    gc.disable()
    try:
        told = ask()
    except BaseException as failed:
        told = [named(failed)]
    with os.fdopen(pipe, "wb") as file:
        file.write(json.dumps(told).encode("ascii"))
    os._exit(0)


def named(failed: BaseException) -> str:
    """An exception, with the last place of the library in which it came up."""
    ours = [frame for frame in traceback.extract_tb(failed.__traceback__) if "/analysis/" in frame.filename]
    last = ours[-1] if ours else traceback.extract_tb(failed.__traceback__)[-1]
    return f"{type(failed).__name__} in {Path(last.filename).name}:{last.lineno}: {str(failed)[:200]}"


def _heard(pipe: int, seconds: float) -> bytes | None:
    """All that comes through a pipe; None when its end does not come in time."""
    until, parts = time.monotonic() + seconds, []
    with os.fdopen(pipe, "rb", buffering=0) as file:
        while True:
            if not select.select([file], [], [], max(0.0, until - time.monotonic()))[0]:
                return None
            part = file.read(65_536)
            if not part:
                return b"".join(parts)
            parts.append(part)


class Thorough(random.Random):
    """Chance by which all that is tried now and then is tried."""

    getrandbits = random.Random.getrandbits

    def random(self) -> float:
        return 0.0


def kind_of(complaint: str) -> str:
    """What makes two complaints the same."""
    return re.sub(r"[\d'\"“‘].*", "", complaint)[:60]


def smallest(target: Target, case: Case, broken: list[str]) -> tuple[Case, list[str]]:
    """The same complaint with as few slips as do."""
    kind = kind_of(broken[0])
    for slip in case.slips:
        fewer = replace(case, slips=tuple(one for one in case.slips if one != slip))
        found = look(target, fewer)
        if any(kind_of(one) == kind for one in found):
            case, broken = fewer, found
    return case, broken


def keep(target: Target, name: str, case: Case) -> Path:
    """Put what is wrong with an input into the corpus; empty files stand for those that are gone."""
    folder = CORPUS / name / f"{case.start}--{case.seed}"
    files, start = case.files(target), target.starts()[case.start]
    for path, content in {**dict.fromkeys(start, b""), **files}.items():
        if content != start.get(path):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
    return folder


def kept(target: Target, name: str) -> Iterator[tuple[str, str, Files]]:
    """Every input of the corpus: its name, the name of its start, its files."""
    for folder in sorted((CORPUS / name).glob("*--*")):
        start = folder.name.partition("--")[0]
        given = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        yield folder.name, start, {**target.starts()[start], **given}
