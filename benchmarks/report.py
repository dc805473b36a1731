"""How fast reports are made, next to other ways to do the same on the same machine, in turns.

``python -m benchmarks.report`` prints a table; ``--pages 12 --rounds 1 --growth 100`` is quick. A ratio is of the
fastest rounds: on a machine that does other things too, the fastest is the one that was disturbed least.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

AS_OF = "2025-03-31"
JOBS = 2
REPORTS = ("workload_by_unit", "theme_coverage", "completion_trend")
BRIEF = "unit_brief"
Parameters = dict[str, str]


def main() -> int:
    """Measure, print, and say by the exit code whether every target was met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=54)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--growth", type=int, default=1000, help="pages, compared with a tenth of them")
    asked = parser.parse_args()
    met = [*_starting(asked.rounds), *_one_report(asked.rounds), *_many_pages(asked.pages, asked.rounds)]
    met += _growing(asked.growth)
    return 0 if all(met) else 1


def _starting(rounds: int) -> Iterable[bool]:
    with tempfile.TemporaryDirectory() as folder:
        nothing = _command(folder, "report", *REPORTS)
        _run(nothing)
        taken = _in_turns(
            rounds + 2,
            {
                "import pandas": lambda: _run([sys.executable, "-c", "import pandas"]),
                "import analysis, and its metrics": lambda: _run(
                    [sys.executable, "-c", "from analysis import coverage, status, trend, workload"]
                ),
                "portplan --help": lambda: _run(_portplan("--help")),
                "nothing to do": lambda: _run(nothing),
            },
        )
    pandas, analysis, help_, nothing_to_do = taken.values()
    print("\nStarting")
    _print(taken)
    yield _target("import analysis over pandas", analysis - pandas, "s", most=0.15)
    yield _target("portplan --help", help_, "s", most=0.3)
    yield _target("nothing to do", nothing_to_do, "s", most=1.5)


def _one_report(rounds: int) -> Iterable[bool]:
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "plain.py")
        script.write_text(_plain_script(REPORTS[0], _asked(REPORTS[0])[1], Path(folder, "plain.html")), "utf-8")
        taken = _in_turns(
            rounds,
            {
                "plain script": lambda: _run([sys.executable, str(script)]),
                "portplan report": lambda: _run(_command(folder, "report", REPORTS[0], "--lang", "zh", "--force")),
            },
        )
    print("\nOne report, from a cold start")
    _print(taken)
    plain, ours = taken.values()
    yield _target("portplan report ÷ plain script", ours / plain, "×", most=1.5)


def _many_pages(pages: int, rounds: int) -> Iterable[bool]:
    taken = _in_turns(
        rounds,
        {
            "papermill + nbconvert, serial": lambda: _self("serial", pages),
            f"papermill + nbconvert, {JOBS} processes": lambda: _self("pool", pages),
            "bare exec in forked processes": lambda: _self("floor", pages),
            "portplan's way": lambda: _self("ours", pages),
        },
    )
    print(f"\n{pages} pages")
    _print(taken, pages)
    serial, pool, floor, ours = taken.values()
    yield _target("serial ÷ ours", serial / ours, "×", least=4.0)
    yield _target(f"{JOBS} processes ÷ ours", pool / ours, "×", least=2.5)
    yield _target("ours ÷ bare exec", ours / floor, "×", most=1.3)


