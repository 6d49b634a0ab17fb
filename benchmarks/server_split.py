"""=RFM over a range of 300,000 rows through xlwings Server's own endpoint: how long each step of the call takes.

    python benchmarks/server_split.py             about a minute; needs xlwings Server (see below)
    python benchmarks/server_split.py 50000       fewer rows

xlwings Server is no dependency of this project, because its licence (PolyForm Noncommercial, or a paid one) is
stricter than ours. To measure with it: pip install xlwings-server, in an environment of its own. It runs on the
loopback interface only, under its key for noncommercial use. Without it xlwings' own function, which the endpoint
calls, is timed with JSON in and out: all but the web server.
"""

from __future__ import annotations

import asyncio
import functools
import http.client
import importlib.util
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

OFFICE_JS = {"XLWINGS_ON_SERVER": "true", "XLWINGS_LICENSE_KEY": "noncommercial"}
PROJECT = {
    "XLWINGS_ENVIRONMENT": "prod",
    "XLWINGS_FUNCTIONS_NAMESPACE": "CLV",
    "XLWINGS_CORS_ALLOW_ORIGINS": "[]",
    "XLWINGS_ENABLE_SOCKETIO": "false",
    "XLWINGS_LOG_LEVEL": "WARNING",
}
ROUNDS = 5
ASK = "client: the question as JSON"
WAY = "HTTP, to and fro"
PARSED = "server: JSON of the question read"
XLWINGS = "xlwings: its own conversion and dispatch"
READ = "ours: cells to typed columns"
CORE = "ours: orders, scores, segments, rows"
SHOWN = "ours: rows to plain cells"
ENCODED = "server: JSON of the answer written"
ANSWER = "client: JSON of the answer read"
STEPS = (ASK, WAY, PARSED, XLWINGS, READ, CORE, SHOWN, ENCODED, ANSWER)
spent: dict[str, float] = {}


def question(rows: int) -> dict[str, Any]:
    """What the add-in's JavaScript sends: columns of customers, serial dates and amounts, five rows a customer."""
    dice = random.Random(1)
    columns = [
        [[f"C{dice.randrange(rows // 5)}"] for _ in range(rows)],
        [[45_000 + dice.randrange(700)] for _ in range(rows)],
        [[dice.randrange(100, 20_000) / 100] for _ in range(rows)],
    ]
    return {
        "client": "Office.js",
        "func_name": "RFM",
        "args": [*columns, None, None, None],
        "caller_address": "[Book1.xlsx]Sheet1!B2",
        "session_id": "benchmark",
        "culture_info_name": "en-US",
        "date_format": "m/d/yyyy",
        "version": "0.37.8",
        "runtime": "1.4",
    }


def timed(owner: Any, name: str, label: str) -> None:
    """Replace a function by itself with a clock."""
    run = getattr(owner, name)

    @functools.wraps(run)
    def at_once(*args: Any, **named: Any) -> Any:
        start = time.perf_counter()
        try:
            return run(*args, **named)
        finally:
            spent[label] = spent.get(label, 0.0) + time.perf_counter() - start

    @functools.wraps(run)
    async def awaited(*args: Any, **named: Any) -> Any:
        start = time.perf_counter()
        try:
            return await run(*args, **named)
        finally:
            spent[label] = spent.get(label, 0.0) + time.perf_counter() - start

    setattr(owner, name, awaited if asyncio.iscoroutinefunction(run) else at_once)


def watch() -> None:
    """Clocks on xlwings' function and on ours; on the web server's too where there is one."""
    import xlwings.server

    from clv_xl.hosts import xlwings as host
    from clv_xl.worksheet import call, result

    timed(xlwings.server, "custom_functions_call", "xlwings and ours")
    timed(host, "call", "ours")
    timed(call, "read_ranges", READ)
    timed(result, "table", SHOWN)
    timed(host.OfficeJsCells, "write_value", "rows for JSON")
    if "fastapi" in sys.modules:
        import fastapi.routing
        import starlette.requests
        import starlette.responses

        timed(starlette.requests.Request, "body", "body")
        timed(starlette.requests.Request, "json", PARSED)
        timed(fastapi.routing, "serialize_response", "plain values for JSON")
        timed(starlette.responses.JSONResponse, "render", "JSON")


def split(found: dict[str, float]) -> dict[str, float]:
    """The steps of one call from what its clocks showed; whatever is left of the round trip was on the way."""
    ours = found["ours"]
    core = ours - found[READ] - found[SHOWN]
    shown = found[SHOWN] + found["rows for JSON"]
    steps = {ASK: found[ASK], PARSED: found[PARSED], READ: found[READ], CORE: core, SHOWN: shown}
    steps[XLWINGS] = found["xlwings and ours"] - ours - found["rows for JSON"]
    steps[ENCODED] = found["JSON"] + found.get("plain values for JSON", 0.0)
    steps[ANSWER] = found[ANSWER]
    steps[WAY] = max(0.0, found["round trip"] - sum(steps[s] for s in STEPS if s not in (ASK, WAY, ANSWER)))
    return steps


