"""The options of order logs, declared once: what a user states becomes the source, its columns and the rules."""

# Annotations stay objects here: Typer reads those of inherited fields, in whose module their names are.

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from clv_xl.core.orders import OrderRules
    from clv_xl.sources import Guess, Log


def _column(what: str) -> Any:
    return typer.Option(metavar="COLUMN", show_default=False, help=what)


@dataclass(frozen=True, kw_only=True)
class LogOptions:
    """An order log as stated in a terminal. A command on order logs is a subclass that says what it does with one.

    Typer reads the fields as a command's arguments and options, and fills them.
    """

    orders: Annotated[
        str, typer.Argument(help="CSV, Excel or Parquet file (or files, as log/*.parquet), or database URL.")
    ]
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The file to write.")]
    customer: Annotated[str | None, _column("Who bought: a number or a name.")] = None
    date: Annotated[str | None, _column("Day or moment of the order.")] = None
    amount: Annotated[str | None, _column("Money of the line, negative for a refund.")] = None
    quantity: Annotated[str | None, _column("Pieces; with --price instead of an amount.")] = None
    price: Annotated[str | None, _column("Price of a piece; with --quantity instead of an amount.")] = None
    order: Annotated[str | None, _column("Order number: its lines are one order.")] = None
    channel: Annotated[str | None, _column("What won the customer, or brought the order.")] = None
    cost: Annotated[str | None, _column("Cost of the line, not of a piece.")] = None
    currency_column: Annotated[str | None, _column("Currency of the amount, as EUR.")] = None
    status_column: Annotated[str | None, _column("Whether the order happened: paid, cancelled, pending.")] = None
    status: Annotated[
        list[str] | None,
        typer.Option(metavar="VALUE", help='Count only orders with this status; several times, or "all".'),
    ] = None
    refunded: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help='Money paid back of the amount beside it, or "none".'),
    ] = None
    amount_per: Annotated[
        str, typer.Option(help="Whether an amount is that of its line or of the whole order: auto, line, order.")
    ] = "auto"
    guest: Annotated[
        str | None,
        typer.Option(metavar="VALUE", help='The customer that stands for all without an account, or "none".'),
    ] = None
    email: Annotated[str | None, _column("Who a guest is.")] = None
    exact_names: Annotated[
        bool, typer.Option("--exact-names", help="Customers are one only where names are equal to the letter.")
    ] = False
    as_of: Annotated[str | None, typer.Option(metavar="DATE", help="Last day that counts, as 2025-12-31.")] = None
    period: Annotated[str, typer.Option(help="day, week, month, quarter, year.")] = "month"
    date_order: Annotated[str, typer.Option(help="What 3/4/2025 means: auto, day-first, month-first.")] = "auto"
    decimal: Annotated[str, typer.Option(help="Decimal sign of amounts in text: auto, or a point or comma.")] = "auto"
    refunds: Annotated[str, typer.Option(help="Negative lines: net, leave out, refuse.")] = "net"
    free: Annotated[str, typer.Option(help="Orders worth 0: no order, order.")] = "no order"
    lines: Annotated[str, typer.Option(help="merge lines into orders, or take each as an order.")] = "merge"
    duplicates: Annotated[str, typer.Option(help="Lines equal in every column: keep, drop, unchecked.")] = "keep"
    currency: Annotated[str | None, typer.Option(help="The one currency to keep, or with --rate to convert to.")] = None
    rate: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CODE=VALUE", help="Convert to --currency: what one unit is worth, as EUR=1.08; for each one."
        ),
    ] = None
    time_zone: Annotated[
        str | None, typer.Option(help="Zone to which moments with a zone, text too, are moved, as Europe/Paris.")
    ] = None
    engine: Annotated[str, typer.Option(help="duckdb, polars or spark.")] = "duckdb"
    spark_master: Annotated[str | None, typer.Option(metavar="URL", help="Spark's master.")] = None
    memory_limit: Annotated[str | None, typer.Option(metavar="SIZE", help="DuckDB's memory, as 4GB.")] = None
    query: Annotated[str | None, typer.Option(metavar="SQL", help="What to read from a database.")] = None
    sheet: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help='The sheet of an Excel workbook; several times, or "*" for all with orders.'),
    ] = None
    encoding: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="How a CSV file is encoded, as windows-1252, where it is not seen."),
    ] = None
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False

    def run(self) -> None:
        """Carry the command out."""
        raise NotImplementedError

    def opened(self) -> "Log":
        """The log, opened lazily. Raises SourceError for what cannot be read."""
        from clv_xl.sources import open_log

        return open_log(
            self.orders,
            self.engine,
            sheet=self.sheet,
            query=self.query,
            memory_limit=self.memory_limit,
            spark_master=self.spark_master,
            time_zone=self.time_zone,
            encoding=self.encoding,
        )

    def check_targets(self, *targets: Path) -> None:
        """Raise SourceError where a file that will be written is the log itself, --force or not."""
        from clv_xl.sources import refuse_as_target

        for target in targets:
            refuse_as_target(self.orders, target)

    @property
    def stated(self) -> dict[str, str | None]:
        """The columns that the user named, by the part they play."""
        from clv_xl.core.orders import PARTS

        fields = {"currency": "currency_column", "status": "status_column"}
        return {part: getattr(self, fields.get(part, part)) for part in PARTS}

    def guess(self, log: "Log") -> "Guess":
        """The columns as stated, and otherwise as recognised, with remarks. Raises SourceError where one is missing."""
        from clv_xl.sources import first_rows, recognise

        none = self.refunded == "none"
        found = recognise(log.names, self.stated | ({"refunded": None} if none else {}), lambda: first_rows(log))
        return replace(found, columns=replace(found.columns, refunded=None)) if none else found

    def rules(self, guess: "Guess | None" = None) -> "OrderRules":
        """The rules. What an export is known for needs no more proof than what was stated.

        Raises SourceError or OrdersError for an option with a value that is none.
        """
        from clv_xl.core.orders import OrderRules

        known = guess.known & {"refunded"} if guess is not None else frozenset()
        per_order = guess.amount_per if guess is not None else ""
        return OrderRules(
            lines=self.lines,  # type: ignore[arg-type]  # OrderRules itself says which words there are
            refunds=self.refunds,  # type: ignore[arg-type]
            free=self.free,  # type: ignore[arg-type]
            duplicates=self.duplicates,  # type: ignore[arg-type]
            date_order=self.date_order,  # type: ignore[arg-type]
            decimal=self.decimal,  # type: ignore[arg-type]
            time_zone=self.time_zone,
            as_of=_day(self.as_of),
            currency=self.currency,
            rates=_rates(self.rate, self.currency),
            status=tuple(self.status) if self.status else None,
            amount_per=per_order if self.amount_per == "auto" and per_order else self.amount_per,  # type: ignore[arg-type]
            guest=self.guest,
            exact_names=self.exact_names,
            named=frozenset(part for part, name in self.stated.items() if name is not None) | known,
        )

    def rates_note(self) -> tuple[str, ...]:
        """What amounts are converted at."""
        rates = _rates(self.rate, self.currency)
        if rates is None:
            return ()
        listed = ", ".join(f"1 {code} = {value:.10g}" for code, value in rates.items() if code != self.currency)
        return (f"Amounts are in {self.currency}: {listed}.",)


def _day(text: str | None) -> dt.date | None:
    """What --as-of says. Raises SourceError for what is no date."""
    from clv_xl.sources import SourceError

    try:
        return dt.date.fromisoformat(text) if text is not None else None
    except ValueError as error:
        raise SourceError(f'--as-of is "{text}"; write a date like 2025-12-31.') from error


def _rates(given: Sequence[str] | None, currency: str | None) -> dict[str, float] | None:
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
