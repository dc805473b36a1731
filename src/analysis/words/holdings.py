"""What a plan holds, in a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.language import Language


def holdings(say: Language) -> list[str]:
    """What a plan holds, a line each: its title, its tables, its measures by role, its record."""
    plan = say.plan
    sizes = plan.measures["theme_id"].value_counts(sort=False)
    themes = say.count(len(plan.themes), "{n} theme", "{n} themes")
    tables = [
        say.count(len(plan.measures), "{n} measure", "{n} measures"),
        say("{themes} ({sizes})", themes=themes, sizes=say.listing(map(str, sizes), most=len(sizes))),
        say.count(len(plan.units), "{n} unit", "{n} units"),
        say.count(len(plan.responsibilities), "{n} responsibility", "{n} responsibilities"),
    ]
    words = {
        "joint": say("joint"),
        "sole": say("sole"),
        "lead": say("with a lead"),
        "support": say("with support"),
        "unmarked": say("unmarked"),
    }
    named = plan.responsibilities.drop_duplicates("measure_id")["role"].value_counts()
    roles = [say("{n} {role}", n=say.number(number), role=words[str(role)]) for role, number in named.items()]
    record = [
        say.count(len(plan.progress), "{n} statement of progress", "{n} statements of progress"),
        say.count(len(plan.decisions), "{n} decision", "{n} decisions"),
        say.count(len(plan.actuals), "{n} measured value", "{n} measured values"),
    ]
    made_up = {"synthetic": say("synthetic sample"), "real": say("as reported")}
    return [
        f"{plan.id}: {say.chosen(plan.title)}",
        say.listing(tables),
        say("{roles} (measures by role)", roles=say.listing(roles)),
        say("{record} ({kind})", record=say.listing(record), kind=made_up[plan.progress_provenance]),
    ]
