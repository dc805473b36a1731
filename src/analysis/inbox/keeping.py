"""Each file that came in, kept as it came under what it holds, whatever it was called."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.files import sync, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FOLDER = "received"
_KINDS = {".xlsx", ".xls", ".ods", ".csv", ".txt", ".docx", ".pdf", ".jpg", ".png", ".zip"}


@dataclass(frozen=True)
class Received:
    """A file that came in.

    Attributes
    ----------
    file : pathlib.Path
        Where it was found.
    sha256 : str
        Of what it holds.
    kept : pathlib.Path
        Where it is kept, for good.
    """

    file: Path
    sha256: str
    kept: Path


def keep(files: Iterable[Path], folder: Path) -> list[Received]:
    """Copy files into a folder, each under the SHA-256 of what it holds; what is there already is left alone.

    Of a name only a common ending is used, so that the copy opens as the file did. A file that cannot be read is left
    out. Only one at a time may keep files in a folder.

    Raises
    ------
    OSError
        When the folder cannot be written to; what was kept before that stays.
    """
    received = []
    for file in files:
        try:
            content = file.read_bytes()
        except OSError:
            continue
        sha256 = hashlib.sha256(content).hexdigest()
        received.append(Received(file, sha256, _kept(folder, sha256, file.suffix.lower(), content)))
    return received


def _kept(folder: Path, sha256: str, kind: str, content: bytes) -> Path:
    there = sorted(folder.glob(f"{sha256}*"))
    for file in there:
        if file.stat().st_size == len(content) and hashlib.sha256(file.read_bytes()).hexdigest() == sha256:
            return file
    # What somebody has changed since is not what came in; it is left to them.
    ending = kind if kind in _KINDS else ""
    names = (f"{sha256}{f'-{number}' if number > 1 else ''}{ending}" for number in itertools.count(1))
    target = next(file for file in map(folder.joinpath, names) if not file.exists())
    write_whole(target, content)
    target.chmod(0o444)
    sync(folder)
    return target
