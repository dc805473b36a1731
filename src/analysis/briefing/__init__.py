"""What the front page, the ledger and a unit's brief say: case by case, measure by measure, in the units' own words."""

from analysis.briefing import brief, delivery, ledger

__all__ = ["brief", "delivery", "ledger"]
