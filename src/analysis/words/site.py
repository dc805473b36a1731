"""What the index of a site says."""

from __future__ import annotations

import pandas as pd

from analysis.words.language import Language


def index_words(say: Language) -> dict[str, str]:
    """The fixed words of the index."""
    other = {"zh": "English", "en": "中文"}[say.lang]
    return {
        "title": say("Reports on the delivery of action plans"),
        "other_language": other,
        "latest": say("The newest page of each kind is always found under these addresses:"),
        "empty": say("Nothing has been published yet."),
    }


def date_line(as_of: str, known_at: str, say: Language) -> str:
    """The dates that a group of pages shares."""
    day = say.date(pd.Timestamp(as_of))
    if known_at == as_of:
        return say("As of {date}", date=day)
    return say("As of {date}, as known on {known}", date=day, known=say.date(pd.Timestamp(known_at)))
