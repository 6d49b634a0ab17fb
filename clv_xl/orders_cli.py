"""`clv-xl summarise`: from an order log to a table of customers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from clv_xl import log_cli

_STAGES = ("Opening the log", "Cleaning and merging", "Summing up customers", "Key figures", "Writing")


def _column(what: str) -> Any:
    return typer.Option(metavar="COLUMN", show_default=False, help=what)


def summarise(
    orders: Annotated[
        str, typer.Argument(help="CSV, Excel or Parquet file (or files, as log/*.parquet), or database URL.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help=".parquet, .csv or .xlsx.")],
    customer: Annotated[str | None, _column("Who bought: a number or a name.")] = None,
    date: Annotated[str | None, _column("Day or moment of the order.")] = None,
    amount: Annotated[str | None, _column("Money of the line, negative for a refund.")] = None,
    quantity: Annotated[str | None, _column("Pieces; with --price instead of an amount.")] = None,
    price: Annotated[str | None, _column("Price of a piece; with --quantity instead of an amount.")] = None,
    order: Annotated[str | None, _column("Order number: its lines are one order.")] = None,
    channel: Annotated[str | None, _column("What won the customer, or brought the order.")] = None,
    cost: Annotated[str | None, _column("Cost of the line, not of a piece.")] = None,
    currency_column: Annotated[str | None, _column("Currency of the amount, as EUR.")] = None,
    as_of: Annotated[str | None, typer.Option(metavar="DATE", help="Last day that counts, as 2025-12-31.")] = None,
    period: Annotated[str, typer.Option(help="Unit of x, t_x and t: day, week, month, quarter, year.")] = "day",
    date_order: Annotated[str, typer.Option(help="What 3/4/2025 means: auto, day-first, month-first.")] = "auto",
    decimal: Annotated[str, typer.Option(help='Decimal sign of amounts in text: "." or ",".')] = ".",
    refunds: Annotated[str, typer.Option(help="Negative lines: net, leave out, refuse.")] = "net",
    free: Annotated[str, typer.Option(help="Orders worth 0: no order, order.")] = "no order",
    lines: Annotated[str, typer.Option(help="merge lines into orders, or take each as an order.")] = "merge",
    duplicates: Annotated[str, typer.Option(help="Lines equal in every column: keep, drop, unchecked.")] = "keep",
    currency: Annotated[
        str | None, typer.Option(help="The one currency to keep, or with --rate to convert to.")
    ] = None,
    rate: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CODE=VALUE", help="Convert to --currency: what one unit is worth, as EUR=1.08; for each one."
        ),
    ] = None,
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

        clv-xl summarise orders.csv -o customers.csv --rate EUR=1.08 --rate GBP=1.27 --currency USD

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
            rules["rates"] = log_cli.rates(rate, currency)
            chosen = OrderRules(as_of=log_cli.day(as_of), **rules)
            _summarise(orders, engine, source, stated, chosen, period, output, force)
    except (SourceError, OrdersError) as error:
        log_cli.refuse(error)


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
    with log_cli.stages(_STAGES) as next_stage:
        next_stage()
        log = open_log(where, engine, **source)
        columns = guess_columns(log.names, **stated)
        notes = log_cli.rates_note(rules.rates, rules.currency, columns.currency)
        log_cli.show_guess((*log.notes, *notes), columns, stated)
        next_stage()
        cleaned = clean(log.frame, columns, rules)
        log_cli.show_report(cleaned.report)
        next_stage()
        customers = settled(customer_summary(cleaned.orders, cleaned.as_of, period))
        next_stage()
        found = kpis_of(customers)
        log_cli.show_kpis(found)
        next_stage()
        save(customers, output, found.customers, force)
    log_cli.out.print(f"\nWrote {found.customers:,} customers to {escape(str(output.resolve()))}")
