"""`clv-xl report`: from an order log to a workbook for a review."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from clv_xl.cli import log_screen
from clv_xl.cli.log_options import LogOptions
from clv_xl.cli.screen import FINDINGS, say

_STAGES = (
    "Opening the log", "Cleaning and merging", "Customers, cohorts, channels", "Writing the sheets", "Calculating",
    "Saving",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Report(LogOptions):
    """Make a workbook for a review of an order log: customers, segments, cohorts, channels, every line accounted for.

    The options are those of summarise. --period is that of the cohorts; --currency is what amounts are in, and the one
    currency to keep where the log has a column for it.

    Examples:

        clv-xl report orders.csv -o report.xlsx

        clv-xl report "log/*.parquet" -o report.xlsx --period quarter --currency EUR --as-of 2025-12-31
    """

    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The workbook to write, .xlsx.")]
    period: Annotated[str, typer.Option(help="Cohorts by day, week, month, quarter or year.")] = "month"
    currency: Annotated[
        str | None,
        typer.Option(help="What amounts are in; the one currency to keep where the log has several, or to convert to."),
    ] = None

    def run(self) -> None:
        """Refuse in one sentence what no report can be made of."""
        from clv_xl.builder.files import CannotWrite
        from clv_xl.core.orders import OrdersError
        from clv_xl.sources import SourceError, one_sentence

        try:
            with one_sentence("The report cannot be made"):
                self._report()
        except (SourceError, OrdersError, CannotWrite) as error:
            log_screen.refuse(error)

    def _report(self) -> None:
        from clv_xl.builder.files import write
        from clv_xl.core.orders import clean
        from clv_xl.core.orders.engines import check_period
        from clv_xl.reports import parts
        from clv_xl.reports.build import build
        from clv_xl.reports.figures import Source, gather

        self.rules()  # what is typed wrong is said before a file is opened
        check_period(self.period)
        beside = _check_targets(self.output, self.force)
        self.check_targets(self.output, beside)
        with log_screen.stages(_STAGES) as next_stage:
            next_stage()
            log = self.opened()
            guess = self.guess(log)
            columns = guess.columns
            notes = (*log.notes, *guess.notes, *self.rates_note())
            log_screen.show_guess(notes, columns, self.stated)
            next_stage()
            cleaned = clean(log.frame, columns, self.rules(guess), log.names)
            log_screen.show_report(cleaned.report)
            next_stage()
            currency = self.currency or "the currency of the log"
            figures, _ = gather(cleaned, Source(_shown(self.orders), notes, columns, currency), self.period)
            log_screen.show_kpis(figures.kpis)
            next_stage()
            built = build(figures, beside.name, parts.CUSTOMERS_ON_SHEET, next_stage)
            next_stage()
            _save_rest(figures, beside, self.force)
            write(self.output, built.data, self.force)
        _finish(built, self.output)


def _finish(built: Any, output: Path) -> None:
    failed = [name for name, verdict in built.checks.items() if verdict != "PASS"]
    said = f"{len(built.checks)} checks, all PASS" if not failed else f"FAIL: {', '.join(failed)}"
    say()
    say(f"Wrote {output.resolve()}; {said}.")
    if failed:
        raise typer.Exit(FINDINGS)


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
