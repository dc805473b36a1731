"""Whose pages a site holds: one plan under one id, and one id for one plan; and the same of what is in a plan."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.manifest.meanings import differing, merged
from analysis.manifest.pages import SiteNotWritable

if TYPE_CHECKING:
    from analysis.manifest.pages import Manifest, Origin


def check_origin(known: Manifest, plan_id: str, now: Origin, *, same_plan: bool) -> Origin:
    """What is to be remembered of where a plan's pages come from.

    Parameters
    ----------
    known : Manifest
    plan_id : str
    now : Origin
    same_plan : bool
        Somebody says that it is the plan that has published under this id.

    Raises
    ------
    SiteNotWritable
        When another plan, or a copy of this one, has published under the same id, or this one under another; or when
        an id of the plan, of a unit or a commitment, means another than it did.
    """
    before = known.plans.get(plan_id, now)
    if plan_id not in known.plans and not same_plan:
        _refuse_new_name(known, plan_id, now)
    swapped = list(differing(before, now))
    now = replace(now, notice=now.notice or before.notice, meanings=merged(before, now))
    differs = {
        "方案文件夹的位置": now.place != before.place,
        "通知的印发日期或措施": bool(before.notice) and now.notice != before.notice,
        **dict.fromkeys(swapped, True),
    }
    if any(differs.values()) and not same_plan:
        named = "和".join(what for what in differs if differs[what])
        advice = "如果是编号对调或写错，请先改回，否则以往的填报会算到别的单位或承诺上；" if swapped else ""
        raise SiteNotWritable(
            f"站点中已有编号为“{plan_id}”的方案，但{named}与上次发布时不同：没有改动。"
            f"{advice}如果是另一个方案或副本，请改 plan.toml 中的 id，或用 --out 发布到别的文件夹；"
            "如果确是同一方案（已搬移或更正），请加 --same-plan 再运行一次"
        )
    return now


def _refuse_new_name(known: Manifest, plan_id: str, now: Origin) -> None:
    """See to it that no plan publishes under a second id: its old pages would stay, and nobody would renew them."""
    for other, origin in known.plans.items():
        if now.notice and (origin.notice, origin.place) == (now.notice, now.place):
            raise SiteNotWritable(
                f"同一文件夹中的同一方案曾以编号“{other}”发布，现在 plan.toml 中的 id 是“{plan_id}”：没有改动。"
                "请改回原来的 id；如果确要另起编号（原有页面保留，不再更新），请加 --same-plan 再运行一次"
            )
