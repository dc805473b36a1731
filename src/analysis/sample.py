"""A synthetic progress log with the warts of a real ledger, for a plan that has no public progress data.

Nothing here describes what any unit did. Every statement is drawn from a seeded generator, and every progress text
begins with `MARK`, so that a row copied out of its file still says what it is.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from analysis.schema import REQUIRED_COLUMNS

MARK = "（示例）"
"""The beginning of every synthetic progress text."""

_MEANS = ("会同有关单位", "按照任务分工", "结合企业诉求", "对照措施要求", "组织业务处室", "在前期调研基础上")
_ACTIONS = ("梳理流程和办理环节", "细化方案并征求意见", "开展宣讲和一对一辅导", "走访企业了解情况", "研究完善操作指引")
_RESULTS = ("形成初步工作清单", "各方意见基本一致", "后续环节正在衔接", "企业反映总体平稳", "遗留问题正在逐项研究")
_PROGRESS = {
    "not_started": ("已明确责任处室和联系人，尚未正式启动", "正在研究任务分工，暂未启动", "待配套文件明确后启动"),
    "stalled": ("后续环节因条件不具备暂缓", "有关事项尚待协调，工作暂时停滞", "等待协调结果，暂无新进展"),
    "done_reported": ("措施要求的工作已完成，材料随表报送", "各环节均已完成，申请核验", "已按要求落实，请予核验"),
    "closed": ("经核验，佐证材料齐全，予以办结", "核验通过，予以办结", "材料复核无误，同意办结"),
    "ongoing": ("工作机制已建立，按常态开展", "转入常态化，持续开展宣传和辅导", "日常工作正常开展，未发现新问题"),
    "withdrawn": ("不再单独推进，申请取消", "有关内容不再单列，申请取消"),
}
_HURDLES = ("系统接口标准尚未明确", "跨部门数据共享权限尚未落实", "试点企业尚未确定", "上级操作规范尚未印发")
_RETURNED = ("核验退回：佐证材料不完整", "核验退回：未覆盖全部业务场景", "核验退回：尚缺企业实际办理的证明")
_NEXT_STEPS = {
    "not_started": ("确定启动时间和具体分工", "对接配套文件起草进度"),
    "in_progress": ("继续推进后续环节", "根据反馈意见修改完善", "扩大宣传覆盖面", "做好与其他单位的衔接"),
    "stalled": ("提请专题协调", "会同有关单位研究替代方案", "跟踪上级文件印发情况"),
    "done_reported": ("配合做好核验", "补充整理佐证材料"),
    "ongoing": ("按常态继续开展", "根据企业意见持续改进"),
}
_EVIDENCE_SHARE = {"done_reported": 0.8, "closed": 1.0, "in_progress": 0.25, "ongoing": 0.3}
_REVISED_AFTER_DAYS = (6, 33, 9, 40, 12, 36)

Statement = dict[str, Any]
Random = np.random.Generator
Fate = tuple[str, int]


def synthetic_progress(
    measures: pd.DataFrame,
    responsibilities: pd.DataFrame,
    *,
    seed: int = 2024,
    first_period: str = "2024-06",
    last_period: str = "2025-03",
    due_day: int = 5,
) -> pd.DataFrame:
    """A made-up progress log that obeys every rule of a real one and looks as untidy.

    Parameters
    ----------
    measures, responsibilities : pandas.DataFrame
        Only ``measure_id``, ``kind`` and ``unit_id`` are used.
    seed : int
        The same seed and frames give the same log.
    first_period, last_period : str
        First and last month reported on, as ``2024-06``.
    due_day : int
        Day of the next month by which feedback on a month is due.

    Returns
    -------
    pandas.DataFrame
        Text columns of ``REQUIRED_COLUMNS["progress"]``, blanks as ``""``, rows in the order they arrived: with late,
        missing, revised, stalled, returned and contradictory statements, but no breach of a rule.

    Raises
    ------
    ValueError
        If the two periods and those between them are fewer than eight months.
    """
    months = pd.period_range(first_period, last_period, freq="M")
    if len(months) < 8:
        raise ValueError(f"{first_period} to {last_period} is {len(months)} months; at least 8 are needed")
    random = np.random.default_rng(seed)
    kinds = dict(zip(measures["measure_id"], measures["kind"], strict=True))
    units_of: dict[str, list[str]] = {measure: [] for measure in kinds}
    for measure, unit in zip(responsibilities["measure_id"], responsibilities["unit_id"], strict=True):
        units_of[measure].append(unit)
    fates = _fates(kinds, units_of, len(months), random)
    silent = _silent(units_of, fates, random)
    skipped = {unit: random.uniform(0.04, 0.22) for unit in sorted({u for units in units_of.values() for u in units})}
    # A unit sends one form a month for all of its measures, so its rows of a month arrive together.
    is_late = {unit: random.random(len(months)) < random.uniform(0.03, 0.25) for unit in skipped}
    days = {
        unit: np.where(late, due_day, 0) + random.integers(1, np.where(late, 18, due_day + 1))
        for unit, late in is_late.items()
    }
    arrivals = {
        unit: months.to_timestamp(how="end").normalize() + pd.to_timedelta(days[unit], unit="D") for unit in days
    }
    stories = []
    for measure, (fate, turn) in fates.items():
        for place, unit in enumerate(u for u in units_of[measure] if (measure, u) not in silent):
            course = _course(fate, turn, place, len(months), random)
            statements = _statements(course, months, arrivals[unit], skipped[unit], random)
            stories.append([{"measure_id": measure, "unit_id": unit, **statement} for statement in statements])
    _lower_percents(stories, random)
    replaced = _replaced_statements(stories, kinds, random)
    return _as_table([row for story in stories for row in story] + replaced, units_of, months[-1], random)


def _fates(kinds: dict[str, str], units_of: dict[str, list[str]], periods: int, random: Random) -> dict[str, Fate]:
    """How each measure ends, and the month (from 0) in which it turns that way."""
    shuffled = [str(measure) for measure in random.permutation(list(kinds))]
    completable = [measure for measure in shuffled if kinds[measure] != "ongoing"]
    ongoing = [measure for measure in shuffled if kinds[measure] == "ongoing"]
    # A measure unheard of, or not begun, is believable where few units share it.
    few = sorted(completable, key=lambda measure: len(units_of[measure]) > 2)[:3]
    # A number promised is mostly a service that is ready to start: such measures close first.
    rest = sorted((measure for measure in completable if measure not in few), key=lambda m: kinds[m] != "quantified")
    last, count = periods - 1, len(completable)
    closing_months = [month for month in range(3, periods) if month != 2 * periods // 3]
    turns = [closing_months[round(place)] for place in np.linspace(0, len(closing_months) - 1, round(count / 2))]
    ends = [("silent", 0), ("not_started", 0), ("late", last - 2), *(("closed", turn) for turn in turns)]
    ends += [("withdrawn", last - 1), *[("stalled", last - 2), ("done", last - 1)] * max(1, round(count / 10))]
    ends += [("open", last - 2)] * count
    starts = [("late", last - 2), ("ongoing", periods)]
    starts += [("ongoing", int(month)) for month in random.integers(1, 5, len(ongoing))]
    fates = dict(zip(few + rest + ongoing, ends[:count] + starts, strict=False))
    return {measure: fates[measure] for measure in kinds}


def _silent(units_of: dict[str, list[str]], fates: dict[str, Fate], random: Random) -> set[tuple[str, str]]:
    """Responsibilities that never report: a silent measure's, nearly all of one unit's, and a few more."""
    pairs = [(measure, unit, place) for measure, units in units_of.items() for place, unit in enumerate(units)]
    silent = {(measure, unit) for measure, unit, _ in pairs if fates[measure][0] == "silent"}
    # The first unit keeps reporting, so that no other measure falls silent by chance.
    others = [(m, u) for m, u, place in pairs if place and len(units_of[m]) > 2 and fates[m][0] != "withdrawn"]
    named, loads = Counter(unit for _, unit, _ in pairs), Counter(unit for _, unit in others)
    middling = sorted(unit for unit, load in loads.items() if 3 <= load <= 6 and named[unit] - load <= 1)
    quiet = str(random.choice(middling)) if middling else ""
    few = {others[place] for place in random.permutation(len(others))[: len(others) // 12]}
    # The quiet unit is heard on one measure; if it stands outside `others`, that one will do.
    heard = 1 if named[quiet] == loads[quiet] else 0
    return silent | few | set([pair for pair in others if pair[1] == quiet][heard:])


def _course(fate: str, turn: int, place: int, periods: int, random: Random) -> list[str | None]:
    """One unit's state in each month: None before its first word, ending with its last."""
    if fate == "closed" and place and turn > 3:
        turn -= int(random.integers(0, 2))
    rest = periods - turn
    course: list[str | None] = [None if fate == "late" else "in_progress"] * turn
    course += {
        "silent": [],
        "not_started": ["not_started"] * rest,
        "late": ["in_progress"] * rest,
        "ongoing": ["ongoing"] * rest,
        "closed": ["closed"],
        "done": ["done_reported"] * rest,
        # Joint units that disagree: one says done, or stalled, while the others are still at work.
        "open": ["done_reported" if place == 1 else "in_progress"] * rest,
        "stalled": ["stalled" if place == 0 else "in_progress"] * rest,
        "withdrawn": ["withdrawn"],
    }[fate]
    if fate == "closed":
        done = turn - (int(random.integers(1, 3)) if turn > 3 else 1)
        course[done:turn] = ["done_reported"] * (turn - done)
        if done > 3 and random.random() < 0.5:
            course[done - 2] = "done_reported"
    elif fate in ("open", "done", "stalled") and random.random() < 0.4:
        course[int(random.integers(4, max(turn - 1, 5)))] = "stalled"
    if course and course[0] == "in_progress":
        begun, first = int(random.integers(0, 2 if fate == "closed" else 4)), int(random.integers(0, 2))
        course[:begun] = ["not_started"] * begun
        course[:first] = [None] * first
    return course


