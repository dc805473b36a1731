"""What only documents say, and how what a page shows side by side is said in a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.language import Language

_NUMERALS = "一二三四五六七八九"


def mark(say: Language) -> str:
    """That the record is made up, for every sheet; blank where it is not."""
    return say("Synthetic sample, not real") if say.plan.is_synthetic else ""


def key_figure(key: Mapping[str, Any], say: Language) -> str:
    """A key figure in a line."""
    told = f"{key['name']}{say(': ')}{key['value']}"
    return say("{told} ({note})", told=told, note=key["note"]) if key["note"] else told


def paper_words(say: Language, *, title: str, paper: str) -> dict[str, str]:
    """What stands around the text of a document, with places for what only the office knows.

    What is to be filled in is marked so that nobody takes it for a number, a date or a name.
    """
    plan = say.chosen(say.plan.title)
    if paper == "letter":
        units = say.plan.units
        names = dict(zip(units["unit_id"], say.own(units, "name"), strict=True))
        unit = names[say.plan.selection["unit"]]
        named = say("Letter on matters to be reported under “{plan}”", plan=plan)
    else:
        unit, named = "", say("Circular on “{plan}”: {title}", plan=plan, title=title)
    return {
        "title": named,
        "kind": say("Memorandum"),
        "number": say("Reference: [to be filled in]"),
        "date": say("Date: [to be filled in]"),
        "subject": say("Subject: {title}", title=named),
        "addressee": say("To {unit}:", unit=unit) if unit else "",
        "annexes": say("Annexes: "),
        "signature": say("[name and signature to be filled in]"),
    }


def heading(text: str, number: int, *, level: int, say: Language) -> str:
    """A heading with its number, as official documents in Chinese have it; elsewhere as it is."""
    if say.lang != "zh":
        return text
    return f"{chinese(number)}、{text}" if level == 1 else f"（{chinese(number)}）{text}"


def chinese(number: int) -> str:
    """A number below a hundred in Chinese numerals."""
    tens, ones = divmod(number, 10)
    ten = f"{_NUMERALS[tens - 1] if tens > 1 else ''}十" if tens else ""
    return ten + (_NUMERALS[ones - 1] if ones else "")


def voice_words(voice: Mapping[str, Any], names: Mapping[str, Any], say: Language) -> str:
    """What a unit says of a case, in a row."""
    told = [
        voice["state"],
        _quoted(voice["words"]),
        _named(names["request"], voice["request"], say),
        voice["age"],
        _named(names["next_step"], voice["next_step"], say),
    ]
    return f"{voice['unit']}{names['colon']}{say('; ').join(filter(None, told))}"


def part_words(part: Mapping[str, Any], names: Mapping[str, Any], say: Language) -> list[str]:
    """What a unit wrote of its part of a measure: problem, request, progress, next step."""
    told = [
        _named(names["problems"], part["problems"], say),
        _named(names["request"], part["request"], say),
        part["repeated"],
        _quoted(part["progress"]),
        _named(names["next_step"], part["next_step"], say),
    ]
    return list(filter(None, told))


def _named(name: str, text: str, say: Language) -> str:
    return f"{name}{say(': ')}{_quoted(text)}" if text else ""


def _quoted(text: str) -> str:
    return f"“{text}”" if text else ""
