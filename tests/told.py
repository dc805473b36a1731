"""What a notebook tells of a plan: its own cells run here, with what they show and say written down, not drawn."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import CodeType, SimpleNamespace
from typing import TYPE_CHECKING, Any

from analysis import language
from analysis.language import Caption, Language, Table

if TYPE_CHECKING:
    from analysis.opening import Opening
    from analysis.plan import Plan
    from analysis.plan.reading import Reading

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
REPORTS = ("delivery", "workload_by_unit", "theme_coverage", "completion_trend", "measure_ledger")
"""The reports that are not about one unit."""


@dataclass(frozen=True)
class Said:
    """A message, what it was filled with, and what came of it."""

    message: str
    values: dict[str, Any]
    text: str


class Listening(Language):
    """A language that writes down what is said in it."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.heard: list[Said] = []
        super().__init__(*arguments, **options)

    def __call__(self, message: str, **values: object) -> str:
        text = super().__call__(message, **values)
        self.heard.append(Said(message, values, text))
        return text

    def count(self, number: int, singular: str, plural: str, **values: object) -> str:
        text = super().count(number, singular, plural, **values)
        # By its plural, whatever the number: that is what claims go by.
        self.heard.append(Said(plural, {**values, "n": number}, text))
        return text


@dataclass
class Told:
    """What a notebook told.

    Attributes
    ----------
    now : Reading
    opening : Opening
    shown : list of (str, tuple)
        Each call of a function of `analysis.exhibits` but the opening, with its arguments.
    heard : list of Said
    namespace : dict
        What the notebook's names stand for at its end.
    """

    now: Reading
    opening: Opening
    shown: list[tuple[str, tuple[Any, ...]]]
    heard: list[Said]
    namespace: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def captions(self) -> list[Caption]:
        """What stands around figures and tables, those without a finding left out: they are not shown."""
        found = (one for _, arguments in self.shown for one in arguments if isinstance(one, Caption))
        return [caption for caption in found if caption.finding]

    @property
    def tables(self) -> list[Table]:
        """The tables that are shown."""
        return [one for _, arguments in self.shown for one in arguments if isinstance(one, Table)]


def told(report: str, plan: Plan, as_of: str, *, lang: str = "en", **asked: str) -> Told:
    """What a report tells of a plan at a day.

    Parameters
    ----------
    report : str
        The name of its notebook.
    plan : Plan
        The whole; `unit` and `theme` among `asked` narrow it.
    """
    spoken: list[Listening] = []
    shown: list[tuple[str, tuple[Any, ...]]] = []

    def speaking(*arguments: Any, **options: Any) -> Language:
        spoken.append(Listening(*arguments, **options))
        return spoken[-1]

    class Showing:
        def __getattr__(self, name: str) -> Any:
            return lambda *arguments, **_: shown.append((name, arguments))

    namespace: dict[str, Any] = {}
    first, *rest = _cells(report)
    exec(first, namespace)  # the parameters
    namespace |= {"plan_id": "told", "as_of": as_of, "lang": lang, **asked}
    exec(rest[0], namespace)  # the imports
    doubled = {name: getattr(language, name) for name in language.__all__} | {"Language": speaking}
    namespace |= {"open_plan": lambda _: plan, "exhibits": Showing(), "language": SimpleNamespace(**doubled)}
    for cell in rest[1:]:
        exec(cell, namespace)
    opening = next(arguments[0] for name, arguments in shown if name == "opening")
    others = [call for call in shown if call[0] != "opening"]
    return Told(namespace["now"], opening, others, [said for say in spoken for said in say.heard], namespace)


@cache
def _cells(report: str) -> tuple[CodeType, ...]:
    notebook = json.loads((NOTEBOOKS / f"{report}.ipynb").read_text("utf-8"))
    sources = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    return tuple(compile(source, f"{report} {place}", "exec") for place, source in enumerate(sources))
