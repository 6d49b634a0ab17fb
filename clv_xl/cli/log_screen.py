"""What the commands on order logs show: progress, the columns taken, the data report, key figures."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import typer

from clv_xl.cli.screen import WRONG_USE, complain, print_table, progress, say, say_wrong, wrong_use


@contextmanager
def stages(names: Sequence[str]) -> Iterator[Callable[[], None]]:
    """A progress bar of stages, shown where somebody watches. Gives what is to be called when each begins."""
    stages = iter(enumerate(names))
    with progress(len(names)) as reached:
        yield lambda: reached(*next(stages))


def refuse(error: Exception) -> NoReturn:
    """Say what is wrong, and where only the user can answer, the commands that do, and end."""
    from clv_xl.core.orders import OpenQuestion

    if not isinstance(error, OpenQuestion):
        wrong_use(error)
    typed = shlex.join(sys.argv[1:])
    say_wrong(f"{error.question} Answer with one of:")
    for answer in error.answers:
        complain(f"  clv-xl {typed} {shlex.join(answer)}")
    raise typer.Exit(WRONG_USE)


def show_guess(notes: Sequence[str], columns: Any, stated: Mapping[str, str | None]) -> None:
    """Which column was taken for what."""
    for note in notes:
        say(note)
    for part, name in columns.named.items():
        how = "as stated" if stated.get(part) else "recognised"
        say(f"  {part:<9} {name}   ({how})")
    if columns.amount is None:
        say(f"  amount    = {columns.quantity} × {columns.price}")


def show_report(report: Any) -> None:
    """The data report, as a table and remarks."""
    sign = {"total": "", "out": "− ", "kept": "= ", "note": "  among them: "}
    say()
    print_table(
        [(sign[row.role] + row.step, f"{row.lines:,}", f"{row.amount:,.2f}", row.done) for row in report.rows],
        ("Data report", "Lines", "Amount", ""),
        numbers=(1, 2),
    )
    for remark in report.remarks:
        say(remark)
    say(_verdict(report))


def _verdict(report: Any) -> str:
    if not report.reconciles:
        return f"NOT RECONCILED: {report.unexplained_lines:,} lines, {report.unexplained_amount:,.2f} unaccounted for."
    if report.unknown:
        lines = f"{report.unknown:,} lines" if report.unknown > 1 else "1 line"
        return f"Every line is accounted for, but the money of {lines} is unknown: the amount could not be read."
    return "Every line and amount is accounted for."


def show_kpis(found: Any) -> None:
    """The key figures."""
    share = "not defined" if found.top_share is None else f"{found.top_share:.1%}"
    for label, value in (
        ("Customers", f"{found.customers:,}"),
        ("Orders", f"{found.orders:,}"),
        ("Revenue", f"{found.revenue:,.2f}"),
        ("Average purchase value", f"{found.apv:,.2f}"),
        ("Average purchase frequency", f"{found.apf:,.2f}"),
        ("Repeat rate", f"{found.repeat_rate:.1%}"),
        ("Revenue from the top 20 %", share),
    ):
        say(f"  {label:<28}{value:>18}")


def show_changed(count: int) -> None:
    """That texts were changed lest a spreadsheet takes them for formulas."""
    say()
    texts = "1 text that a spreadsheet could take" if count == 1 else f"{count:,} texts that a spreadsheet could take"
    say(f"In {texts} for a formula, an apostrophe was put before the sign: '=, '+, '-, '@.")
