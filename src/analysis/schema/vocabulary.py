"""The words of a plan's tables: states, kinds, roles."""

DELIVERY = ("not_started", "stalled", "in_progress", "ongoing", "done_reported", "closed", "withdrawn")
"""Delivery states a unit may enter, weakest first; ``withdrawn`` stands outside the order."""

DELIVERY_WORDS = {
    "not_started": "未启动",
    "stalled": "受阻",
    "in_progress": "推进中",
    "ongoing": "常态化",
    "done_reported": "已完成（自报）",
    "closed": "已办结",
    "withdrawn": "取消",
}
"""Delivery states as the units' forms name them."""

NO_FEEDBACK = "no_feedback"
"""The state of a responsibility nobody has reported on. It is not ``not_started``."""

BUCKETS = ("closed", "done_reported", "in_progress", "stalled", "not_started", "ongoing", NO_FEEDBACK, "withdrawn")
"""Every state a measure can be in, in the order of a leader's first line."""

TRANSITIONS = {
    "not_started": {"in_progress", "ongoing", "withdrawn"},
    "in_progress": {"stalled", "done_reported", "ongoing", "withdrawn"},
    "stalled": {"in_progress", "done_reported", "withdrawn"},
    "ongoing": {"stalled", "in_progress", "withdrawn"},
    "done_reported": {"closed", "in_progress", "withdrawn"},
    "closed": {"in_progress"},
    "withdrawn": set(),
}
"""State → states that may follow it in the next statement. ``closed`` → ``in_progress`` (reopened) needs a reason."""

SCHEDULE = ("on_track", "behind", "overdue", "no_deadline")
"""Where a measure stands against its deadline."""

FEEDBACK = ("on_time", "late", "missing")
"""What became of a report that was due."""

FRESHNESS = ("current", "stale", "very_stale", NO_FEEDBACK, "settled")
"""Age of the last word: at most 1 period due since, 2, more, none at all, nothing owed any more."""

MEASURE_KINDS = ("one_off", "quantified", "ongoing")
UNIT_KINDS = ("municipal_department", "central_agency", "district", "zone", "enterprise")
ROLES = ("sole", "joint", "lead", "support", "unmarked")
COMPARATORS = ("at_most", "at_least", "equal", "between")
LEAD_RULES = ("none", "first_listed")
PROVENANCES = ("synthetic", "real")
