"""``python -m tests.fuzzing forms 20`` damages returned forms for 20 minutes of a processor, and says what broke.

Targets: forms, records, plans, manifests, notices. ``--from N`` begins at another seed; ``--seed N`` looks once more at
one input, and with ``--keep`` puts it into the corpus, which a test goes through.
"""

from __future__ import annotations

import argparse
import importlib
import resource
import sys

from tests.fuzzing import loop

TARGETS = ("forms", "records", "plans", "manifests", "notices")


def target_of(name: str) -> loop.Target:
    return importlib.import_module(f"tests.fuzzing.{name}").TARGET


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.fuzzing", description=__doc__)
    asked.add_argument("target", choices=TARGETS)
    asked.add_argument("minutes", type=float, nargs="?", default=1)
    asked.add_argument("--from", type=int, default=0, dest="first")
    asked.add_argument("--seed", type=int)
    asked.add_argument("--keep", action="store_true")
    given = asked.parse_args()
    target = target_of(given.target)
    loop.warm(target)
    if given.seed is not None:
        return _once(target, given.target, given.seed, is_kept=given.keep)
    seed, kinds = given.first, {}
    # Not by the clock: a machine that has other work would look at less.
    while _busy() < given.minutes:
        case = loop.Case.of(target, seed)
        for complaint in loop.look(target, case):
            kind = loop.kind_of(complaint)
            kinds[kind] = kinds.get(kind, 0) + 1
            if kinds[kind] <= 3:
                print(f"seed {seed} ({case.start}): {complaint}", flush=True)
        seed += 1
    tried = f"{given.target}: {seed - given.first} inputs (seeds {given.first} to {seed - 1})"
    print(f"{tried}, {_busy():.1f} minutes of a processor", flush=True)
    for kind, times in kinds.items():
        print(f"  {times} times: {kind}")
    return bool(kinds)


def _busy() -> float:
    """How many minutes the processes that looked at inputs have kept a processor busy."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (used.ru_utime + used.ru_stime) / 60


def _once(target: loop.Target, name: str, seed: int, *, is_kept: bool) -> int:
    case = loop.Case.of(target, seed)
    broken = loop.look(target, case)
    if broken:
        case, broken = loop.smallest(target, case, broken)
    start = target.starts()[case.start]
    for path, content in case.files(target).items():
        if content != start.get(path):
            print(f"--- {path} ({len(content)} bytes)")
    print(case, *broken, sep="\n")
    if is_kept:
        print(loop.keep(target, name, case))
    return bool(broken)


if __name__ == "__main__":
    sys.exit(main())
