"""A file that comes back: where on it its parts stand, what its cells say, whose it is, and its rows one by one."""

from analysis.returned.identity import Names, names_of
from analysis.returned.reading import fingerprint, read_form
from analysis.returned.statements import Form, Problem, Statement, plain_name
from analysis.returned.values import is_it_a_percentage

__all__ = [
    "Form",
    "Names",
    "Problem",
    "Statement",
    "fingerprint",
    "is_it_a_percentage",
    "names_of",
    "plain_name",
    "read_form",
]
