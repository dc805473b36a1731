"""A text as received → its paragraphs, mirror damage undone, each place known by line and column as received."""

from analysis.paragraphs.doubts import DOUBT_COLUMNS, Doubt, doubt_frame
from analysis.paragraphs.normalise import Paragraphs, narrow, normalise, refuse_too_many

__all__ = ["DOUBT_COLUMNS", "Doubt", "Paragraphs", "doubt_frame", "narrow", "normalise", "refuse_too_many"]
