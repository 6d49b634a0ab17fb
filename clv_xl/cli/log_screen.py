"""What the commands on order logs show: progress, the columns taken, the data report, key figures."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from clv_xl.cli.screen import err, out, say, wrong_use


@contextmanager
def stages(names: Sequence[str]) -> Iterator[Callable[[], None]]:
    """A progress bar of stages, shown where somebody watches. Gives what is to be called when each begins."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task(names[0], total=len(names))
        stages = iter(enumerate(names))

        def next_stage() -> None:
            position, name = next(stages)
            progress.update(task, description=name, completed=position)

        yield next_stage


def refuse(error: Exception) -> NoReturn:
    """Say what is wrong, and where only the user can answer, the commands that do, and end."""
    from clv_xl.core.orders import OpenQuestion

    if not isinstance(error, OpenQuestion):
        wrong_use(error)
    typed = shlex.join(sys.argv[1:])
    commands = "".join(f"\n  clv-xl {typed} {shlex.join(answer)}" for answer in error.answers)
    wrong_use(f"{error.question} Answer with one of:{commands}")


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
    table = Table(box=None, pad_edge=False)
    for heading, justify in (("Data report", "left"), ("Lines", "right"), ("Amount", "right"), ("", "left")):
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    sign = {"total": "", "out": "− ", "kept": "= ", "note": "  among them: "}
    for row in report.rows:
        table.add_row(escape(sign[row.role] + row.step), f"{row.lines:,}", f"{row.amount:,.2f}", escape(row.done))
    out.print()
    out.print(table, soft_wrap=False)
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
