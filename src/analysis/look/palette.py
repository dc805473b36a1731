"""One palette and one language of states, the same in figures, tables and tiles: a colour, a mark and a letter each.

Each colour stands for a role. A page replaces it by a variable of the same name, so that one drawing serves light,
dark and print. The palette was chosen to stay apart in the common forms of colour blindness and in grey.

What calls for somebody (stalled, no feedback, a missing report) is painted strongest; what goes its way is pale, and
has a line around it, because pale neighbours could not be told apart in grey.
"""

from __future__ import annotations

from dataclasses import dataclass

PALETTE: dict[str, tuple[str, str]] = {
    "paper": ("#ffffff", "#12171e"),
    "ink": ("#1b2129", "#e8ecf1"),
    "muted": ("#586270", "#a3adba"),
    "rule": ("#d5dae1", "#333c48"),
    "accent": ("#1a4f8b", "#8dbdf5"),
    "signal": ("#b4500f", "#f0a060"),
    "on-strong": ("#fefefe", "#0b1016"),
    "on-pale": ("#1a2028", "#e7ebf0"),
    "closed": ("#3672b5", "#5d97d6"),
    "done-reported": ("#a3c6e8", "#2f5a8a"),
    "in-progress": ("#dce8f4", "#1e3a58"),
    "stalled": ("#b8330a", "#ff9d5c"),
    "not-started": ("#f2ead9", "#37332b"),
    "ongoing": ("#c4e3da", "#1d4840"),
    "no-feedback": ("#461537", "#f6d3e6"),
    "not-due": ("#fbfcfd", "#161c24"),
    "withdrawn": ("#cdd1d7", "#3d444e"),
    "on-time": ("#a9d5c6", "#24564b"),
    "late": ("#f3d9a6", "#54431f"),
    "skipped": ("#a5611a", "#d9a35a"),
    "missing": ("#471638", "#f6d3e7"),
    "heat-0": ("#f7f8fa", "#181e26"),
    "heat-1": ("#d6e4f2", "#1f3247"),
    "heat-2": ("#a5c6e6", "#2a4a6d"),
    "heat-3": ("#5f97cf", "#3f70a6"),
    "heat-4": ("#1c4f8b", "#8ebef6"),
    "gap-0": ("#f7f8fb", "#181e27"),
    "gap-1": ("#eadbe5", "#33222e"),
    "gap-2": ("#d2b0c6", "#543548"),
    "gap-3": ("#a97397", "#8a5878"),
    "gap-4": ("#471639", "#f6d3e8"),
}
"""Role → its colour in a light and in a dark page, no two the same; ``on-…`` is that of text upon a colour."""


def colour(role: str) -> str:
    """The light colour of a role; states may be given as they stand in a frame (``no_feedback``).

    Parameters
    ----------
    role : str
        A key of `PALETTE`.

    Returns
    -------
    str
        As ``#rrggbb``.

    Raises
    ------
    KeyError
        When no role is called so.
    """
    return PALETTE[role.replace("_", "-")][0]


@dataclass(frozen=True)
class Look:
    """How a state is told apart from the others; its colour is the role of its name in `PALETTE`.

    Attributes
    ----------
    mark : str
        One sign, drawn by the face of the pages.
    zh, en : str
        One letter, Chinese and English.
    strong : bool
        Whether it is painted so strongly that text upon it is light on a light page, dark on a dark one.
    """

    mark: str
    zh: str
    en: str
    strong: bool = False

    def letter(self, lang: str) -> str:
        """The letter in a language; the English one in those that have none."""
        return self.zh if lang == "zh" else self.en


STATE_LOOKS = {
    "closed": Look("■", "办", "C", strong=True),
    "done_reported": Look("▣", "报", "R"),
    "in_progress": Look("□", "推", "P"),
    "stalled": Look("▲", "阻", "S", strong=True),
    "not_started": Look("○", "未", "N"),
    "ongoing": Look("◇", "常", "O"),
    "no_feedback": Look("╳", "缺", "X", strong=True),
    "not_due": Look("·", "期", "–"),
    "withdrawn": Look("⊘", "消", "W"),
}
"""Each of `analysis.schema.BUCKETS`, in their order."""

FEEDBACK_LOOKS = {
    "on_time": Look("✓", "按", "T"),
    "late": Look("◐", "迟", "L"),
    "skipped": Look("◌", "跳", "K", strong=True),
    "missing": Look("╳", "缺", "M", strong=True),
}
"""Each of `analysis.schema.FEEDBACK`, in their order."""

LOOKS = STATE_LOOKS | FEEDBACK_LOOKS