def clock(label: str, run: Callable[[], Any]) -> Any:
    start = time.perf_counter()
    found = run()
    spent[label] = time.perf_counter() - start
    return found


def without_server(asked: dict[str, Any]) -> dict[str, float]:
    """One call of xlwings' own function, JSON in and out, all in this process."""
    import xlwings.server

    import clv_xl.functions as functions

    spent.clear()
    sent = clock(ASK, lambda: json.dumps(asked))
    start = time.perf_counter()
    data = clock(PARSED, lambda: json.loads(sent))
    rows = asyncio.run(xlwings.server.custom_functions_call(data, functions))
    body = clock("JSON", lambda: json.dumps({"result": rows}, ensure_ascii=False, separators=(",", ":")))
    spent["round trip"] = time.perf_counter() - start
    clock(ANSWER, lambda: json.loads(body))
    return split(spent)


def with_server(asked: dict[str, Any], port: int, clocks: Path) -> dict[str, float]:
    """One call over HTTP; the server's clocks come back in a file."""
    spent.clear()
    sent = clock(ASK, lambda: json.dumps(asked, separators=(",", ":")).encode())

    def post() -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        connection.request("POST", "/xlwings/custom-functions-call", sent, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"The server answered {answer.status}: {body[:300]!r}")
        return body

    body = clock("round trip", post)
    found = clock(ANSWER, lambda: json.loads(body))
    assert found["result"][0][:2] == ["customer", "recency"]
    return split(spent | json.loads(clocks.read_text()))


PROBE = """
import sys
from pathlib import Path
sys.path.insert(0, {here!r})
import json, server_split, starlette.responses
from clv_xl.functions import *  # noqa: F403
server_split.watch()
render = starlette.responses.JSONResponse.render
def render_and_tell(self, content):
    body = render(self, content)
    Path({clocks!r}).write_text(json.dumps(server_split.spent))
    server_split.spent.clear()
    return body
starlette.responses.JSONResponse.render = render_and_tell
"""


@contextmanager
def server() -> Iterator[tuple[int, Path]]:
    """xlwings Server on a free port of the loopback interface, with our functions and clocks; its port and the file."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        environment = os.environ | OFFICE_JS | PROJECT | {"XLWINGS_PROJECT_DIR": folder}
        subprocess.run(
            [sys.executable, "-c", "from xlwings_server.cli import main; main()", "init", folder],
            env=environment,
            cwd=folder,
            check=True,
            capture_output=True,
        )
        clocks = Path(folder) / "clocks.json"
        probe = PROBE.format(here=str(Path(__file__).resolve().parent), clocks=str(clocks))
        (Path(folder) / "custom_functions" / "__init__.py").write_text(probe)
        command = [sys.executable, "-m", "uvicorn", "xlwings_server.main:main_app", "--host", "127.0.0.1"]
        with (Path(folder) / "server.log").open("w+") as log:
            process = subprocess.Popen(
                [*command, "--port", str(port), "--log-level", "warning"],
                env=environment,
                cwd=folder,
                stdout=log,
                stderr=log,
            )
            try:
                wait_for(process, port, Path(log.name))
                yield port, clocks
            finally:
                process.terminate()
                process.wait(timeout=20)


def wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise SystemExit(f"xlwings Server did not start:\n{log.read_text()[-2000:]}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("xlwings Server did not answer within a minute")


def show(rows: int, found: list[dict[str, float]], through: str) -> None:
    print(f"=RFM over {rows:,} rows through {through}, medians of {len(found)} calls\n")
    steps = {step: statistics.median(f[step] for f in found) for step in STEPS}
    total = sum(steps.values())
    for step, took in steps.items():
        print(f"{step:<44}{took:>8.3f} s{took / total:>8.0%}")
    ours = sum(took for step, took in steps.items() if step.startswith("ours"))
    print(f"{'all':<44}{total:>8.3f} s")
    print(f"{'of it ours':<44}{ours:>8.3f} s{ours / total:>8.0%}")
    print(f"\nTransfer and its conversions take {(total - ours) / ours:.1f} times as long as our part.")


def main(rows: int) -> None:
    asked = question(rows)
    if importlib.util.find_spec("xlwings_server"):
        with server() as (port, clocks):
            found = [with_server(asked, port, clocks) for _ in range(ROUNDS + 1)]
        show(rows, found[1:], "xlwings Server")
        return
    print("xlwings Server is not installed (pip install xlwings-server); measuring xlwings' own function instead.")
    os.environ.update(OFFICE_JS)
    watch()
    found = [without_server(asked) for _ in range(ROUNDS + 1)]
    show(rows, found[1:], "xlwings' own function, without a web server")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300_000)
