"""A file that comes back: where on it its parts stand, whose it is, and its rows one by one."""

from analysis.returned.identity import Names, names_of
from analysis.returned.reading import fingerprint, read_form
from analysis.returned.statements import Form, Problem, Statement, plain_name, told_apart

__all__ = [
    "Form",
    "Names",
    "Problem",
    "Statement",
    "fingerprint",
    "names_of",
    "plain_name",
    "read_form",
    "told_apart",
]
