"""A running LibreOffice Calc under test, driven over UNO, and LibreOffice as a converter of files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import uuid
from pathlib import Path
from typing import Any

from clv_xl.worksheet.errors import CellError

START_SECONDS = 90
ANSWER_SECONDS = 180
XLSX = "Calc MS Excel 2007 XML"
LOAD = "/org.openoffice.Office.Calc/Formula/Load"
ALWAYS, NEVER, PROMPT = 0, 1, 2
"""When LibreOffice recalculates what it loads from Excel's files: its setting OOXMLRecalcMode."""


class CalcFault(AssertionError):
    """LibreOffice or its driver failed."""


def command(soffice: str, profile: Path, extensions: Path | None) -> list[str]:
    """How LibreOffice is started: with a profile of its own, and with the extensions in a folder."""
    extra = [f"-env:BUNDLED_EXTENSIONS={extensions.as_uri()}"] if extensions else []
    return [soffice, f"-env:UserInstallation={profile.as_uri()}", *extra, "--headless", "--norestore", "--nologo"]


def surroundings() -> dict[str, str]:
    """The environment without a trace of our own Python: where LibreOffice uses the system's, it takes the library of
    whichever python3 comes first on the path, and finds no module `uno` in a virtual environment."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON") and k != "VIRTUAL_ENV"}
    folders = inherited.get("PATH", "").split(os.pathsep)
    system = [f for f in folders if f in ("/usr/bin", "/bin") or not (Path(f) / "python3").exists()]
    return inherited | {"PATH": os.pathsep.join(system)}


def started(arguments: list[str], environment: dict[str, str] | None = None, **pipes: Any) -> subprocess.Popen[str]:
    """A process in a group of its own: soffice is a script, and what it starts must end with it."""
    full = surroundings() | (environment or {})
    return subprocess.Popen(arguments, env=full, start_new_session=True, text=True, encoding="utf-8", **pipes)


def killed(process: subprocess.Popen[str]) -> None:
    """End a process and everything that it started."""
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except ProcessLookupError:
        pass
    process.wait(20)


def converted(start: list[str], source: Path, folder: Path, environment: dict[str, str] | None = None) -> Path:
    """The file as LibreOffice saves it as .xlsx, without a window."""
    silent = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = started(
        [*start, "--convert-to", f"xlsx:{XLSX}", "--outdir", str(folder), str(source)], environment, **silent
    )
    try:
        process.wait(ANSWER_SECONDS)
    finally:
        killed(process)
    result = folder / f"{source.stem}.xlsx"
    assert result.exists(), f"LibreOffice did not convert {source}"
    return result


class Calc:
    """One LibreOffice with its driver. Use as a context manager, or call `kill` at the end."""

    def __init__(
        self,
        soffice: str,
        python: str,
        profile: Path,
        extensions: Path | None = None,
        environment: dict[str, str] | None = None,
    ) -> None:
        self.profile = profile
        pipe = f"clvxl{uuid.uuid4().hex}"
        start = [*command(soffice, profile, extensions), f"--accept=pipe,name={pipe};urp;"]
        silent = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.office = started(start, environment, **silent)
        driver = Path(__file__).with_name("uno_driver.py")
        self._driver = started(
            [python, str(driver), pipe, str(START_SECONDS)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def __enter__(self) -> Calc:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def ask(self, do: str, seconds: float = ANSWER_SECONDS, **question: Any) -> Any:
        """The driver's answer. After so many seconds everything is ended, so that no test hangs."""
        assert self._driver.stdin is not None
        assert self._driver.stdout is not None
        timer = threading.Timer(seconds, self.kill)
        timer.start()
        try:
            self._driver.stdin.write(json.dumps({"do": do, **question}) + "\n")
            self._driver.stdin.flush()
            line = self._driver.stdout.readline()
        finally:
            timer.cancel()
        if not line:
            raise CalcFault(f"LibreOffice or its driver ended while it was asked to {do}")
        answer = json.loads(line)
        if "fault" in answer:
            raise CalcFault(answer["fault"])
        return answer["answer"]

    def new(self) -> Document:
        """An empty spreadsheet."""
        return Document(self, self.ask("open"))

    def open(self, path: Path, **arguments: Any) -> Document:
        """A file, opened with properties of LibreOffice's MediaDescriptor."""
        return Document(self, self.ask("open", path=str(path), arguments=arguments))

    def recalculates(self, mode: int) -> None:
        """Set whether the values in Excel's files are calculated again on loading: ALWAYS, NEVER or PROMPT."""
        self.ask("configure", path=LOAD, name="OOXMLRecalcMode", value=mode)

    def kill(self) -> None:
        """End LibreOffice and the driver."""
        killed(self._driver)
        killed(self.office)


