"""The languages there are: those that have a catalogue, each whole and in the plural forms of gettext."""

from __future__ import annotations

import errno
import os
import re
import string
from typing import TYPE_CHECKING

import pytest

from analysis import catalogue
from analysis.catalogue import languages, locale_of, own_name, read_catalogue, tag_of, translations

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_the_language_of_the_plans_comes_first():
    assert languages() == ("zh", "en")
    assert catalogue.FIRST == "zh"


@pytest.mark.parametrize(("lang", "tag", "name"), [("zh", "zh-CN", "中文"), ("en", "en-GB", "English")])
def test_a_language_is_called_by_its_tag_and_by_its_own_name(lang: str, tag: str, name: str):
    assert tag_of(lang) == tag
    assert own_name(lang).startswith(name)
    assert str(locale_of(lang)).startswith(lang)


def test_english_stands_for_itself_and_its_plurals_are_gettexts_own():
    english, chinese = translations("en"), translations("zh")
    assert english.gettext("Measures") == "Measures"
    assert chinese.gettext("Measures") != "Measures"
    assert [english.ngettext("{n} day", "{n} days", number) for number in (0, 1, 2)] == [
        *("{n} days", "{n} day", "{n} days")
    ]
    assert translations("zh") is chinese


def test_every_message_is_translated_with_the_names_that_it_fills_in():
    for lang in languages():
        for message in read_catalogue(lang):
            if not message.id:
                continue
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            texts = message.string if isinstance(message.string, tuple) else (message.string,)
            assert all(texts), f"{lang}: {message.id} is not translated"
            assert not message.fuzzy, f"{lang}: {message.id} is in doubt"
            # A plural may leave out the number that the singular of English spells.
            assert set().union(*map(fields, texts)) <= set().union(*map(fields, ids)), f"{lang}: {message.id}"
            # Of what is counted in all, how many are left out is plain.
            plain = {"n"} if "total" in fields(texts[-1]) else set()
            assert fields(ids[-1]) <= fields(texts[-1]) | plain, f"{lang}: {message.id}"


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.ENOENT, errno.EISDIR, errno.EIO])
def test_what_happens_to_files_is_said_in_every_language(number: int):
    """Who meets it is no administrator: nothing of it stays as the operating system says it."""
    failed = OSError(number, os.strerror(number), "进展.csv")
    assert not re.search("[A-Za-z]", str(catalogue.system_reason(failed)))
    said = catalogue.in_language(failed, "zh")
    assert "进展.csv" in said
    assert "Errno" not in said
    assert catalogue.in_language(failed, "en").startswith("进展.csv: ")
    # Of what there are no words for, all is said.
    assert catalogue.system_reason(OSError(errno.EBADF, "Bad file descriptor")) == "Bad file descriptor"


@pytest.fixture
def another_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A catalogue of Low German beside the others, and a file beside the folders."""
    folder = tmp_path / "locale" / "nds" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (tmp_path / "locale" / "README.md").write_text("how to add a language", "utf-8")
    (tmp_path / "locale" / "zh").mkdir()
    (folder / "portplan.po").write_text(
        'msgid ""\nmsgstr ""\n"Language: nds\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
        '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
        'msgid "Measures"\nmsgstr "Maatregels"\n\n'
        'msgid "{n} day"\nmsgid_plural "{n} days"\nmsgstr[0] "{n} Dag"\nmsgstr[1] "{n} Daag"\n',
        "utf-8",
    )
    monkeypatch.setattr(catalogue.resources, "files", lambda package: {"analysis": tmp_path}[package])
    remembered = (languages, translations, read_catalogue)
    for function in remembered:
        function.cache_clear()
    yield "nds"
    for function in remembered:
        function.cache_clear()


def test_a_language_is_there_when_its_catalogue_is(another_language: str):
    assert languages() == ("zh", another_language)
    spoken = translations(another_language)
    assert spoken.gettext("Measures") == "Maatregels"
    assert spoken.ngettext("{n} day", "{n} days", 2) == "{n} Daag"
    # What its catalogue does not have is said in English.
    assert spoken.gettext("Units") == "Units"
    assert tag_of(another_language) == "nds"
