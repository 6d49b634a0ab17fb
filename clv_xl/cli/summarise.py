"""`clv-xl summarise`: from an order log to a table of customers."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from clv_xl.cli import log_screen
from clv_xl.cli.log_options import LogOptions
from clv_xl.cli.screen import say

_STAGES = ("Opening the log", "Cleaning and merging", "Summing up customers", "Key figures", "Writing")


@dataclass(frozen=True, kw_only=True)
class Summarise(LogOptions):
    """Sum an order log up to one row a customer, and account for every line of it.

    Columns are recognised by their names; --customer, --date, --amount and so on say otherwise.

    Examples:

        clv-xl summarise orders.csv -o customers.xlsx

        clv-xl summarise "log/*.parquet" -o customers.parquet --memory-limit 4GB

        clv-xl summarise orders.csv -o customers.csv --rate EUR=1.08 --rate GBP=1.27 --currency USD

        clv-xl summarise postgresql+psycopg://me@host/shop --query "SELECT * FROM orders" -o customers.csv
    """

    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help=".parquet, .csv or .xlsx.")]
    period: Annotated[str, typer.Option(help="Unit of x, t_x and t: day, week, month, quarter, year.")] = "day"

    def run(self) -> None:
        """Refuse in one sentence what cannot be summed up."""
        from clv_xl.core.orders import OrdersError
        from clv_xl.sources import SourceError, one_sentence

        try:
            with one_sentence("The log cannot be summed up"):
                self._summarise()
        except (SourceError, OrdersError) as error:
            log_screen.refuse(error)

    def _summarise(self) -> None:
        from clv_xl.core.orders import clean, customer_summary, kpis_of, settled
        from clv_xl.core.orders.engines import check_period
        from clv_xl.sources import save
        from clv_xl.sources.saving import check_target

        self.rules()  # what is typed wrong is said before a file is opened
        check_target(self.output, self.force)
        self.check_targets(self.output)
        check_period(self.period)
        with log_screen.stages(_STAGES) as next_stage:
            next_stage()
            log = self.opened()
            guess = self.guess(log)
            columns = guess.columns
            log_screen.show_guess((*log.notes, *guess.notes, *self.rates_note()), columns, self.stated)
            next_stage()
            cleaned = clean(log.frame, columns, self.rules(guess), log.names)
            log_screen.show_report(cleaned.report)
            next_stage()
            customers = settled(customer_summary(cleaned.orders, cleaned.as_of, self.period))
            next_stage()
            found = kpis_of(customers)
            log_screen.show_kpis(found)
            next_stage()
            changed = save(customers, self.output, found.customers, self.force)
        if changed:
            log_screen.show_changed(changed)
        say()
        say(f"Wrote {found.customers:,} customers to {self.output.resolve()}")
