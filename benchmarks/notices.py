"""Read long notices: this package beside the pattern and the table that a script would make do with, on the same text.

Run from the checkout: ``python -m benchmarks.notices [MEGABYTES]``. The text is the embedded plan's notice over and
over, clean and as its mirror shows it. Each way runs in a process of its own; a ratio is of the fastest of three.
"""

from __future__ import annotations

import multiprocessing
import re
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from analysis.notice import read, repair

if TYPE_CHECKING:
    from collections.abc import Callable

NOTICE = Path(__file__).parents[1] / "data" / "tianjin-2024" / "notice.txt"
_ROUNDS = 3
_MEASURE = re.compile(r"^\s*(\d+)[.．](.+?)。.*?[（(]责任单位[:：](.+?)[）)]", re.MULTILINE)


def by_package(text: str) -> int:
    """Themes, measures, units, roles, doubts; every character accounted for."""
    return len(read(text).measures)


def by_pattern(text: str) -> int:
    """One pattern for a measure on a line, its units cut at each comma. No doubts."""
    found = [(*mark.groups()[:2], mark[3].split("、")) for mark in _MEASURE.finditer(text)]
    return len(pd.DataFrame(found, columns=["number", "title", "unit"]).explode("unit").groupby("number"))


def measured(work: Callable[[str], int], text: str) -> tuple[float, float]:
    """Seconds of the processor and peak MiB of one way, in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_timed, (work, text))


def _timed(work: Callable[[str], int], text: str) -> tuple[float, float]:
    work(text[:20_000])  # What is loaded once is no cost of a megabyte.
    seconds = []
    for _ in range(_ROUNDS):
        begun = time.process_time()
        work(text)
        seconds.append(time.process_time() - begun)
    return min(seconds), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Read a clean text, half of it, and a damaged one; print each beside the pattern."""
    megabytes = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    damaged = NOTICE.read_text("utf-8")
    clean = repair(damaged).text

    def long(text: str, size: float) -> str:
        return (text + "\n") * max(round(size * 1e6 / len(text.encode())), 1)

    texts = {"clean": long(clean, megabytes), "half": long(clean, megabytes / 2), "damaged": long(damaged, megabytes)}
    found = {name: measured(by_package, text) for name, text in texts.items()}
    for name, (seconds, peak) in found.items():
        size = len(texts[name].encode()) / 1e6
        print(f"{name:>8}: {size:.1f} MB, {seconds:.2f} s, {size / seconds:.2f} MB/s, peak {peak:.0f} MiB")
    pattern, _ = measured(by_pattern, texts["clean"])
    print(f"twice the text: {found['clean'][0] / found['half'][0]:.2f} of the time (2 when linear)")
    print(f"by_package / by_pattern: {found['clean'][0] / pattern:.1f} of the time")


if __name__ == "__main__":
    main()
