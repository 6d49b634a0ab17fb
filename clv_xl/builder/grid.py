"""A table over two levers: one formula across and down, the levels along its edges."""

from __future__ import annotations

from collections.abc import Callable

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from clv_xl.builder.sheet import Formula, Sheet
from clv_xl.builder.styles import ACCENT, HEADING_GROUND


def two_way(
    sheet: Sheet, corner: str, down: str, across: str, size: int, formula: Callable[[str, str], str], style: str
) -> str:
    """Write the table from column A on. Returns its address for other sheets, edges left off.

    `down` and `across` name the inputs with the changes to try, `size` of each. `formula` gets the addresses of a
    cell's two changes, down and across. The cell where both are 0 is set off.
    """
    edge = sheet.put("A", corner, "Column heading")
    columns = [get_column_letter(number) for number in range(2, size + 2)]
    for before, column in zip(["A", *columns], columns, strict=False):
        sheet.put(column, Formula(f"INDEX({across},COLUMNS($A{edge.row}:{before}{edge.row}))"), "Level")
    sheet.next(22)
    first = sheet.row
    for _ in range(size):
        row = sheet.row
        sheet.put("A", Formula(f"INDEX({down},ROWS(A${edge.row}:A{row - 1}))"), "Level")
        for column in columns:
            sheet.put(column, Formula(formula(f"$A{row}", f"{column}${edge.row}")), style)
        sheet.next()
    base = FormulaRule(  # type: ignore[no-untyped-call]
        formula=[f"AND($A{first}=0,B${edge.row}=0)"],
        font=Font(bold=True, color=ACCENT),
        fill=PatternFill("solid", bgColor=HEADING_GROUND),
    )
    sheet.worksheet.conditional_formatting.add(f"B{first}:{columns[-1]}{sheet.row - 1}", base)
    return f"{sheet.title}!$B${first}:${columns[-1]}${sheet.row - 1}"
