"""Whether a record and a site are what was written and published: nothing altered, taken out or put in since.

Everything is looked at offline, and nothing is changed. What cannot be confirmed is never called sound.
"""

from analysis.verification.checked import Checked
from analysis.verification.derived import verify_pages
from analysis.verification.looking import look_at
from analysis.verification.record import verify_heads, verify_record
from analysis.verification.site import verify_files

__all__ = ["Checked", "look_at", "verify_files", "verify_heads", "verify_pages", "verify_record"]
