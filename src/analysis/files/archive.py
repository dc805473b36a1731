"""A file that is an archive, as office documents are, with nothing in it of the hour at which it was written."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

_DATES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def settled(content: bytes, day: date, rewrite: Callable[[str, bytes], bytes] = lambda name, content: content) -> bytes:
    """An office document that holds no clock.

    Parameters
    ----------
    content : bytes
        As a library wrote it.
    day : datetime.date
        Stands for when it was written.
    rewrite : callable, optional
        Gives what a part of a name is to hold.
    """
    stamp, kept = f"{day:%Y-%m-%d}T00:00:00Z".encode("ascii"), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as parts, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in parts.namelist():
            part = parts.read(name)
            if name == "docProps/core.xml":
                part = _DATES.sub(rb"\g<1>" + stamp, part)
            about = zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
            archive.writestr(about, rewrite(name, part), zipfile.ZIP_DEFLATED)
    return kept.getvalue()
