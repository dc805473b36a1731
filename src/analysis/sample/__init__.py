"""A synthetic record with the warts of a real ledger, for a plan that has no public progress data.

Nothing here describes what any unit did or any office decided. Every row is drawn from a seeded generator and says so:
what units wrote begins with `MARK`; methods, evidence and reasons of decisions with 示例.
"""

from analysis.sample.record import synthetic_record
from analysis.sample.wording import MARK

__all__ = ["MARK", "synthetic_record"]
