"""What pages were made of, and of which state of the record, as a site's manifest remembers it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Basis:
    """The tables that pages were made of, as they are kept in the site so that others can make the pages again.

    Attributes
    ----------
    plan_id : str
    files : mapping of str to str
        The SHA-256 of each file of the plan's folder by its name: ``plan.toml``, ``measures.csv``, ``progress.csv``.
    """

    plan_id: str
    files: Mapping[str, str]

    @property
    def key(self) -> str:
        """A hash of all files: by what `Manifest.bases` and pages name it."""
        return hashlib.sha256(json.dumps(dict(self.files), sort_keys=True).encode()).hexdigest()[:32]

    def paths(self) -> dict[str, str]:
        """Where each file lies in the site, by its name; what says the same is kept once."""
        split = {name: name.rpartition(".") for name in self.files}
        return {
            name: f"{self.plan_id}/inputs/{stem}-{self.files[name][:16]}.{ending}"
            for name, (stem, _, ending) in split.items()
        }


@dataclass(frozen=True)
class Head:
    """The chain of a plan's record as it stood when pages were published, so that a record that was cut can be told.

    Attributes
    ----------
    sha256 : str
        The hash of its last link (`analysis.record.Chain.head`); blank when it had none.
    links, rows : int
        How many links it had, and how many rows the record.
    """

    sha256: str
    links: int
    rows: int
