"""What reaches a terminal: every text, but no character of it that controls the terminal."""

from __future__ import annotations

import io
import logging
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from typer.testing import CliRunner, Result

from clv_xl.cli import app, log_screen, screen
from clv_xl.cli import main as command

CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
HOSTILE = "a\x1b[31m\x1b]0;title\x07\x9b2J\x7f\u202eb\u2066c\r\nd\te"
SHOWN = "a␛[31m␛]0;title␇\\x9b2J␡\\u202eb\\u2066c⏎d␉e"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "300"})


def in_one_line(output: str) -> str:
    return "".join(output.replace("│", "").split())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "log.csv").write_text("customer,date,amount\na,2025-01-05,5\nb,2025-01-06,7.5\n")
    return tmp_path


class TestVisible:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            (HOSTILE, SHOWN),
            ("", ""),
            ("Müller 山田 😀 [bold] “x” −5 € Jean-Pierre", "Müller 山田 😀 [bold] “x” −5 € Jean-Pierre"),
            ("a\nb\r\nc\rd\u2028e\x85f\vg\fh", "a⏎b⏎c⏎d⏎e⏎f⏎g⏎h"),
            ("\0\x08\x1a", "␀␈␚"),
            ("half \udce9", "half \\udce9"),
            ("zero\u200bwidth\u200d", "zero\u200bwidth\u200d"),
        ],
    )
    def test_signs(self, text: str, shown: str) -> None:
        assert screen.visible(text) == shown

    @given(st.text(st.characters() | st.sampled_from(HOSTILE)))
    def test_any_text_is_one_line_that_controls_nothing(self, text: str) -> None:
        shown = screen.visible(text)
        assert not CONTROLS.search(shown)
        assert len(shown.splitlines()) <= 1
        assert len(shown) >= len(text.replace("\r\n", "\n"))
        shown.encode("utf-8")
        if text.isprintable():
            assert shown == text


def assert_safe(result: Result, code: int) -> None:
    assert result.exit_code == code, result.output
    assert not CONTROLS.search(result.output), repr(result.output)
    assert "␛[31m" in result.output


class TestCommands:
    """Every text that somebody else wrote, in every command that shows it."""

    @pytest.mark.parametrize(
        ("options", "code"),
        [
            (("--customer", HOSTILE), 2),
            (("--period", HOSTILE), 2),
            (("--as-of", HOSTILE), 2),
            (("--time-zone", HOSTILE), 2),
            (("--engine", HOSTILE), 2),
            (("--rate", HOSTILE, "--currency", "EUR"), 2),
        ],
    )
    def test_options(self, folder: Path, options: tuple[str, ...], code: int) -> None:
        assert_safe(run("summarise", "log.csv", "-o", "out.csv", *options), code)

    @pytest.mark.parametrize(
        "arguments",
        [
            ("summarise", HOSTILE, "-o", "out.csv"),
            ("summarise", "log.csv", "-o", f"{HOSTILE}.csv", "--nothing"),
            ("summarise", "log.csv", "-o", HOSTILE),
            ("summarise", f"sqlite:///{HOSTILE}", "-o", "out.csv"),
            ("summarise", f"postgresql://{HOSTILE}", "-o", "out.csv"),
            ("check", HOSTILE),
            ("calc", f"={HOSTILE}("),
            ("functions", HOSTILE),
            ("build", HOSTILE),
            ("addin", "status", "--host", HOSTILE),
            (HOSTILE,),
            (f"--{HOSTILE}",),
            ("check", f"--{HOSTILE}"),
            ("addin", HOSTILE),
            ("summarise", "log.csv", "-o", "out.csv", HOSTILE),
        ],
    )
    def test_words_typed(self, folder: Path, arguments: tuple[str, ...]) -> None:
        result = run(*arguments)
        assert result.exit_code == 2
        assert not CONTROLS.search(result.output), repr(result.output)

    def test_names_of_files_and_columns(self, folder: Path) -> None:
        name = "\x1b[31mo\u202e.csv"
        (folder / name).write_text('"customer\x1b[31m",date,amount\n' + "a,2025-01-05,5\n" * 30)
        result = run("summarise", name, "-o", f"out {name}", "--customer", "customer\x1b[31m")
        assert_safe(result, 0)
        assert "customer␛[31m   (as stated)" in result.output
        assert "out ␛[31mo\\u202e.csv" in result.output
        assert (folder / f"out {name}").exists()

    def test_results_of_formulas(self) -> None:
        result = run("calc", '={"a";"b"}&CHAR(27)&"[31m"&CHAR(10)&"c"')
        assert_safe(result, 0)
        assert result.output.splitlines() == ["a␛[31m⏎c", "b␛[31m⏎c"]

    def test_a_finding_is_one_line(self, folder: Path) -> None:
        book = Workbook()
        book.active.title = "S"
        book.active["A1"] = "x_x001B_[31m_x000A_y\nz"
        book.active["B1"] = '="a_x001B_[31m_x000A_b"+1'
        book.active["B2"] = '=1/0&"\x7f\u202e"'
        book.save("book.xlsx")
        result = run("check", "book.xlsx")
        assert result.exit_code == 1
        assert not CONTROLS.search(result.output), repr(result.output)
        lines = [line for line in result.output.splitlines() if line]
        assert all(line.split()[0] in ("error", "warning", "form") for line in lines[1:-1]), result.output

    def test_messages_of_a_database(self, folder: Path) -> None:
        pytest.importorskip("sqlalchemy")
        import sqlite3

        sqlite3.connect("shop.db").close()
        query = 'SELECT * FROM "a\x1b[31m\nb"'
        assert_safe(run("summarise", "sqlite:///shop.db", "-o", "out.csv", "--query", query), 2)


