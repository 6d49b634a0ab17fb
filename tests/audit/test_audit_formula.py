"""Reading formulas: nothing is lost, and filling across or down is understood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.formula.translate import Translator

from clv_xl.audit.formula import (
    Area,
    Facts,
    address,
    area_of,
    areas_of,
    base_name,
    references,
    relative,
    scan,
    shifted,
)

PIECES = st.sampled_from(
    [
        *"()+-*/^&=<>,;:%@#!{}[]'\" ",
        "A1",
        "$B$2",
        "C$3:D4",
        "A:A",
        "1:2",
        "SUM(",
        "Sheet1!",
        "'My sheet'!",
        "T[a]",
        '"x"',
        "1.5",
    ]
)


@given(st.one_of(st.text(), st.lists(PIECES).map("".join)))
def test_scanning_loses_nothing(formula):
    assert "".join(token.text for token in scan(formula)) == formula


CELLS = st.builds(
    lambda cd, column, rd, row: f"{'$' * cd}{address(1, column)[:-1]}{'$' * rd}{row}",
    st.booleans(),
    st.integers(20, 16_000),
    st.booleans(),
    st.integers(20, 1_000_000),
)


@given(CELLS, CELLS, st.integers(-19, 300), st.integers(-19, 300))
def test_shifting_agrees_with_openpyxl(first, last, rows, columns):
    formula = f'SUM({first}:{last},Other!{first})&"{first}"&T[{last}]'
    origin, target = address(20, 20), address(20 + rows, 20 + columns)
    expected = Translator("=" + formula, origin).translate_formula(target)[1:]
    assert shifted(scan(formula), rows, columns) == expected


@given(CELLS, st.integers(-19, 300), st.integers(-19, 300))
def test_filled_formulas_have_one_form(cell, rows, columns):
    formula = f"{cell}*in_x+1"
    filled = shifted(scan(formula), rows, columns)
    assert relative(scan(formula), 20, 20) == relative(scan(filled), 20 + rows, 20 + columns)


@pytest.mark.parametrize(
    ("formula", "kinds"),
    [
        ("LOG10(A1)", "function open area close"),
        ("'My ''sheet'''!A1:B2", "sheet area"),
        ("Sheet1:Sheet3!A1", "sheet area"),
        ("[1]!CLV(A1)", "sheet function open area close"),
        ("Tx[[#This Row],[Spend (USD)]]*2.5E-3", "table operator number"),
        ("Tx[It''s ']odd'[]", "table"),
        ("A1.5", "name"),
        ("$1:$3", "area"),
        ("cmd|'/c calc'!A0", "dde name"),
        ("TRUE+in_2", "name operator name"),
        ("100%", "number operator"),
        ('"a""b"&#N/A', "string operator error"),
    ],
)
def test_kinds_of_tokens(formula, kinds):
    assert " ".join(token.kind for token in scan(formula)) == kinds


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("B2", Area(2, 2, 2, 2)),
        ("$D$4:B2", Area(2, 2, 4, 4)),
        ("B:C", Area(1, 2, 1_048_576, 3)),
        ("$2:5", Area(2, 1, 5, 16_384)),
    ],
)
def test_areas(text, area):
    assert area_of(text) == area


def test_areas_print_as_addresses_and_lists_are_read():
    assert str(area_of("B2:C3")) == "B2:C3"
    assert str(area_of("AA10")) == "AA10"
    assert areas_of("A1 B2:C3 nonsense") == [area_of("A1"), area_of("B2:C3")]
    assert not area_of("XFE1").inside_grid


def test_overlaps_and_membership():
    area = area_of("B2:D4")
    assert area.overlaps(area_of("D4:F6"))
    assert not area.overlaps(area_of("E1:F9"))
    assert area.holds(2, 2)
    assert not area.holds(5, 2)
    assert area.size == 9


def test_references_know_sheet_and_function():
    found = [(r.kind, r.sheet, r.text, r.within) for r in references(scan("SUM('A b'!B2,in_x)+ROWS((Tx[a]))"))]
    assert found == [("area", "A b", "B2", "SUM"), ("name", None, "in_x", "SUM"), ("table", None, "Tx[a]", "ROWS")]


def test_prefixes_are_not_shown():
    assert base_name("_xlfn._xlws.FILTER") == "FILTER"
    assert base_name("_xldudf_CLV_CAC") == "CLV_CAC"
    facts = Facts(tuple(scan('_xlfn.CONCAT("_xlfn.",A1)')), "")
    assert facts.length == len('CONCAT("_xlfn.",A1)')


@pytest.mark.parametrize(
    ("formula", "depth"),
    [
        ("SUM(A1)", 0),
        ("IF(A1,1,0)", 1),
        ("IF(A1,SUM(IF(A2,1,0)),0)", 2),
        ("IF(A1,1,0)+IF(A2,1,0)", 1),
        ("IFS(IF(1,1,1),1)", 1),
    ],
)
def test_depth_of_if(formula, depth):
    assert Facts(tuple(scan(formula)), "").if_depth == depth
