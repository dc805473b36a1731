"""What stands where on a form, and the names under which people bring it back."""

from __future__ import annotations

import re
import unicodedata

from analysis.schema import DELIVERY_WORDS

FORM_SHEET = "反馈表"
HELP_SHEET = "填表说明"
FAULT_SHEET = "退回说明"
HIDDEN_SHEET = "portplan"

HEADER_ROW = 4
REPORTED_AT = "G2"
"""The cell in which a unit states the day it sends the form."""

HEADS = {
    "measure_id": "措施编号",
    "measure": "措施内容",
    "last_state": "上次状态",
    "last_words": "上次填报",
    "status": "进展状态",
    "percent": "完成比例(%)",
    "progress": "进展情况",
    "problems": "存在问题",
    "next_step": "下一步工作",
    "evidence_ref": "佐证材料",
    "expected_completion": "预计完成日期",
}
"""Column of a form → its heading, in the order of the form."""

ENTRIES = ("status", "percent", "progress", "problems", "next_step", "evidence_ref", "expected_completion")
"""The columns that a unit fills in."""

LABELS = {"unit": "填报单位", "as_of": "数据截至", "reported_at": "报送日期", "form_id": "表单编号"}
"""What the head of a form says, and how it calls it."""

_OTHER_HEADS = {
    "measure_id": "编号 序号 措施序号 任务编号 measure_id measure",
    "measure": "措施 措施名称 任务内容 工作措施",
    "status": "状态 当前状态 目前状态 工作状态 完成状态 status state",
    "percent": "完成比例 完成率 完成进度 进度 百分比 percent",
    "progress": "进展 工作进展 目前进展 进展情况说明 工作进展情况 progress",
    "problems": "问题 困难 存在困难 问题和困难 存在的问题 存在问题和困难 problems",
    "next_step": "下一步 下步工作 下一步计划 下一步打算 下一步工作计划 next_step",
    "evidence_ref": "佐证 附件 证明材料 佐证材料名称 evidence_ref evidence",
    "expected_completion": "预计完成时间 预计完成 预计办结日期 expected_completion",
}
_OTHER_LABELS = {
    "unit": "单位 单位名称 责任单位 报送单位 填表单位 unit",
    "as_of": "截至日期 截至 截止日期 数据截止 统计截至 as_of",
    "reported_at": "报送时间 填报日期 填报时间 上报日期 填表日期 reported_at",
    "form_id": "表单号 form_id",
}
_OTHER_STATES = {
    "not_started": "未开始 尚未启动 未开展",
    "stalled": "停滞 受阻停滞 暂停",
    "in_progress": "进行中 正在推进 推进 正在进行",
    "ongoing": "常态 长期 常态化推进 常态化开展",
    "done_reported": "已完成 完成 自报完成 已完成自报",
    "closed": "办结 已办结核验",
    "withdrawn": "已取消 撤销",
}
_ENGLISH_STATES = {
    "Not started": "not_started",
    "In progress": "in_progress",
    "Running continuously": "ongoing",
    "Reported done": "done_reported",
    "Reported done, not verified": "done_reported",
    "Done": "done_reported",
    "Closed": "closed",
}


def plain(text: object) -> str:
    """A name as it is compared: half-width, without blanks, brackets and what they hold, marks, capitals."""
    folded = unicodedata.normalize("NFKC", str(text)).casefold()
    return re.sub(r"\(.*?\)|[\s*:%_、,。.·\-]", "", folded)


def _index(names: dict[str, str], others: dict[str, str]) -> dict[str, str]:
    ours = {plain(name): key for key, name in names.items()}
    return {plain(other): key for key, line in others.items() for other in line.split()} | ours


KEY_OF_HEAD = _index(HEADS, _OTHER_HEADS)
KEY_OF_LABEL = _index(LABELS, _OTHER_LABELS)
STATUS_OF_WORD = (
    _index(DELIVERY_WORDS, _OTHER_STATES)
    | {plain(words): key for words, key in _ENGLISH_STATES.items()}
    | {plain(key): key for key in DELIVERY_WORDS}
)


def statuses(kind: str) -> list[str]:
    """The delivery states that a measure of a kind can be in: only an ongoing one is ``ongoing``, and it never ends."""
    never = {"done_reported", "closed"} if kind == "ongoing" else {"ongoing"}
    return [state for state in DELIVERY_WORDS if state not in never]
