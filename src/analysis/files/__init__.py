"""Files as they lie on a disk: text whose encoding nobody told, CSV, a write that is whole or not at all, one writer.

Without pandas, so that whoever only asks whether a file has changed does not wait for it.
"""

from analysis.files.archive import settled
from analysis.files.disk import Busy, held, in_installed_package, sync, undisturbed, write_new, write_whole
from analysis.files.text import (
    CsvTable,
    as_meant,
    csv_text,
    decode,
    harmless,
    plain_csv_text,
    read_csv,
    read_toml,
    secrets_of,
    without_secrets,
)

__all__ = [
    "Busy",
    "CsvTable",
    "as_meant",
    "csv_text",
    "decode",
    "harmless",
    "held",
    "in_installed_package",
    "plain_csv_text",
    "read_csv",
    "read_toml",
    "secrets_of",
    "settled",
    "sync",
    "undisturbed",
    "without_secrets",
    "write_new",
    "write_whole",
]
