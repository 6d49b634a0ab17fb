"""What the commands on order logs have in common: how options are read, progress, and what they print."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

WRONG_USE = 2
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def refuse(error: Exception) -> NoReturn:
    """Say in one sentence what is wrong, and end."""
    err.print(f"[red]clv-xl:[/red] {escape(str(error))}")
    raise typer.Exit(WRONG_USE) from error


def day(text: str | None) -> dt.date | None:
    """What --as-of says. Raises SourceError for what is no date."""
    from clv_xl.sources import SourceError

    try:
        return dt.date.fromisoformat(text) if text is not None else None
    except ValueError as error:
        raise SourceError(f'--as-of is "{text}"; write a date like 2025-12-31.') from error


def rates(given: Sequence[str] | None, currency: str | None) -> dict[str, float] | None:
    """What one unit of each currency is worth in `currency`, from options like EUR=1.08; None without any.

    Raises SourceError for what is no rate, and where nothing says which currency amounts are converted to.
    """
    from clv_xl.sources import SourceError

    if not given:
        return None
    if currency is None:
        raise SourceError("--rate converts amounts; say to which currency, as --rate EUR=1.08 --currency USD.")
    found = {currency: 1.0}
    for text in given:
        code, _, value = (part.strip() for part in text.partition("="))
        if not code or not 0 < _number(value) < math.inf:
            raise SourceError(f'--rate is "{text}"; write what one unit of a currency is worth, as EUR=1.08.')
        if found.get(code, _number(value)) != _number(value):
            twice = f"one {code} is 1 {code}" if code == currency else "two rates are given"
            raise SourceError(f'--rate is "{text}", but {twice}; leave one out.')
        found[code] = _number(value)
    return found


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def rates_note(found: dict[str, float] | None, currency: str | None, column: str | None) -> tuple[str, ...]:
    """What amounts were converted at. Raises SourceError where the log has no column for the currency."""
    from clv_xl.sources import SourceError

    if found is None:
        return ()
    if column is None:
        raise SourceError(
            "--rate needs a column for the currency, and none was recognised, so name it: --currency-column."
        )
    listed = ", ".join(f"1 {code} = {value:.10g}" for code, value in found.items() if code != currency)
    return (f"Amounts are in {currency}: {listed}.",)


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


def show_guess(notes: tuple[str, ...], columns: Any, stated: dict[str, str | None]) -> None:
    """Which column was taken for what."""
    for note in notes:
        out.print(escape(note))
    for part, name in columns.named.items():
        how = "as stated" if stated.get(part) else "recognised"
        out.print(escape(f"  {part:<9} {name}   ({how})"))
    if columns.amount is None:
        out.print(escape(f"  amount    = {columns.quantity} × {columns.price}"))


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
        out.print(escape(remark))
    verdict = (
        "Every line and amount is accounted for."
        if report.reconciles
        else (f"NOT RECONCILED: {report.unexplained_lines:,} lines, {report.unexplained_amount:,.2f} unaccounted for.")
    )
    out.print(escape(verdict))


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
        out.print(escape(f"  {label:<28}{value:>18}"))
