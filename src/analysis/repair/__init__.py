"""What mirror sites do to official notices, undone, and what could not be undone, told.

Pure functions of text. Needs the optional extra ``portplan[notice]``.
"""

from analysis.repair.lines import DAMAGE_COLUMNS, LOST, Damage, Repaired, is_damaged, repair, repair_lines

__all__ = ["DAMAGE_COLUMNS", "LOST", "Damage", "Repaired", "is_damaged", "repair", "repair_lines"]