def _statements(
    course: list[str | None], months: pd.PeriodIndex, arrivals: pd.DatetimeIndex, skipped: float, random: Random
) -> list[Statement]:
    """What a unit sends about one measure: its course with gaps, days, percents and words."""
    statements: list[Statement] = []
    percent, before = int(random.choice([5, 10, 15, 20])), None
    expected = months[0] + int(random.integers(4, 9))
    gives_date = "ongoing" not in course and random.random() < 0.6
    for month, status, reported in zip(months, course, arrivals, strict=False):
        # A change is always told: a gap over it would turn a lawful course into an unlawful jump.
        if status is None or (status == before and random.random() < skipped):
            continue
        as_of, form = month.end_time.normalize(), str(month)
        if random.random() < (0.3 if status == "closed" else 0.04):
            as_of = month.start_time + pd.Timedelta(days=int(random.integers(9, 24)))
            reported, form = as_of + pd.Timedelta(days=int(random.integers(0, 5))), f"{month}-专报"
        elif status in ("ongoing", "stalled") and random.random() < 0.05:
            reported, form = reported + pd.Timedelta(days=int(random.integers(28, 52))), f"{month}-补报"
        if statements:
            # A unit's later word is never filed before its earlier one.
            reported = max(reported, statements[-1]["reported_at"])
        if status == "in_progress":
            percent = min(percent + int(random.choice([0, 5, 10, 15])), 95)
            if before == "done_reported":
                statements[-1]["percent"] = ""
        expected = expected if expected > month else month + int(random.integers(1, 4))
        shown = gives_date and status in ("not_started", "in_progress", "stalled")
        statement = {"as_of": as_of, "reported_at": reported, "status": status, "form": form, "is_revision": False}
        statement["expected_completion"] = f"{expected.end_time:%Y-%m-%d}" if shown else ""
        statements.append(statement | _contents(status, percent, before, random))
        before = status
    return statements


