"""What came in: which files there are, each kept as it came, and a journal of what became of it."""

from analysis.inbox.finding import MOST_BYTES, Unread, find_files
from analysis.inbox.journal import COLUMNS, JOURNAL, add_lines
from analysis.inbox.keeping import FOLDER, Received, keep

__all__ = ["COLUMNS", "FOLDER", "JOURNAL", "MOST_BYTES", "Received", "Unread", "add_lines", "find_files", "keep"]
