"""What every test shares: the embedded plan, a drawing backend without a screen, how hard hypothesis tries."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase, settings

from analysis.plan import Plan, open_plan

if TYPE_CHECKING:
    from collections.abc import Iterator

# Before anything imports pyplot, also in the kernels and processes that tests start.
os.environ["MPLBACKEND"] = "Agg"
# The command speaks the language of the machine: of that of whoever runs the tests, no test shall know.
os.environ["LC_ALL"] = "C.UTF-8"

settings.register_profile("desk", max_examples=10, deadline=None)
# A build must not fail by the luck of the draw.
settings.register_profile("ci", settings.get_profile("desk"), derandomize=True)
# For a long look now and then: pytest --hypothesis-profile=deep
settings.register_profile("deep", settings.get_profile("desk"), max_examples=100)
# Whether something fails, and no more: of `tests.mutations`.
settings.register_profile("glance", settings.get_profile("ci"), phases=[Phase.explicit, Phase.generate])
settings.load_profile("ci" if os.environ.get("CI") else "desk")


@pytest.fixture(scope="session")
def tianjin() -> Plan:
    """The plan that comes with the package; frozen, and no test may write into its frames."""
    return open_plan("tianjin-2024")


@pytest.fixture(autouse=True)
def no_open_figures() -> Iterator[None]:
    """Figures do not outlive the test that drew them."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
