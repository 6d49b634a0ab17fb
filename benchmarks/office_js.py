"""Times calls through xlwings' own code for xlwings Server and Lite; prints JSON. Started by run.py.

Our functions and a bare xlwings function that computes nothing take turns in the same process, so that a machine
that slows down slows both.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
import types
from collections.abc import Callable
from typing import Any

import xlwings as xw
import xlwings.server as server

import clv_xl.functions as ours


@xw.func
def NOOP(spend, new_customers):  # type: ignore[no-untyped-def]  # noqa: N802
    """A function that computes nothing."""
    return 0.0


@xw.func
def NOOP4(average_sale, transactions, retention, margin, discount_rate=None, acquisition_cost=None):  # type: ignore[no-untyped-def]  # noqa: N802
    """A function of six arguments that computes nothing."""
    return 0.0


bare = types.SimpleNamespace(NOOP=NOOP, NOOP4=NOOP4)
loop = asyncio.new_event_loop()


def question(name: str, *args: Any) -> dict[str, Any]:
    return {
        "client": "Office.js",
        "func_name": name,
        "args": list(args),
        "caller_address": "[Book1.xlsx]Sheet1!B2",
        "version": xw.__version__,
        "runtime": "1.4",
        "culture_info_name": "en-US",
        "date_format": "m/d/yyyy",
    }


def call(module: Any, name: str, *args: Any) -> Any:
    return loop.run_until_complete(server.custom_functions_call(question(name, *args), module))


def per_call(run: Callable[[], Any], times: int) -> float:
    start = time.perf_counter()
    for _ in range(times):
        run()
    return (time.perf_counter() - start) / times


def compare(ours_run: Callable[[], Any], bare_run: Callable[[], Any], rounds: int, times: int) -> dict[str, Any]:
    """Medians of both, and of the ratio round by round."""
    ours_run(), bare_run()
    pairs = [(per_call(ours_run, times), per_call(bare_run, times)) for _ in range(rounds)]
    return {
        "ours": statistics.median(p[0] for p in pairs),
        "bare": statistics.median(p[1] for p in pairs),
        "ratio": statistics.median(a / b for a, b in pairs),
    }


def dispatch() -> dict[str, Any]:
    two = [[50000.0]], [[1000.0]]
    six = [[50.0]], [[4.0]], [[5.0]], [[0.4]], None, None
    return {
        "CAC, 2 arguments": compare(
            lambda: call(ours, "CAC", *two), lambda: call(bare, "NOOP", *two), rounds=15, times=400
        ),
        "CLV, 6 arguments": compare(
            lambda: call(ours, "CLV", *six), lambda: call(bare, "NOOP4", *six), rounds=15, times=400
        ),
    }


def one_call_for_many(rows: int) -> dict[str, float]:
    """One call with columns against one call per row, both through xlwings; and the same without xlwings."""
    spend = [[float(i)] for i in range(rows)]
    customers = [[float(i % 50 + 1)] for i in range(rows)]
    once, at_once = [], []
    for _ in range(3):
        start = time.perf_counter()
        call(ours, "CAC", spend, customers)
        at_once.append(time.perf_counter() - start)
    for _ in range(3):
        start = time.perf_counter()
        for s, c in zip(spend, customers, strict=True):
            call(ours, "CAC", [s], [c])
        once.append(time.perf_counter() - start)
    alone = []
    for _ in range(5):
        start = time.perf_counter()
        ours.CAC(spend, customers)
        alone.append(time.perf_counter() - start)
    return {
        "calls": statistics.median(once),
        "one call": statistics.median(at_once),
        "one call, without xlwings' conversion": statistics.median(alone),
    }


if __name__ == "__main__":
    print(json.dumps({"dispatch": dispatch(), "many": one_call_for_many(int(sys.argv[1]))}))
