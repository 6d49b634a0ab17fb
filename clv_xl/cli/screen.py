"""The one way to the terminal, and what every command shares besides: how it says what is wrong, how it ends.

Texts of files, databases, options and exceptions may hold characters that control a terminal or turn its lines around.
Whatever is printed passes here, and here they become visible signs. Nothing else in this package prints.
"""

from __future__ import annotations

import io
import logging
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import typer
from rich.console import Console, ConsoleOptions, JustifyMethod, RenderableType
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from clv_xl.worksheet.errors import CellError

FINDINGS = 1
WRONG_USE = 2
"""Exit codes, beside 0 for all well."""

# Line breaks of any kind, then all that controls: C0, DEL, C1, what turns the direction; and halves of characters, as
# the name of a file can hold and no terminal can show.
_BREAKS = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    """The text on one line, with a sign for every character that would control a terminal."""
    return _controls_visible(_BREAKS.sub("⏎", text))


def _controls_visible(text: str) -> str:
    return _CONTROLS.sub(_sign, text) if not text.isprintable() else text


def _sign(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


class _Outlet(Console):
    """A console from which no text controls the terminal, however it came there; its own styling still does."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(_controls_visible(segment.text), segment.style)


# Off a terminal nothing is wrapped: a line of a file or a pipe is one row, to be searched and cut.
_OFF_TERMINAL = 100_000
_out = _Outlet(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else _OFF_TERMINAL)
_err = _Outlet(stderr=True, highlight=False, soft_wrap=True)


class _ThroughOutlet(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        for line in self.format(record).splitlines():
            complain(line)


def take_over() -> None:
    """What libraries log and warn of passes here too, and what an encoding lacks is spelled in ASCII."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    logging.basicConfig(handlers=[_ThroughOutlet()], format="%(message)s", force=True)
    logging.captureWarnings(True)
    # After an error that has been told, what it left half done may fail once more where nobody can catch that.
    sys.unraisablehook = lambda _: None


def give_up_output() -> None:
    """After an error of the output, as of a full disk: else Python would try once more in the end, and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(text: object = "", style: str = "") -> None:
    """One line, whatever signs the text holds; without a text, an empty one."""
    _out.print(Text(visible(str(text)), style))


def complain(text: object) -> None:
    """One line on what went wrong, beside the output."""
    _err.print(Text(visible(str(text))))


def wrong_use(message: object) -> NoReturn:
    """Say in one sentence what is wrong, and end."""
    say_wrong(message)
    raise typer.Exit(WRONG_USE)


def say_wrong(message: object) -> None:
    """Say in one sentence what is wrong."""
    _err.print(Text.assemble(("clv-xl:", "red"), " ", visible(str(message))))


def print_table(
    rows: Iterable[Sequence[str]],
    headings: Sequence[str] = (),
    *,
    title: str | None = None,
    whole: Sequence[int] = (),
    numbers: Sequence[int] = (),
    bold: Sequence[int] = (),
) -> None:
    """Rows in columns under headings, each row on one line where the window is wide enough.

    By their positions: columns that are never wrapped, those of numbers, which stand to the right, and those in bold.
    """
    rows = list(rows)
    table = Table(title=title, title_justify="left", box=None, show_header=bool(headings), pad_edge=False)
    for position in range(len(rows[0])):
        heading = Text(headings[position]) if headings else ""
        justify: JustifyMethod = "right" if position in numbers else "left"
        style = "bold" if position in bold else None
        table.add_column(heading, justify=justify, no_wrap=position in whole, style=style)
    for row in rows:
        table.add_row(*(Text(visible(cell)) for cell in row))
    _out.print(table, soft_wrap=False)


def print_cells(rows: Sequence[Sequence[Any]]) -> None:
    """A cell, or columns under each other: numbers to the right, and never cut however narrow the window is."""
    shown = [[visible(_shown(cell)) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    numeric = [any(isinstance(cell, float) for cell in column) for column in zip(*rows, strict=True)]
    for row in shown:
        aligned = [
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(row, widths, numeric, strict=True)
        ]
        say("  ".join(aligned).rstrip())


def _shown(cell: Any) -> str:
    """A cell as Excel would show it in a wide column: 15 digits, logicals in capitals."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return f"{cell:.15g}"
    if isinstance(cell, CellError):
        return cell.code
    return "" if cell is None else str(cell)


@contextmanager
def progress(total: int) -> Iterator[Any]:
    """A bar of so many steps, shown where somebody watches. Gives what is called with a step's position and name."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=_err, transient=True, disable=not _err.is_terminal) as bar:
        task = bar.add_task("", total=total)
        yield lambda position, name: bar.update(task, description=visible(name), completed=position)
