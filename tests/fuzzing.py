"""Slips, cuts and garbage put into notices for as long as one likes: ``python -m tests.fuzzing 20`` for 20 minutes.

What breaks a promise is printed with its seed; the smallest of it belongs into the tests.
"""

from __future__ import annotations

import random
import re
import sys
import time
from typing import TYPE_CHECKING

from analysis.documents import Unreadable
from analysis.notice import read
from tests.garbling import garbled
from tests.printed_notices import PUBLIC, plain, run_together, text_of, wrapped

if TYPE_CHECKING:
    from analysis.notice import NoticeTables

_SIGNS = (
    "一二三四五六七八九十、。，；：（）()〔【1234567890.．﹒①⒈㈠和与及等/· \n　\t“”《》"
    "责任单位牵头配合负责按职责分工完成时限年月底前市局委"
)
_NUMBERED = re.compile(
    r"\s*(?:第?[一二三四五六七八九十]{1,4}[、章条节部)）.．﹒]|[（(][一二三四五六七八九十\d]{1,4}[）)]|\d{1,5}[.．、﹒)]|[①-⑳])"
)


def damaged(draw: random.Random) -> str:
    """A public notice, or a piece of one, with a few things wrong."""
    text = text_of(draw.choice(PUBLIC))
    if draw.random() < 0.8:
        start = draw.randrange(len(text))
        text = text[start : start + draw.randrange(200, 6000)]
    lines = text.split("\n")
    for _ in range(draw.randrange(6)):
        _slip(lines, draw)
    text = "\n".join(lines)
    layout = draw.randrange(8)
    if layout == 0:
        text = wrapped(text, draw.randrange(18, 50), page=draw.choice(["- {} -", "{}", "第{}页"]))
    elif layout == 1:
        text = run_together(text)
    elif layout == 2:
        text = garbled(text, draw.randrange(10**6), keeps_user_area=draw.random() < 0.5)
    elif layout == 3:
        text = "".join(draw.choices(_SIGNS, k=draw.randrange(400)))
    return text


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


def main() -> None:
    """Try until the time is over; print what breaks."""
    until = time.monotonic() + 60 * float(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    tried = found = 0
    while time.monotonic() < until and found < 20:
        text = damaged(random.Random(seed))
        try:
            broken = broken_promises(read(text))
        except Unreadable:
            broken = []
        except Exception as failed:
            broken = [repr(failed)]
        if broken:
            found += 1
            print(seed, len(text), broken[:3], flush=True)
        tried, seed = tried + 1, seed + 1
    print(f"{tried} notices, {found} broke a promise")


if __name__ == "__main__":
    main()
