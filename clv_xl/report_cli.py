"""`clv-xl report`: from an order log to a workbook for a review."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
from rich.markup import escape

from clv_xl import log_cli
from clv_xl.orders_cli import summarise

_STAGES = (
    "Opening the log", "Cleaning and merging", "Customers, cohorts, channels", "Writing the sheets", "Calculating",
    "Saving",
)  # fmt: skip
_RULES = ("lines", "refunds", "free", "duplicates", "date_order", "decimal", "currency", "time_zone")
_SOURCE = ("sheet", "query", "memory_limit", "spark_master", "time_zone")
_PARTS = ("customer", "date", "amount", "quantity", "price", "order", "channel", "cost")


def report(orders: str, output: Path, **options: Any) -> None:
    """Make a workbook for a review of an order log: customers, segments, cohorts, channels, every line accounted for.

    The options are those of summarise. --period is that of the cohorts; --currency is what amounts are in, and the one
    currency to keep where the log has a column for it.

    Examples:

        clv-xl report orders.csv -o report.xlsx

        clv-xl report "log/*.parquet" -o report.xlsx --period quarter --currency EUR --as-of 2025-12-31
    """
    from clv_xl.builder.files import CannotWrite
    from clv_xl.core.orders import OrdersError
    from clv_xl.sources import SourceError, one_sentence

    try:
        with one_sentence("The report cannot be made"):
            _report(orders, output, options)
    except (SourceError, OrdersError, CannotWrite) as error:
        log_cli.refuse(error)


def _like_summarise() -> inspect.Signature:
    """The options of `summarise`, so that there is one list of them; what differs is said here."""
    like = inspect.signature(summarise, eval_str=True)
    said: dict[str, tuple[Any, Any, Any]] = {
        "output": (
            Path,
            typer.Option("--output", "-o", metavar="FILE", help="The workbook to write, .xlsx."),
            inspect.Parameter.empty,
        ),
        "period": (str, typer.Option(help="Cohorts by day, week, month, quarter or year."), "month"),
        "currency": (
            str | None,
            typer.Option(
                help="What amounts are in; the one currency to keep where the log has several, or to convert to."
            ),
            None,
        ),
    }
    parameters = []
    for name, parameter in like.parameters.items():
        if name in said:
            kind, option, default = said[name]
            parameter = parameter.replace(annotation=Annotated[kind, option], default=default)
        parameters.append(parameter)
    return like.replace(parameters=parameters)


report.__signature__ = _like_summarise()  # type: ignore[attr-defined]
report.__annotations__ = {
    name: parameter.annotation
    for name, parameter in report.__signature__.parameters.items()  # type: ignore[attr-defined]
}


def _report(where: str, output: Path, options: dict[str, Any]) -> None:
    from clv_xl.builder.files import write
    from clv_xl.core.orders import clean
    from clv_xl.core.orders.engines import check_period
    from clv_xl.reports import parts
    from clv_xl.reports.build import build
    from clv_xl.reports.figures import Source, gather
    from clv_xl.sources import guess_columns, open_log

    rules = _rules(options, keep_one=False)
    check_period(options["period"])
    beside = _check_targets(output, options["force"])
    with log_cli.stages(_STAGES) as next_stage:
        next_stage()
        log = open_log(where, options["engine"], **{name: options[name] for name in _SOURCE})
        stated = {name: options[name] for name in _PARTS} | {"currency": options["currency_column"]}
        columns = guess_columns(log.names, **stated)
        notes = (*log.notes, *log_cli.rates_note(rules.rates, options["currency"], columns.currency))
        log_cli.show_guess(notes, columns, stated)
        if columns.currency is not None:
            rules = _rules(options, keep_one=True)
        next_stage()
        cleaned = clean(log.frame, columns, rules)
        log_cli.show_report(cleaned.report)
        next_stage()
        currency = options["currency"] or "the currency of the log"
        figures, _ = gather(cleaned, Source(_shown(where), notes, columns, currency), options["period"])
        log_cli.show_kpis(figures.kpis)
        next_stage()
        built = build(figures, beside.name, parts.CUSTOMERS_ON_SHEET, next_stage)
        next_stage()
        _save_rest(figures, beside, options["force"])
        write(output, built.data, options["force"])
    _finish(built, output)


def _finish(built: Any, output: Path) -> None:
    failed = [name for name, verdict in built.checks.items() if verdict != "PASS"]
    said = f"{len(built.checks)} checks, all PASS" if not failed else f"FAIL: {', '.join(failed)}"
    log_cli.out.print(f"\nWrote {escape(str(output.resolve()))}; {said}.")
    if failed:
        raise typer.Exit(1)


def _rules(options: dict[str, Any], keep_one: bool) -> Any:
    """The rules; without a column for the currency, --currency only says what amounts are in."""
    from clv_xl.core.orders import OrderRules

    chosen = {name: options[name] for name in _RULES}
    if not keep_one:
        chosen["currency"] = None
    rates = log_cli.rates(options["rate"], options["currency"])
    return OrderRules(as_of=log_cli.day(options["as_of"]), rates=rates, **chosen)


def _check_targets(output: Path, force: bool) -> Path:
    """Raise SourceError where the workbook cannot be written. The file for customers that do not fit on a sheet."""
    from clv_xl.sources import SourceError
    from clv_xl.sources.saving import check_target

    if output.suffix.lower() != ".xlsx":
        raise SourceError(f"{output} should end in .xlsx: a report is a workbook.")
    check_target(output, force)
    return output.with_name(f"{output.stem}-customers.parquet")


def _save_rest(figures: Any, beside: Path, force: bool) -> None:
    """All customers with their scores as Parquet, where the sheet does not hold them."""
    from clv_xl.reports.figures import as_frame
    from clv_xl.reports.parts import CUSTOMERS_ON_SHEET
    from clv_xl.sources import save

    if len(figures.customers) <= CUSTOMERS_ON_SHEET:
        return

    save(as_frame(figures.customers), beside, len(figures.customers), force)


def _shown(where: str) -> str:
    """The name of the log as a workbook may show it: no folders, no passwords."""
    if "://" not in where:
        return Path(where).name
    url = urlsplit(where)
    return f"{url.scheme.partition('+')[0]} database {Path(url.path).name} {url.hostname or ''}".strip()
