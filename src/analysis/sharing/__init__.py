"""What is handed on of a site: the pages of a day, or the brief of one unit, in one file that opens anywhere."""

from analysis.sharing.archive import archive, file_name, mark_of
from analysis.sharing.choice import KINDS, NothingToShare, Share, choose

__all__ = ["KINDS", "NothingToShare", "Share", "archive", "choose", "file_name", "mark_of"]
