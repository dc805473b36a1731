"""The names of units in a notice: what ends like one, and where one name is joined to the next."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Set

_ORGAN = re.compile(
    "(?:局|委|办|部|署|院|厅|处|站|所|会|社|行|校|中心|集团|公司|海关|政府|机关|单位|部门|地区|机构|企业|机场|港|区|县|市|旗"
    "|省|州|盟|乡|镇|街道|大学|团|队|基地|组|平台|园|馆|台|主体|学校|室|军|厂|矿|联|等|司|科|专班|总队|支队|电网|电力|铁塔|电信|移动|联通|烟草|高校|院校|科协|作协|地方|军分区)"
    "(?:[（(][^（）()]*[）)])?$"
)
_LONGEST_END = 40
_GENERIC = re.compile("^(?:单位|部门|机构|政府|企业|地区|地方)$")
# 以及 before 及: the longer word is the joint.
_JOINT = re.compile("以及|会同|联合(?=[市省县区旗州各国])|及|和|与|/|／|·|暨")
_LOOSE = frozenset(("以及", "会同", "联合", "及", "和", "与"))
_KINDS_OF_PLACE = (
    "(?:省|自治区|直辖市|设区市|地级市|市|县级市|县|区|旗|自治县|自治旗|州|盟|乡|镇|街道|苏木|功能区|开发区|新区|园区)"
)
_PLACE_GOES_ON = re.compile(
    rf"^{_KINDS_OF_PLACE}(?:[（(]{_KINDS_OF_PLACE}(?:、{_KINDS_OF_PLACE})*[）)])?"
    "(?:级)?(?:党委|人民政府|政府|管委会)*$"
)
_ZONE = re.compile("区管委会$")


def is_organ(name: str) -> bool:
    """Whether a name ends as the names of offices, firms and places do."""
    return bool(_ORGAN.search(name[-_LONGEST_END:]))


def is_alone(name: str) -> bool:
    """Whether a name holds nothing that could join two names."""
    return is_organ(name) and not _JOINT.search(name)


def goes_on(name: str, piece: str) -> bool:
    """Whether a piece behind a comma goes on a name that holds it: 各区、县级市人民政府."""
    return name.startswith("各") and bool(_PLACE_GOES_ON.match(piece)) and not _ZONE.search(piece)


def parted(piece: str, known: Set[str]) -> list[str]:
    """The names of a piece, cut apart at 和, 及, / and the like where both sides are names: not in 文化和旅游部.

    Parameters
    ----------
    piece : str
        What stands between two commas.
    known : set of str
        Names that are known to stand alone: of a register, or seen so elsewhere in the notice.
    """
    if piece in known:
        return [piece]
    joints = list(_JOINT.finditer(piece))
    names, start = [], 0
    for joint, following in zip_longest(joints, joints[1:]):
        left, right = piece[start : joint.start()], piece[joint.end() :]
        nearest = right[: following.start() - joint.end()] if following else right
        if not left:
            # 和平区 and 及时雨 are names; who is 会同 by another is not.
            if joint[0] in ("以及", "会同", "联合") or nearest in known:
                start = joint.end()
            continue
        if not right:
            continue
        both_known = left in known and any(right.startswith(name) for name in (nearest, right) if name in known)
        organs = is_organ(left) and (is_organ(nearest) or is_organ(right)) and not _GENERIC.match(nearest)
        if both_known or joint[0] == "会同" or (organs and joint[0] in _LOOSE):
            names.append(left)
            start = joint.end()
    return [*names, piece[start:]]
