"""One language's way to say things: translations, names, numbers, dates, lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import pandas as pd
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from analysis.catalogue import FIRST, languages, locale_of, read_catalogue, tag_of, translations
from analysis.rounding import Exact, exact, rounded
from analysis.schema import COLUMNS, LABELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from analysis.plan import Plan

NOTHING = "—"
Text = TypeVar("Text")


class Language:
    """How a plan is spoken of in one language.

    Message ids are the English sentences themselves; other languages have theirs in the catalogues in ``locale/``.

    Parameters
    ----------
    lang : str
        One of `analysis.catalogue.languages`.
    plan : analysis.plan.Plan, optional
        Whose units, themes and measures are spoken of.
    as_of : pandas.Timestamp, optional
        The day that is spoken of; where it is known, the source of each figure names it.

    Attributes
    ----------
    lang : str
    plan : analysis.plan.Plan
    as_of : pandas.Timestamp or None
    labels : mapping of str to mapping of str to str
        Name space → id or word → display name. Each kind of id and each vocabulary has a name space of its own, so
        that a unit whose id is ``closed`` renames no state.
    """

    def __init__(self, lang: str, plan: Plan | None = None, *, as_of: pd.Timestamp | None = None) -> None:
        """Read a language's catalogue; a ValueError names the languages that have one."""
        if lang not in languages():
            raise ValueError(f"lang: 应为 {'、'.join(languages())} 之一，不是“{lang}”")
        self.lang = lang
        self.as_of = as_of
        self._plan = plan
        self._locale = locale_of(lang)
        self._words = translations(lang)
        self.labels: Mapping[str, Mapping[str, str]] = self._labels()
        self._borrowed = self._in_the_plans_language()

    @property
    def plan(self) -> Plan:
        """The plan that is spoken of."""
        if self._plan is None:
            raise ValueError("Language was made without a plan")
        return self._plan

    def __call__(self, message: str, **values: object) -> str:
        """The message in this language, with `values` put in."""
        return self._words.gettext(message).format(**values)

    def count(self, number: int, singular: str, plural: str, **values: object) -> str:
        """The message that fits a number, which goes in as ``{n}``."""
        return self._words.ngettext(singular, plural, number).format(n=self.number(number), **values)

    def name(self, space: str, key: object) -> str:
        """The display name of an id or a word of a name space; itself where it has none."""
        return self.labels.get(space, {}).get(str(key), str(key))

    def lang_of(self, space: str, key: object) -> str:
        """The language of a display name, as HTML calls it, where it is not this one: the plan's own stands in."""
        return tag_of(self.plan.lang) if str(key) in self._borrowed.get(space, ()) else ""

    def unit(self, unit_id: object) -> str:
        """What a unit is called for short."""
        return self.name("unit_id", unit_id)

    def theme(self, theme_id: object) -> str:
        """What a theme is called for short."""
        return self.name("theme_id", theme_id)

    def measure(self, measure_id: object) -> str:
        """A measure's number and title."""
        return self.name("measure_id", measure_id)

    def state(self, state: object) -> str:
        """What a state is called."""
        return self.name("state", state)

    def own(self, table: pd.DataFrame, column: str) -> pd.Series:
        """A column of a plan's table in this language; in the plan's own where it has none in this."""
        if self.lang == self.plan.lang:
            return table[column]
        lacks = self._lacks(table, column)
        return table[column] if lacks.all() else table[f"{column}_{self.lang}"].where(~lacks, table[column])

    def chosen(self, texts: Mapping[str, Text]) -> Text:
        """What a plan says of itself, in this language; in its own where it does not say it in this."""
        return texts[self.lang] if self.lang in texts else texts[self.plan.lang]

    def selected(self) -> list[str]:
        """The names of what the plan was narrowed to."""
        return [self.name(f"{kind}_id", key) for kind, key in self.plan.selection.items()]

    def number(self, value: Exact | None, decimals: int = 0) -> str:
        """A number with a fixed count of decimals, rounded half up; a dash when it is missing."""
        if _is_missing(value):
            return NOTHING
        shape = "#,##0." + "0" * decimals if decimals else "#,##0"
        assert value is not None
        return format_decimal(rounded(value, decimals), format=shape, locale=self._locale)

    def percent(self, value: Exact | None, decimals: int = 0) -> str:
        """A share as a percentage, rounded half up; a dash when it is missing."""
        if _is_missing(value):
            return NOTHING
        shape = "0." + "0" * decimals + "%" if decimals else "0%"
        assert value is not None
        return format_percent(rounded(value, decimals + 2), format=shape, locale=self._locale)

    def share_of(self, part: int, whole: int) -> str:
        """Counts before the percentage, because one measure of five is 20 points: ``3/5 (60%)``."""
        if not whole:
            return NOTHING
        return self(
            "{part}/{whole} ({percent})",
            part=self.number(part),
            whole=self.number(whole),
            percent=self.percent(exact(int(part)) / int(whole)),
        )

    def date(self, value: pd.Timestamp) -> str:
        """A day in full; a dash when it is missing."""
        return NOTHING if pd.isna(value) else format_date(value.date(), format="long", locale=self._locale)

    def day(self, value: pd.Timestamp) -> str:
        """A day without its year, where the year is plain from what stands around it."""
        return NOTHING if pd.isna(value) else format_date(value.date(), format=self("MMM d"), locale=self._locale)

    def month(self, value: pd.Timestamp) -> str:
        """A month and its year."""
        # The pattern of a month and its year is a message like any other: each language has its own.
        return format_date(value.date(), format=self("MMM yyyy"), locale=self._locale)

    def period(self, name: str) -> str:
        """A reporting period by its name in the record: ``2024-06`` as a month, ``2024-Q2`` as a quarter."""
        year, _, part = str(name).partition("-")
        if not part:
            return self("{year} (year)", year=year)
        if part.isdigit():
            return self.month(pd.Timestamp(f"{name}-01"))
        values = {"n": int(part[1:]), "year": year}
        if part[0] == "Q":
            return self("Q{n} {year}", **values)
        if part[0] == "H":
            return self("H1 {year}", year=year) if part == "H1" else self("H2 {year}", year=year)
        return self("week {n} of {year}", **values)

    def age(self, since: pd.Timestamp, until: pd.Timestamp) -> str:
        """How long something has lasted: whole months, below two of them days."""
        if pd.isna(since):
            return NOTHING
        months = (until.year - since.year) * 12 + until.month - since.month - (_is_before(until, since))
        if months >= 2:
            return self.count(months, "{n} month", "{n} months")
        return self.count(max((until - since).days, 0), "{n} day", "{n} days")

    def listing(self, items: Iterable[str], *, most: int = 6) -> str:
        """Items in a row, with how many there are in all when they are more than `most`."""
        words = list(items)
        # Where a name holds the sign that parts names, a stronger one parts them.
        between = self("; ") if any(self(", ") in word for word in words) else self(", ")
        shown = between.join(words[:most])
        if len(words) <= most:
            return shown
        return self("{items} and {n} more, {total} in all", items=shown, n=len(words) - most, total=len(words))

    def numbers_of(self, measures: Iterable[object], *, most: int = 12) -> str:
        """Measures by their numbers: ``nos. 4, 10``."""
        numbers = [self.name("number", measure) for measure in measures]
        shown = self(", ").join(numbers[:most])
        if len(numbers) > most:
            shown = self("{items} and {n} more, {total} in all", items=shown, n=len(numbers) - most, total=len(numbers))
        return self.count(len(numbers), "no. {numbers}", "nos. {numbers}", numbers=shown)

    def _labels(self) -> dict[str, Mapping[str, str]]:
        spaces: dict[str, Mapping[str, str]] = {
            space: {word: self(message) for word, message in words.items()} for space, words in LABELS.items()
        }
        spaces["column"] = {name: self(column.label) for name, column in COLUMNS.items()}
        if self._plan is None:
            return spaces
        units, themes, measures = self._plan.units, self._plan.themes, self._plan.measures
        spaces["kind"] = {
            kind: self.chosen(names) if self._speaks(names) else kind for kind, names in self._plan.unit_kinds.items()
        }
        spaces["decider"] = {one.name: one.names.get(self.lang, one.name) for one in self._plan.deciders}
        spaces["unit_id"] = dict(zip(units["unit_id"], self.own(units, "short"), strict=True))
        spaces["theme_id"] = dict(zip(themes["theme_id"], self.own(themes, "short"), strict=True))
        numbered = zip(measures["measure_id"], measures["number"], self.own(measures, "title"), strict=True)
        spaces["measure_id"] = {
            measure: self("{number}. {title}", number=number, title=title) for measure, number, title in numbered
        }
        spaces["number"] = dict(zip(measures["measure_id"], measures["number"], strict=True))
        return spaces

    def _in_the_plans_language(self) -> dict[str, set[str]]:
        """The ids, by name space, that have no name in this language."""
        if self._plan is None or self.lang == self._plan.lang:
            return {}
        shown = {
            "unit_id": (self._plan.units, "short"),
            "theme_id": (self._plan.themes, "short"),
            "measure_id": (self._plan.measures, "title"),
        }
        return {key: set(table.loc[self._lacks(table, name), key]) for key, (table, name) in shown.items()}

    def _lacks(self, table: pd.DataFrame, column: str) -> pd.Series:
        translated = f"{column}_{self.lang}"
        if translated not in table.columns:
            return pd.Series(data=True, index=table.index)
        return table[translated].eq("")

    def _speaks(self, texts: Mapping[str, object]) -> bool:
        return self.lang in texts or self.plan.lang in texts


