"""The record: append-only tables of what units say, what the office decides and what was measured.

Each is kept as a CSV file, a Parquet file or a table of a SQL database. Where, is said by the key ``progress`` of
``plan.toml``: a file name (``"progress.csv"`` when left out, ``"progress.parquet"``), beside which decisions and
actuals lie in files of the same kind, or a database's address (``"postgresql+psycopg://…"``, ``"sqlite:///progress.db"``).
Relative names are taken inside the plan's folder. An append leaves either the old record or the new one, whole,
whatever happens meanwhile; of two writers one is told to try again.

Beside the tables lies the record's chain (``progress.chain``, in a database a table): each append adds a link that
holds the hash of every new row and of the link before, so that what was altered, taken out or put in can be told.
"""

from analysis.record.chain import Chain, Difference, Link, differences
from analysis.record.chaining import begin_chain, read_chain
from analysis.record.place import Place, place_of
from analysis.record.reading import file_facts, read
from analysis.record.store import append, begin, next_ids
from analysis.record.text import longer, meant, to_csv, to_frame

__all__ = [
    "Chain",
    "Difference",
    "Link",
    "Place",
    "append",
    "begin",
    "begin_chain",
    "differences",
    "file_facts",
    "longer",
    "meant",
    "next_ids",
    "place_of",
    "read",
    "read_chain",
    "to_csv",
    "to_frame",
]
