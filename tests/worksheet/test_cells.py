"""Every spelling of a cell that a host delivers, and the one that comes of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

from clv_xl.worksheet.cells import RANGE, only_cell, plain, rows_of
from clv_xl.worksheet.errors import CODES, NEWER_CODES, CellError

MISSING_DATE = np.datetime64("NaT")


@pytest.mark.parametrize("code", CODES)
def test_an_error_as_text(code: str) -> None:
    assert plain(code) == CellError(code)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (-2146826288, "#NULL!"),
        (-2146826281, "#DIV/0!"),
        (-2146826273, "#VALUE!"),
        (-2146826265, "#REF!"),
        (-2146826259, "#NAME?"),
        (-2146826252, "#NUM!"),
        (-2146826246, "#N/A"),
    ],
)
def test_an_error_as_com_delivers_it(number: int, code: str) -> None:
    assert plain(number) == CellError(code)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ({"type": "Error", "errorType": "Div0", "basicValue": "#DIV/0!", "basicType": "Error"}, "#DIV/0!"),
        ({"type": "Error", "errorType": "NotAvailable"}, "#N/A"),
        ({"type": "Error", "errorType": "Num"}, "#NUM!"),
        ({"type": "Error", "errorType": "Value"}, "#VALUE!"),
        ({"type": "Error", "errorType": "Ref"}, "#REF!"),
        ({"type": "Error", "errorType": "Name"}, "#NAME?"),
        ({"type": "Error", "errorType": "Null"}, "#NULL!"),
        ({"type": "Error", "errorType": "Something new"}, "#VALUE!"),
        ({"type": "Error"}, "#VALUE!"),
    ],
)
def test_an_error_as_office_js_delivers_it(cell: dict[str, str], code: str) -> None:
    assert plain(cell) == CellError(code)


@pytest.mark.parametrize("code", NEWER_CODES)
def test_an_error_that_no_function_can_return_is_value_and_names_it(code: str) -> None:
    error = plain(code)
    assert isinstance(error, CellError)
    assert error.code == "#VALUE!"
    assert code in error.message


@pytest.mark.parametrize("cell", [None, "", "   ", "\t", MISSING_DATE, pd.NA, pd.NaT])
def test_blanks(cell: object) -> None:
    assert plain(cell) is None


def test_a_missing_pandas_date_is_a_blank() -> None:
    class NaT(dt.datetime):
        def __eq__(self, other: object) -> bool:
            return False

        __hash__ = dt.datetime.__hash__

    assert plain(NaT(2026, 1, 1)) is None


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (5, 5.0),
        (2.5, 2.5),
        (Decimal("12.50"), 12.5),
        (Fraction(1, 4), 0.25),
        (np.int64(7), 7.0),
        (np.float32(0.5), 0.5),
        (np.float64(0.1), 0.1),
        ({"type": "FormattedNumber", "basicValue": 45658, "numberFormat": "yyyy-mm-dd"}, 45658.0),
        ({"type": "FormattedNumber", "basicValue": -2146826246}, -2146826246.0),
        (pd.Timedelta(days=5), 5.0),
    ],
)
def test_numbers_of_every_library_become_floats(cell: object, number: float) -> None:
    assert plain(cell) == number
    assert type(plain(cell)) is float


def test_logicals_stay_logicals() -> None:
    assert plain(True) is True
    assert plain(np.bool_(False)) is False


def test_a_day_becomes_a_moment() -> None:
    assert plain(dt.date(2026, 3, 31)) == dt.datetime(2026, 3, 31)
    assert plain(np.datetime64("2026-03-31", "s")) == dt.datetime(2026, 3, 31)


@pytest.mark.parametrize(
    ("cell", "code", "says"),
    [
        (10**400, "#NUM!", "too large"),
        ([1, 2], "#VALUE!", "list"),
        (object(), "#VALUE!", "object"),
        (1j, "#VALUE!", "complex"),
        (np.timedelta64(5, "D"), "#VALUE!", "timedelta64"),
        ({"type": "Entity", "basicValue": [1]}, "#VALUE!", "object"),
        ({}, "#VALUE!", "object"),
        (b"12", "#VALUE!", "bytes"),
        (np.array([1.0, 2.0]), "#VALUE!", "ndarray"),
    ],
)
def test_what_no_cell_can_hold(cell: object, code: str, says: str) -> None:
    error = plain(cell)
    assert isinstance(error, CellError)
    assert error.code == code
    assert says in error.message


@pytest.mark.parametrize("argument", [7.0, [7.0], [[7.0]], ((7.0,),), [(7.0,)], np.array([7.0]), np.array([[7.0]])])
def test_one_cell_in_every_wrapping(argument: object) -> None:
    assert only_cell(argument) == 7.0


@pytest.mark.parametrize("argument", [[], [[]], (), ((),)])
def test_an_empty_range_is_one_blank(argument: object) -> None:
    assert only_cell(argument) is None
    assert rows_of(argument) == [[None]]


@pytest.mark.parametrize("argument", [[1, 2], [[1], [2]], [[1, 2]], np.array([[1.0], [2.0]])])
def test_several_cells_are_a_range(argument: object) -> None:
    assert only_cell(argument) is RANGE


def test_one_dimension_is_a_row_and_arrays_are_ranges() -> None:
    assert rows_of([1, 2, 3]) == [[1, 2, 3]]
    assert rows_of(np.array([[1.0], [2.0]])) == [[1.0], [2.0]]
    assert rows_of(((1, 2), (3, 4))) == ((1, 2), (3, 4))


def test_a_data_frame_or_series_is_a_range() -> None:
    class Pandas:
        def __init__(self, values: list[Any]) -> None:
            self.values = np.array(values)

        def to_numpy(self) -> np.ndarray:
            return self.values

    frame, series = Pandas([[1.0, 2.0]]), Pandas([1.0, 2.0])
    assert only_cell(frame) is RANGE
    assert only_cell(series) is RANGE
    assert rows_of(frame) == [[1.0, 2.0]]
    assert rows_of(series) == [[1.0], [2.0]]
    assert only_cell(Pandas([5.0])) == 5.0


def test_javascripts_null_is_a_blank() -> None:
    assert plain(type("JsNull", (), {})()) is None


def test_rows_of_unequal_length_are_refused() -> None:
    error = rows_of([[1, 2], [3]])
    assert isinstance(error, CellError)
    assert error.code == "#VALUE!"
