"""Files made ready beside a site, and moved into it."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from pathlib import Path


def file_hash(file: Path) -> str:
    """A hash of a file; empty when it cannot be read, or is none but a link or the like."""
    try:
        return hash_of(file.read_bytes()) if stat.S_ISREG(file.lstat().st_mode) else ""
    except OSError:
        return ""


def twin(file: Path, stage: Path) -> Path:
    """The same file once more, without taking room for it where the file system allows."""
    handle, name = tempfile.mkstemp(dir=stage)
    os.close(handle)
    other = Path(name)
    other.unlink()
    try:
        os.link(file, other)
    except OSError:
        shutil.copyfile(file, other)
    return other


def written(text: str, stage: Path) -> Path:
    """A text as a file of its own, on the disk."""
    handle, name = tempfile.mkstemp(dir=stage)
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)


def move(file: Path, target: Path) -> None:
    """Put a file in its place, where anybody may read it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    file.chmod(0o644)
    file.replace(target)


def hash_of(content: bytes) -> str:
    """The SHA-256 of some bytes."""
    return hashlib.sha256(content).hexdigest()
