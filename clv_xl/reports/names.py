"""Names from the log: what no cell can hold is refused before any sheet is written, instead of being cut."""

from __future__ import annotations

from collections.abc import Iterator

from clv_xl.reports.figures import Figures
from clv_xl.sources import SourceError
from clv_xl.writing.cell_text import shown, why_not


def require_cells_for_names(figures: Figures, on_sheet: int) -> None:
    """Raise SourceError for the first name of a column, channel or listed customer that no cell can hold."""
    for what, name, instead in _names(figures, on_sheet):
        if reason := why_not(name):
            raise SourceError(f"The {what} {shown(name)} {reason}; {instead}.")


def _names(figures: Figures, on_sheet: int) -> Iterator[tuple[str, str, str]]:
    """What each name is the name of, the name, and what to do where it does not fit."""
    for name in figures.source.columns.named.values():
        yield "column", name, "give it a shorter, plain name in the log"
    for channel in figures.channels:
        yield "channel", channel.name, "mend it in the log, or name another column with --channel"
    instead = (
        "mend it in the log, or write the customers to .csv or .parquet with clv-xl summarise, which keep it as it is"
    )
    for name in figures.customers.names[:on_sheet]:
        if isinstance(name, str):
            yield "customer", name, instead
