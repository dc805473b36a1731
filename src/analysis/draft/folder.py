"""The files of a new plan's folder."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from analysis.draft.deadlines import deadline, is_without_end
from analysis.draft.heading import Opening, opening
from analysis.draft.units import spelled, units_of
from analysis.files import csv_text
from analysis.schema import REQUIRED_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from analysis.notice import NoticeTables

BLANK = "请填写"
"""What marks in a draft what a notice did not say and somebody has to fill in."""
_LONGEST_SHORT = 12
_EVERY = (
    ("month", "每月|按月|月报"),
    ("quarter", "每季度|按季度|季报|每季"),
    ("half-year", "每半年|半年一次"),
    ("week", "每周|周报"),
    ("year", "每年年底前报|每年报送"),
)
_WORDS_OF_REPORTING = re.compile("报送|报告|反馈|调度|通报|考评|督查")


@dataclass(frozen=True)
class Draft:
    """A plan as far as its notice tells it.

    Attributes
    ----------
    opening : analysis.draft.heading.Opening
        Title, issuers and date.
    tables : mapping of str to pandas.DataFrame
        Every table of a plan's folder, in its columns (`analysis.schema.TABLES`), all text.
    doubts : pandas.DataFrame
        Those of the reading, and those about units and deadlines; the columns of `analysis.paragraphs.DOUBT_COLUMNS`.
    head : str
        The content of ``plan.toml``.
    """

    opening: Opening
    tables: Mapping[str, pd.DataFrame]
    doubts: pd.DataFrame
    head: str

    def files(self) -> dict[str, bytes]:
        """The files of the folder by name, but for the notice itself."""
        written = {f"{name}.csv": _csv(table) for name, table in self.tables.items()}
        return {"plan.toml": self.head.encode(), **written, "doubts.csv": _csv(self.doubts.astype("str"))}


def draft_of(
    notice: NoticeTables, *, plan_id: str = "", registers: Iterable[Sequence[Mapping[str, str]]] = ()
) -> Draft:
    """The draft of a plan from a reading of its notice.

    Parameters
    ----------
    notice : analysis.notice.NoticeTables
    plan_id : str
        The plan's id; from its title when left out.
    registers : iterable of sequences of rows
        Units known beforehand, as those of the predecessor plan; see `analysis.draft.units.units_of`.
    """
    spans = notice.spans[notice.spans["kind"] == "measure"]
    first, last = (int(spans["start"].min()), int(spans["end"].max())) if len(spans) else (len(notice.text), 0)
    found = opening(notice.text[:first], notice.text[last:])
    doubts: list[tuple[str, str, str, str]] = []
    measures = _measures(notice, found.issued, doubts)
    units, responsibilities = _units(notice, registers, doubts)
    themes = _themes(notice)
    filled = {"themes": themes, "measures": measures, "units": units, "responsibilities": responsibilities}
    tables = {
        name: filled.get(name, pd.DataFrame()).reindex(columns=list(columns), fill_value="").fillna("").astype("str")
        for name, columns in REQUIRED_COLUMNS.items()
    }
    told = _placed(doubts, notice)
    head = _head(found, notice, plan_id or spelled(found.title))
    return Draft(found, tables, pd.concat([notice.doubts, told], ignore_index=True), head)


def _csv(table: pd.DataFrame) -> bytes:
    return csv_text([list(table.columns), *table.itertuples(index=False, name=None)]).encode()


def _themes(notice: NoticeTables) -> pd.DataFrame:
    titles = notice.themes["title"]
    short = titles.str.replace(r"[“”\"‘’]", "", regex=True).str[:_LONGEST_SHORT]
    # Two themes that begin alike are named in full.
    return notice.themes.assign(short=short.where(~short.duplicated(keep=False), titles))


def _measures(notice: NoticeTables, issued: date | None, doubts: list[tuple[str, str, str, str]]) -> pd.DataFrame:
    rows = []
    for measure in notice.measures.itertuples(index=False):
        proposed = deadline(str(measure.due_text), issued)
        if proposed.doubt:
            doubts.append((str(measure.measure_id), str(measure.due_text), str(proposed.due or ""), proposed.doubt))
        ongoing = is_without_end(str(measure.due_text)) and proposed.due is None
        rows.append(
            {
                "kind": "ongoing" if ongoing else "one_off",
                "kind_basis": measure.due_text if ongoing or proposed.due else "",
                "due": proposed.due.isoformat() if proposed.due else "",
            }
        )
    number = notice.measures["number"].where(notice.measures["number"] != "", notice.measures["measure_id"].str[1:])
    return notice.measures.assign(number=number).join(pd.DataFrame(rows, columns=["kind", "kind_basis", "due"]))


def _units(
    notice: NoticeTables, registers: Iterable[Sequence[Mapping[str, str]]], doubts: list[tuple[str, str, str, str]]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    named = notice.responsibilities
    units, alike = units_of(list(dict.fromkeys(named["unit"])), registers=registers)
    for first, second in alike:
        says = (
            f"“{first}”与“{second}”可能是同一单位：如是，请在 units.csv 删去一行，把其名称写入另一行的 aliases，"
            "并改 responsibilities.csv"
        )
        doubts.append((str(named.loc[named["unit"] == second, "measure_id"].iloc[0]), second, "", says))
    ids = {name: unit.row["unit_id"] for unit in units for name in unit.printed}
    responsibilities = named.assign(unit_id=named["unit"].map(ids))
    # Two printed names of one unit on one measure are one responsibility.
    responsibilities = responsibilities.drop_duplicates(["measure_id", "unit_id"])
    return pd.DataFrame([unit.row for unit in units]), responsibilities


def _placed(doubts: Sequence[tuple[str, str, str, str]], notice: NoticeTables) -> pd.DataFrame:
    """Doubts about measures, at the lines where these were received; one that is about many is said once."""
    starts = notice.spans[notice.spans["kind"] == "measure"].set_index("id")["start"]
    together: dict[tuple[str, str, str], list[str]] = {}
    for measure_id, received, read_as, says in doubts:
        together.setdefault((received, read_as, says), []).append(measure_id)
    rows = []
    for (received, read_as, says), ids in together.items():
        line = notice.lines[notice.text.count("\n", 0, int(starts.get(ids[0], 0)))] if notice.lines else 1
        said = f"{says}（{len(ids)} 项：{'、'.join(ids)}）" if len(ids) > 1 else says
        rows.append((line, 1, ids[0], received, read_as, said))
    return pd.DataFrame(rows, columns=list(notice.doubts.columns))


def _head(found: Opening, notice: NoticeTables, plan_id: str) -> str:
    issued = (
        f"issued = {found.issued}" if found.issued else f'issued = ""  # {BLANK}：印发日期，如 2024-05-31，不加引号'
    )
    title = f"zh = {_quoted(found.title)}" if found.title else f'zh = ""  # {BLANK}：方案名称'
    issuers = ", ".join(map(_quoted, found.issuers))
    issuers = f"zh = [{issuers}]" if found.issuers else f"zh = []  # {BLANK}：印发单位"
    rule = "first_listed" if notice.lead_rule else "none"
    stated = f"通知写明“{notice.lead_rule}”。" if notice.lead_rule else "通知没有规定以排序认定牵头单位。"
    every, words = _every(notice.text)
    said = (
        f"通知提到“{words}”，请核对" if words else f"{BLANK}：week、month、quarter、half-year、year 或 none（不定期）"
    )
    first = f"{found.issued:%Y-%m}" if found.issued and every == "month" else ""
    return f"""id = {_quoted(plan_id)}
{issued}

