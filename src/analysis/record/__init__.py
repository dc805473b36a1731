"""The record: append-only tables of what units say, what the office decides and what was measured.

Each is kept as a CSV file, a Parquet file or a table of a SQL database. Where, is said by the key ``progress`` of
``plan.toml``: a file name (``"progress.csv"`` when left out, ``"progress.parquet"``), beside which decisions and
actuals lie in files of the same kind, or a database's address (``"postgresql+psycopg://…"``, ``"sqlite:///progress.db"``).
Relative names are taken inside the plan's folder. An append leaves either the old record or the new one, whole,
whatever happens meanwhile; of two writers one is told to try again.
"""

from analysis.record.place import Place, place_of
from analysis.record.store import append, next_ids, read
from analysis.record.text import longer, meant, to_csv, to_frame

__all__ = ["Place", "append", "longer", "meant", "next_ids", "place_of", "read", "to_csv", "to_frame"]
