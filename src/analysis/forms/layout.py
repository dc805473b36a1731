"""What stands where on a form, and the names under which people bring it back."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.schema import DELIVERY_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FORM_SHEET = "反馈表"
OFFICE_SHEET = "核验表"
HELP_SHEET = "填表说明"
FAULT_SHEET = "退回说明"
HIDDEN_SHEET = COMMENTS_BY = "portplan"

HEADER_ROW = 4
REPORTED_AT = "G2"
"""The cell in which a form states the day on which it is sent, or what it says is recorded."""

OPTIONAL = "以下措施本期无须填报；情况有变，或提前完成的，可以填写。"
SETTLED = "以下措施已办结或已取消，无须填报。"
COMMITMENTS = "承诺事项：请填截至本表“数据截至”之日的实际值；没有统计的留空，不要填 0。"
NOTES = (OPTIONAL, SETTLED, COMMITMENTS)
"""What we write between the rows of a form."""

NO_DECISION = "—"
"""What the office picks where it does not decide yet."""

HEADS = {
    "measure_id": "措施编号",
    "measure": "措施内容",
    "last_state": "上次状态",
    "last_words": "上次填报",
    "status": "进展状态",
    "percent": "完成比例(%)",
    "progress": "进展情况",
    "problems": "存在问题",
    "request": "请求事项",
    "next_step": "下一步工作",
    "evidence_ref": "佐证材料",
    "expected_completion": "预计完成日期",
}
"""Column of a unit's form → its heading, in the order of the form."""

ENTRIES = (
    *("status", "percent", "progress", "problems", "request"),
    *("next_step", "evidence_ref", "expected_completion"),
)
"""The columns that a unit fills in."""

LABELS = {
    "unit": "填报单位",
    "period": "报告期",
    "as_of": "数据截至",
    "reported_at": "报送日期",
    "form_id": "表单编号",
}
"""What the head of a form says, and how it calls it."""

DECISION_WORDS = {
    "closed": "办结",
    "returned": "退回",
    "reopened": "重新打开",
    "withdrawn": "取消",
    "extended": "延期",
    "joined": "加入",
    "left": "退出",
    "void": "作废",
}
"""Decisions as the office's sheet and the command name them."""

_OTHER_HEADS = {
    "measure_id": "编号 序号 措施序号 任务编号 measure_id measure",
    "measure": "措施 措施名称 任务内容 工作措施",
    "status": "状态 当前状态 目前状态 工作状态 完成状态 status state",
    "percent": "完成比例 完成率 完成进度 进度 百分比 percent",
    "progress": "进展 工作进展 目前进展 进展情况说明 工作进展情况 progress",
    "problems": "问题 困难 存在困难 问题和困难 存在的问题 存在问题和困难 problems",
    "request": "请求 提请协调事项 需协调事项 需协调解决事项 需协调解决的事项 提请事项 request",
    "next_step": "下一步 下步工作 下一步计划 下一步打算 下一步工作计划 next_step",
    "evidence_ref": "佐证 附件 证明材料 佐证材料名称 evidence_ref evidence",
    "expected_completion": "预计完成时间 预计完成 预计办结日期 expected_completion",
}
_OTHER_LABELS = {
    "unit": "单位 单位名称 责任单位 报送单位 填表单位 unit",
    "period": "报告期间 填报期 所属期 period",
    "as_of": "截至日期 截至 截止日期 数据截止 统计截至 as_of",
    "reported_at": "报送时间 填报日期 填报时间 上报日期 填表日期 登记日期 reported_at",
    "form_id": "表单号 form_id",
}
_OTHER_STATES = {
    "not_started": "未开始 尚未启动 未开展",
    "stalled": "停滞 受阻停滞 暂停",
    "in_progress": "进行中 正在推进 推进 正在进行",
    "ongoing": "常态 长期 常态化推进 常态化开展",
    "done_reported": "已完成 完成 自报完成 已完成自报",
}
_ENGLISH_STATES = {
    "Not started": "not_started",
    "In progress": "in_progress",
    "Running continuously": "ongoing",
    "Reported done": "done_reported",
    "Reported done, not verified": "done_reported",
    "Done": "done_reported",
}
_OTHER_DECISIONS = {
    "closed": "已办结 办结销号 销号 同意办结 维持办结 已办结核验 完结 closed close",
    "returned": "退回重办 不予办结 returned return",
    "reopened": "重开 重新开启 reopened reopen",
    "withdrawn": "已取消 撤销 终止 withdrawn withdraw cancelled",
    "extended": "展期 延长 extended extend",
    "joined": "加入单位 新增 joined join",
    "left": "退出单位 移出 left leave",
    "void": "撤回 void",
}


