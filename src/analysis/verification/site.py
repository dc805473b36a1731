"""Every file of a site against its manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.catalogue import Message
from analysis.site import unnamed
from analysis.site.moving import file_hash
from analysis.verification.checked import Checked

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.manifest import Manifest


def verify_files(site: Path, manifest: Manifest) -> Checked:
    """Every file of a site held to the hash that its manifest has of it; what is missing, and what nobody published."""
    hashes = {path: page.sha256 for path, page in manifest.pages.items()}
    hashes |= {address: page.sha256 for address, page in manifest.newest().items()}
    hashes |= {**manifest.documents(), **manifest.index}
    hashes |= {path: basis.files[name] for basis in manifest.bases.values() for name, path in basis.paths().items()}
    faults = []
    for name, expected in sorted(hashes.items()):
        found = file_hash(site / name)
        if not found:
            faults.append(Message("{file}: this file is missing", file=name))
        elif found != expected:
            faults.append(Message("{file}: was altered since it was published", file=name))
    faults += [
        Message("{file}: this file is missing", file=failure.page)
        for failure in manifest.failures.values()
        if not (site / failure.page).is_file()
    ]
    faults += [Message("{file}: nobody published this file here", file=name) for name in unnamed(site, manifest)]
    unhashed = len(manifest.failures)
    open_ = (Message("{n} pages of failures: no hash is kept of them", n=unhashed),) if unhashed else ()
    return Checked(Message("{n} files against the manifest", n=len(hashes)), tuple(faults), remarks=open_)
