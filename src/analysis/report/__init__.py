"""Make and publish reports: parameters → notebook → page → gate → site.

The only room that uses papermill and nbconvert. Importing it is quick: what is slow is imported where a page is made.
"""

from analysis.parameters import ParameterError, Parameters
from analysis.report.history import Outcome, Run
from analysis.report.inputs import Inputs, check_parameters, read_inputs
from analysis.report.making import make_reports
from analysis.report.manifest import SiteNotWritable
from analysis.report.run import report_names
from analysis.report.site import SiteLocked
from analysis.report.workers import Limits

__all__ = [
    "Inputs",
    "Limits",
    "Outcome",
    "ParameterError",
    "Parameters",
    "Run",
    "SiteLocked",
    "SiteNotWritable",
    "check_parameters",
    "make_reports",
    "read_inputs",
    "report_names",
]
