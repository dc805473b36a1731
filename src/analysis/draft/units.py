"""The units of a reading → rows of a plan's ``units.csv``: ids, short names, kinds; look-alikes told, never merged."""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from analysis.marks import central_bodies, names_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_KINDS = (
    (
        "central_agency",
        "^(?:国家|中国人民银行|国务院|中央|全国|中国证监|海关总署)"
        "|海关|海事局|边检|边防|外汇|税务局|铁路|银保监|证监局|金融监管",
    ),
    ("enterprise", "(?:集团|公司|银行|机场|企业|电网|电力|铁塔|电信|移动|联通|厂|港务)(?:[（(].*[）)])?$"),
    ("zone", "管委会|开发区|高新区|新区|园区|自贸|综保区|功能区"),
    ("district", "(?:区|县|旗|市|镇|乡|街道|州|盟|地区)(?:[（(].*[）)])?(?:级)?(?:委|党委|人民政府|政府|办事处)?$"),
    ("municipal_department", "^(?:市|省|自治区|区|县)|(?:局|委|办|厅|部|中心|院|处|室|委员会|单位|部门|政府)$"),
)  # fmt: skip
_GROUP = re.compile("^(?:各|有关|相关|其他|全市|全省)|(?:有关|相关|成员|直属)(?:部门|单位)|部门和单位$")
_LEVEL = re.compile("^(?:[市省区县]委(?=.{3})|(?:市|省|自治区|全市|本市|我市)(?!委.)(?=.{2}))")
_LONG_FORMS = (("委员会", "委"), ("办公室", "办"), ("管理局", "局"), ("人民政府", "政府"), ("和", ""))


class Unit(NamedTuple):
    """A row of ``units.csv`` with the names that the notice prints for it."""

    row: dict[str, str]
    printed: tuple[str, ...]


def units_of(
    printed: Sequence[str], *, registers: Iterable[Sequence[Mapping[str, str]]] = ()
) -> tuple[list[Unit], list[tuple[str, str]]]:
    """The units that a notice names.

    Parameters
    ----------
    printed : sequence of str
        Names as printed, each once, in the order of the notice.
    registers : iterable of sequences of rows
        Units known beforehand, in the columns of ``units.csv``, the nearest first; the register of central bodies that
        comes with the package is asked last. A name in full, in short, or among the others is that unit.

    Returns
    -------
    tuple
        The units in the order in which they are named; and pairs of names that look like one unit, to be judged by a
        person.
    """
    own = [row for register in registers for row in register]
    known = {name: row for row in reversed(own) for name in names_of(dict(row))}
    central = {name: row for row in central_bodies() for name in names_of(row) if _is_certain(name, row)}
    units: dict[str, Unit] = {}
    for name in printed:
        row = known.get(name) or central.get(name)
        key = row["unit_id"] if row else name
        if key in units:
            units[key] = units[key]._replace(printed=(*units[key].printed, name))
        else:
            units[key] = Unit(_from_register(row, name) if row else _new(name), (name,))
    rows = [unit.row for unit in units.values()]
    _name_apart(rows)
    return list(units.values()), _alike(list(units.values()))


def _is_certain(name: str, row: Mapping[str, str]) -> bool:
    """Whether a name means the central body alone: 发展改革委 in a city's notice is the city's."""
    return name != row["short"] or name == row["name"] or name.endswith("部") or name.startswith(("国", "中"))


def _from_register(row: Mapping[str, str], printed: str) -> dict[str, str]:
    others = [name for name in names_of(dict(row)) if name not in (printed, row["short"])]
    return {**row, "name": printed, "aliases": "|".join(dict.fromkeys(others))}


def _new(name: str) -> dict[str, str]:
    kind = next((kind for kind, pattern in _KINDS if re.search(pattern, name)), "other")
    return {
        "unit_id": "",
        "name": name,
        "short": _LEVEL.sub("", name),
        "kind": kind,
        "is_group": "true" if _GROUP.search(name) else "false",
        "aliases": "",
    }


def _name_apart(rows: Sequence[dict[str, str]]) -> None:
    """Give each row an id of its own, from the readings of its name, and a short name that no other has."""
    names = {row["name"] for row in rows}
    shorts = [row["short"] for row in rows]
    taken = {row["unit_id"] for row in rows}
    for row in rows:
        if shorts.count(row["short"]) > 1 or (row["short"] != row["name"] and row["short"] in names):
            row["short"] = row["name"]
        if row["unit_id"]:
            continue
        base = spelled(row["name"])
        row["unit_id"] = next(
            candidate for n in range(1, len(rows) + 2) if (candidate := base if n == 1 else f"{base}-{n}") not in taken
        )
        taken.add(row["unit_id"])


def spelled(name: str) -> str:
    """A name in the letters of an id, by its readings."""
    import pypinyin

    # What is no Chinese comes back as it is, a run at a time.
    syllables = [part for run in pypinyin.lazy_pinyin(name) for part in re.findall("[A-Za-z0-9]+", run)]
    return "-".join(part.lower() for part in syllables)[:60].strip("-") or "unit"


def _alike(units: Sequence[Unit]) -> list[tuple[str, str]]:
    """Pairs of units whose names differ by a prefix, a long form, or a part left out."""
    plain = {unit.row["name"]: _plain(unit.row["name"]) for unit in units if unit.row["is_group"] == "false"}
    pairs = []
    for first, second in combinations(plain, 2):
        short, long = sorted((plain[first], plain[second]), key=len)
        same_end = short[-1:] == long[-1:] and short[:1] == long[:1]
        if len(short) >= 3 and (short == long or (same_end and len(long) - len(short) <= 2 and _within(short, long))):
            pairs.append((first, second))
    return pairs


def _plain(name: str) -> str:
    for long, short in _LONG_FORMS:
        name = name.replace(long, short)
    return _LEVEL.sub("", name)


def _within(short: str, long: str) -> bool:
    """Whether a text is left when characters of a longer one are taken out."""
    rest = iter(long)
    return all(char in rest for char in short)
