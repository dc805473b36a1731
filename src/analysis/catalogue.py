"""The languages there are, and what is said in each: the gettext catalogues in ``locale/``.

A language is there when its catalogue is: ``locale/<language>/LC_MESSAGES/portplan.po``. Message ids are the English
sentences themselves, so that the catalogue of English is empty but for its header.
"""

from __future__ import annotations

import io
from functools import cache
from gettext import GNUTranslations
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel import Locale
    from babel.messages.catalog import Catalog

FIRST = "zh"
"""The language of the plans themselves, and of pages when nobody says which."""


@cache
def languages() -> tuple[str, ...]:
    """The languages that have a catalogue, `FIRST` first."""
    names = (entry.name for entry in (resources.files("analysis") / "locale").iterdir() if entry.is_dir())
    return tuple(sorted(names, key=lambda lang: (lang != FIRST, lang)))


@cache
def translations(lang: str) -> GNUTranslations:
    """The messages of a language; an English sentence stands for itself where its catalogue has none."""
    from babel.messages.mofile import write_mo

    compiled = io.BytesIO()
    write_mo(compiled, read_catalogue(lang))
    compiled.seek(0)
    return GNUTranslations(compiled)


@cache
def read_catalogue(lang: str) -> Catalog:
    """The catalogue of a language as it stands in its file, read once."""
    from babel.messages.pofile import read_po

    path = resources.files("analysis") / "locale" / lang / "LC_MESSAGES" / "portplan.po"
    with path.open("rb") as file:
        return read_po(file)


def locale_of(lang: str) -> Locale:
    """How a language writes numbers and dates: the locale that its catalogue names."""
    from babel import Locale

    return Locale.parse(str(read_catalogue(lang).locale))


def tag_of(lang: str) -> str:
    """What HTML calls a language: ``zh-CN``."""
    locale = locale_of(lang)
    return f"{locale.language}-{locale.territory}" if locale.territory else locale.language


def own_name(lang: str) -> str:
    """What a language calls itself."""
    locale = locale_of(lang)
    return str(locale.get_language_name(locale)).capitalize()
