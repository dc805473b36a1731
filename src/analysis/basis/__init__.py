"""What pages are made of, as it travels with the site: the tables as they were known, so that others can read and cite
them, make the pages again, and see that they say what the tables say.
"""

from analysis.basis.tables import Kept, kept_tables

__all__ = ["Kept", "kept_tables"]
