"""What was asked for, understood: plans, days, notices, pages; or why it cannot be, and the command ends."""

from analysis.asked.opened import opened_plan, require_near, to_day

__all__ = ["opened_plan", "require_near", "to_day"]
