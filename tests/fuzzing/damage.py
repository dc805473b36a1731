"""What goes wrong with any file, any table and any value."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from analysis.files import decode

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

_WORDS = r"""
- / ~ 0 -0 -1 1 007 100 101 1.5 100% １２ ٣ ² 1e308 1e999 -inf nan NaN None NULL NA <NA> NaT 1_000 0x1F true TRUE
2024-06-30 2024-02-30 0001-01-01 9999-12-31 2262-04-12 1677-09-20 2099-06-30 20240630 2024-6-30 45473 2024-Q2
2024-06-30T00:00:00+25:00 2024年6月30日 六月底 2024-W53 =1+1 @SUM(A1) #REF! &amp; ]]> <script>alert(1)</script> <!--
$\frac{$ { } {0} {file} %s % \ ' " ../../precious /etc/passwd a/b C:\a . .. con closed latest index.html
M1 M2 T1 T2 P1 D1 A1 C1 customs 海关 unit-1 单位1 核验组 in_progress 推进中 done_reported 已完成（自报） 已办结 void
returned joined left"""
TEXTS = (
    *_WORDS.split(),
    *("", " ", "\t", "\u3000", "a,b", "a\nb", "a\r\nb", "\r", "{% x %}", '=HYPERLINK("http://x")', "\x00", "\x07"),
    *("\x1b[31m", "\u200b", "\u202e乱", "\ufeff", "\ufffd", "\U0001f6a2", "e\u0301", "\U000e0041", "\ue000"),
    *("x" * 300, "9" * 25, "9" * 400, "字" * 5_001, "字" * 40_000),
)
_TOML = r"""
true 0 -1 5 3.7 inf nan 1e400 0x10 1979-05-27T07:32:00Z 07:32:00 2024-05-31 2024-02-30 0001-01-01 9999-12-31 [] [[]]
{} [""] ["a",1] [1,2] {zh=1} {zh=""} {zh="甲",en="A",fr="B"} [{}] [{name="核验组"}] 'x' "week" "year" "quarter"
"half-year" "2024-W01" "2024-13" "none" "when-due" "real" "UTC" "Mars/Sea" "progress.parquet" "sqlite:///x.db"
"sqlite:///../x.db" "postgresql+psycopg://u:secret@localhost:1/x" "../precious.csv" "/dev/zero.csv" "plan.toml"
"units.csv" "a/b.csv" "://" ".csv" """
LITERALS = (*_TOML.split(), "", '"""\n"""', "9" * 30, "[" * 2_000)
"""What may stand on the right in a TOML file."""
CODES = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "big5", "latin-1", "utf-7", "utf-32")


def text(draw: random.Random) -> str:
    """A text that somebody could write, if not mean; at times two of them together."""
    first = draw.choice(TEXTS)
    return first + draw.choice(TEXTS) if draw.random() < 0.1 else first


def spoil_bytes(content: bytes, draw: random.Random) -> bytes:
    """Cut, flip, double, insert, empty; or save in another encoding, with other line ends."""
    at = draw.randrange(len(content) + 1)
    flipped = bytes(sign ^ (1 << draw.randrange(8)) for sign in content[at : at + 1])
    ends = draw.choice([b"\r\n", b"\r", b"\n\n", b"\r\r\n", b"\x0b"])
    to = min(len(content), at + draw.choice([1, 1, 4, 40, 400, 4_000]))
    noise = draw.choice([b"\x00", b"\xff", b"\n", b"\r", b'"', b",", b"\x1a", b"\xef\xbb\xbf", draw.randbytes(8)])
    ways: list[Callable[[], bytes]] = [
        lambda: content[:at],
        lambda: content[at:],
        lambda: content[:at] + content[to:],
        lambda: content[:to] + content[at:],
        lambda: content[:at] + noise + content[at:],
        lambda: content[:at] + noise * draw.choice([1, 2, 1_000]) + content[to:],
        lambda: content[:at] + flipped + content[at + 1 :],
        lambda: b"",
        lambda: content + content,
        lambda: content.replace(b"\r\n", b"\n").replace(b"\n", ends),
        lambda: _saved_as(content, draw.choice(CODES)),
    ]  # fmt: skip
    return draw.choice(ways)()


def _saved_as(content: bytes, encoding: str) -> bytes:
    try:
        return decode(content)[0].encode(encoding, "replace")
    except (ValueError, LookupError):
        return content


def spoil_lines(lines: list[list[str]], draw: random.Random) -> None:
    """Do one thing wrong to the cells, rows or columns of a table, in place."""
    if not lines:
        lines.append([text(draw)])
        return
    # A table without its headings says nothing more.
    first = min(1, len(lines) - 1) if draw.random() < 0.95 else 0
    row, other = draw.randrange(first, len(lines)), draw.randrange(first, len(lines))
    width = max(map(len, lines))
    column, beside = draw.randrange(width + 1), draw.randrange(width + 1)
    for line in lines:
        line.extend([""] * (width + 1 - len(line)))
    said, line = text(draw), lines[row]
    ways: list[Callable[[], object]] = [
        *[lambda: line.__setitem__(column, said)] * 8,
        *[lambda: line.__setitem__(column, lines[other][column])] * 4,
        *[lambda: line.__setitem__(column, _near(line[column], draw))] * 8,
        lambda: line.__setitem__(column, line[column] + said),
        lambda: lines[0].__setitem__(column, draw.choice([said, lines[0][beside], lines[0][column] + "_en"])),
        lambda: lines.pop(row),
        lambda: lines.insert(other, list(line)),
        lambda: lines.insert(other, lines.pop(row)),
        lambda: [one.pop(column) for one in lines],
        lambda: [one.insert(beside, one.pop(column)) for one in lines],
        lambda: [one.__setitem__(column, said) for one in lines[1:]],
        lambda: [one.__setitem__(column, two[column]) for one, two in pairwise(lines)],
    ]
    draw.choice(ways)()
    if draw.random() < 0.9:
        while all(not one[-1:] or one[-1] == "" for one in lines) and any(lines):
            for one in lines:
                del one[-1:]


def _near(cell: str, draw: random.Random) -> str:
    """Another day, number or word of the same kind."""
    try:
        day = date.fromisoformat(cell) + timedelta(draw.choice([-400, -40, -31, -1, 1, 10, 31, 366, 3_660]))
        return day.isoformat()
    except (ValueError, OverflowError):
        return re.sub(r"\d+", lambda digits: str(int(digits[0][:9]) + draw.choice([-1, 1, 2, 100])), cell) or text(draw)


def spoil_csv(content: bytes, draw: random.Random) -> bytes:
    """Do one thing wrong to a table, and write it in one of the ways of writing it."""
    try:
        told, encoding = decode(content)
        lines = list(csv.reader(io.StringIO(told, newline="")))
    except (ValueError, csv.Error):
        return spoil_bytes(content, draw)
    spoil_lines(lines, draw)
    quoting = csv.QUOTE_ALL if draw.random() < 0.2 else csv.QUOTE_MINIMAL
    written = io.StringIO()
    ends, mark = draw.choice(["\n", "\n", "\n", "\r\n"]), draw.choice([*[","] * 40, ";", "\t"])
    csv.writer(written, lineterminator=ends, quoting=quoting, delimiter=mark).writerows(lines)
    return written.getvalue().encode(encoding, "replace")


def spoil_toml(content: bytes, draw: random.Random, keys: Sequence[str]) -> bytes:
    """Another value, key or table; a line less, twice or elsewhere."""
    lines = content.decode("utf-8", "replace").split("\n")
    at, to = draw.randrange(len(lines)), draw.randrange(len(lines))
    written = draw.choice([draw.choice(LITERALS), _quoted(text(draw)), f"[{_quoted(text(draw))}]"])
    way = draw.randrange(9)
    valued = [place for place, line in enumerate(lines) if " = " in line]
    if way < 4 and valued:
        at = draw.choice(valued)
        lines[at] = re.sub(" = .*", lambda _: f" = {written}", lines[at])
    elif way == 4:
        lines[at] = re.sub(r'[\w"]+', lambda _: draw.choice(keys), lines[at], count=1)
    elif way == 5:
        del lines[at]
    elif way == 6:
        lines.insert(to, lines[at])
    elif way == 7:
        lines.insert(at, f"{draw.choice(keys)} = {written}")
    else:
        lines.insert(
            at,
            draw.choice(["[{}]", "[[{}]]", "[reporting.{}]", "[{}.{}]"]).format(draw.choice(keys), draw.choice(keys)),
        )
    return "\n".join(lines).encode("utf-8")


def _quoted(said: str) -> str:
    """A text as TOML has it, most of the time."""
    return '"' + "".join(f"\\u{ord(sign):04x}" if ord(sign) < 32 or sign in '"\\' else sign for sign in said) + '"'