@dataclass(frozen=True)
class Sheet:
    """A table that people fill in.

    Attributes
    ----------
    table : str
        The table of the record that its rows go to.
    heads : mapping of str to str
        Its columns with their headings, in their order.
    entries : tuple of str
        The columns to fill in.
    key : str
        The column that says what a row speaks of.
    mark : str
        The column by which its header is known, beside that of the key or of `title`.
    title : str
        The column that says the same as the key in words.
    others : mapping of str to str
        What else the columns are called, in words parted by blanks.
    """

    table: str
    heads: Mapping[str, str]
    entries: tuple[str, ...]
    key: str
    mark: str
    title: str
    others: Mapping[str, str]


SHEETS = {
    "progress": Sheet("progress", HEADS, ENTRIES, "measure_id", "status", "measure", _OTHER_HEADS),
    "actuals": Sheet(
        "actuals",
        {
            "commitment_id": "承诺编号",
            "commitment": "承诺内容",
            "target": "目标值",
            "last_actual": "上次实际值",
            "value": "实际值",
            "quantity_unit": "计量单位",
            "method": "统计方法",
            "evidence_ref": "佐证材料",
        },
        ("value", "method", "evidence_ref"),
        "commitment_id",
        "value",
        "commitment",
        {
            "commitment_id": "commitment_id",
            "commitment": "承诺 承诺事项",
            "value": "实际完成值 完成值 value",
            "method": "统计口径 统计方式 计算方法 method",
            "evidence_ref": "佐证 附件 证明材料 佐证材料名称 evidence_ref evidence",
        },
    ),
    "decisions": Sheet(
        "decisions",
        {
            "measure_id": "措施编号",
            "measure": "措施内容",
            "state": "现状",
            "words": "各单位填报",
            "evidence": "各单位佐证",
            "decision": "决定",
            "effective_on": "生效日期",
            "decided_by": "核验人",
            "evidence_ref": "佐证材料",
            "reason": "理由",
        },
        ("decision", "effective_on", "decided_by", "evidence_ref", "reason"),
        "measure_id",
        "decision",
        "measure",
        {
            "measure_id": "编号 序号 措施序号 任务编号 measure_id",
            "measure": "措施 措施名称",
            "decision": "核验决定 核验结论 decision",
            "effective_on": "决定日期 办结日期 effective_on",
            "decided_by": "核验单位 决定人 decided_by",
            "evidence_ref": "佐证 核验依据 依据 evidence_ref",
            "reason": "原因 退回理由 退回原因 reason",
        },
    ),
}
"""Table of the record → the sheet on which it is filled in."""


def folded(text: object) -> str:
    """A text half-width, without capitals, without signs that nobody sees and that come along with what is pasted."""
    folded = unicodedata.normalize("NFKC", str(text)).casefold()
    return "".join(char for char in folded if unicodedata.category(char) != "Cf")


def plain(text: object) -> str:
    """A name as it is compared: half-width, without blanks, brackets and what they hold, marks, capitals."""
    return re.sub(r"\(.*?\)|[\s*:%_、,。.·\-]", "", folded(text))


def whole(text: object) -> str:
    """A word as it is compared where what brackets hold may turn its meaning round: half-width, without marks."""
    return re.sub(r"[\s()*:%_、,。.·\-]", "", folded(text))


def _index(
    names: Mapping[str, str], others: Mapping[str, str], *, folded: Callable[[object], str] = plain
) -> dict[str, str]:
    ours = {folded(name): key for key, name in names.items()}
    return {folded(other): key for key, line in others.items() for other in line.split()} | ours


KEY_OF_HEAD = {table: _index(sheet.heads, sheet.others) for table, sheet in SHEETS.items()}
"""Table → heading, folded → column."""
KEY_OF_LABEL = _index(LABELS, _OTHER_LABELS)
STATUS_OF_WORD = (
    _index(DELIVERY_WORDS, _OTHER_STATES, folded=whole)
    | {whole(words): key for words, key in _ENGLISH_STATES.items()}
    | {whole(key): key for key in DELIVERY_WORDS}
)
DECISION_OF_WORD = _index(DECISION_WORDS, _OTHER_DECISIONS, folded=whole)


def statuses(kind: str) -> list[str]:
    """The states that a unit may report on a measure of a kind: only an ongoing one is ``ongoing``, and never done."""
    never = "done_reported" if kind == "ongoing" else "ongoing"
    return [state for state in DELIVERY_WORDS if state != never]
