"""State(T, K): how things stand at a date T, as known at a date K.

Every row of the record carries two dates: the day it is true for (``as_of``, of a decision ``effective_on``) and the
day it arrived (``reported_at``, ``recorded_at``). State(T, K) takes the rows that are true for days up to T, had
arrived by K, and are not superseded or void by what had arrived by K. Of several, the one of the greatest ``as_of``
counts, then of the greatest ``reported_at``, then the later one in the record. Rows that arrive after K change nothing.
"""

from analysis.status.counting import count_states, count_words
from analysis.status.force import in_force, spans
from analysis.status.known import Record, known
from analysis.status.measures import by_measure, done_since, is_completable
from analysis.status.owed import owed
from analysis.status.schedule import due_days, schedule
from analysis.status.units import History, history

__all__ = [
    "History",
    "Record",
    "by_measure",
    "count_states",
    "count_words",
    "done_since",
    "due_days",
    "history",
    "in_force",
    "is_completable",
    "known",
    "owed",
    "schedule",
    "spans",
]
