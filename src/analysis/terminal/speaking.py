"""In which language the command speaks to whoever runs it."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from analysis.catalogue import FIRST, languages, translations

if TYPE_CHECKING:
    from collections.abc import Callable

_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
"""The variables that name the user's language; the first that is set counts."""


def spoken(lang: str | None = "") -> str:
    """The language to speak: the one asked for; of one that is none, that of the locale, else the first."""
    if lang in languages():
        return str(lang)
    named = next(filter(None, map(os.environ.get, _LOCALE)), "")
    return next((lang for lang in languages() if re.split("[_.@]", named)[0].lower() == lang), FIRST)


def speaking(lang: str = "") -> Callable[..., str]:
    """How a message is said: in the language asked for; of one that is none, in that of the locale.

    Parameters
    ----------
    lang : str
        What ``--lang`` was given.

    Returns
    -------
    callable
        Message in English, and the values that go in by name → what is said.
    """
    words = translations(spoken(lang))
    return lambda message, **values: words.gettext(message).format(**values)
