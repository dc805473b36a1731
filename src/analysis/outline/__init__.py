"""The numbered headings of a text, as a tree."""

from analysis.outline.tree import Heading, first_sentence, outline

__all__ = ["Heading", "first_sentence", "outline"]
