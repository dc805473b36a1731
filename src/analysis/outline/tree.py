"""The numbered headings of a notice as the cheapest consistent tree over everything that looks like one."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from analysis.outline.candidates import CONTINUES, RANK, Candidate, candidates
from analysis.paragraphs import refuse_too_many

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence, Set

# What it costs to pass over something that looks like a heading, by how much it does, and to take it for one.
_PASSED = (3.5, 3.0, 1.5, 2.2, 0.0)
_PASSED_IN_BOX = 0.3
_TAKEN = (0.0, 0.0, 0.2, 0.2, 3.2)
_GAP, _GAP_EACH, _LARGEST_GAP = 1.2, 0.15, 12
_RESTART, _TYPO, _REPEAT, _BACK = 1.8, 2.6, 2.4, 4.2
_LATE_START, _UNUSUAL_DEPTH = 0.9, 1.5
_BEAM, _WORTH_KEEPING = 10, 6.0
_cost = attrgetter("cost")
_ENDS_OR_BRACKET = re.compile("[()（）《》\\n。！？!]")


@dataclass(eq=False)
class Heading:
    """A numbered heading of the tree.

    Attributes
    ----------
    start, end : int
        Where its number stands.
    style : str
    number : str
        As printed, without its signs.
    value : int
        What it counts as; differs from the printed number when that is a misprint.
    finding : str
        ``gap``, ``restart``, ``typo``, ``repeat`` or ``""``.
    missing : int
        How many numbers are missing before it.
    parent, children
        Its place in the tree.
    stop : int
        Where what belongs to it ends.
    """

    start: int
    end: int
    style: str
    number: str
    value: int
    finding: str = ""
    missing: int = 0
    parent: Heading | None = None
    children: list[Heading] = field(default_factory=list)
    stop: int = 0

    @property
    def path(self) -> tuple[str, ...]:
        """The styles from the top down to this heading."""
        return (*(self.parent.path if self.parent else ()), *([self.style] if self.style else []))

    def __iter__(self) -> Iterator[Heading]:
        """This heading and all below it, in order."""
        yield self
        for child in self.children:
            yield from child


class _State(NamedTuple):
    """An outline so far: the open levels, the last number of each style, and how it came about."""

    cost: float
    stack: tuple[int, ...]
    last: tuple[int, ...]
    trace: tuple | None


def outline(narrowed: str, *, behind_marks: Set[int] = frozenset()) -> Heading:
    """The headings of a narrowed text as a tree.

    Parameters
    ----------
    narrowed : str
        From `narrow`.
    behind_marks : set of int
        The places where responsibility marks end: what looks like a heading there is one.

    Returns
    -------
    Heading
        The root, without a number, above all others. Gaps, restarts, misprints and unusual depths have their price;
        the tree is the one that costs least in all.
    """
    found = candidates(narrowed, behind_marks)
    refuse_too_many(len(found))
    states = [_State(0.0, (), (0,) * len(RANK), None)]
    for place, candidate in enumerate(found):
        best: dict[tuple, _State] = {}
        passed = min(_PASSED[candidate.evidence], _PASSED_IN_BOX if candidate.is_boxed else math.inf)
        passing = max(passed - candidate.surcharge, 0)
        taking = _TAKEN[candidate.evidence] + candidate.surcharge + _PASSED_IN_BOX * candidate.is_boxed
        worth = math.inf
        for state in states:
            for cost, stack, step in _ways(state, candidate.rank, candidate.value, passing, taking):
                if cost > worth:
                    continue
                worth = min(worth, cost + _WORTH_KEEPING)
                last = (
                    (*state.last[: candidate.rank], step[-1], *state.last[candidate.rank + 1 :]) if step else state.last
                )
                key = (stack, last)
                if key not in best or cost < best[key].cost:
                    best[key] = _State(cost, stack, last, (state.trace, place, *step) if step else state.trace)
        states = sorted((s for s in best.values() if s.cost <= worth), key=_cost)[:_BEAM]
    return _tree(found, min(states, key=_cost), len(narrowed))


def first_sentence(text: str) -> str:
    """Up to the first sentence end or line end outside brackets; the whole text without one."""
    inside = 0
    for sign in _ENDS_OR_BRACKET.finditer(text):
        char, place = sign[0], sign.start()
        if char in "(（《":
            inside += 1
        elif char in ")）》":
            inside = max(inside - 1, 0)
        elif char == "\n" or (not inside and text[place - 1 : place] != "?"):
            return text[:place].strip()
    return text.strip()


def _ways(
    state: _State, rank: int, value: int, passing: float, taking: float
) -> Iterator[tuple[float, tuple[int, ...], tuple]]:
    """Every way to go on from an outline: past a candidate, or with it at a level.

    Each with its cost, the levels that are open then, and how the candidate is taken: the depth, what is odd, how many
    are missing, what it counts as; ``()`` when it is passed over.
    """
    cost, stack, last, _ = state
    yield cost + passing, stack, ()
    cost += taking
    if rank in stack:
        depth = stack.index(rank)
        for extra, counted, finding, missing in _as_next(last[rank], value, rank):
            yield cost + extra, stack[: depth + 1], (depth, finding, missing, counted)
        return
    depth = sum(open_rank < rank for open_rank in stack)
    ways = [(depth, 0.0 if not stack or depth or not last[rank] else 0.3)]
    if depth < len(stack):
        # Deeper than a level that is usually deeper, as where 1. holds （一）.
        ways.append((len(stack), _UNUSUAL_DEPTH))
    for at, price in ways:
        for extra, counted, finding, missing in _as_first(last[rank], value, rank):
            yield cost + price + extra, (*stack[:at], rank), (at, finding, missing, counted)


def _as_next(last: int, value: int, rank: int) -> Iterator[tuple[float, int, str, int]]:
    """What a number costs behind another one of its level: extra, what it counts as, what is odd, how many miss."""
    step = value - last
    if step == 1 or (rank == CONTINUES and value % 100 == 1 and value // 100 == last // 100 + 1):
        yield 0.0, value, "", 0
        return
    if step > 1:
        yield _GAP + _GAP_EACH * min(step - 1, _LARGEST_GAP) + 2.0 * (step > _LARGEST_GAP), value, "gap", step - 1
    elif step == 0:
        yield _REPEAT, value, "repeat", 0
    elif value == 1:
        yield _RESTART, 1, "restart", 0
    else:
        yield _BACK, value, "restart", 0
    yield _TYPO, last + 1, "typo", 0


def _as_first(last: int, value: int, rank: int) -> Iterator[tuple[float, int, str, int]]:
    """The same for the first number below a heading: 1, or one that goes on where the heading before left off."""
    if value == 1 or (last and value == last + 1) or (rank == CONTINUES and value % 100 == 1):
        yield 0.0, value, "", 0
        if value == 1 and last:
            # Where numbers go on below the next heading, a 1 is a misprint.
            yield _TYPO, last + 1, "typo", 0
        return
    missing = value - last - 1 if last and value > last else value - 1
    yield _LATE_START + _GAP_EACH * min(missing, _LARGEST_GAP) + 2.0 * (missing > _LARGEST_GAP), value, "gap", missing
    yield _TYPO, last + 1 if last else 1, "typo", 0


def _tree(found: Sequence[Candidate], best: _State, length: int) -> Heading:
    names = list(RANK)
    taken = []
    trace = best.trace
    while trace:
        trace, *step = trace
        taken.append(step)
    root = Heading(0, 0, "", "", 0, stop=length)
    chain = [root]
    for place, depth, finding, missing, counted in reversed(taken):
        candidate = found[place]
        for closed in chain[depth + 1 :]:
            closed.stop = candidate.start
        del chain[depth + 1 :]
        parent = chain[-1]
        style = names[candidate.rank]
        number = candidate.number.strip("、.")
        heading = Heading(candidate.start, candidate.end, style, number, counted, finding, missing, parent, stop=length)
        parent.children.append(heading)
        chain.append(heading)
    return root
