"""From figures to the finished workbook."""

from __future__ import annotations

from collections.abc import Callable

from clv_xl.builder.book import Built
from clv_xl.reports.channels import channels_sheet
from clv_xl.reports.checking import checks_sheet
from clv_xl.reports.closing import cover_sheet, glossary_sheet
from clv_xl.reports.cohorts import cohorts_sheet
from clv_xl.reports.customers import customers_sheet
from clv_xl.reports.figures import Figures
from clv_xl.reports.inputs import inputs_sheet
from clv_xl.reports.log_sheet import log_sheet
from clv_xl.reports.names import require_cells_for_names
from clv_xl.reports.parts import CUSTOMERS_ON_SHEET, ReportBook
from clv_xl.reports.results import results_sheet, rfm_sheet


def build(
    figures: Figures,
    beside: str = "",
    most: int = CUSTOMERS_ON_SHEET,
    step: Callable[[], object] = lambda: None,
) -> Built:
    """The workbook. `beside` names the file that holds all customers where there are more than `most`.

    `step` is called when the sheets are written and the calculation begins. Raises SourceError for a name of the log
    that no cell can hold.
    """
    book = ReportBook(figures, min(len(figures.customers), most), beside)
    require_cells_for_names(figures, book.on_sheet)
    cover = book.sheet("Cover", (26, 98))
    inputs_sheet(book)
    log_sheet(book)
    results_sheet(book)
    rfm_sheet(book)
    cohorts_sheet(book)
    if figures.channels:
        channels_sheet(book)
    customers_sheet(book)
    glossary_sheet(book)
    checks_sheet(book)
    cover_sheet(book, cover)
    step()
    return book.finish()
