"""A file as people hand it in, whatever it is → its text and its tables, judged by content and not by name.

Plain text in the encodings that Chinese offices use, saved web pages, Word and Excel files. Word files are read with
the standard library: what is wanted of them is paragraphs, tables and automatic numbers, and python-docx has no
numbers.
"""

from analysis.documents.blocks import MOST_BYTES, Document, Table, Unreadable
from analysis.documents.read import document_of, from_text, read_document

__all__ = ["MOST_BYTES", "Document", "Table", "Unreadable", "document_of", "from_text", "read_document"]
