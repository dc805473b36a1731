"""Telling: short messages to groups and mailboxes, of what was published, what failed, and what falls due.

The ways out are the webhooks of WeCom, DingTalk and Feishu groups, and SMTP, over the standard library alone. A library
for many services was looked at and left: it knows of these three only the public hosts, which a private installation
has not, says of a message no more than yes or no, and takes for delivered what two of them refuse under HTTP 200.

An event goes to each place at most once. That it is about to be sent is on the disk before it is; so a run that is
killed in between leaves a message that may not have gone, and never one that comes twice. Who misses a message finds
the site as it stands; one that comes again and again teaches people not to read. What certainly did not arrive (a
refusal, a rate limit, no network, no secret) is tried again by the next run; what may have arrived is not.
"""

from analysis.notification.events import Event, due_events, site_events
from analysis.notification.sending import Told, read_told, tell
from analysis.notification.settings import EVENTS, BadSettings, NoSecret, Settings, read_settings

__all__ = [
    "EVENTS",
    "BadSettings",
    "Event",
    "NoSecret",
    "Settings",
    "Told",
    "due_events",
    "read_settings",
    "read_told",
    "site_events",
    "tell",
]
