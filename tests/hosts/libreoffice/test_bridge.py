"""The way from LibreOffice's Python to the package, without LibreOffice: the decision, the worker, its failures."""

from __future__ import annotations

import importlib.util
import json
import math
import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from clv_xl.hosts.libreoffice import names
from clv_xl.libreoffice import answer

ROOT = Path(__file__).resolve().parents[3]
BRIDGE = ROOT / "clv_xl" / "hosts" / "libreoffice" / "component" / "clv_xl_bridge.py"
PATHS = [str(ROOT), *(entry for entry in sys.path if "site-packages" in entry)]
CLV = ("CLV", (5.9, 218.4, 20.0, 0.213, None), None)


@pytest.fixture(scope="module")
def bridge() -> ModuleType:
    spec = importlib.util.spec_from_file_location("clv_xl_bridge", BRIDGE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Log(list[str]):
    def __call__(self, text: str) -> None:
        self.append(text)


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def worker(bridge: ModuleType, log: Log) -> Iterator[Any]:
    worker = bridge.Worker([sys.executable, "-P", "-m", "clv_xl.libreoffice"], PATHS, log)
    yield worker
    if worker.process_id:
        os.kill(worker.process_id, signal.SIGKILL)


def code(rows: Any) -> int:
    """LibreOffice's number of the error in the only cell."""
    ((value,),) = rows
    assert math.isnan(value)
    number: int = struct.unpack("<Q", struct.pack("<d", value))[0] & 0xFFFFFFFF
    return number


# The decision


def told(folder: Path, **changed: Any) -> Path:
    """What the installer wrote down, with changes."""
    known = {
        "python": sys.executable,
        "abi": f"{sys.implementation.cache_tag}-{sys.platform}-{struct.calcsize('P') * 8}",
        "paths": PATHS,
    }
    path = folder / names.PYTHON_FILE
    path.write_text(json.dumps(known | changed), encoding="utf-8")
    return path


def decide(python_file: Path, *paths: str) -> dict[str, str]:
    """What a Python without any packages of its own decides."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    run = subprocess.run(
        [sys.executable, "-S", str(BRIDGE), "--decide", str(python_file)],
        env=environment | {"PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        check=True,
    )
    decided: dict[str, str] = json.loads(run.stdout)
    return decided


def test_in_process_where_the_package_loads(tmp_path: Path) -> None:
    assert decide(told(tmp_path))["mode"] == "in process"


def test_in_process_where_the_package_is_already_there(tmp_path: Path) -> None:
    decided = decide(tmp_path / "none.json", *PATHS)
    assert (decided["mode"], decided["reason"]) == ("in process", "LibreOffice's own Python has the package")


@pytest.mark.parametrize(
    ("changed", "mode", "reason"),
    [
        ({"abi": "cpython-38-linux-64"}, "worker", "is installed for cpython-38-linux-64"),
        ({"paths": []}, "worker", "cannot load the package"),
        ({"abi": "other", "python": "/gone/python"}, "none", "clv-xl addin install"),
        ({"paths": None}, "none", "clv-xl addin install"),
    ],
)
def test_other_decisions_say_why(tmp_path: Path, changed: dict[str, Any], mode: str, reason: str) -> None:
    known = told(tmp_path, **changed)
    if changed.get("paths", "") is None:
        known.write_text("not json", encoding="utf-8")
    decided = decide(known)
    assert decided["mode"] == mode
    assert reason in decided["reason"]


def test_a_numpy_of_libreoffices_own_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "own" / "numpy").mkdir(parents=True)
    (tmp_path / "own" / "numpy" / "__init__.py").write_text("")
    decided = decide(told(tmp_path), str(tmp_path / "own"))
    assert decided["mode"] == "worker"
    assert "its own numpy" in decided["reason"]


def test_without_an_installation_functions_are_not_available(bridge: ModuleType, tmp_path: Path, log: Log) -> None:
    script = f"""
import importlib.util, sys
spec = importlib.util.spec_from_file_location("bridge", {str(BRIDGE)!r})
bridge = importlib.util.module_from_spec(spec); spec.loader.exec_module(bridge)
notes = []
connected = bridge.connect({str(tmp_path / "none.json")!r}, notes.append)
assert connected.call("CLV", (1.0,), None) is bridge.NOT_AVAILABLE
print(notes)
"""
    shown = subprocess.run([sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, check=True)
    assert "clv-xl addin install" in shown.stdout


# The worker


def test_the_worker_answers_as_the_package_does(bridge: ModuleType, worker: Any, log: Log) -> None:
    days = tuple((45000.0 + n % 700,) for n in range(5000))
    calls: list[tuple[str, tuple[Any, ...], tuple[int, int, int] | None]] = [
        CLV,
        ("CLV", (((5.9,), (6.1,), ("x",)), 218.4, 20.0, 0.213, None), None),
        ("LTV_CAC_RATIO", ((("",), (150.0,)), 50.0), None),
        ("RFM", (tuple((f"Kundin {n % 900} Ö",) for n in range(5000)), days, days), (1899, 12, 30)),
        ("COHORT_TABLE", (tuple((f"C{n % 90}",) for n in range(5000)), days), (1904, 1, 1)),
    ]
    for name, cells, null_date in calls:
        same = bridge.shown(answer(name, cells, null_date), log)
        assert repr(worker.call(name, cells, null_date)) == repr(same)  # repr, as NaN equals nothing
    assert "CLV: row 3, column 1 of 1 errors: #VALUE! average_sale must be a number" in log[0]
    assert code(worker.call("LTV_CAC_RATIO", (150.0, 0.0), None)) == 532  # LibreOffice's #DIV/0!


def test_one_worker_serves_many_calls(worker: Any) -> None:
    worker.call(*CLV)
    first = worker.process_id
    for _ in range(20):
        worker.call(*CLV)
    assert worker.process_id == first


def test_a_worker_that_died_between_calls_is_replaced(processes: Any, worker: Any, log: Log) -> None:
    expected = worker.call(*CLV)
    os.kill(worker.process_id, signal.SIGKILL)
    processes.wait_until(lambda: worker.process_id is None)
    assert worker.call(*CLV) == expected
    assert log == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot stop a process in its tracks")
def test_a_worker_that_dies_in_a_call_is_replaced_and_asked_again(processes: Any, worker: Any, log: Log) -> None:
    expected = worker.call(*CLV)
    stopped = worker.process_id
    os.kill(stopped, signal.SIGSTOP)
    found: list[Any] = []
    caller = threading.Thread(target=lambda: found.append(worker.call(*CLV)))
    caller.start()
    os.kill(stopped, signal.SIGKILL)
    caller.join(processes.WAIT_SECONDS)
    assert found == [expected]
    assert worker.process_id not in (stopped, None)
    assert log in ([], ["the function's process ended (-9); it is started again"])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot stop a process in its tracks")
def test_a_worker_that_hangs_is_ended(processes: Any, worker: Any, log: Log) -> None:
    worker.CALL_SECONDS = 0.2
    expected = worker.call(*CLV)
    hanging = worker.process_id
    os.kill(hanging, signal.SIGSTOP)
    assert code(worker.call(*CLV)) == 0x7FFF
    assert log == ["CLV: #N/A, because the function's process gave no answer in 0 seconds and was ended"]
    processes.wait_until(lambda: not processes.is_running(hanging))
    assert worker.call(*CLV) == expected  # by a new one


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot stop a process in its tracks")
def test_every_hanging_has_a_line_and_a_repeated_error_has_one(worker: Any, log: Log) -> None:
    worker.CALL_SECONDS = 0.2
    for _ in range(2):
        worker.call("CAC", (100.0, 0.0), None)
        os.kill(worker.process_id, signal.SIGSTOP)
        assert code(worker.call(*CLV)) == 0x7FFF
        worker.call(*CLV)  # one that is answered lies between the two
    assert [line.split(",")[0].split("!")[0] for line in log] == ["CAC: #DIV/0", "CLV: #N/A", "CLV: #N/A"]


def test_after_two_failures_calls_do_not_wait_for_a_while(processes: Any, bridge: ModuleType, log: Log) -> None:
    broken = bridge.Worker([sys.executable, "-c", "raise SystemExit('no licence for this')"], PATHS, log)
    broken.PAUSE_SECONDS = 0.5
    assert code(broken.call(*CLV)) == 0x7FFF
    assert "no licence for this" in log[-1]
    assert code(broken.call(*CLV)) == 0x7FFF
    tried = len(log)
    assert "before the next attempt" in log[-1]
    assert code(broken.call(*CLV)) == 0x7FFF
    assert len(log) == tried  # at once, without an attempt
    processes.wait_until(lambda: broken.call(*CLV) is not None and len(log) > tried)


def test_a_python_that_cannot_be_started_says_so(bridge: ModuleType, tmp_path: Path, log: Log) -> None:
    absent = bridge.Worker([str(tmp_path / "python")], PATHS, log)
    assert code(absent.call(*CLV)) == 0x7FFF
    assert "cannot be started" in log[-1]


def test_a_call_that_the_worker_cannot_read_is_not_available(worker: Any, log: Log) -> None:
    assert code(worker.call("NO_SUCH_FUNCTION", (1.0,), None)) == 0x7FFF
    assert "KeyError: 'NO_SUCH_FUNCTION'" in log[-1]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks processes up in /proc")
@pytest.mark.parametrize("rows", [1, 1_000_000], ids=["idle", "at work"])
def test_the_worker_ends_with_its_caller(processes: Any, rows: int) -> None:
    script = f"""
import importlib.util, sys, threading
spec = importlib.util.spec_from_file_location("bridge", {str(BRIDGE)!r})
bridge = importlib.util.module_from_spec(spec); spec.loader.exec_module(bridge)
worker = bridge.Worker([sys.executable, "-P", "-m", "clv_xl.libreoffice"], {PATHS!r}, print)
worker.call("CLV", (1.0, 1.0, 1.0, 1.0), None)
print(worker.process_id, flush=True)
column = tuple((float(n),) for n in range({rows}))
while True:
    worker.call("CAC_MAX", (column,), None)
"""
    caller = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert caller.stdout is not None
    try:
        process_id = int(caller.stdout.readline())
        assert processes.is_running(process_id)
    finally:
        caller.kill()
        caller.wait()
    processes.wait_until(lambda: not processes.is_running(process_id))
