"""From LibreOffice's Python to the package: in this process where it loads, otherwise in a worker process.

Part of the extension: any Python since 3.8 runs it, without our package and without UNO. As a program it tells how it
would decide: `python clv_xl_bridge.py --decide python.json`.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import json
import os
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Callable, Sequence

Log = Callable[[str], None]

# LibreOffice carries an error of a cell as a NaN whose lower half is the number of the error.
_ERROR_NUMBERS = {
    "#NULL!": 521,
    "#DIV/0!": 532,
    "#VALUE!": 519,
    "#REF!": 524,
    "#NAME?": 525,
    "#NUM!": 503,
    "#N/A": 0x7FFF,
}
ERRORS = {
    code: struct.unpack("<d", struct.pack("<Q", 0x7FF8000000000000 | number))[0]
    for code, number in _ERROR_NUMBERS.items()
}
NOT_AVAILABLE = ((ERRORS["#N/A"],),)
NO_VALUE = ((ERRORS["#VALUE!"],),)

_LENGTH = struct.Struct("<I")
_REMEMBERED = 1000
_PACKAGE = "clv_xl.libreoffice"
_IN_THE_WAY = ("numpy", "pandas")


def abi() -> str:
    """What compiled packages must be made for to load into this Python."""
    return "%s-%s-%d" % (sys.implementation.cache_tag, sys.platform, struct.calcsize("P") * 8)


class Decision:
    """How calls are answered: `mode` is "in process", "worker" or "none"; `reason` says why."""

    def __init__(self, mode: str, reason: str, python: str = "", paths: Sequence[str] = ()) -> None:
        self.mode, self.reason, self.python, self.paths = mode, reason, python, list(paths)


def decision(python_file: str) -> Decision:
    """Decide by what this Python has itself, and by what the installer wrote down."""
    if importlib.util.find_spec("clv_xl") is not None and _loads():
        return Decision("in process", "LibreOffice's own Python has the package")
    try:
        known = json.loads(Path(python_file).read_text(encoding="utf-8"))
        python, paths, made_for = known["python"], known["paths"], known["abi"]
    except (OSError, ValueError, KeyError, TypeError):
        return Decision("none", "no Python is known that has the package; run: clv-xl addin install")
    why = _why_not_here(made_for, paths)
    if not why:
        return Decision("in process", "LibreOffice's own Python can load the package", python, paths)
    if not Path(python).is_file():
        return Decision("none", "the Python of the installation is gone (%s); run: clv-xl addin install" % python)
    return Decision("worker", why, python, paths)


def _why_not_here(made_for: str, paths: Sequence[str]) -> str:
    """Why the packages in these folders cannot be used in this process; empty if they can, and then they are."""
    if made_for != abi():
        return "the package is installed for %s, LibreOffice's Python is %s" % (made_for, abi())
    foreign = [name for name in _IN_THE_WAY if importlib.util.find_spec(name) is not None]
    if foreign:
        return "LibreOffice's Python has its own %s, perhaps of another version" % " and ".join(foreign)
    before = list(sys.path)
    sys.path.extend(path for path in paths if path not in before)
    if importlib.util.find_spec("numpy") is not None and _loads():
        return ""
    sys.path[:] = before
    return "LibreOffice's Python cannot load the package"


def _loads() -> bool:
    try:
        importlib.import_module(_PACKAGE)
    except Exception:
        for name in [name for name in sys.modules if name.split(".")[0] == "clv_xl"]:
            del sys.modules[name]
        return False
    return True


def once(log: Log) -> Log:
    """A log that takes each message once until a thousand others came: a wrong column is a line, not one a cell."""
    written: dict[str, bool] = {}

    def write(text: str) -> None:
        if text not in written:
            if len(written) >= _REMEMBERED:
                written.clear()
            written[text] = True
            log(text)

    return write


def connect(python_file: str, log: Log) -> InProcess | Worker | Nothing:
    """Whatever answers calls here: an object with `call(name, cells, null_date)`. Notes go to `log(text)`."""
    found = decision(python_file)
    log("%s: %s" % (found.mode, found.reason))
    if found.mode == "in process":
        return InProcess(importlib.import_module(_PACKAGE).answer, log)
    if found.mode == "worker":
        return Worker([found.python, "-P", "-m", _PACKAGE], found.paths, log)
    return Nothing()


def shown(answer: Any, log: Log) -> tuple[tuple[Any, ...], ...]:
    """An answer as LibreOffice takes it: a tuple of rows, errors as special numbers."""
    rows, errors, message = answer
    if not errors:
        return tuple(map(tuple, rows))
    log(message)
    rows = [list(row) for row in rows]
    for row, column, code in errors:
        rows[row][column] = ERRORS[code]
    return tuple(map(tuple, rows))


class Nothing:
    """No Python has the package."""

    def call(self, name: str, cells: Sequence[Any], null_date: Sequence[int] | None) -> Any:
        return NOT_AVAILABLE


class InProcess:
    """The package is loaded in this process."""

    def __init__(self, answer: Callable[..., Any], log: Log) -> None:
        self._answer, self._messages = answer, once(log)

    def call(self, name: str, cells: Sequence[Any], null_date: Sequence[int] | None) -> Any:
        answer = self._answer(name, cells, null_date)
        return shown(answer, self._messages) if answer[1] else tuple(map(tuple, answer[0]))


class WorkerFailed(Exception):
    """The worker gave no answer."""


class Worker:
    """A process of the Python that has the package: started at the first call, again when it dies, ended with us.

    A call that takes too long ends the worker: LibreOffice must not freeze. After two failures in a row calls are not
    even tried for a while, so that a sheet full of them does not wait for each.
    """

    START_SECONDS = 20.0
    CALL_SECONDS = 10.0
    BYTES_A_SECOND = 500000.0  # a long range may take longer
    PAUSE_SECONDS = 30.0

    def __init__(self, command: Sequence[str], paths: Sequence[str], log: Log) -> None:
        self._command, self._log, self._messages = command, log, once(log)
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "LD_", "DYLD_"))}
        self._environment = dict(kept, PYTHONPATH=os.pathsep.join(paths))
        self._process: Any = None
        self._errors: Any = None
        self._deadline: float | None = None
        self._timed_out = False
        self._failures, self._closed_until = 0, 0.0
        self._one_at_a_time = threading.Lock()

    @property
    def process_id(self) -> int | None:
        """The running worker's; None where none runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def call(self, name: str, cells: Sequence[Any], null_date: Sequence[int] | None) -> Any:
        """The function's rows. #N/A, and a line in the log, where the worker does not answer."""
        frame = json.dumps([name, cells, null_date]).encode()
        with self._one_at_a_time:
            if time.monotonic() < self._closed_until:
                return NOT_AVAILABLE
            try:
                answer = self._ask_or_restart(frame)
            except WorkerFailed as failure:
                self._log("%s: #N/A, because %s" % (name, failure))
                self._failures += 1
                if self._failures >= 2:
                    self._closed_until = time.monotonic() + self.PAUSE_SECONDS
                    self._log("functions answer #N/A for %.0f seconds before the next attempt" % self.PAUSE_SECONDS)
                return NOT_AVAILABLE
            self._failures = 0
        return shown(answer, self._messages)

    def _ask_or_restart(self, frame: bytes) -> Any:
        """A worker that died is replaced once for a call, as the fault may not have been this call's."""
        try:
            return self._ask(frame)
        except WorkerFailed as failure:
            if self._timed_out:
                raise
            self._log("%s; it is started again" % failure)
            return self._ask(frame)

    def _ask(self, frame: bytes) -> Any:
        patience = self.CALL_SECONDS + len(frame) / self.BYTES_A_SECOND
        if self._process is None or self._process.poll() is not None:
            self._start()
            patience += self.START_SECONDS
        self._deadline = time.monotonic() + patience
        try:
            self._process.stdin.write(_LENGTH.pack(len(frame)) + frame)
            self._process.stdin.flush()
            return json.loads(self._read(_LENGTH.unpack(self._read(_LENGTH.size))[0]))
        except (OSError, ValueError) as error:
            raise WorkerFailed(self._post_mortem(patience)) from error
        finally:
            self._deadline = None

    def _read(self, size: int) -> bytes:
        found: bytes = self._process.stdout.read(size)
        if len(found) < size:
            raise OSError("the pipe ended")
        return found

    def _start(self) -> None:
        self._end()
        self._timed_out = False
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  # open as long as the worker lives
        flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
        try:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                env=self._environment,
                creationflags=flags,
            )
        except OSError as error:
            raise WorkerFailed("%s cannot be started: %s" % (self._command[0], error)) from error
        threading.Thread(target=self._watch, args=(self._process,), daemon=True).start()

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        """Ends a worker that has used up its time, which also ends our waiting for it."""
        while process.poll() is None:
            time.sleep(0.5)
            deadline = self._deadline
            if deadline is not None and time.monotonic() > deadline and process is self._process:
                self._timed_out = True
                process.kill()

    def _post_mortem(self, patience: float) -> str:
        """Why there was no answer; the worker is gone after it."""
        process = self._process
        process.kill()
        code = process.wait()
        self._errors.seek(0)
        said = self._errors.read().decode("utf-8", "replace").strip()[-500:]
        if self._timed_out:
            return "the function's process gave no answer in %.0f seconds and was ended" % patience
        return "the function's process ended (%s)%s" % (code, ": " + said if said else "")

    def _end(self) -> None:
        if self._process is not None:
            for stream in (self._process.stdin, self._process.stdout, self._errors):
                with contextlib.suppress(OSError):  # what was still to be written to a dead worker
                    stream.close()
            self._process = None


if __name__ == "__main__" and sys.argv[1:2] == ["--decide"]:
    decided = decision(sys.argv[2])
    print(json.dumps({"mode": decided.mode, "reason": decided.reason, "python": decided.python}))
