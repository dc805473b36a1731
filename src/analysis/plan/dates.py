"""The two days that a plan is looked at by: T, the day that is spoken of, and K, the day by which it was known."""

from __future__ import annotations


def known_by(as_of: str, known_at: str = "") -> str:
    """The day K by which a statement must have arrived to count, when nobody need have said one.

    This is the one place of the rule: nobody said one, so it is the day that is spoken of, and what is made of that day
    can always be made again as it was.

    Parameters
    ----------
    as_of : str
        T, an ISO day.
    known_at : str
        K, an ISO day; blank when nobody said.

    Returns
    -------
    str
        K, an ISO day.
    """
    return known_at or as_of
