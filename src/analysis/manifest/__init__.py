"""What a site holds: its pages and failures, whose plans they are, which dates may go; and all that as a file."""

from analysis.manifest.growth import check_grown
from analysis.manifest.inputs import Basis, Head
from analysis.manifest.meanings import MEANT, meanings_of
from analysis.manifest.origin import check_origin
from analysis.manifest.pages import (
    FORMATS,
    Failure,
    Manifest,
    Origin,
    Page,
    SiteNotWritable,
    address_beside,
    after,
    latest_path,
)
from analysis.manifest.retention import EXPIRED, Retention
from analysis.manifest.stored import MANIFEST, RUNS, is_slug, manifest_text, read_manifest

__all__ = [
    "EXPIRED",
    "FORMATS",
    "MANIFEST",
    "MEANT",
    "RUNS",
    "Basis",
    "Failure",
    "Head",
    "Manifest",
    "Origin",
    "Page",
    "Retention",
    "SiteNotWritable",
    "address_beside",
    "after",
    "check_grown",
    "check_origin",
    "is_slug",
    "latest_path",
    "manifest_text",
    "meanings_of",
    "read_manifest",
]
