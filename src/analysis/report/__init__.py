"""What reports are made of a plan: which pages, whether they must be made again, and the record of each run.

Importing it is quick: what is slow is imported where a page is made.
"""

from analysis.history import Outcome, Run, read_runs
from analysis.parameters import ParameterError, Parameters
from analysis.report.inputs import Inputs, check_parameters, read_inputs
from analysis.report.making import make_reports
from analysis.report.periods import LAST_PERIOD_END, days_asked, periods_due
from analysis.runner import Limits, Registry, Report, read_registry
from analysis.site import SiteNotWritable

__all__ = [
    "LAST_PERIOD_END",
    "Inputs",
    "Limits",
    "Outcome",
    "ParameterError",
    "Parameters",
    "Registry",
    "Report",
    "Run",
    "SiteNotWritable",
    "check_parameters",
    "days_asked",
    "make_reports",
    "periods_due",
    "read_inputs",
    "read_registry",
    "read_runs",
]