def _is_missing(value: Exact | None) -> bool:
    # Of a pandas scalar that is missing, nothing can be asked but this.
    return value is None or bool(pd.isna(value))  # pyright: ignore[reportCallIssue, reportArgumentType]


def _is_before(day: pd.Timestamp, other: pd.Timestamp) -> bool:
    """Whether a day's place in its month is before another's; the last day of a month is before none."""
    return day.day < other.day and not day.is_month_end


def warm_up() -> None:
    """Read what every sentence needs: the catalogues, and how numbers and days are written."""
    for lang in languages():
        say = Language(lang)
        say.percent(0.5)
        say.date(pd.Timestamp(0))


def alphabet(plan: Plan) -> str:
    """Every character that pages of a plan are likely to show: those of its tables, and of all that is said of it."""
    notice = (plan.themes, plan.measures, plan.units, plan.responsibilities, plan.commitments)
    frames = (*notice, plan.progress, plan.decisions, plan.actuals)
    texts = {str(cell) for frame in frames for name in frame for cell in frame[name].dropna().unique()}
    texts |= {str(names) for names in (*plan.unit_kinds.values(), *plan.deciders, plan.title, plan.issuers)}
    for message in read_catalogue(FIRST):
        for said in (message.id, message.string or ""):
            texts |= {said} if isinstance(said, str) else set(said)
    return "".join(sorted(set("".join(texts))))
