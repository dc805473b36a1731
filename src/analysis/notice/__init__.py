"""A notice as received turned into themes, measures and responsibilities, with what is in doubt about them.

Pure functions of text: nothing here reads a file or a clock. Needs the optional extra ``portplan[notice]``.
"""

from analysis.notice.read import read
from analysis.notice.rows import NoticeTables
from analysis.repair import Repaired, repair

__all__ = ["NoticeTables", "Repaired", "read", "repair"]
