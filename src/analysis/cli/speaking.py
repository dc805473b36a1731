"""In which language the command speaks to whoever runs it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from analysis.catalogue import FIRST, languages, translations

if TYPE_CHECKING:
    from collections.abc import Callable

_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
"""The variables that name the user's language; the first that is set counts."""


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
    words = translations(lang if lang in languages() else _language_of_locale())
    return lambda message, **values: words.gettext(message).format(**values)


def _language_of_locale() -> str:
    """The language of the locale; the first when it is none that there is a catalogue of."""
    named = next(filter(None, map(os.environ.get, _LOCALE)), "")
    return next((lang for lang in languages() if named.split("_")[0].split(".")[0] == lang), FIRST)
