"""Text that a spreadsheet must not take for a formula."""

import re

_FORMULA = re.compile(r"'*(?:[\t\r]|\s*[=+\-@＝＋－＠])")


def harmless(text: str) -> str:
    """Text that a spreadsheet, reading it from a CSV, takes for text: an apostrophe goes before a formula's beginning.

    What already begins with apostrophes before such a sign gets one more, so that taking one away gives `text` back.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def as_meant(text: str) -> str:
    """The text that `harmless` was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text
