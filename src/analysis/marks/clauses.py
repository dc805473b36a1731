"""What one responsibility mark says: a row of pieces, grouped by labels and verbs.

A group of pieces opens at a label (牵头单位：) and closes at a verb (A、B配合). The verb says the role of its group,
else the label does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from analysis.marks.names import goes_on, is_organ, parted

if TYPE_CHECKING:
    from collections.abc import Iterator, Set

_LEAD, _SUPPORT = "牵头|主办|主责|主抓", "配合|协办|协助|协同|参与|参加|支持|会办"
_PLAIN = "责任|负责|承办|落实|实施|主管|考核|执行|建设|推进"
_KINDS = "单位|部门|主体|机构|地区|处室|科室|机关|地方"
_TIMES = "完成时限|完成时间|办结时限|时间要求|时限要求|时间节点|进度要求|完成期限|整改时限|时限|期限|时间"
_BEFORE = "任务|工作|项目|具体|主要|第一|省级|市级|县级"
LABEL = rf"(?:(?:{_BEFORE})?(?:(?:{_LEAD}|{_SUPPORT}|{_PLAIN})[、/和及（(）)]?)+(?:{_KINDS})[）)]?|(?:{_TIMES}))"
_LABEL = re.compile(rf"\s*(?:({LABEL})\s*(?:[:：]|为(?=\S{{2}}))|([一-鿿（）()/]{{2,14}})[:：])")
_LABEL_INSIDE = re.compile(rf"{LABEL}\s*[:：]")
_LABEL_LEAD, _LABEL_SUPPORT, _LABEL_PLAIN = (re.compile(words) for words in (_LEAD, _SUPPORT, _PLAIN))
_LABEL_OF_UNITS = re.compile(f"(?:{_KINDS})[）)]?$")
_LABEL_DUE = re.compile("(?:时限|时间|期限|时间节点|进度要求|时间要求|时限要求)$")

_DOING = "(?:负责|落实|实施|推进|组织|配合|抓好|抓落实|完成|执行|办理|开展)"
_VERB = re.compile(
    rf"(?P<joint>(?:共同|分别)?(?:按照|按|依据|根据|依)[^、]{{0,4}}(?:职责|职能|分工)[^、]{{0,4}}?{_DOING}*)$"
    rf"|(?P<lead>(?:共同|联合)?(?:牵头|主办|主责|主抓)(?:会同)?{_DOING}*)$"
    rf"|(?P<support>(?:共同|积极|协同)?(?:配合|协助|参与|参加|协办|支持){_DOING}*)$"
    rf"|(?P<plain>(?:共同|分别|具体|联合|分工|统筹)?(?:负责|落实|实施|承办|统筹){_DOING}*)$"
)
_OWN_ROLE = re.compile(r"[（(〔【\[](?:(?P<lead>牵头|主办)|(?P<support>配合|协办|参与))(?:单位|部门)?[）)〕】\]]$")
_DUE = re.compile(
    r"\d年|\d月|[年月]底|[年月]末|年内|年前|季度|半年|长期|持续|常态|时序|进度|完成|随时|立即|工作日|之日起|\d日内|\d天内|每[年月周季]|全年"
)
_LEAD_RULE = re.compile(r"(?:列|排)(?:名)?(?:在)?(?:第一|首|最前)[^。；;）)\n]{0,10}牵头(?:单位|部门)?")
_REMARK = re.compile(r"[（(][^（）()]*(?:下同|职责分工[^（）()]*)[）)]$|[（(][，,\s]*[）)]$")
_NO_UNIT = re.compile("^(?:下同|以下同|按职责分工|排名不分先后|[^一-鿿A-Za-z]*)$")
_OPEN_LIST = re.compile(
    "(?<![高中初优平])等(?P<rest>(?:[^等]*(?:部门|单位|地区|机构|企业|政府|机关|组织|公司|院校|方面))?)$"
)


@dataclass(frozen=True)
class NamedUnit:
    """A unit as printed; ``mark`` is lead, support, joint or plain, ``basis`` the printed words that say so."""

    name: str
    mark: str
    basis: str


@dataclass
class Clause:
    """What one responsibility mark says.

    ``is_only_due`` when it holds a time limit and nothing else; ``passed_over`` are names under a label that speaks of
    something else, 适用范围：, or that was misprinted.
    """

    units: list[NamedUnit] = field(default_factory=list)
    due: str = ""
    open_list: str = ""
    is_only_due: bool = False
    passed_over: list[str] = field(default_factory=list)


def lead_rule(text: str) -> str:
    """The words that make the unit named first the lead, 列第一位者为牵头单位; empty without such a rule."""
    found = _LEAD_RULE.search(text)
    return found[0] if found else ""


def is_responsibility(label: str) -> bool:
    """Whether a label speaks of units that are responsible, or of a time limit."""
    if _LABEL_DUE.search(label):
        return True
    stems = (_LABEL_LEAD, _LABEL_SUPPORT, _LABEL_PLAIN)
    return bool(_LABEL_OF_UNITS.search(label)) and any(stem.search(label) for stem in stems)


def read_clause(content: str, *, lexicon: Set[str] = frozenset(), label: str = "") -> Clause:
    """What one responsibility mark says: units in the order printed with the role of each, and the time limit.

    Parameters
    ----------
    content : str
        The mark without its brackets.
    lexicon : set of str
        Names of units known to stand alone.
    label : str
        The label that the content stands under, as the heading of a table's column does.
    """
    clause = Clause()
    waiting: list[str] = []
    dues: list[str] = []

    def close(mark: str, basis: str) -> None:
        clause.units.extend(_named_units(waiting, mark, basis, clause, lexicon))
        waiting.clear()

    content = _LABEL_INSIDE.sub(_apart, re.sub(r"\s*\n\s*", "", content))
    for said, separator in _pieces(content):
        labelled = _LABEL.match(said)
        if labelled:
            close(*_role_of_label(label))
            label = labelled[1] or labelled[2]
        piece = said[labelled.end() :].strip() if labelled else said
        if _LEAD_RULE.search(piece) and not _LEAD_RULE.sub("", piece).strip("（）()，,、"):
            continue
        verb = _VERB.search(piece)
        if _LABEL_DUE.search(label) or (_DUE.search(piece) and not is_organ(piece) and not verb):
            dues.append(piece)
            continue
        if label and not is_responsibility(label):
            if is_organ(piece):
                clause.passed_over.append(said)
            continue
        name = piece[: verb.start()] if verb else piece
        if separator == "、" and waiting and goes_on(waiting[-1], name):
            waiting[-1] += f"、{name}"
        else:
            waiting.append(name)
        if verb:
            close(str(verb.lastgroup), verb[0])
    close(*_role_of_label(label))
    clause.due = "，".join(filter(None, dues))
    clause.is_only_due = bool(clause.due) and not clause.units
    return clause


def _apart(label: re.Match[str]) -> str:
    """A label with a sign before it, where names and label were run together."""
    before = label.string[label.start() - 1 : label.start()]
    return label[0] if before in "、，,；;：:（( " else f"；{label[0]}"


def _role_of_label(label: str) -> tuple[str, str]:
    for mark, stem in (("lead", _LABEL_LEAD), ("support", _LABEL_SUPPORT)):
        if stem.search(label):
            return mark, label
    return "plain", label


def _pieces(content: str) -> Iterator[tuple[str, str]]:
    """The content cut at commas, semicolons, enumeration commas and blanks that stand outside brackets.

    Each piece comes with the sign before it.
    """
    start, inside, separator = 0, 0, ""
    for place, char in enumerate(content):
        inside += (char in "（(〔[") - (char in "）)〕]")
        blank = char.isspace() and not (
            content[place - 1 : place].isascii() and content[place + 1 : place + 2].isascii()
        )
        if (inside <= 0 and char in "、，,；;。|｜") or (inside <= 0 and blank):
            if piece := content[start:place].strip():
                yield piece, separator
                separator = ""
            separator = separator if blank else char
            start = place + 1
    if piece := content[start:].strip():
        yield piece, separator


def _named_units(pieces: list[str], mark: str, basis: str, clause: Clause, lexicon: Set[str]) -> Iterator[NamedUnit]:
    for printed in (name for piece in pieces for name in parted(piece, lexicon)):
        own = _OWN_ROLE.search(printed)
        name = _REMARK.sub("", _LEAD_RULE.sub("", _OWN_ROLE.sub("", printed)))
        if found := _OPEN_LIST.search(name):
            clause.open_list = found[0]
            name = name[: found.start()]
        name = name.removeprefix("由").strip(" \t\u3000:：.。*＊")
        if not _NO_UNIT.match(name):
            yield NamedUnit(name, str(own.lastgroup) if own else mark, own[0] if own else basis)
