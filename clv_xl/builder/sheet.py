"""One sheet of a template: a cursor that walks down and writes labelled rows in named styles."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from openpyxl.cell.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from clv_xl.builder.rules import Allowed
from clv_xl.writing.cell_text import replaced, shown, spelled, too_long

if TYPE_CHECKING:
    from clv_xl.builder.book import Book

_RISKY = ("=", "+", "-", "@", "\t", "\r")
_LINK = re.compile(r"(?:'[^']+'|\w+)!\$?[A-Z]+\$?[0-9]+|in_\w+|check_\w+")
_LINE = 15.0
_ROW = 20.0
_POINTS_A_WIDTH = 5.6
_LANDSCAPE = (755.0, 480.0)
"""What margins leave of an A4 page, in points: width, height."""
_LETTERS_A_WIDTH = 1.3
"""Letters of running text to a unit of column width, which is that of a digit; measured, a little on the safe side."""


class Formula(str):
    """A formula without its equals sign. Only this becomes a formula in a cell; any other text stays text."""

    __slots__ = ()


class Place(NamedTuple):
    """Where a cell stands."""

    sheet: str
    column: str
    row: int

    @property
    def here(self) -> str:
        """The address for formulas on the same sheet."""
        return f"{self.column}{self.row}"

    @property
    def fixed(self) -> str:
        """The absolute address for formulas on the same sheet."""
        return f"${self.column}${self.row}"

    @property
    def there(self) -> str:
        """The address for formulas on other sheets."""
        return f"{self.sheet}!{self.fixed}"


class Line(NamedTuple):
    """The cells of a labelled line that formulas may want: its value, and what stands beside it."""

    value: Place
    beside: Place


class Guarded(NamedTuple):
    """Cells to type in, what they may hold, and the name of the check that looks after them."""

    check: str
    label: str
    cells: str
    """As formulas refer to them: by a name, or by a column of a table, which grows."""
    allowed: Allowed


class Sheet:
    """A sheet that is written from the top down. `row` is where the next line goes."""

    def __init__(self, book: Book, worksheet: Worksheet, widths: Sequence[float], notes: str) -> None:
        self.book = book
        self.worksheet = worksheet
        self.title: str = worksheet.title
        self.widths = list(widths)
        self.notes = notes
        self.row = 1
        for number, width in enumerate(self.widths, 1):
            worksheet.column_dimensions[get_column_letter(number)].width = width
        worksheet.sheet_format.defaultRowHeight = _LINE
        worksheet.sheet_view.showGridLines = False

    def head(self, title: str, subtitle: str, back: bool = True) -> None:
        """The sheet's title in A1, what the sheet is for, and the way back to the cover."""
        self.put("A", title, "Title")
        self.worksheet.row_dimensions[1].height = 32
        self.row = 2
        self.put("A", subtitle, "Subtitle")
        self.row = 3
        if back:
            self.link("A", "Cover", "← Cover")
        self.row = 5

    def put(self, column: str, value: Any, style: str) -> Place:
        """Write one cell of the current row."""
        cell = self.worksheet[f"{column}{self.row}"]
        self.book.styles.dress(cell, style)
        _fill(cell, value)
        return Place(self.title, column, self.row)

    @staticmethod
    def style_of(formula: Formula, style: str = "Formula") -> str:
        """The style for a formula: a link where it only fetches a value from another sheet."""
        return style.replace("Formula", "Link", 1) if _LINK.fullmatch(formula) else style

    def next(self, height: float = _ROW) -> None:
        """End the current row."""
        self.worksheet.row_dimensions[self.row].height = height
        self.row += 1

    def skip(self, rows: int = 1) -> None:
        """Leave white space."""
        self.row += rows

    def section(self, title: str, *columns: str, right: str = "B", space: bool = True) -> None:
        """A heading and column headings below it, after some white space."""
        self.skip(int(space))
        self.heading(title)
        self.columns(*columns, right=right)

    def heading(self, text: str) -> None:
        """A section's heading, with a line across the sheet."""
        for number in range(2, len(self.widths) + 1):
            self.put(get_column_letter(number), None, "Heading")
        self.put("A", text, "Heading")
        self.next(24)

    def columns(self, *texts: str, right: str = "") -> None:
        """A row of column headings, those whose letters are in `right` over numbers."""
        for number, text in enumerate(texts, 1):
            letter = get_column_letter(number)
            beside = "Column heading beside" if number > 1 else "Column heading"
            self.put(letter, text, "Column heading right" if letter in right else beside)
        self.next(22)

    def line(
        self,
        label: str,
        value: Any,
        unit: str,
        note: str | Formula,
        beside: Any = None,
        style: str = "Formula",
        bold: bool = False,
    ) -> Line:
        """A labelled value: label, value and unit in A to C, what stands beside it in D, the note in the last column.

        A sheet whose notes run across narrow columns has them from D on, and nothing beside the value. A formula that
        only fetches a value from another sheet is shown as a link.
        """
        self.put("A", label, "Label bold" if bold else "Label")
        place = self.put("B", value, self.style_of(value, style) if isinstance(value, Formula) else style)
        self.put("C", unit, "Unit")
        other = self.put("D", beside, style if isinstance(beside, Formula) else "Unit")
        for number in range(5, len(self.widths) + 1):
            self.put(get_column_letter(number), None, "Note across")
        plain = "Note across" if self.notes == "D" else "Note"
        self.put(self.notes, note, "Formula text" if isinstance(note, Formula) else plain)
        self.next(self.height(A=label) if self.notes == "D" else self.height(A=label, **{self.notes: note}))
        return Line(place, other)

    def input(self, name: str, label: str, value: Any, unit: str, note: str, allowed: Allowed, style: str) -> None:
        """A labelled input with its name, its rule, and where it comes from."""
        place = self.line(label, value, unit, note, name, style).value
        self.book.name(name, place)
        self.allow(place.here, label, f"{label}.", allowed, {label: name})

    def allow(self, cells: str, title: str, meaning: str, allowed: Allowed, checked: Mapping[str, str]) -> None:
        """Refuse anything else in these cells, and say before and after what is allowed.

        What is pasted is not refused. Hence `checked`, by label how formulas call the cells: each gets a check.
        """
        validation = allowed.validation(title, meaning, cells.partition(":")[0])
        validation.add(cells)
        self.worksheet.add_data_validation(validation)
        for label, reference in checked.items():
            check = "check_" + re.sub(r"\W+", "_", reference).strip("_").lower()
            self.book.guarded.append(Guarded(check, label, reference, allowed))

    def remarks(self, *lines: str) -> None:
        """Lines of small text, or formulas that give one, that run across the sheet; each must fit its width."""
        for text in lines:
            self.put("A", text, "Remark")
            self.next(17)

    def link(self, column: str, sheet: str, text: str) -> None:
        """A link to another sheet of the workbook."""
        place = self.put(column, text, "Sheet link")
        target = f"'{sheet}'!A1"
        self.worksheet[place.here].hyperlink = Hyperlink(ref=place.here, location=target, display=text)
        self.book.styles.dress(self.worksheet[place.here], "Sheet link")  # openpyxl puts its own in its place

    def height(self, **texts: str) -> float:
        """The height that a row needs for wrapped texts, given by column."""
        needed = (_lines(text, self.widths[ord(column) - ord("A")]) for column, text in texts.items())
        lines = max(needed, default=1)
        return _ROW if lines == 1 else lines * _LINE + 6

    @property
    def area(self) -> str:
        """The address of all that is written so far, for other sheets."""
        return f"{self.title}!$A$1:${get_column_letter(len(self.widths))}${self.row - 1}"

    def freeze(self, row: int) -> None:
        """Keep the rows above this one in view."""
        self.worksheet.freeze_panes = f"A{row}"

    def page_break(self) -> None:
        """Start a new page with the current row."""
        self.worksheet.row_breaks.append(Break(id=self.row - 1))

    def fits_on_page(self, height: float, used: float) -> bool:
        """Whether rows of this height still fit on a landscape page of which `used` is taken, in points."""
        scale = min(1.0, _LANDSCAPE[0] / (sum(self.widths) * _POINTS_A_WIDTH))
        return (used + height) * scale <= _LANDSCAPE[1]

    def print_on(
        self, orientation: Literal["portrait", "landscape"], repeat: str = "1:3", tall: bool = True, spare_rows: int = 0
    ) -> None:
        """Print on A4, as wide as the page, with the sheet's name and page number at the foot.

        A `tall` sheet takes as many pages as it needs, another exactly one. `spare_rows` below are printed too, blank
        unless the user fills them.
        """
        sheet = self.worksheet
        sheet.page_setup.orientation = orientation
        sheet.page_setup.paperSize = 9
        sheet.page_setup.fitToWidth = 1
        sheet.page_setup.fitToHeight = 0 if tall else 1
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.print_area = f"A1:{get_column_letter(len(self.widths))}{self.row - 1 + spare_rows}"
        sheet.print_title_rows = repeat
        sheet.print_options.horizontalCentered = True
        margins = sheet.page_margins
        margins.left = margins.right = 0.6
        margins.top, margins.bottom, margins.header, margins.footer = 0.7, 0.8, 0.3, 0.4
        footer: Any = sheet.oddFooter
        for part in (footer.left, footer.right):
            part.size, part.color, part.font = 9, "595959", "Calibri,Regular"
        footer.left.text = f"{self.book.title.replace('&', '&&')} · &A"
        footer.right.text = "Page &P of &N"

    def close(
        self,
        orientation: Literal["portrait", "landscape"],
        spare_rows: int = 0,
        protected: bool = True,
        tall: bool = False,
    ) -> None:
        """Finish a sheet: its head stays in view, it prints on one page or is `tall`, its formulas are locked."""
        self.freeze(5)
        self.print_on(orientation, tall=tall, spare_rows=spare_rows)
        if protected:
            self.protect()

    def protect(self) -> None:
        """Lock the formulas against slips. No password: whoever means to change one can."""
        self.worksheet.protection.sheet = True
        self.worksheet.protection.formatColumns = False
        self.worksheet.protection.formatRows = False


def _fill(cell: Cell, value: Any) -> None:
    """The value of a cell. Text from outside never becomes a formula, whatever it starts with."""
    if isinstance(value, Formula):
        cell.value = f"={value}"
    elif isinstance(value, str):
        if reason := too_long(value):
            raise ValueError(f"the text {shown(value)} {reason}")
        cell.value = spelled(replaced(value))
        cell.data_type = "s"
        if value.startswith(_RISKY):
            cell.quotePrefix = True
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"a cell cannot hold {value}")
    else:
        cell.value = value


def _lines(text: str, width: float) -> int:
    """How many lines a text takes in a column, word by word."""
    room = (width - 1) * _LETTERS_A_WIDTH
    lines, used = 1, 0.0
    for word in text.split(" "):
        used += len(word) + 1
        if used - 1 > room and used > len(word) + 1:
            lines, used = lines + 1, len(word) + 1.0
    return lines
