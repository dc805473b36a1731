"""Responsibility marks, （责任单位：A、B按职责分工负责） and their like: where they stand and what they say.

A mark is a row of pieces; a group of pieces opens at a label (牵头单位：) and closes at a verb (A、B配合). The verb
says the role of its group, else the label does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_INNER = r"\((?:[^()]|\((?:[^()]|\([^()]*+\))*+\))*+\)"
_BRACKET = re.compile(_INNER)
_LABEL = re.compile(r"\s*([一-鿿（）()/]{2,14})[:：]")
_LABEL_LEAD = re.compile("牵头|主办|主责")
_LABEL_SUPPORT = re.compile("配合|协办|协助|协同|参与|参加|支持")
_LABEL_PLAIN = re.compile("责任|负责|承办|落实|实施|主管|考核")
_LABEL_OF_UNITS = re.compile("(?:单位|部门|主体|机构|地区|处室|科室|机关)[）)]?$")
_LABEL_DUE = re.compile("(?:时限|时间|期限)$")
_BARE = re.compile(
    r"(?:^|(?<=[。;\n)]))[^\S\n]*([一-鿿]{0,6}(?:单位|部门|主体|机构|时限|期限|完成时间)):[^。\n]*", re.MULTILINE
)

_DOING = "(?:负责|落实|实施|推进|组织|配合|抓好|抓落实)"
_VERB = re.compile(
    rf"(?P<joint>(?:共同|分别)?(?:按照|按|依据|根据)[^、]{{0,4}}(?:职责|职能|分工)[^、]{{0,4}}?{_DOING}*)$"
    rf"|(?P<lead>(?:共同|联合)?牵头{_DOING}*)$"
    rf"|(?P<support>(?:共同|积极|协同)?(?:配合|协助|参与|参加|协办|支持){_DOING}*)$"
    rf"|(?P<plain>(?:共同|分别|具体|联合|分工)?(?:负责|落实|实施|承办){_DOING}*)$"
)
_OWN_ROLE = re.compile(r"[（(](?:(?P<lead>牵头|主办)|(?P<support>配合|协办|参与))(?:单位|部门)?[）)]$")
_DUE = re.compile(r"\d年|\d月|年底|季度|长期|持续|常态|时序|进度|完成|随时|立即")
_LEAD_RULE = re.compile(r"(?:列|排)(?:名)?(?:在)?(?:第一|首|最前)[^。；;）)\n]{0,10}牵头(?:单位|部门)?")
_REMARK = re.compile(r"[（(][^（）()]*(?:下同|职责分工[^（）()]*)[）)]$|[（(][，,\s]*[）)]$")
_NO_UNIT = re.compile("^(?:下同|以下同|按职责分工|排名不分先后)?$")

_ORGAN = re.compile(
    "(?:局|委|办|部|署|院|厅|处|站|所|会|社|行|校|中心|集团|公司|海关|政府|机关|单位|部门|地区|机构|企业|机场|港|区|县|市|旗"
    "|省|州|盟|乡|镇|街道|大学|团|队|基地|组|平台|园|馆|台|主体|学校|室|军|厂|矿|联|等)(?:[（(][^（）()]*[）)])?$"
)
_GENERIC = re.compile("^(?:单位|部门|机构|政府|企业|地区)$")
_OPEN_LIST = re.compile(
    "(?<![高中初优平])等(?P<rest>(?:[^等]*(?:部门|单位|地区|机构|企业|政府|机关|组织|公司|院校|方面))?)$"
)
# The looser bond first: A和B及C is A和B, and C.
_JOINED = ("以及", "会同", "及", "和")
_KINDS_OF_PLACE = (
    "(?:省|自治区|直辖市|设区市|地级市|市|县级市|县|区|旗|自治县|自治旗|州|盟|乡|镇|街道|苏木|功能区|开发区|新区|园区)"
)
_PLACE_GOES_ON = re.compile(
    rf"^{_KINDS_OF_PLACE}(?:[（(]{_KINDS_OF_PLACE}(?:、{_KINDS_OF_PLACE})*[）)])?"
    "(?:级)?(?:党委|人民政府|政府|管委会)*$"
)


@dataclass(frozen=True)
class NamedUnit:
    """A unit as printed; ``mark`` is lead, support, joint or plain, ``basis`` the printed words that say so."""

    name: str
    mark: str
    basis: str


@dataclass
class Clause:
    """One responsibility mark: its place in the text and what it says."""

    start: int
    end: int
    units: list[NamedUnit] = field(default_factory=list)
    due: str = ""
    open_list: str = ""


def is_organ(name: str) -> bool:
    """Whether a name ends as the names of offices, firms and places do."""
    return bool(_ORGAN.search(name))


def lead_rule(text: str) -> str:
    """The words that make the unit named first the lead, 列第一位者为牵头单位; empty without such a rule."""
    found = _LEAD_RULE.search(text)
    return found[0] if found else ""


def find_clauses(text: str, narrowed: str) -> list[Clause]:
    """Every responsibility mark of a text, bracketed or bare, in order; ``narrowed`` is its `narrow` form."""
    clauses: list[Clause] = []
    taken = [bracket.span() for bracket in _BRACKET.finditer(narrowed)]
    for start, end in taken:
        clause = parse_clause(text[start + 1 : end - 1], start, end)
        before, after = narrowed[start - 1 : start] if start else "", narrowed[end : end + 1]
        organs = [is_organ(unit.name) for unit in clause.units]
        # In mid-sentence （由海关负责） is a remark; names without label or verb must end their measure.
        labelled = ":" in narrowed[start:end]
        apart = before in tuple('。!?;:,)”"\n') or after in ("", "\n")
        if any(unit.basis for unit in clause.units):
            stands = any(organs) and (labelled or apart)
        else:
            stands = bool(organs) and all(organs) and before == "。" and after in ("", "\n")
        if stands:
            clauses.append(clause)
    for bare in _BARE.finditer(narrowed):
        if any(start < bare.start(1) < end for start, end in taken) or not _is_responsibility(bare[1]):
            continue
        clause = parse_clause(text[bare.start(1) : bare.end()], bare.start(1), bare.end())
        if clause.units or clause.due:
            clauses.append(clause)
    return sorted(clauses, key=lambda clause: clause.start)


def parse_clause(content: str, start: int, end: int) -> Clause:
    """What one responsibility mark says: units in the order printed with the role of each, and the time limit."""
    clause = Clause(start, end)
    label, waiting, dues = "", [], []

    def close(mark: str, basis: str) -> None:
        clause.units.extend(_named_units(waiting, mark, basis, clause))
        waiting.clear()

    for said in _pieces(re.sub(r"\s*\n\s*", "", content)):
        if labelled := _LABEL.match(said):
            close(*_role_of_label(label))
            label = labelled[1]
        piece = said[labelled.end() :].strip() if labelled else said
        if _LEAD_RULE.search(piece) and not _LEAD_RULE.sub("", piece).strip("（）()，,、"):
            continue
        if _LABEL_DUE.search(label) or (_DUE.search(piece) and not is_organ(piece) and not _VERB.search(piece)):
            dues.append(piece)
            continue
        if label and not _is_responsibility(label):
            continue
        verb = _VERB.search(piece)
        waiting.append(piece[: verb.start()] if verb else piece)
        if verb:
            close(str(verb.lastgroup), verb[0])
    close(*_role_of_label(label))
    clause.due = "，".join(dues)
    return clause


def _is_responsibility(label: str) -> bool:
    if _LABEL_DUE.search(label):
        return True
    stems = (_LABEL_LEAD, _LABEL_SUPPORT, _LABEL_PLAIN)
    return bool(_LABEL_OF_UNITS.search(label)) and any(stem.search(label) for stem in stems)


def _role_of_label(label: str) -> tuple[str, str]:
    for mark, stem in (("lead", _LABEL_LEAD), ("support", _LABEL_SUPPORT)):
        if stem.search(label):
            return mark, label
    return "plain", label


def _pieces(content: str) -> Iterator[str]:
    """The content cut at commas, semicolons, enumeration commas and blanks that stand outside brackets."""
    piece, inside = "", 0
    for place, char in enumerate(content):
        inside += (char in "（(〔[") - (char in "）)〕]")
        blank = char.isspace() and not (
            content[place - 1 : place].isascii() and content[place + 1 : place + 2].isascii()
        )
        if not inside and (char in "、，,；;。" or blank):
            if piece.strip():
                yield piece.strip()
            piece = ""
        else:
            piece += char
    if piece.strip():
        yield piece.strip()


def _named_units(pieces: list[str], mark: str, basis: str, clause: Clause) -> Iterator[NamedUnit]:
    joined: list[str] = []
    for piece in pieces:
        if joined and joined[-1].startswith("各") and _PLACE_GOES_ON.match(piece):
            joined[-1] += "、" + piece
        else:
            joined.append(piece)
    for printed in (name for piece in joined for name in _split_joined(piece)):
        own = _OWN_ROLE.search(printed)
        name = _REMARK.sub("", _LEAD_RULE.sub("", _OWN_ROLE.sub("", printed)))
        if found := _OPEN_LIST.search(name):
            clause.open_list = found[0]
            name = name[: found.start()]
        name = name.removeprefix("由").strip()
        if not _NO_UNIT.match(name):
            yield NamedUnit(name, str(own.lastgroup) if own else mark, own[0] if own else basis)


def _split_joined(piece: str) -> list[str]:
    """Names joined by 和, 及 and the like, cut apart only where both sides are names: not in 文化和旅游部."""
    for joint in _JOINED:
        left, found, right = piece.partition(joint)
        names = is_organ(left) and is_organ(right) and not _GENERIC.match(right)
        if found and (not left or (right and (names or joint == "会同"))):
            return [name for side in (left, right) if side for name in _split_joined(side)]
    return [piece]