class TestTheProcess:
    """What Python, libraries and a crash would print themselves."""

    @pytest.fixture(autouse=True)
    def given_back(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        monkeypatch.setattr(logging, "basicConfig", lambda **given: logging.root.addHandler(*given["handlers"]))
        monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
        before = logging.root.handlers.copy()
        yield
        logging.root.handlers[:] = before
        logging.captureWarnings(False)

    def test_a_crash(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        def crash(**_: object) -> None:
            raise RuntimeError(HOSTILE)

        monkeypatch.setattr(sys, "argv", ["clv-xl", "functions"])
        monkeypatch.setitem(command.__globals__, "app", crash)
        with pytest.raises(SystemExit) as ended:
            command()
        assert ended.value.code == 1
        said = capsys.readouterr().err
        assert "RuntimeError: a␛[31m" in said
        assert not CONTROLS.search(said)

    def test_warnings_and_logs(self, capsys: pytest.CaptureFixture[str]) -> None:
        screen.take_over()
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn(HOSTILE, stacklevel=1)
        logging.getLogger("some.library").error(HOSTILE)
        said = capsys.readouterr().err
        assert said.count("a␛[31m") == 2
        assert not CONTROLS.search(said)

    def test_an_encoding_that_lacks_signs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        printed = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(printed, encoding="ascii"))
        monkeypatch.setattr(sys, "argv", ["clv-xl", "functions", "CLV"])
        with pytest.raises(SystemExit) as ended:
            command()
        assert not ended.value.code
        assert b"\\xd7" in printed.getvalue()


class TestStyles:
    """On a terminal our own colours stay, and only those."""

    @staticmethod
    def on_a_terminal(monkeypatch: pytest.MonkeyPatch, show: Callable[[], object]) -> str:
        said = io.StringIO()
        console = screen._Outlet(file=said, force_terminal=True, color_system="standard", width=80, highlight=False)
        monkeypatch.setattr(screen, "_err", console)
        monkeypatch.setattr(screen, "_out", console)
        monkeypatch.setenv("TERM", "xterm")
        show()
        return said.getvalue()

    def test_colours(self, monkeypatch: pytest.MonkeyPatch) -> None:
        said = self.on_a_terminal(monkeypatch, lambda: screen.say_wrong(HOSTILE))
        assert said == f"\x1b[31mclv-xl:\x1b[0m {SHOWN}\n"

    def test_marks_of_styles_in_a_text_are_text(self, monkeypatch: pytest.MonkeyPatch) -> None:
        text = "[red]x[/red] [/] [link=file:///x]y[/link] :smile:"
        assert self.on_a_terminal(monkeypatch, lambda: screen.say(text)) == f"{text}\n"
        table = self.on_a_terminal(monkeypatch, lambda: screen.print_table([(text, "1")], ("a", "b")))
        assert text in table

    def test_a_table(self, monkeypatch: pytest.MonkeyPatch) -> None:
        said = self.on_a_terminal(monkeypatch, lambda: screen.print_table([(HOSTILE, "5"), ("x", "17")], numbers=(1,)))
        assert [line.split() for line in said.splitlines()] == [[SHOWN, "5"], ["x", "17"]]
        assert len({len(line) for line in said.splitlines()}) == 1

    def test_a_bar_of_progress(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def work() -> None:
            with log_screen.stages((HOSTILE, "second")) as next_stage:
                next_stage()
                next_stage()

        said = self.on_a_terminal(monkeypatch, work)
        assert "second" in said
        assert "\x1b[31m" not in said
        assert "\x07" not in said


def test_what_no_text_of_ours_reaches_is_caught_at_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where somebody prints an object of a library with a hostile text in it."""
    from rich.text import Text

    said = io.StringIO()
    screen._Outlet(file=said, width=80).print(Text(f"x{os.linesep}\x1b[31m\u202e"))
    assert not CONTROLS.search(said.getvalue())
