"""Load a government action plan with its progress record, measure it, and report on it.

Rooms are imported one by one (``from analysis import plan, workload``); importing the package itself does nothing.
"""
