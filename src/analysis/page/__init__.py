"""An executed notebook → a page that needs nothing else, and the gate that it must pass; the pages of trouble."""

from analysis.page.executed import Executed, Totals
from analysis.page.face import characters, face_rules, narrowed_face, with_face
from analysis.page.failure import failure_page, read_notebook, without_places
from analysis.page.gate import refusals
from analysis.page.html import CONTENT_POLICY, template, to_page, warm_up
from analysis.page.problems import problems_page
from analysis.page.review import review_page

__all__ = [
    "CONTENT_POLICY",
    "Executed",
    "Totals",
    "characters",
    "face_rules",
    "failure_page",
    "narrowed_face",
    "problems_page",
    "read_notebook",
    "refusals",
    "review_page",
    "template",
    "to_page",
    "warm_up",
    "with_face",
    "without_places",
]
