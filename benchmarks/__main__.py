"""Every measurement, one after the other: forms and record first, then reports (the longer one)."""

import sys

from benchmarks import forms, report

if __name__ == "__main__":
    forms.main()
    sys.exit(report.main())
