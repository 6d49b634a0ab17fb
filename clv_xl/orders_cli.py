"""`clv-xl summarise`: from an order log to a table of customers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

_WRONG_USE = 2
_STAGES = ("Opening the log", "Cleaning and merging", "Summing up customers", "Key figures", "Writing")
_out = Console(highlight=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False, soft_wrap=True)

_Column = Annotated[str | None, typer.Option(metavar="COLUMN", show_default=False)]


def summarise(
    orders: Annotated[
        str, typer.Argument(help="CSV, Excel or Parquet file (or files, as log/*.parquet), or database URL.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help=".parquet, .csv or .xlsx.")],
    customer: _Column = None,
    date: _Column = None,
    amount: _Column = None,
    quantity: _Column = None,
    price: _Column = None,
    order: _Column = None,
    channel: _Column = None,
    cost: _Column = None,
    currency_column: _Column = None,
    as_of: Annotated[str | None, typer.Option(metavar="DATE", help="Last day that counts, as 2025-12-31.")] = None,
    period: Annotated[str, typer.Option(help="Unit of x, t_x and t: day, week, month, quarter, year.")] = "day",
    date_order: Annotated[str, typer.Option(help="What 3/4/2025 means: auto, day-first, month-first.")] = "auto",
    decimal: Annotated[str, typer.Option(help='Decimal sign of amounts in text: "." or ",".')] = ".",
    refunds: Annotated[str, typer.Option(help="Negative lines: net, leave out, refuse.")] = "net",
    free: Annotated[str, typer.Option(help="Orders worth 0: no order, order.")] = "no order",
    lines: Annotated[str, typer.Option(help="merge lines into orders, or take each as an order.")] = "merge",
    duplicates: Annotated[str, typer.Option(help="Lines equal in every column: keep, drop, unchecked.")] = "keep",
    currency: Annotated[str | None, typer.Option(help="The one currency to keep.")] = None,
    time_zone: Annotated[str | None, typer.Option(help="For moments with a zone, as Europe/Paris.")] = None,
    engine: Annotated[str, typer.Option(help="duckdb, polars or spark.")] = "duckdb",
    spark_master: Annotated[str | None, typer.Option(metavar="URL", help="Spark's master.")] = None,
    memory_limit: Annotated[str | None, typer.Option(metavar="SIZE", help="DuckDB's memory, as 4GB.")] = None,
    query: Annotated[str | None, typer.Option(metavar="SQL", help="What to read from a database.")] = None,
    sheet: Annotated[str | None, typer.Option(help="The sheet of an Excel workbook.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
) -> None:
    """Sum an order log up to one row a customer, and account for every line of it.

    Columns are recognised by their names; --customer, --date, --amount and so on say otherwise.

    Examples:

        clv-xl summarise orders.csv -o customers.xlsx

        clv-xl summarise "log/*.parquet" -o customers.parquet --memory-limit 4GB

        clv-xl summarise postgresql+psycopg://me@host/shop --query "SELECT * FROM orders" -o customers.csv
    """
    from clv_xl.core.orders import OrderRules, OrdersError
    from clv_xl.sources import SourceError, one_sentence

    stated = {"customer": customer, "date": date, "amount": amount, "quantity": quantity, "price": price}
    stated |= {"order": order, "channel": channel, "cost": cost, "currency": currency_column}
    source: dict[str, Any] = {"sheet": sheet, "query": query, "memory_limit": memory_limit}
    source |= {"spark_master": spark_master, "time_zone": time_zone}
    rules: dict[str, Any] = {"lines": lines, "refunds": refunds, "free": free, "duplicates": duplicates}
    rules |= {"date_order": date_order, "decimal": decimal, "currency": currency, "time_zone": time_zone}
    try:
        with one_sentence("The log cannot be summed up"):
            chosen = OrderRules(as_of=_day(as_of), **rules)
            _summarise(orders, engine, source, stated, chosen, period, output, force)
    except (SourceError, OrdersError) as error:
        _err.print(f"[red]clv-xl:[/red] {escape(str(error))}")
        raise typer.Exit(_WRONG_USE) from error


def _day(text: str | None) -> dt.date | None:
    from clv_xl.sources import SourceError

    try:
        return dt.date.fromisoformat(text) if text is not None else None
    except ValueError as error:
        raise SourceError(f'--as-of is "{text}"; write a date like 2025-12-31.') from error


def _summarise(
    where: str,
    engine: str,
    source: dict[str, Any],
    stated: dict[str, str | None],
    rules: Any,
    period: str,
    output: Path,
    force: bool,
) -> None:
    from clv_xl.core.orders import clean, customer_summary, kpis_of, settled
    from clv_xl.core.orders.engines import check_period
    from clv_xl.sources import guess_columns, open_log, save
    from clv_xl.sources.saving import check_target

    check_target(output, force)
    check_period(period)
    with _stages() as next_stage:
        next_stage()
        log = open_log(where, engine, **source)
        columns = guess_columns(log.names, **stated)
        _show_guess(log.notes, columns, stated)
        next_stage()
        cleaned = clean(log.frame, columns, rules)
        _show_report(cleaned.report)
        next_stage()
        customers = settled(customer_summary(cleaned.orders, cleaned.as_of, period))
        next_stage()
        found = kpis_of(customers)
        _show_kpis(found)
        next_stage()
        save(customers, output, found.customers, force)
    _out.print(f"\nWrote {found.customers:,} customers to {escape(str(output.resolve()))}")


@contextmanager
def _stages() -> Iterator[Any]:
    """A progress bar of stages, shown where somebody watches."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=_err, transient=True, disable=not _err.is_terminal) as progress:
        task = progress.add_task(_STAGES[0], total=len(_STAGES))
        stages = iter(enumerate(_STAGES))

        def next_stage() -> None:
            position, name = next(stages)
            progress.update(task, description=name, completed=position)

        yield next_stage


def _show_guess(notes: tuple[str, ...], columns: Any, stated: dict[str, str | None]) -> None:
    for note in notes:
        _out.print(escape(note))
    for part, name in columns.named.items():
        how = "as stated" if stated.get(part) else "recognised"
        _out.print(escape(f"  {part:<9} {name}   ({how})"))
    if columns.amount is None:
        _out.print(escape(f"  amount    = {columns.quantity} × {columns.price}"))


def _show_report(report: Any) -> None:
    table = Table(box=None, pad_edge=False)
    for heading, justify in (("Data report", "left"), ("Lines", "right"), ("Amount", "right"), ("", "left")):
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    sign = {"total": "", "out": "− ", "kept": "= ", "note": "  among them: "}
    for row in report.rows:
        table.add_row(escape(sign[row.role] + row.step), f"{row.lines:,}", f"{row.amount:,.2f}", escape(row.done))
    _out.print()
    _out.print(table, soft_wrap=False)
    for remark in report.remarks:
        _out.print(escape(remark))
    verdict = (
        "Every line and amount is accounted for."
        if report.reconciles
        else (f"NOT RECONCILED: {report.unexplained_lines:,} lines, {report.unexplained_amount:,.2f} unaccounted for.")
    )
    _out.print(escape(verdict))


def _show_kpis(found: Any) -> None:
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
        _out.print(escape(f"  {label:<28}{value:>18}"))
