"""What is said of what is to come: deadlines, the forecast, and how long completion takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.language import Caption, Language, caption
from analysis.trend.forecast import AHEAD, HORIZON, LEAST_COMPLETIONS, LEAST_PERIODS

if TYPE_CHECKING:
    from analysis.trend import Forecast


def schedule(listed: pd.DataFrame, say: Language) -> Caption:
    """Around the list of measures with a deadline; without a finding where none has one."""
    late, soon = int(listed["schedule"].eq("overdue").sum()), int(listed["schedule"].eq("due_soon").sum())
    if listed.empty:
        finding = ""
    elif late:
        finding = say.count(
            late,
            "{n} of {total} measures with a deadline is overdue",
            "{n} of {total} measures with a deadline are overdue",
            total=say.number(len(listed)),
        )
    elif soon:
        finding = say.count(
            soon,
            "None is overdue; {n} is due within three months",
            "None is overdue; {n} are due within three months",
        )
    else:
        finding = say("None is overdue, and none is due within three months")
    unverified = say.plan.is_verified and listed["schedule"].eq("in_time").any()
    note = (
        say("Done in time counts what units report; until a measure is closed it awaits verification.")
        if unverified
        else ""
    )
    return caption(say, key="schedule", finding=finding, record=True, note=note)


def forecast(outlook: Forecast, say: Language) -> Caption:
    """Around the forecast, or the reason why there is none."""
    note = ""
    if outlook.refused:
        finding = _refusal(outlook, say)
    else:
        ahead = outlook.fan.head(AHEAD).iloc[-1]
        finding = say(
            "At the pace so far, at least {p50} of {scope} are completed by {date} with a chance of 50%, at least "
            "{p85} with a chance of 85%",
            p50=say.number(int(ahead["p50"])),
            p85=say.number(int(ahead["p85"])),
            scope=say.number(outlook.scope),
            date=say.date(ahead["period_end"]),
        )
        half, most = outlook.finish["p50"], outlook.finish["p85"]
        if pd.isna(half):
            note = say("That all is completed within the next {n} periods is less likely than not.", n=HORIZON)
        elif pd.isna(most):
            note = say(
                "All completed by {p50} with a chance of 50%; with a chance of 85% only beyond the next {n} periods.",
                p50=say.date(half),
                n=HORIZON,
            )
        else:
            note = say(
                "All completed by {p50} with a chance of 50%, by {p85} with a chance of 85%.",
                p50=say.date(half),
                p85=say.date(most),
            )
    return caption(
        say,
        key="forecast",
        finding=finding,
        alt=say("Measures completed so far and those expected in the coming periods. {finding}.", finding=finding),
        record=True,
        note=note,
        drawing={"nothing": finding, "p50": say("chance 50%"), "p85": say("chance 85%")},
    )


def survival(curve: pd.DataFrame, say: Language) -> Caption:
    """Around the curve of time to completion."""
    halved = curve.loc[curve["still_open"].le(0.5), "days"]
    completed = int(curve["closures"].sum()) if len(curve) else 0
    if not len(curve) or not curve["at_risk"].max():
        finding = say("Nothing can be completed in this selection")
    elif not completed:
        finding = say("No measure has been completed yet, so the time to completion cannot be told")
    elif len(halved):
        finding = say.count(
            int(halved.iloc[0]),
            "By the estimate, half of the measures that can be completed are completed within {n} day of the notice",
            "By the estimate, half of the measures that can be completed are completed within {n} days of the notice",
        )
    else:
        finding = say(
            "By the estimate, {share} of the measures that can be completed are still open {days} days after the "
            "notice",
            share=say.percent(curve["still_open"].iloc[-1]),
            days=say.number(int(curve["days"].iloc[-1])),
        )
    return caption(
        say,
        key="survival",
        finding=finding,
        alt=say.count(
            completed,
            "Step curve of the share of measures still open by days since the notice; {n} completion.",
            "Step curve of the share of measures still open by days since the notice; {n} completions.",
        ),
        record=True,
        drawing={
            "nothing": finding,
            "days_since_notice": say("Days since the notice"),
            "last_value": say.percent(curve["still_open"].iloc[-1]) if len(curve) else "",
        },
        annex=say("Time to completion"),
    )


def _refusal(outlook: Forecast, say: Language) -> str:
    if outlook.refused == "nothing_left":
        return say("Nothing is left to forecast")
    if outlook.refused == "few_periods":
        return say.count(
            outlook.periods,
            "No forecast: it takes {least} periods whose feedback is in, and there is {n}",
            "No forecast: it takes {least} periods whose feedback is in, and there are {n}",
            least=LEAST_PERIODS,
        )
    return say.count(
        outlook.completions,
        "No forecast: it takes {least} completions in periods whose feedback is in, and there is {n}",
        "No forecast: it takes {least} completions in periods whose feedback is in, and there are {n}",
        least=LEAST_COMPLETIONS,
    )
