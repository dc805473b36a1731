"""Notices with slips, cuts and garbage in them, as people type them and sites show them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from analysis.documents import Unreadable
from analysis.notice import read
from tests.fuzzing.loop import Files, Target
from tests.garbling import garbled
from tests.printed_notices import PUBLIC, plain, run_together, text_of, wrapped

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from analysis.notice import NoticeTables

_SIGNS = (
    "一二三四五六七八九十、。，；：（）()〔【1234567890.．﹒①⒈㈠和与及等/· \n　\t“”《》"
    "责任单位牵头配合负责按职责分工完成时限年月底前市局委"
)
_NUMBERED = re.compile(
    r"\s*(?:第?[一二三四五六七八九十]{1,4}[、章条节部)）.．﹒]|[（(][一二三四五六七八九十\d]{1,4}[）)]|\d{1,5}[.．、﹒)]|[①-⑳])"
)


@cache
def starts() -> dict[str, Files]:
    """The public notices."""
    return {name: {"notice.txt": text_of(name).encode("utf-8")} for name in PUBLIC}


def spoil(files: Files, draw: random.Random) -> None:
    """Cut a piece out of a notice, lay it out otherwise, or do something wrong to one of its lines."""
    text = files["notice.txt"].decode("utf-8", "replace")
    way = draw.randrange(14)
    if way < 5 and text:
        start = draw.randrange(len(text))
        text = text[start : start + draw.randrange(200, 6_000)]
    elif way == 5:
        text = wrapped(text, draw.randrange(18, 50), page=draw.choice(["- {} -", "{}", "第{}页"]))
    elif way == 6:
        text = run_together(text)
    elif way == 7:
        text = garbled(text, draw.randrange(10**6), keeps_user_area=draw.random() < 0.5)
    elif way == 8:
        text = "".join(draw.choices(_SIGNS, k=draw.randrange(400)))
    else:
        lines = text.split("\n")
        _slip(lines, draw)
        text = "\n".join(lines)
    files["notice.txt"] = text.encode("utf-8")


def _slip(lines: list[str], draw: random.Random) -> None:
    """Drop, double, join, split, mistype, stain or swap a line."""
    at = draw.randrange(len(lines))
    line, place = lines[at], draw.randrange(len(lines[at]) + 1)
    slip = draw.randrange(7)
    if slip == 0:
        lines[at : at + 1] = [] if len(lines) > 1 else [line]
    elif slip == 1:
        lines.insert(at, line)
    elif slip == 2:
        lines[at : at + 2] = ["".join(lines[at : at + 2])]
    elif slip == 3:
        lines[at : at + 1] = [line[:place], line[place:]]
    elif slip == 4:
        lines[at] = line[:place] + draw.choice(_SIGNS) + line[place + 1 :]
    elif slip == 5:
        lines[at] = line[:place] + "".join(draw.choices(_SIGNS, k=draw.randrange(1, 8))) + line[place:]
    else:
        other = draw.randrange(len(lines))
        lines[at], lines[other] = lines[other], line


def broken_promises(tables: NoticeTables) -> list[str]:
    """What a reading promises and does not keep."""
    broken = []
    measures, named = tables.measures, tables.responsibilities
    for column in ("title", "text"):
        broken += [f"blank {column}" for cell in measures[column] if not cell.strip()]
    broken += ["blank theme" for title in tables.themes["title"] if not title.strip()]
    broken += [f"page number as a unit: {unit}" for unit in named["unit"] if not re.search("[一-鿿A-Za-z]", unit)]
    broken += ["a doubt without words" for says in tables.doubts["doubt"] if not says]
    broken += ["unknown theme"] * bool(set(measures["theme_id"]) - {"", *tables.themes["theme_id"]})
    spans = tables.spans[tables.spans["kind"] == "measure"]
    told = plain("".join(tables.doubts[["as_received", "read_as", "doubt"]].to_numpy().ravel()))
    themes = plain("".join(tables.themes["title"]))
    reached = int(spans["start"].min()) if len(spans) else len(tables.text)
    for start, end in [*zip(spans["start"], spans["end"], strict=True), (len(tables.text), len(tables.text))]:
        if start < reached:
            broken.append(f"measures overlap at {start}")
        # A number and its title may stand on two lines.
        between = re.sub(r"([）)、.．﹒])\s*\n", r"\1", tables.text[reached:start])
        for sentence in re.split("[。\n]", between):
            said = plain(sentence)
            # A heading between measures is accounted for, as are the words that a doubt shows.
            if (
                len(re.sub(r"\([\d.]+分\)", "", said)) > 3
                and not _NUMBERED.search(sentence)
                and said not in told
                and said not in themes
            ):
                broken.append(f"vanished: {sentence[:60]}")
        reached = max(reached, int(end))
    return broken


def broken(home: Path, start: str, files: Files, draw: random.Random) -> list[str]:
    """What the reading of a notice breaks."""
    try:
        tables = read(files["notice.txt"].decode("utf-8"))
    except Unreadable:
        return []
    return broken_promises(tables)


TARGET = Target(starts, spoil, broken)
