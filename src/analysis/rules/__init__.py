"""The rules that a plan's data must keep beyond single cells, each a named thing with its reason."""

from analysis.rules.head import UNIT_KINDS, head_problems, territory_of
from analysis.rules.ledger import across_record
from analysis.rules.notice import across_notice

__all__ = ["UNIT_KINDS", "across_notice", "across_record", "head_problems", "territory_of"]
