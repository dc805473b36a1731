"""A published folder: pages under addresses that last, a manifest of them, an index of what to read first.

Importing it is quick; the index, which takes long to import, is in `analysis.site.index`.
"""

from analysis.site.manifest import Failure, Manifest, Page, SiteNotWritable, expired, latest_path, read_manifest
from analysis.site.publication import is_published, is_whole, locked, publish, staging

__all__ = [
    "Failure",
    "Manifest",
    "Page",
    "SiteNotWritable",
    "expired",
    "is_published",
    "is_whole",
    "latest_path",
    "locked",
    "publish",
    "read_manifest",
    "staging",
]
