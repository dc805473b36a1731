"""The words of a plan's tables: states, decisions, kinds, roles."""

DELIVERY = ("stalled", "not_started", "in_progress", "ongoing", "done_reported")
"""What a unit may say of its own part, weakest first: a measure stands where its weakest unit stands."""

DELIVERY_WORDS = {
    "not_started": "未启动",
    "stalled": "受阻",
    "in_progress": "推进中",
    "ongoing": "常态化",
    "done_reported": "已完成（自报）",
}
"""Delivery states as the units' forms name them."""

DECISIONS = ("closed", "returned", "reopened", "withdrawn", "extended", "joined", "left", "void")
"""What the office that verifies may decide of a measure; ``void`` retracts a row of the record."""

VERDICTS = ("closed", "withdrawn", "reopened")
"""The decisions of which the latest says whether a measure is closed, withdrawn or open."""

VERIFIED = ("closed", "returned", "reopened", "withdrawn")
"""The decisions that only a decider of the plan's ``[verification]`` may take."""

NO_FEEDBACK = "no_feedback"
"""The state of what somebody owed a word on and nobody has ever spoken of. It is not ``not_started``."""

NOT_DUE = "not_due"
"""The state of what nobody has spoken of and nobody owed a word on yet."""

BUCKETS = (
    *("closed", "done_reported", "in_progress", "stalled", "not_started", "ongoing"),
    *(NO_FEEDBACK, NOT_DUE, "withdrawn"),
)
"""Every state a measure can be in, in the order of figures and tables."""

SETTLED = ("closed", "withdrawn")
"""The states in which nothing is owed any more."""

MARKS = ("returned", "reopened", "partly_done", "no_unit")
"""What is said beside a state: sent back by the office; some units say done, others have not spoken; nobody named."""

SCHEDULE = ("in_time", "late", "overdue", "due_soon", "later", "no_deadline", "withdrawn")
"""Where a measure stands against its deadline: done in time or late, past it, within a quarter of it, or before."""

FEEDBACK = ("on_time", "late", "skipped", "missing")
"""What became of a report that was due: ``late`` came itself, of ``skipped`` only a later period's came."""

MEASURE_KINDS = ("one_off", "quantified", "ongoing")
ROLES = ("sole", "joint", "lead", "support", "unmarked")
COMPARATORS = ("at_most", "at_least", "equal", "between")
LEAD_RULES = ("none", "first_listed")
PROVENANCES = ("synthetic", "real")