def _growing(pages: int) -> Iterable[bool]:
    sizes = (pages // 10, pages)
    told = [_output([sys.executable, "-c", f"from benchmarks.report import grow; grow({size})"]) for size in sizes]
    (few_seconds, few_peak), (all_seconds, all_peak) = (map(float, line.split()) for line in told)
    print(f"\n{sizes[0]} and {sizes[1]} pages of one run")
    for size, seconds, peak in zip(sizes, (few_seconds, all_seconds), (few_peak, all_peak), strict=True):
        print(f"  {size:>5} pages {seconds:8.1f} s  {seconds / size:6.3f} s a page  peak {peak:6.0f} MiB")
    yield _target("time a page, many ÷ few", all_seconds / sizes[1] / (few_seconds / sizes[0]), "×", most=1.1)
    yield _target("memory, many ÷ few", all_peak / few_peak, "×", most=1.1)


def grow(pages: int) -> None:
    """Make many pages in one run: each unit's, at one day after the other. Prints seconds and the peak in MiB."""
    import resource

    from analysis.report import check_parameters, make_reports, read_inputs

    inputs = read_inputs("tianjin-2024")
    days = (date(2024, 6, 30) + timedelta(days=7 * week) for week in range(pages))
    asked = ((day, unit, lang) for day in days for unit in inputs.units for lang in ("zh", "en"))
    wanted = [
        (BRIEF, check_parameters(_asked(BRIEF, lang, unit)[1] | {"as_of": f"{day}"}, inputs))
        for day, unit, lang in islice(asked, pages)
    ]
    with tempfile.TemporaryDirectory() as folder:
        run = make_reports(wanted, inputs, folder=Path(folder), started="", jobs=JOBS, keep=pages)
    assert run.counts() == {"made": pages}, run.counts()
    print(run.seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def many(way: str, pages: int) -> None:
    """Make pages in one of the ways that are compared; run in a process of its own."""
    asked = _all_asked(pages)
    with tempfile.TemporaryDirectory() as folder:
        if way == "ours":
            _ours(asked, Path(folder))
        elif way == "floor":
            _floor(asked, Path(folder))
        elif way == "serial":
            for place, one in enumerate(asked):
                _papermill_page(*one, Path(folder, f"{place}.ipynb"))
        else:
            with ProcessPoolExecutor(JOBS) as pool:
                list(
                    pool.map(
                        _papermill_page, *zip(*asked, strict=True), [Path(folder, f"{n}.ipynb") for n in range(pages)]
                    )
                )


def _ours(asked: list[tuple[str, Parameters]], folder: Path) -> None:
    from analysis.report import check_parameters, make_reports, read_inputs

    inputs = read_inputs("tianjin-2024")
    wanted = [(name, check_parameters(parameters, inputs)) for name, parameters in asked]
    run = make_reports(wanted, inputs, folder=folder, started="", jobs=JOBS)
    assert run.counts() == {"made": len(asked)}, run.counts()


def _floor(asked: list[tuple[str, Parameters]], folder: Path) -> None:
    from analysis.plan import open_plan
    from analysis.report.task import warm_up
    from analysis.runner import Limits, run_each

    open_plan("tianjin-2024")
    warm_up()
    work = {str(place): one for place, one in enumerate(asked)}
    for _, ending in run_each(work, _exec_notebook, jobs=JOBS, limits=Limits(), logs=folder):
        assert ending.how == "done", ending.reason


def _exec_notebook(one: tuple[str, Parameters]) -> None:
    exec(compile(_code(*one), "notebook", "exec"), {"__name__": "__main__"})


def _papermill_page(name: str, parameters: Parameters, output: Path) -> None:
    import papermill
    from nbconvert import HTMLExporter
    from traitlets.config import Config

    from analysis.runner import read_registry

    with tempfile.TemporaryDirectory() as sockets:
        # Kernels side by side race for TCP ports, and some would fail.
        config = Config({"KernelManager": {"transport": "ipc", "connection_file": f"{sockets}/kernel.json"}})
        papermill.execute_notebook(
            str(read_registry().find(name).notebook),
            str(output),
            parameters=parameters,
            progress_bar=False,
            config=config,
        )
    page, _ = HTMLExporter(exclude_input=True).from_filename(str(output))
    output.with_suffix(".html").write_text(page, "utf-8")


def _asked(name: str, lang: str = "zh", unit: str = "") -> tuple[str, Parameters]:
    return name, {"plan_id": "tianjin-2024", "as_of": AS_OF, "lang": lang, "unit": unit}


def _all_asked(pages: int) -> list[tuple[str, Parameters]]:
    """A month's pages: every report, and a page for each unit, in two languages."""
    from analysis.report import read_inputs

    units = read_inputs("tianjin-2024").units
    every = [_asked(name, lang) for name in REPORTS for lang in ("zh", "en")]
    every += [_asked(BRIEF, lang, unit) for unit in units for lang in ("zh", "en")]
    # Fewer pages are taken evenly from all of them.
    return [every[place * len(every) // pages] for place in range(min(pages, len(every)))]


def _code(name: str, parameters: Parameters) -> str:
    from analysis.runner import read_registry

    notebook = json.loads(read_registry().find(name).notebook.read_text("utf-8"))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    sources = ["".join(cell["source"]) for cell in cells]
    given = "\n".join(f"{key} = {value!r}" for key, value in parameters.items())
    return "\n".join([sources[0], given, *sources[1:]])


def _plain_script(name: str, parameters: Parameters, page: Path) -> str:
    """The notebook as a script that writes a page with everything in it: figures, tables, style and face."""
    return f"""import IPython.display
shown = []
IPython.display.display = lambda shown_now, **_: shown.append(shown_now.data)
{_code(name, parameters)}
from pathlib import Path
from analysis.page import with_face
page = "<!doctype html><html><head><style></style></head><body>" + "".join(shown) + "</body></html>"
Path({str(page)!r}).write_text(with_face(page), "utf-8")
"""


def _in_turns(rounds: int, ways: dict[str, Callable[[], float]]) -> dict[str, float]:
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            taken[name].append(way())
    return {name: min(times) for name, times in taken.items()}


def _self(way: str, pages: int) -> float:
    here = f"from benchmarks.report import many; many({way!r}, {pages})"
    return _run([sys.executable, "-c", here])


def _portplan(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from analysis.cli import run; run()", *arguments]


def _command(folder: str, *arguments: str) -> list[str]:
    return _portplan(*arguments, "--as-of", AS_OF, "--out", str(Path(folder, "site")))


def _run(command: list[str]) -> float:
    began = time.perf_counter()
    _output(command)
    return time.perf_counter() - began


def _output(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def _print(taken: dict[str, float], pages: int = 0) -> None:
    for name, seconds in taken.items():
        each = f"  {seconds / pages:6.2f} s a page" if pages else ""
        print(f"  {name:<40}{seconds:8.2f} s{each}")


def _target(name: str, value: float, unit: str, *, most: float | None = None, least: float | None = None) -> bool:
    met = value <= most if most is not None else value >= (least or 0)
    asked = f"≤ {most}" if most is not None else f"≥ {least}"
    print(f"  {'met   ' if met else 'MISSED'} {name:<33}{value:8.2f} {unit}  ({asked})", flush=True)
    return met


if __name__ == "__main__":
    sys.exit(main())
