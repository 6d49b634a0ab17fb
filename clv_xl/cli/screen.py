"""What every command shares: where it writes, how it ends."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from clv_xl.worksheet.errors import CellError

FINDINGS = 1
WRONG_USE = 2
"""Exit codes, beside 0 for all well."""

# Off a terminal nothing is wrapped: a line of a file or a pipe is one row, to be searched and cut.
_OFF_TERMINAL = 100_000
out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else _OFF_TERMINAL)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """A line as it is, whatever signs it holds."""
    out.print(escape(text))


def wrong_use(message: object) -> NoReturn:
    """Say in one sentence what is wrong, and end."""
    err.print(f"[red]clv-xl:[/red] {escape(str(message))}")
    raise typer.Exit(WRONG_USE)


def print_cells(rows: Sequence[Sequence[Any]]) -> None:
    """A cell, or columns under each other: numbers to the right, and never cut however narrow the window is."""
    shown = [[_shown(cell) for cell in row] for row in rows]
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
