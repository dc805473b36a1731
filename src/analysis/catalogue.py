"""The languages there are, and what is said in each: the gettext catalogues in ``locale/``.

A language is there when its catalogue is: ``locale/<language>/LC_MESSAGES/portplan.po``. Message ids are the English
sentences themselves, so that the catalogue of English is empty but for its header.
"""

from __future__ import annotations

import errno
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


class Message:
    """Something to say before it is known in which language: an English sentence, and what fills it in.

    As text it speaks `FIRST`.

    Parameters
    ----------
    text : str
        The message's id, the English sentence itself; names in braces are filled in.
    **values
        What fills it in: text, numbers, or messages.
    """

    def __init__(self, text: str, /, **values: object) -> None:
        """Keep the sentence and what fills it in."""
        self.text = text
        self.values = values

    def said(self, lang: str) -> str:
        """The sentence in a language."""
        values = {name: in_language(value, lang) for name, value in self.values.items()}
        return translations(lang).gettext(self.text).format(**values)

    def __str__(self) -> str:
        """The sentence in the language of the plans."""
        return self.said(FIRST)

    def __repr__(self) -> str:
        """The sentence as it stands in code."""
        return f"Message({self.text!r}, {self.values!r})"

    def __eq__(self, other: object) -> bool:
        """Whether both say the same in every language."""
        return isinstance(other, Message) and (self.text, self.values) == (other.text, other.values)

    def __hash__(self) -> int:
        """That of its sentence."""
        return hash(self.text)


def reason_of(error: BaseException) -> Message | str:
    """What an error was raised with; of what an operating system or a driver says, all its words."""
    if len(error.args) == 1 and isinstance(error.args[0], Message):
        return error.args[0]
    if not isinstance(error, OSError) or error.errno not in _SYSTEM:
        return str(error)
    reason = _SYSTEM[error.errno]
    return Message("{file}: {reason}", file=error.filename, reason=reason) if error.filename else reason


def system_reason(error: OSError) -> Message | str:
    """What an operating system says of a file, without its name; what happens to people is said in every language."""
    return _SYSTEM.get(error.errno or 0) or error.strerror or str(error)


_SYSTEM = {
    errno.ENOSPC: Message("the disk is full"),
    errno.EDQUOT: Message("the disk is full"),
    errno.EACCES: Message("no permission"),
    errno.EPERM: Message("no permission"),
    errno.EROFS: Message("it can only be read"),
    errno.ENOENT: Message("it is not there"),
    errno.ENOTDIR: Message("it is not there"),
    errno.EISDIR: Message("it is a folder"),
    errno.EEXIST: Message("it is there already"),
    errno.ENOTEMPTY: Message("it is there already"),
    errno.ENAMETOOLONG: Message("the name is too long"),
    errno.ELOOP: Message("its links lead in a circle"),
    errno.EBUSY: Message("another program is using it"),
    errno.ETXTBSY: Message("another program is using it"),
    errno.EMFILE: Message("too many files are open"),
    errno.ENFILE: Message("too many files are open"),
    errno.ENOMEM: Message("there is not enough memory"),
    errno.EIO: Message("the disk or the network drive fails"),
    errno.ESTALE: Message("the disk or the network drive fails"),
    errno.ENODEV: Message("the disk or the network drive fails"),
    errno.ETIMEDOUT: Message("the disk or the network drive fails"),
}
"""What an operating system says by a number."""


def in_language(told: object, lang: str) -> str:
    """What a message, or an error that was raised with one, says in a language; anything else as text."""
    if isinstance(told, BaseException):
        told = reason_of(told)
    return told.said(lang) if isinstance(told, Message) else str(told)


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
