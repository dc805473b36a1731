"""Text whose encoding nobody told: UTF-8, UTF-16, GB18030, Big5, told apart by the characters that come out."""

from __future__ import annotations

import codecs
import re

from analysis.catalogue import Message
from analysis.documents.blocks import Unreadable

_DECLARED = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_FREQUENT = frozenset(
    "的一是在不了有和人这這中大为為上个個国國我以要他时時来來用们們到作地于出就分对對成会會可主发發年动動同工也能下过過"
    "子说說产產种種面而方后後多定行学學法所民得经經十三之进進着等部度家电電力里如水化高自二理起小物现現实實加量都两兩"
    "体體制机機当當使点點从從业業本去把性好应應开開它合还還因由其些然前外天政四日那社义義事平形相全表间間样樣与與关關"
    "各重新线線内內数數正心反你明看原又么利比或但质質气氣第向道命此变變条條只没沒结結解问問意建月公无無系军軍很情者最"
    "立代想已通并並提直题題党黨程展五果料象员員革位入常文总總次品式活设設及管特件长長求老头頭基资資边邊流路级級少图圖"
    "山统統接知较較将將组組见見计計别別她手角期根论論运運农農指几九区區强強放决決西被干做必战戰先回则則任取据據处處队"
    "南给給色光门門即保治北造百规規热熱领領七海口东東导導器压壓志世金增争爭济濟阶階油思术術极極交受联聯什认認六共权權"
    "市局委责責厅廳县縣措施单單牵牽负負责责办辦推贸貿优優监監督落，。、：；（）《》“”〔〕·\u3000"
)
_TOO_LITTLE = 0.35


def decoded(content: bytes) -> str:
    """The text of a file.

    Raises
    ------
    Unreadable
        When no encoding makes sense of it.
    """
    for mark, encoding in ((codecs.BOM_UTF8, "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, errors="replace")
    if (text := _decode(content, "utf-8")) is not None and "\x00" not in text:
        return text
    declared = _DECLARED.search(content[:4096])
    names = ["gb18030", "big5hkscs", "utf-16-le", "utf-16-be"]
    if declared:
        names.insert(0, declared[1].decode("ascii").lower())
    # What calls itself GB2312 is GB18030 in practice.
    names = ["gb18030" if name in ("gb2312", "gbk", "x-gbk") else name for name in names]
    texts = [text for name in names if (text := _decode(content, name)) is not None]
    best = max(texts, key=_likelihood, default="")
    if best and _likelihood(best) >= _TOO_LITTLE:
        return best
    # A file in which a few bytes are broken is still that file; what is broken shows.
    damaged = content.decode("utf-8", errors="replace")
    if damaged.count("\ufffd") <= 0.002 * len(damaged):
        return damaged
    damaged = content.decode("gb18030", errors="replace")
    if damaged.count("\ufffd") <= 0.002 * len(damaged) and _likelihood(damaged) >= _TOO_LITTLE:
        return damaged
    raise Unreadable(
        Message("the encoding cannot be told, or this is no text: save the notice as UTF-8 text or as .docx")
    )


def _decode(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _likelihood(text: str) -> float:
    """The share of what is not plain ASCII that is made of the characters most frequent in Chinese."""
    sample = [char for char in text[:20_000] if char > "\x7f"]
    if "\x00" in text[:20_000] or not sample:
        return 0.0
    return sum(char in _FREQUENT for char in sample) / len(sample)
