"""A notice as received (mirror damage and all) turned into themes, measures and responsibilities.

Pure functions of text: nothing here reads a file or a clock. Needs the optional extra ``portplan[notice]``.
"""

from analysis.notice.read import NoticeTables, read
from analysis.notice.repair import Repaired, repair

__all__ = ["NoticeTables", "Repaired", "read", "repair"]
