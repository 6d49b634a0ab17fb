"""The rule on numbers typed over formulas: which are found, and which belong where they stand."""

from __future__ import annotations

import pytest
from openpyxl.utils import get_column_letter


def row_of_twelve(*overwritten: tuple[str, object]):
    """A forecast in row 15 of Checks: an opening number, then twelve times the same formula."""

    def change(wb) -> None:
        sheet = wb["Checks"]
        sheet["A15"] = 100
        for column in range(2, 14):
            sheet.cell(15, column, f"={get_column_letter(column - 1)}15*in_weeks")
        for place, value in overwritten:
            sheet[place] = value

    return change


def product_list(*overwritten: tuple[str, object]):
    """A list in Checks: C = A*B from row 15 to 24."""

    def change(wb) -> None:
        for row in range(15, 25):
            for column, value in enumerate((row, 2, f"=A{row}*B{row}"), 1):
                wb["Checks"].cell(row, column, value)
        for place, value in overwritten:
            wb["Checks"][place] = value

    return change


@pytest.mark.parametrize(
    ("change", "where", "number", "expected"),
    [
        (row_of_twelve(("G15", 99)), "Checks!G15", "99", "=F15*in_weeks"),
        (row_of_twelve(("C15", 0)), "Checks!C15", "0", "=B15*in_weeks"),
        (row_of_twelve(("L15", 1.5)), "Checks!L15", "1.5", "=K15*in_weeks"),
        (product_list(("C19", 99)), "Checks!C19", "99", "=A19*B19"),
        (product_list(("C16", 99)), "Checks!C16", "99", "=A16*B16"),
    ],
)
def test_a_number_typed_over_a_formula_is_found(build, findings, change, where, number, expected):
    (finding,) = findings(build(change), rule=13)
    assert (finding.where, finding.severity) == (where, "error")
    assert f"the number {number} stands" in finding.message
    assert f"restore {expected}," in finding.message


def test_numbers_typed_over_side_by_side_are_each_found(build, findings):
    found = findings(build(product_list(("C18", 99), ("C19", 98))), rule=13)
    assert [f.where for f in found] == ["Checks!C18", "Checks!C19"]
    found = findings(build(row_of_twelve(("F15", 99), ("G15", 98))), rule=13)
    assert [f.where for f in found] == ["Checks!F15", "Checks!G15"]


def blocks_of_sums(wb) -> None:
    """Three numbers and their sum, three times: the sums are the same formula, the numbers are data."""
    for row in range(15, 27):
        wb["Checks"].cell(row, 3, row if row % 4 != 2 else f"=SUM(C{row - 3}:C{row - 1})")


def number_beside_formula(wb) -> None:
    """A number, its product, the next number, its product."""
    for column in range(1, 13):
        before = f"{get_column_letter(column - 1)}15*in_weeks" if column > 1 else ""
        wb["Checks"].cell(15, column, column if column % 2 else f"={before}")


def input_row_between(wb) -> None:
    """A row of numbers between rows whose formulas are alike, as fees between two kinds of income."""
    for row in range(15, 21):
        for column in range(2, 8):
            formula = f"={get_column_letter(column)}$40*in_weeks"
            wb["Checks"].cell(row, column, 7 if row == 18 else formula)


def input_in_a_column(wb) -> None:
    product_list(("C19", 99))(wb)
    wb["Checks"]["C19"].style = "Input"


@pytest.mark.parametrize(
    "change",
    [
        row_of_twelve(),
        row_of_twelve(("H15", None)),
        row_of_twelve(("H15", "Total")),
        row_of_twelve(("M15", 5)),
        row_of_twelve(("G15", 100)),
        row_of_twelve(*((f"{column}15", 5) for column in "EFGH")),
        product_list(("C15", 99)),
        product_list(("C24", 99)),
        blocks_of_sums,
        number_beside_formula,
        input_row_between,
        input_in_a_column,
    ],
    ids=[
        "an opening number",
        "a blank",
        "a text",
        "at the end",
        "the block starts again with its opening number",
        "four numbers are data",
        "first in the list",
        "last in the list",
        "blocks of sums",
        "number beside formula",
        "a row of inputs",
        "in input style",
    ],
)
def test_a_number_that_belongs_there_is_none(build, findings, change):
    assert findings(build(change), rule=13) == []


@pytest.mark.parametrize("row", [11, 12, 13])
def test_a_number_in_a_calculated_table_column_is_found_in_any_row(build, findings, row):
    def change(wb) -> None:
        wb["Inputs"].tables["Guests"].ref = "A10:D13"
        wb["Inputs"]["D10"] = "Total (USD)"
        for line in (11, 12, 13):
            wb["Inputs"].cell(line, 4, 99 if line == row else f"=B{line}*C{line}")

    (finding,) = findings(build(change), rule=13)
    assert finding.where == f"Inputs!D{row}"
    assert f"the number 99 stands where its neighbours have a formula; restore =B{row}*C{row}" in finding.message