def _contents(status: str, percent: int, before: str | None, random: Random) -> dict[str, str]:
    """Percent and words of one statement; a unit at work again after it said done was sent back."""
    at_work = [str(percent)] * 9 + [""]
    percents = {"not_started": ["", "0"], "in_progress": at_work, "stalled": at_work, "closed": ["100"]}
    percents["done_reported"] = ["", "100", "100"]
    parts = [_PROGRESS[status]] if status in _PROGRESS else [_MEANS, _ACTIONS, ("，",), _RESULTS]
    progress, problems = "".join(str(random.choice(part)) for part in parts), ""
    if status == "in_progress" and before == "done_reported":
        progress, problems = "根据核验意见补充材料，继续推进", str(random.choice(_RETURNED))
    elif status == "stalled" or (status == "in_progress" and random.random() < 0.08):
        problems = str(random.choice(_HURDLES))
    elif status == "withdrawn":
        problems = "经研究，有关内容并入其他工作统一推进"
    next_step = str(random.choice(_NEXT_STEPS.get(status, ("",)))) if random.random() < 0.8 else ""
    words = {"progress": MARK + progress, "problems": problems, "next_step": next_step}
    return words | {"percent": str(random.choice(percents.get(status, [""])))}


def _lower_percents(stories: list[list[Statement]], random: Random) -> None:
    """Let three percents fall, as they do in a ledger when a first estimate proves too high."""
    steps = [step for story in stories for step in pairwise(story) if step[0]["status"] == step[1]["status"]]
    steps = [(then, now) for then, now in steps if now["status"] == "in_progress" and now["percent"]]
    steps = [(then, now) for then, now in steps if int(then["percent"] or 0) >= 30]
    for chosen in random.permutation(len(steps))[:3]:
        then, now = steps[chosen]
        now["percent"] = str(int(then["percent"]) - 10)


