"""The command as a process: told to end it cleans up, a full disk is said, what crashed runs left is swept."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from clv_xl.writing import leftovers
from clv_xl.writing.atomic import put_in_place

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and limits are POSIX's")

COMMAND = (sys.executable, "-m", "clv_xl")
LOG = "customer,date,amount\na,2025-01-05,5\nb,2025-01-06,7.5\n"

# The same command, in which whatever writes CSV says so once it has written, and then waits for ever.
WAITING = """
import sys
from clv_xl.sources import saving
write = saving._WRITERS[".csv"]
def and_wait(frame, path):
    write(frame, path)
    print("written", flush=True)
    try:
        sys.stdin.read()
    finally:
        sys.stdin.read()
saving._WRITERS[".csv"] = and_wait
from clv_xl.__main__ import main
main()
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a log, and a folder for temporary files within it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "log.csv").write_text(LOG)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    return tmp_path


@pytest.fixture
def started() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start the command as a shell does: signals at their defaults."""
    running: list[subprocess.Popen[str]] = []

    def start(*arguments: str, program: tuple[str, ...] = COMMAND, **options: Any) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*program, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            encoding="utf-8", **options,
        )  # fmt: skip
        running.append(process)
        return process

    yield start
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def read_until(process: subprocess.Popen[str], words: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if words in line:
            return
    pytest.fail(f"ended before it said {words!r}: {process.communicate()}")


def left_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


ENDING = pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)


@ENDING
def test_while_it_writes(folder: Path, started: Any, number: int, code: int) -> None:
    process = started("summarise", "log.csv", "-o", "out.csv", program=(sys.executable, "-c", WAITING))
    read_until(process, "written")
    at_work = left_in(folder)
    assert [name for name in at_work if name.endswith(".part")]
    assert [name for name in at_work if name.startswith("tmp/clv_xl_")]
    process.send_signal(number)
    assert process.wait(60) == code
    assert process.stderr.read() == "\nclv-xl: stopped before it was done.\n"
    assert left_in(folder) == ["log.csv", "tmp"]


def test_an_existing_target_stays_as_it_was(folder: Path, started: Any) -> None:
    (folder / "out.csv").write_text("mine")
    process = started("summarise", "log.csv", "-o", "out.csv", "--force", program=(sys.executable, "-c", WAITING))
    read_until(process, "written")
    process.terminate()
    assert process.wait(60) == 143
    assert (folder / "out.csv").read_text() == "mine"
    assert left_in(folder) == ["log.csv", "out.csv", "tmp"]


def test_a_second_time_changes_nothing(folder: Path, started: Any) -> None:
    process = started("summarise", "log.csv", "-o", "out.csv", program=(sys.executable, "-c", WAITING))
    read_until(process, "written")
    for _ in range(20):
        process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    assert "Traceback" not in process.stderr.read()
    assert left_in(folder) == ["log.csv", "tmp"]


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("command", ["summarise", "report"])
def test_while_an_engine_works(folder: Path, started: Any, engine: str, command: str, number: int, code: int) -> None:
    """Millions of lines take seconds, in code that is not Python's; the columns are told before they are read."""
    lines = "'c' || (i * 7919) % 900001 AS customer, DATE '2024-01-01' + (i % 700)::INTEGER AS date, i % 97 AS amount"
    duckdb.sql(f"SELECT {lines} FROM range(3000000) t(i)").write_parquet("big.parquet")
    ending = "csv" if command == "summarise" else "xlsx"
    process = started(command, "big.parquet", "-o", f"out.{ending}", "--engine", engine)
    read_until(process, "recognised")
    process.send_signal(number)
    assert process.wait(60) == code
    assert "Traceback" not in process.stderr.read()
    assert left_in(folder) == ["big.parquet", "log.csv", "tmp"]


def test_a_signal_that_was_to_be_ignored_is(folder: Path, started: Any) -> None:
    process = started(
        "summarise", "log.csv", "-o", "out.csv", program=(sys.executable, "-c", WAITING),
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    )  # fmt: skip
    read_until(process, "written")
    process.send_signal(signal.SIGHUP)
    process.communicate()  # ends the waiting
    assert process.returncode == 0
    assert left_in(folder) == ["log.csv", "out.csv", "tmp"]


@pytest.mark.parametrize(
    "arguments", [("summarise", "log.csv", "-o", "out.csv"), ("summarise", "none.csv", "-o", "o.csv")]
)
def test_nothing_temporary_stays_after_any_end(folder: Path, arguments: tuple[str, ...]) -> None:
    ran = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True)
    assert ran.returncode == (0 if "log.csv" in arguments else 2), ran
    assert not list((folder / "tmp").iterdir())
    assert not list(folder.glob(".*"))


