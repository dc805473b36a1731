"""The rules that a plan's data must keep, each a named thing."""

from __future__ import annotations

from dataclasses import dataclass, field
from inspect import cleandoc
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from analysis.catalogue import FIRST, translations

if TYPE_CHECKING:
    from collections.abc import Callable

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Rule:
    """One thing that data must be, or that somebody should look at where it is not.

    Attributes
    ----------
    id : str
        What it is called wherever it is named; it never changes.
    text : str
        What would be right, or what is wrong, in English; other languages have it in their catalogues. Names in
        braces are filled in.
    severity : {"error", "warning"}
        An error keeps the plan from being opened.
    meaning : str
        Why the rule is there.
    """

    id: str
    text: str
    severity: Severity = "error"
    meaning: str = ""

    def message(self, lang: str = FIRST, **values: object) -> str:
        """The text in a language, with `values` filled in."""
        text = translations(lang).gettext(self.text)
        return text.format(**values) if values else text

    def broken(self, *, file: str, row: Any = pd.NA, column: str = "", value: object = "", **values: object) -> Problem:
        """A place at which the rule is broken; `values` fill in its text."""
        return Problem(self, file, row, column, str(value), values)


@dataclass(frozen=True)
class Problem:
    """A place at which a rule is broken.

    Attributes
    ----------
    rule : Rule
    file : str
    row : int or missing
        As a spreadsheet numbers it, the header being 1.
    column, value : str
        The cell, as it was written.
    values : dict
        What fills in the rule's text.
    """

    rule: Rule
    file: str
    row: Any
    column: str
    value: str
    values: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class CellRule(Rule):
    """A rule of the cells of a column, read as text.

    Attributes
    ----------
    holds : callable
        The text of a cell in, whether it keeps the rule out.
    words : tuple of str
        The words that are allowed, where the rule is a vocabulary.
    """

    holds: Callable[[str], bool] = bool
    words: tuple[str, ...] = ()


RULES: dict[str, Rule] = {}
"""Every rule by its id, in the order in which the package declares them."""


def declare(rule: Rule) -> Rule:
    """Put a rule among `RULES`; its id must be its own."""
    if rule.id in RULES:
        raise ValueError(f"two rules are called {rule.id}")
    RULES[rule.id] = rule
    return rule


def rule(id: str, text: str, *, severity: Severity = "error") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare the rule that a function checks; the function's docstring says why it is there.

    The function is called with the rule first, and yields `Problem` made by ``rule.broken``.
    """

    def declared(check: Callable[..., Any]) -> Callable[..., Any]:
        this = declare(Rule(id, text, severity, cleandoc(check.__doc__ or "")))

        def checking(*arguments: Any, **options: Any) -> Any:
            return check(this, *arguments, **options)

        return checking

    return declared
