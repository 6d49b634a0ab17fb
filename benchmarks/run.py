"""Measures what users feel, each figure against a peer in the same run, and prints ratios.

    python benchmarks/run.py            about three minutes
    python benchmarks/run.py --quick    about one minute, coarser

Ratios hold when the machine's speed drifts; seconds are only there to give them a scale.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
OFFICE_JS = {"XLWINGS_ON_SERVER": "true", "XLWINGS_LICENSE_KEY": "noncommercial"}


def python(*arguments: str) -> str:
    environment = os.environ | OFFICE_JS
    done = subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True, check=True)
    return done.stdout


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def in_turns(ours: Callable[[], object], peer: Callable[[], object], rounds: int) -> tuple[float, float, float]:
    """Medians of ours, of the peer, and of their ratio round by round, after one round that does not count."""
    ours(), peer()
    pairs = [(seconds(ours), seconds(peer)) for _ in range(rounds)]
    return (
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
        statistics.median(a / b for a, b in pairs),
    )


def row(what: str, ours: float, peer: float, ratio: float, goal: str) -> None:
    print(f"{what:<58}{_time(ours):>10}{_time(peer):>10}{ratio:>9.2f}x   {goal}")


def _time(s: float) -> str:
    return f"{s:.2f} s" if s >= 1 else f"{s * 1e3:.1f} ms" if s >= 1e-3 else f"{s * 1e6:.1f} us"


def import_time(rounds: int) -> None:
    ours, peer, ratio = in_turns(
        lambda: python("-c", "import clv_xl.functions"), lambda: python("-c", "import xlwings"), rounds
    )
    row("import clv_xl.functions / import xlwings", ours, peer, ratio, "")


def calls(rows: int) -> None:
    measured = json.loads(python(str(HERE / "office_js.py"), str(rows)))
    for name, figures in measured["dispatch"].items():
        row(f"one call: {name} / bare xlwings no-op", figures["ours"], figures["bare"], figures["ratio"], "goal 1.2x")
    many = measured["many"]
    gain = many["calls"] / many["one call"]
    row(f"{rows:,} rows: one call each / one call for all", many["calls"], many["one call"], gain, "goal 50x or more")


def build_time(rounds: int) -> None:
    measured = json.loads(python(str(HERE / "build.py"), str(rounds)))
    for name, figures in measured.items():
        goal = "goal 1.5x" if "styles" in name else ""
        row(f"build {name}", figures["ours"], figures["bare"], figures["ratio"], goal)


def main(quick: bool) -> None:
    print(f"{'':<58}{'ours':>10}{'peer':>10}{'ratio':>10}")
    import_time(5 if quick else 15)
    calls(20_000 if quick else 100_000)
    build_time(5 if quick else 15)


if __name__ == "__main__":
    main("--quick" in sys.argv[1:])