class TestFullDisk:
    @pytest.mark.parametrize("output", ["out.csv", "out.xlsx", "out.parquet"])
    def test_the_target_stays_as_it_was(self, folder: Path, output: str) -> None:
        """A file that may not grow any more meets the same road as a disk that is full."""
        import resource

        names = "SELECT md5(i::VARCHAR) AS customer, DATE '2025-01-01' AS date, 5 AS amount FROM range(40000) t(i)"
        duckdb.sql(names).write_parquet("log.parquet")
        (folder / output).write_text("mine")
        ran = subprocess.run(
            [*COMMAND, "summarise", "log.parquet", "-o", output, "--force"], capture_output=True, text=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000)),
        )  # fmt: skip
        assert ran.returncode == 2
        assert ran.stderr.startswith(f"clv-xl: {output} could not be written: the file would be larger")
        assert ran.stderr.count("\n") == 1
        assert (folder / output).read_text() == "mine"
        assert left_in(folder) == sorted(["log.csv", "log.parquet", output, "tmp"])

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
    @pytest.mark.parametrize("arguments", [("functions",), ("summarise", "log.csv", "-o", "out.csv")])
    def test_of_the_output(self, folder: Path, arguments: tuple[str, ...]) -> None:
        with Path("/dev/full").open("w") as full:
            ran = subprocess.run([*COMMAND, *arguments], stdout=full, stderr=subprocess.PIPE, text=True)
        assert ran.returncode == 2
        assert ran.stderr.startswith("clv-xl: ")
        assert "no space left" in ran.stderr.lower()
        assert ran.stderr.count("\n") == 1
        assert left_in(folder) == ["log.csv", "tmp"]


class TestSweeping:
    @pytest.fixture(autouse=True)
    def as_in_a_new_process(self) -> Iterator[None]:
        leftovers.sweep.cache_clear()
        yield
        leftovers.sweep.cache_clear()

    @staticmethod
    def aged(path: Path, days: float) -> Path:
        long_ago = time.time() - days * 24 * 60 * 60
        for part in (*path.rglob("*"), path):
            os.utime(part, (long_ago, long_ago), follow_symlinks=False)
        return path

    def gone(self) -> int:
        """The number of a process that is no more."""
        ended = subprocess.Popen(["true"])
        ended.wait()
        return ended.pid

    def test_what_a_killed_run_left_is_removed_a_day_later(self, folder: Path, started: Any) -> None:
        process = started("summarise", "log.csv", "-o", "out.csv", program=(sys.executable, "-c", WAITING))
        read_until(process, "written")
        process.kill()
        process.communicate()
        left = [path for path in folder.rglob("*") if "clv_xl_" in path.name]
        assert {path.parent.name for path in left} >= {folder.name, "tmp"}
        ran = [*COMMAND, "summarise", "log.csv", "-o", "out.csv"]
        subprocess.run(ran, check=True, capture_output=True)
        assert all(path.exists() for path in left)
        for path in left:
            self.aged(path, 1.1)
        subprocess.run([*ran, "--force"], check=True, capture_output=True)
        assert left_in(folder) == ["log.csv", "out.csv", "tmp"]

    def test_only_what_is_ours_old_and_done(self, folder: Path) -> None:
        names = {
            ".out.csv.clv_xl_abcd1234.part": True,
            ".other.xlsx.clv_xl_abcd_234.part": True,
            ".out.csv.abcd1234.part": False,
            ".out.csv.clv_xl_abcd1234.part.csv": False,
            "out.csv.clv_xl_abcd1234.part": False,
            "clv_xl_notes.csv": False,
        }
        for name in names:
            self.aged(folder / name, 0) if (folder / name).write_text("x") else None
            self.aged(folder / name, 1.1)
        young = folder / ".new.csv.clv_xl_abcd1234.part"
        young.write_text("x")
        linked = folder / ".link.csv.clv_xl_abcd1234.part"
        linked.symlink_to(folder / "log.csv")
        with put_in_place(folder / "out.csv", force=False) as temporary:
            temporary.write_text("new")
        for name, swept in names.items():
            assert (folder / name).exists() is not swept, name
        assert young.exists()
        assert linked.is_symlink()
        assert (folder / "log.csv").read_text() == LOG

    def test_folders_of_running_processes_stay(self, folder: Path) -> None:
        place = folder / "tmp"
        kept = [f"clv_xl_{os.getpid()}_abcd1234", "clv_xl_data", "clv_xl_abcd1234x", "other"]
        swept = [f"clv_xl_{self.gone()}_abcd1234", "clv_xl_abcd1234", f"clv_xl_{self.gone()}_abcd1234.gone"]
        for name in (*kept, *swept):
            (place / name / "deep").mkdir(parents=True)
            (place / name / "deep" / "file").write_text("x")
            self.aged(place / name, 2)
        touched = place / "clv_xl_zzzz1234"
        (touched / "deep").mkdir(parents=True)
        self.aged(touched, 2)
        (touched / "deep" / "file").write_text("just now")
        (touched / "deep" / "dangling").symlink_to("nowhere")
        leftovers.sweep(place)
        assert sorted(path.name for path in place.iterdir()) == sorted([*kept, touched.name])

    @pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="files of another user need root")
    def test_what_another_user_left_stays(self, folder: Path) -> None:
        theirs = folder / "tmp" / "clv_xl_abcd1234"
        theirs.mkdir()
        os.chown(theirs, 12345, 12345)
        self.aged(theirs, 2)
        leftovers.sweep(folder / "tmp")
        assert theirs.exists()

    def test_a_folder_that_cannot_be_listed_is_left_alone(self, folder: Path) -> None:
        leftovers.sweep(folder / "none")
        assert left_in(folder) == ["log.csv", "tmp"]


def test_a_name_as_long_as_a_name_may_be(folder: Path) -> None:
    target = folder / ("é" * 125 + ".csv")
    with put_in_place(target, force=False) as temporary:
        temporary.write_text("whole")
    assert target.read_text() == "whole"
