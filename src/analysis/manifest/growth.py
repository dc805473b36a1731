"""A record only grows: what was published of it must still be in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.manifest.pages import SiteNotWritable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.manifest.inputs import Head
    from analysis.manifest.pages import Manifest


def check_grown(known: Manifest, plan_id: str, now: Head, chain: Sequence[str]) -> None:
    """See to it that a record still holds what it held when its pages were published last.

    One that has shrunk was put back from an old copy, or cut off. Its pages would say of half the units that nothing
    was ever heard of them, and stand in the place of those that knew better.

    Parameters
    ----------
    known : Manifest
    plan_id : str
    now : Head
    chain : sequence of str
        The hash of each link of its chain (`analysis.record.Chain.heads`).

    Raises
    ------
    SiteNotWritable
        When it does not. Nothing was changed.
    """
    for last in known.heads.get(plan_id, ())[-1:]:
        is_cut = bool(last.sha256) and last.sha256 not in chain[last.links - 1 : last.links]
        if is_cut or now.rows < last.rows:
            raise SiteNotWritable(
                f"方案“{plan_id}”的台账现有 {now.rows} 行，上次发布时有 {last.rows} 行"
                f"{'，链也不是同一条' if is_cut else ''}：可能恢复了旧备份，或有行被删去。没有改动。"
                "请用 portplan verify 核对，从备份恢复台账；如果确应按现有台账发布，请加 --same-plan 再运行一次"
            )
