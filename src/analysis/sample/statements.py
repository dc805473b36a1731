"""What made-up units send in: their courses with gaps, days, percentages and words."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.sample import wording
from analysis.schema import REQUIRED_COLUMNS

if TYPE_CHECKING:
    from datetime import date

    from analysis.sample.fates import Fate, Units
    from analysis.sample.times import Random, Times

Statement = dict[str, Any]

_EVIDENCE_SHARE = {"done_reported": 0.8, "in_progress": 0.25, "ongoing": 0.3}
_REVISED_AFTER_DAYS = (6, 33, 9, 40, 12, 36)


def story(
    course: list[str | None], fate: Fate, times: Times, arrivals: list[date], skipped: float, random: Random
) -> list[Statement]:
    """What a unit sends about one measure.

    Parameters
    ----------
    course : list of str or None
        What it would say in each period (`analysis.sample.fates.course`).
    fate : Fate
    times : Times
    arrivals : list of datetime.date
        When its form on each period comes in.
    skipped : float
        The share of the periods without news that it leaves out.
    random : numpy.random.Generator
    """
    told: list[Statement] = []
    percent, before, hurdle = int(random.choice([5, 10, 15, 20])), "", str(random.choice(wording.HURDLES))
    expected = int(random.integers(4, 9))
    gives_date = "ongoing" not in course and random.random() < 0.6
    for place, (period, status, reported) in enumerate(zip(times.periods, course, arrivals, strict=True)):
        # A change is always told, and what is asked for is asked for again; whoever said done has little to add.
        left_out = {"stalled": 0, "done_reported": 0.8}.get(str(status), skipped)
        if status is None or (status == before and random.random() < left_out):
            continue
        as_of, form, name = period.end, period.name, period.name if times.is_named else ""
        if random.random() < 0.04:
            as_of = min(period.start + timedelta(days=times.days(int(random.integers(9, 24)))), period.end)
            # A special report is no form, and names no period.
            reported, form, name = as_of + timedelta(days=times.days(int(random.integers(0, 5)))), f"{form}-专报", ""
        elif status in ("ongoing", "stalled") and random.random() < 0.05:
            reported, form = reported + timedelta(days=times.days(int(random.integers(28, 52)))), f"{form}-补报"
        reported = max(reported, times.issued)
        if told:
            # A unit's later word is never filed before its earlier one.
            reported = max(reported, told[-1]["reported_at"])
        if status == "in_progress":
            percent = min(percent + int(random.choice([0, 5, 10, 15])), 95)
        expected = expected if expected > place else place + int(random.integers(1, 4))
        shown = gives_date and status in ("not_started", "in_progress", "stalled")
        statement = {
            "place": place,
            "period": name,
            "as_of": max(min(as_of, reported), times.issued),
            "reported_at": reported,
        }
        statement |= {"status": status, "form": form, "is_revision": False}
        statement["expected_completion"] = f"{times.ends[expected]}" if shown else ""
        told.append(statement | _contents(status, percent, _back_at_work(before, fate) if told else "", hurdle, random))
        before = status
    return told


def _back_at_work(before: str, fate: Fate) -> str:
    """Why a unit works on after it said done; blank when it did not."""
    if before != "done_reported":
        return ""
    return fate.end if fate.end in ("reopened", "contradicted") else "returned"


def _contents(status: str, percent: int, back: str, hurdle: str, random: Random) -> dict[str, str]:
    """Percent and words of one statement."""
    at_work = [str(percent)] * 9 + [""]
    percents = {
        "not_started": ["", "0"],
        "in_progress": at_work,
        "stalled": at_work,
        "done_reported": ["", "100", "100"],
    }
    parts = [wording.PROGRESS[status]] if status in wording.PROGRESS else []
    parts = parts or [wording.MEANS, wording.ACTIONS, ("，",), wording.RESULTS]
    progress, problems, request = "".join(str(random.choice(part)) for part in parts), "", ""
    if status == "in_progress" and back:
        progress, problems = wording.BACK_AT_WORK[back], str(random.choice(wording.LEFT_OVER))
    elif status == "stalled":
        # What a unit waits for is asked for again each time.
        problems, request = hurdle, wording.REQUESTS[hurdle]
    elif status == "in_progress" and random.random() < 0.08:
        problems = hurdle
    next_step = str(random.choice(wording.NEXT_STEPS[status])) if random.random() < 0.8 else ""
    words = {"progress": wording.MARK + progress, "problems": problems, "request": request, "next_step": next_step}
    return words | {"percent": str(random.choice(percents.get(status, [""])))}


def lower_percents(stories: list[list[Statement]], random: Random) -> None:
    """Let three percentages fall, as they do in a ledger when a first estimate proves too high."""
    steps = [step for story in stories for step in pairwise(story) if step[0]["status"] == step[1]["status"]]
    steps = [(then, now) for then, now in steps if now["status"] == "in_progress" and now["percent"]]
    steps = [(then, now) for then, now in steps if int(then["percent"] or 0) >= 30]
    for chosen in random.permutation(len(steps))[:3]:
        then, now = steps[chosen]
        now["percent"] = str(int(then["percent"]) - 10)


def replaced(stories: list[list[Statement]], kinds: dict[str, str], times: Times, random: Random) -> list[Statement]:
    """Statements as first sent, too hopeful; what stands in the stories becomes the revision of each."""
    lasting = [story for story in stories if len(story) > 3]
    first_sent: list[Statement] = []
    for chosen in random.permutation(len(lasting)):
        place = int(random.integers(1, len(lasting[chosen]) - 2))
        revision, before = lasting[chosen][place], lasting[chosen][place - 1]
        if (
            len(first_sent) == len(_REVISED_AFTER_DAYS)
            or revision["status"] != "in_progress"
            or not revision["percent"]
        ):
            continue
        if before["status"] == "done_reported":
            continue
        first = revision | {"percent": str(min(int(revision["percent"]) + 20, 95))}
        if len(first_sent) % 2 == 0 and kinds[first["measure_id"]] != "ongoing":
            first |= {"status": "done_reported", "expected_completion": ""}
            first |= _contents("done_reported", 100, "", "", random)
        revision["reported_at"] += timedelta(days=times.days(_REVISED_AFTER_DAYS[len(first_sent)]))
        revision |= {"form": f"{times.periods[revision['place']].name}-更正", "is_revision": True}
        revision["progress"] += "；更正前期填报内容"
        first_sent.append(first)
    return first_sent


def as_table(rows: list[Statement], units_of: Units, times: Times, random: Random) -> pd.DataFrame:
    """Statements in the order they arrived, numbered, with where each was read from: columns of ``progress``, text."""
    rows = [row for row in rows if row["reported_at"] <= times.end]
    if not rows:
        return pd.DataFrame(columns=list(REQUIRED_COLUMNS["progress"]), dtype="str")
    entries = pd.DataFrame(rows)
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
    return entries[list(REQUIRED_COLUMNS["progress"])].astype("str")