def _replaced_statements(stories: list[list[Statement]], kinds: dict[str, str], random: Random) -> list[Statement]:
    """Statements as first sent, too hopeful; what stands in the stories becomes the revision of each."""
    # Nothing may arrive from a responsibility after it was closed or withdrawn, a revision neither.
    lasting = [story for story in stories if len(story) > 3 and story[-1]["status"] not in ("closed", "withdrawn")]
    replaced: list[Statement] = []
    for chosen in random.permutation(len(lasting)):
        revision = lasting[chosen][int(random.integers(1, len(lasting[chosen]) - 2))]
        if len(replaced) == len(_REVISED_AFTER_DAYS) or revision["status"] != "in_progress" or not revision["percent"]:
            continue
        first = revision | {"percent": str(min(int(revision["percent"]) + 20, 95))}
        if len(replaced) % 2 == 0 and kinds[first["measure_id"]] != "ongoing":
            first |= {"status": "done_reported", "expected_completion": ""}
            first |= _contents("done_reported", 100, None, random)
        revision["reported_at"] += pd.Timedelta(days=_REVISED_AFTER_DAYS[len(replaced)])
        revision |= {"form": revision["form"][:7] + "-更正", "is_revision": True}
        revision["progress"] += "；更正前期填报内容"
        replaced.append(first)
    return replaced


def _as_table(rows: list[Statement], units_of: dict[str, list[str]], last: pd.Period, random: Random) -> pd.DataFrame:
    """Statements in the order they arrived, numbered, with where each was read from."""
    if not rows:
        return pd.DataFrame(columns=list(REQUIRED_COLUMNS["progress"]), dtype="str")
    entries = pd.DataFrame(rows)
    # What would come in more than a month after the last period has not arrived in this log.
    entries = entries[entries["reported_at"] <= (last + 1).end_time.normalize()]
    entries["order"] = entries["measure_id"].map(list(units_of).index)
    entries = entries.sort_values(["reported_at", "as_of", "unit_id", "order", "is_revision"], ignore_index=True)
    entries["log_id"] = [f"P{number:04d}" for number in range(1, len(entries) + 1)]
    earlier = entries.groupby(["measure_id", "unit_id", "as_of"])["log_id"].shift().fillna("")
    entries["supersedes"] = earlier.where(entries["is_revision"], "")
    attached = random.random(len(entries)) < entries["status"].map(_EVIDENCE_SHARE).fillna(0)
    entries["evidence_ref"] = [
        f"示例附件-{number:04d}" if is_attached else ""
        for number, is_attached in zip(attached.cumsum(), attached, strict=True)
    ]
    entries["source_file"] = "示例反馈表-" + entries["unit_id"] + "-" + entries["form"] + ".xlsx"
    entries["source_sheet"] = "反馈表"
    # A form lists all measures of its unit under one header row, in the order of the notice.
    on_form = {unit: [measure for measure in units_of if unit in units_of[measure]] for unit in set(entries["unit_id"])}
    pairs = zip(entries["unit_id"], entries["measure_id"], strict=True)
    entries["source_row"] = [str(on_form[unit].index(measure) + 2) for unit, measure in pairs]
    for column in ("as_of", "reported_at"):
        entries[column] = entries[column].dt.strftime("%Y-%m-%d")
    return entries[list(REQUIRED_COLUMNS["progress"])].astype("str")
