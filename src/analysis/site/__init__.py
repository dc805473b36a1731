"""A published folder: pages under addresses that last, an index of what to read first.

Importing it is quick; the index, which takes long to import, is in `analysis.site.index`.
"""

from analysis.manifest import (
    EXPIRED,
    Failure,
    Manifest,
    Origin,
    Page,
    Retention,
    SiteNotWritable,
    is_slug,
    latest_path,
    read_manifest,
)
from analysis.site.publication import (
    SETTINGS,
    TELLING,
    TOLD,
    check_site,
    is_kept,
    is_published,
    is_twin,
    is_whole,
    locked,
    present,
    publish,
    staging,
    unnamed,
    withdraw,
)

__all__ = [
    "EXPIRED",
    "SETTINGS",
    "TELLING",
    "TOLD",
    "Failure",
    "Manifest",
    "Origin",
    "Page",
    "Retention",
    "SiteNotWritable",
    "check_site",
    "is_kept",
    "is_published",
    "is_slug",
    "is_twin",
    "is_whole",
    "latest_path",
    "locked",
    "present",
    "publish",
    "read_manifest",
    "staging",
    "unnamed",
    "withdraw",
]