class Document:
    """A spreadsheet that is open in LibreOffice. Cells are named as "B2" or "A1:C3"; a sheet by its name, or ""."""

    def __init__(self, calc: Calc, number: int) -> None:
        self._calc, self._number = calc, number

    def __enter__(self) -> Document:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, do: str, **question: Any) -> Any:
        return self._calc.ask(do, document=self._number, **question)

    def set(self, cells: str, rows: list[list[Any]], sheet: str = "") -> None:
        """Numbers, texts and blanks (None) into a range of just that size."""
        self._ask("set", cells=cells, rows=rows, sheet=sheet)

    def formula(self, cells: str, text: str, sheet: str = "") -> None:
        """A formula into one cell, arguments separated by semicolons, the rows of inline arrays by |."""
        self._ask("formula", cells=cells, text=text, sheet=sheet)

    def array_formula(self, cells: str, text: str, sheet: str = "") -> None:
        """A formula over a range."""
        self._ask("array formula", cells=cells, text=text, sheet=sheet)

    def fill_down(self, cells: str, text: str, sheet: str = "") -> None:
        """A formula into the first cell of a column, and copied down."""
        self._ask("fill down", cells=cells, text=text, sheet=sheet)

    def formulas(self, cells: str, sheet: str = "") -> list[list[str]]:
        """What stands in the cells, as LibreOffice holds it."""
        rows: list[list[str]] = self._ask("formulas", cells=cells, sheet=sheet)
        return rows

    def rows(self, cells: str, sheet: str = "") -> list[list[Any]]:
        """The values of a range: floats, texts, errors; a blank cell is an empty text."""
        found = self._ask("read", cells=cells, sheet=sheet)
        return [[CellError(cell["error"]) if isinstance(cell, dict) else cell for cell in row] for row in found]

    def value(self, cell: str, sheet: str = "") -> Any:
        """The value of one cell."""
        return self.rows(cell, sheet)[0][0]

    def shown(self, cells: str, sheet: str = "") -> list[list[str]]:
        """The cells as a user sees them."""
        rows: list[list[str]] = self._ask("shown", cells=cells, sheet=sheet)
        return rows

    def entered(self, text: str, cell: str = "A1", over: str = "") -> Any:
        """The value of a formula typed into a cell, or the rows of one over a range."""
        if over:
            self.array_formula(over, text)
            return self.rows(over)
        self.formula(cell, text)
        return self.value(cell)

    def calculate(self) -> None:
        """Calculate every formula again, as Ctrl+Shift+F9 does."""
        self._ask("calculate")

    def state(self) -> dict[str, Any]:
        """Whether it is modified, its undo stack, its names."""
        state: dict[str, Any] = self._ask("state")
        return state

    def null_date(self, *day: int) -> list[int]:
        """Set the day that dates count from (year, month, day), or only read it."""
        found: list[int] = self._ask("null date", day=day)
        return found

    def insert_row(self, above: str, sheet: str = "") -> None:
        """Insert a row above a cell."""
        self._ask("insert row", cells=above, sheet=sheet)

    def conditions(self, sheet: str = "") -> list[str]:
        """The formulas of the sheet's conditional formats."""
        found: list[str] = self._ask("conditions", cells="A1", sheet=sheet)
        return found

    def validity(self, cell: str, sheet: str = "") -> list[str]:
        """The two formulas of a cell's validation."""
        found: list[str] = self._ask("validity", cells=cell, sheet=sheet)
        return found

    def store(self, path: Path) -> Path:
        """Save a copy in the format of the file's ending."""
        self._ask("store", path=str(path))
        return path

    def close(self) -> None:
        """Close it without saving."""
        self._ask("close")
