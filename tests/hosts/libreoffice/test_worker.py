"""The worker process under LibreOffice: killed, hanging, and LibreOffice ending while it works."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from clv_xl.core.lifetime import clv
from clv_xl.hosts.libreoffice import names
from clv_xl.worksheet.errors import CellError

pytestmark = pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks processes up in /proc")

CELLS = 3000


@pytest.fixture
def by_worker(start_calc: Callable[..., Any], extensions_by_worker: Path) -> Iterator[Any]:
    """A LibreOffice of one's own, to be treated badly."""
    with start_calc(extensions_by_worker) as running:
        yield running


def started_by(calc: Any, what: str) -> list[int]:
    """The processes that this LibreOffice has started, whose command line holds a text."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and os.getsid(int(entry.name)) == calc.office.pid:
                command = (entry / "cmdline").read_bytes().decode()
                if what in command:
                    found.append(int(entry.name))
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
    return found


def workers(calc: Any) -> list[int]:
    return started_by(calc, "clv_xl.libreoffice")


def log_of(calc: Any) -> str:
    path: Path = calc.profile / "user" / names.LOG_FILE
    return path.read_text(encoding="utf-8") if path.exists() else ""


def fill(document: Any) -> None:
    """A column of CLV formulas, each with an average sale of its own, in one formula a cell."""
    document.set(f"A1:A{CELLS}", [[float(n)] for n in range(1, CELLS + 1)])
    document.fill_down(f"B1:B{CELLS}", "=CLV(A1;4;5;0.4)")


EXPECTED = [clv(float(n), 4.0, 5.0, 0.4) for n in range(1, CELLS + 1)]


def test_nothing_runs_before_the_first_call_and_one_worker_after(by_worker: Any) -> None:
    with by_worker.new() as document:
        assert document.entered("=1+1") == 2.0
        assert workers(by_worker) == []
        assert document.entered("=CLV(50;4;5;0.4)") == pytest.approx(400.0)
        fill(document)
        document.calculate()
        assert [value for (value,) in document.rows(f"B1:B{CELLS}")] == pytest.approx(EXPECTED)
        assert len(workers(by_worker)) == 1


def test_a_worker_killed_in_the_middle_of_a_recalculation(processes: Any, by_worker: Any) -> None:
    with by_worker.new() as document:
        fill(document)
        processes.wait_until(lambda: workers(by_worker))
        killed = set(workers(by_worker))
        recalculation = threading.Thread(target=document.calculate)
        recalculation.start()
        os.kill(min(killed), signal.SIGKILL)
        recalculation.join(processes.WAIT_SECONDS)
        assert not recalculation.is_alive()
        assert [value for (value,) in document.rows(f"B1:B{CELLS}")] == pytest.approx(EXPECTED)
        assert not killed & set(workers(by_worker))


def test_a_hanging_worker_is_not_available_within_seconds(processes: Any, by_worker: Any) -> None:
    with by_worker.new() as document:
        document.entered("=CLV(50;4;5;0.4)")
        (hanging,) = workers(by_worker)
        os.kill(hanging, signal.SIGSTOP)
        start = time.monotonic()
        assert document.entered("=CLV(51;4;5;0.4)", "A2") == CellError("#N/A")
        assert time.monotonic() - start < 20
        assert "CLV: #N/A, because the function's process gave no answer in 10 seconds" in log_of(by_worker)
        processes.wait_until(lambda: not processes.is_running(hanging))
        document.calculate()
        assert document.value("A2") == pytest.approx(51 * 4 * 5 * 0.4)


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
def test_the_worker_ends_with_libreoffice_also_while_it_works(processes: Any, by_worker: Any, sign: int) -> None:
    document = by_worker.new()
    fill(document)
    (worker,) = workers(by_worker)
    recalculation = threading.Thread(target=_ignoring_the_end, args=(document.calculate,))
    recalculation.start()
    for office in started_by(by_worker, "soffice.bin"):
        os.kill(office, sign)
    processes.wait_until(lambda: not processes.is_running(worker))
    recalculation.join(processes.WAIT_SECONDS)
    assert not recalculation.is_alive()
    assert not processes.is_running(worker)


def _ignoring_the_end(run: Callable[[], Any]) -> None:
    with contextlib.suppress(AssertionError, OSError, ValueError):  # LibreOffice is gone, as it should be
        run()


def test_two_profiles_at_once_also_with_spaces_and_foreign_letters(
    start_calc: Callable[..., Any], extensions_by_worker: Path, extensions: Path
) -> None:
    with (
        start_calc(extensions_by_worker, profile_name="Müller & Söhne 顧客") as one,
        start_calc(extensions, profile_name="profile two") as two,
        one.new() as first,
        two.new() as second,
    ):
        assert first.entered("=CLV(50;4;5;0.4)") == second.entered("=CLV(50;4;5;0.4)") == pytest.approx(400.0)
        assert first.entered("=LTV_CAC_RATIO(1;0)") == second.entered("=LTV_CAC_RATIO(1;0)") == CellError("#DIV/0!")
        assert len(workers(one)) == 1
        assert workers(two) == []
        assert "LTV_CAC_RATIO: #DIV/0!" in log_of(one)
        assert "LTV_CAC_RATIO: #DIV/0!" in log_of(two)