# {stated}
lead_rule = "{rule}"

# 进展记录是真实的（real）还是示例（synthetic）。
progress_provenance = "real"
country = "CN"

[title]
{title}

[issuers]
{issuers}

# 反馈日历。通知没有写明的，由台账单位定。
[reporting]
every = "{every}"  # {said}
first_period = "{first}"  # {BLANK}或核对：首个反馈期，如 2024-06、2024-Q2
due_after_days = 5  # 请核对：反馈期结束后几日内报送
due_on_working_day = true
owed = "each-period"  # 请核对：每期都报；只在完成时限报一次的，填 when-due
timezone = "Asia/Shanghai"

# 由谁核验办结。没有核验单位的，不填，页面只写“自报”。
# [[verification.deciders]]
# name = "…"
# part_of = "…"
"""


def _every(text: str) -> tuple[str, str]:
    """How often the notice asks for reports, and its words; empty where it does not say."""
    for sentence in re.split("[。；\n]", text):
        if _WORDS_OF_REPORTING.search(sentence):
            for every, pattern in _EVERY:
                if found := re.search(pattern, sentence):
                    return every, sentence.strip()[max(found.start() - 10, 0) : found.end() + 10]
    return "", ""


def _quoted(text: str) -> str:
    escaped = re.sub(r"[\x00-\x1f\x7f]", " ", text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
