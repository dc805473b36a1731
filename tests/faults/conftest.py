"""What tests of faults share: a disk so small that it can be filled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.small_disks import small_disk_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system of its own."""
    with small_disk_at(tmp_path / "disk", "size=8m,nr_inodes=400") as folder:
        yield folder
