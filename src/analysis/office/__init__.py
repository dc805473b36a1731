"""A page on paper and as a workbook: documents made of what the page shows, in its own words.

Importing it is quick; what writes the documents is imported when one is made.
"""

from analysis.office.making import check_formats, documents_of, make_document

__all__ = ["check_formats", "documents_of", "make_document"]
