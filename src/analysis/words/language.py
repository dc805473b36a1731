"""One language's way to say things: translations, names, numbers, dates, lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from analysis.words.labels import labels

if TYPE_CHECKING:
    from analysis.plan import Plan

LANGUAGES = ("zh", "en")
_LOCALES = {"zh": "zh_Hans_CN", "en": "en_GB"}
NOTHING = "—"


class Language:
    """How a plan is spoken of in one language.

    Message ids are the English sentences themselves; Chinese comes from the catalogue in ``locale/``.

    Parameters
    ----------
    lang : {"zh", "en"}
    plan : analysis.plan.Plan, optional
        Gives the names of units, themes and measures.

    Attributes
    ----------
    lang : str
    labels : mapping of str to str
        Display name of every id, column, state and vocabulary word.
    """

    def __init__(self, lang: str, plan: Plan | None = None) -> None:
        if lang not in LANGUAGES:
            raise ValueError(f"lang: 应为 {'、'.join(LANGUAGES)} 之一，不是“{lang}”")
        self.lang = lang
        self.labels: Mapping[str, str] = labels(self, lang, plan)

    def __call__(self, message: str, **values: object) -> str:
        """The message in this language, with `values` put in."""
        return self._translate(message).format(**values)

    def count(self, number: int, singular: str, plural: str, **values: object) -> str:
        """The message that fits a number, which goes in as ``{n}``."""
        message = self._translate(singular, plural) if self.lang != "en" else singular if number == 1 else plural
        return message.format(n=self.number(number), **values)

    def name(self, key: object) -> str:
        """The display name of an id or a vocabulary word."""
        return self.labels.get(str(key), str(key))

    @staticmethod
    def rounded(value: float, digits: int = 0) -> Decimal:
        """A number as it is printed: rounded half up."""
        return Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP) or Decimal(0)

    def number(self, value: float | None, digits: int = 0) -> str:
        """A number with a fixed count of decimals, rounded half up; a dash when it is missing."""
        if value is None or pd.isna(value):
            return NOTHING
        return format_decimal(
            self.rounded(value, digits), format="#,##0." + "0" * digits if digits else "#,##0", locale=self._locale
        )

    def percent(self, value: float | None, digits: int = 0) -> str:
        """A share as a percentage, rounded half up; a dash when it is missing."""
        if value is None or pd.isna(value):
            return NOTHING
        shape = "0." + "0" * digits + "%" if digits else "0%"
        return format_percent(self.rounded(value, digits + 2), format=shape, locale=self._locale)

    def share_of(self, part: int, whole: int) -> str:
        """Counts before the percentage, because one measure of five is 20 points: ``3/5 (60%)``."""
        if not whole:
            return NOTHING
        return self(
            "{part}/{whole} ({percent})",
            part=self.number(part),
            whole=self.number(whole),
            percent=self.percent(part / whole),
        )

    def date(self, value: pd.Timestamp) -> str:
        """A day in full; a dash when it is missing."""
        return NOTHING if pd.isna(value) else format_date(value.date(), format="long", locale=self._locale)

    def month(self, value: pd.Timestamp) -> str:
        """A month and its year."""
        return format_date(value.date(), format="yyyy年M月" if self.lang == "zh" else "MMM yyyy", locale=self._locale)

    def listing(self, items: Iterable[str], *, most: int = 6) -> str:
        """Items in a row, with how many more there are when they are more than `most`."""
        words = list(items)
        shown = self(", ").join(words[:most])
        if len(words) <= most:
            return shown
        return self("{items} and {n} more", items=shown, n=self.number(len(words) - most))

    @property
    def _locale(self) -> str:
        return _LOCALES[self.lang]

    def _translate(self, message: str, plural: str | None = None) -> str:
        if self.lang == "en":
            return message
        return translation(message, self.lang, plural=plural)


def warm_up() -> None:
    """Read what every sentence needs: the catalogue, and how numbers and days are written."""
    for lang in LANGUAGES:
        say = Language(lang)
        say.percent(0.5)
        say.date(pd.Timestamp(0))


def round_parts(parts: pd.Series, digits: int) -> pd.Series:
    """Parts rounded so that they add to their rounded total (largest remainders first, then in the order given).

    Parameters
    ----------
    parts : pandas.Series
        Numbers ≥ 0.
    digits : int
        Decimals to keep.
    """
    scaled = parts.to_numpy(dtype="float64") * 10**digits
    # Sums of binary fractions fall a hair short of the whole numbers they stand for.
    floors = np.floor(scaled + 1e-9)
    total = Decimal(str(round(float(scaled.sum()), 6))).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    short = int(total) - int(floors.sum())
    largest_first = np.argsort(-(scaled - floors), kind="stable")
    floors[largest_first[:short]] += 1
    return pd.Series(floors / 10**digits, index=parts.index, name=parts.name)


@cache
def catalogue(lang: str) -> Catalog:
    """The catalogue of a language, read once."""
    path = resources.files("analysis") / "locale" / lang / "LC_MESSAGES" / "portplan.po"
    with path.open("rb") as file:
        return read_po(file, locale=lang)


def alphabet(plan: Plan) -> str:
    """Every character that pages of a plan are likely to show: those of its tables, and of all that is said of it."""
    frames = (plan.themes, plan.measures, plan.units, plan.responsibilities, plan.commitments, plan.progress)
    texts = {str(cell) for frame in frames for name in frame for cell in frame[name].dropna().unique()}
    for message in catalogue("zh"):
        for said in (message.id, message.string or ""):
            texts |= {said} if isinstance(said, str) else set(said)
    return "".join(sorted(set("".join(texts))))


def translation(message: str, lang: str, *, plural: str | None = None) -> str:
    """A message in a language; the message itself when the catalogue lacks it (a test sees to it that none is)."""
    entry = catalogue(lang).get((message, plural) if plural else message)
    found = entry.string if entry else ""
    return (found if isinstance(found, str) else "".join(found or ())) or plural or message
