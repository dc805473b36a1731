"""Run the suites one after the other, the fast one first, and say how long each took."""

import os
import shutil
import subprocess
import sys
import time

SUITES = {
    "fast": "not thorough and not notebook and not browser and not integration",
    "thorough": "thorough and not notebook and not browser and not integration and not exhaustive",
    "notebook": "notebook and not integration",
    "browser": "browser",
    "integration": "integration and not exhaustive",
}
ASKED_FOR = {"exhaustive": "exhaustive"}
"""What takes some hours and runs only by its name."""


def main() -> int:
    wanted = sys.argv[1:] or list(SUITES)
    if "browser" in wanted and not shutil.which("chromium"):
        print("No Chromium on this machine: the browser suite is skipped (Debian: apt-get install chromium).")
    # Where an image forbids it, each of some thousand processes would compile the library anew.
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    took: dict[str, float] = {}
    failed = False
    for suite in wanted:
        start = time.perf_counter()
        spread = ["-n", "2", "--dist", "worksteal"] if suite in ("fast", "thorough", "exhaustive") else []
        command = [sys.executable, "-m", "pytest", "-q", "-rs", "-m", (SUITES | ASKED_FOR)[suite], *spread]
        code = subprocess.run(command, check=False, env=environment).returncode
        took[suite] = time.perf_counter() - start
        failed |= code != 0
    print("  ".join(f"{suite} {seconds:.0f} s" for suite, seconds in took.items()))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
