"""A published folder: pages under addresses that last, a manifest of them, an index of what to read first.

Importing it is quick; the index, which takes long to import, is in `analysis.site.index`.
"""

from analysis.site.manifest import Failure, Manifest, Origin, Page, SiteNotWritable, latest_path
from analysis.site.publication import check_site, is_published, is_whole, locked, publish, staging, unnamed, withdraw
from analysis.site.retention import EXPIRED, Retention
from analysis.site.stored import is_slug, read_manifest

__all__ = [
    "EXPIRED",
    "Failure",
    "Manifest",
    "Origin",
    "Page",
    "Retention",
    "SiteNotWritable",
    "check_site",
    "is_published",
    "is_slug",
    "is_whole",
    "latest_path",
    "locked",
    "publish",
    "read_manifest",
    "staging",
    "unnamed",
    "withdraw",
]
