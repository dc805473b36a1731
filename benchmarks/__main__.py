"""Every measurement, one after the other: forms and record, notices, then reports (the longer one)."""

import sys

from benchmarks import forms, notices, report

if __name__ == "__main__":
    forms.main()
    notices.main()
    sys.exit(report.main())
