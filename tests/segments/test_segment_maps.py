"""Every triple of scores has one segment in every map, and a map that leaves one out says which."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from clv_xl.catalogue import REGISTRY
from clv_xl.core.segments import ACTIONS, map_table, rfm_segment, segment_map
from clv_xl.worksheet.call import call

SEGMENT = REGISTRY["RFM_SEGMENT"]
CODES = list(product(range(1, 6), repeat=3))

# Putler's published grid: segment -> lowest and highest R, lowest and highest mean of F and M. It overlaps.
PUTLER = {
    "Champions": (4, 5, 4, 5),
    "Loyal Customers": (2, 5, 3, 5),
    "Potential Loyalists": (3, 5, 1, 3),
    "Recent Customers": (4, 5, 0, 1),
    "Promising": (3, 4, 0, 1),
    "Need Attention": (2, 3, 2, 3),
    "About To Sleep": (2, 3, 0, 2),
    "At Risk": (0, 2, 2, 5),
    "Can't Lose Them": (0, 1, 4, 5),
    "Hibernating": (1, 2, 1, 2),
    "Lost": (0, 2, 0, 2),
}


def smallest_box(r: int, f: int, m: int) -> set[str]:
    """Putler's smallest boxes that hold the band (r-1, r] and the point (f+m)/2 with what is just below."""
    fm = (f + m) / 2
    boxes = {
        name: (high_r - low_r) * (high - low)
        for name, (low_r, high_r, low, high) in PUTLER.items()
        if low_r < r <= high_r and low < fm <= high
    }
    least = min(boxes.values())
    return {name for name, area in boxes.items() if area == least}


@pytest.mark.parametrize("name", ["bands", "complete-125"])
def test_every_code_has_exactly_one_segment_and_every_segment_a_code(name: str) -> None:
    found = [call(SEGMENT, [float(r), float(f), float(m), name]).value for r, f, m in CODES]
    assert len(found) == 125
    assert set(found) == set(ACTIONS)


@pytest.mark.parametrize(("r", "f", "m"), CODES)
def test_the_default_map_is_the_smallest_of_putlers_boxes(r: int, f: int, m: int) -> None:
    boxes = smallest_box(r, f, m)
    assert rfm_segment(r, f, m) in boxes
    assert len(boxes - {"Lost", "Hibernating"}) <= 1


def test_the_shipped_maps_agree_on_58_codes() -> None:
    r, f, m = np.array(CODES).T
    assert int((rfm_segment(r, f, m) == rfm_segment(r, f, m, "complete-125")).sum()) == 58


def test_the_list_has_each_code_once_and_its_own_champions() -> None:
    rows = map_table("complete-125")
    assert len({(row["r"], row["f"], row["m"]) for row in rows}) == len(rows) == 125
    champions = {f"{row['r']:g}{row['f']:g}{row['m']:g}" for row in rows if row["segment"] == "Champions"}
    assert champions == {"445", "454", "455", "544", "545", "554", "555"}


@pytest.mark.parametrize("name", ["bands", "complete-125"])
def test_a_shipped_map_given_back_as_a_table_is_the_same_map(name: str) -> None:
    shown = call(REGISTRY["RFM_MAP"], [name]).rows
    r, f, m = ([[float(code[i])] for code in CODES] for i in range(3))
    assert call(SEGMENT, [r, f, m, shown]).rows == call(SEGMENT, [r, f, m, name]).rows


def test_the_columns_of_a_table_are_found_by_their_headers_or_by_position() -> None:
    own = [["segment", "R", "FM to", "FM from"], *([["all", r, 5.0, 0.0] for r in (1.0, 2.0, 3.0, 4.0, 5.0)])]
    assert call(SEGMENT, [1.0, 2.0, 3.0, own]).value == "all"
    bare = [[r, 0.0, 5.0, "all"] for r in (1.0, 2.0, 3.0, 4.0, 5.0)]
    assert call(SEGMENT, [1.0, 2.0, 3.0, bare]).value == "all"


FULL = [[float(r), 0.0, 5.0, f"R{r}"] for r in range(1, 6)]


@pytest.mark.parametrize(
    ("table", "code", "says"),
    [
        (FULL[:4], "#NUM!", "the map gives the scores 511 no segment; add a row"),
        ([*FULL[:4], [5.0, 1.0, 5.0, "R5"]], "#NUM!", "the scores 511 no segment"),
        ([*FULL[:4], [5.0, 0.0, 4.5, "R5"]], "#NUM!", "the scores 555 no segment"),
        ([*FULL, [2.0, 4.0, 5.0, "x"]], "#NUM!", 'the scores 245 two segments, "R2" and "x"; keep one'),
        ([*FULL, [6.0, 0.0, 5.0, "R6"]], "#NUM!", "a row for R = 6, but there are 5 scores"),
        ([["R", "segment"], [1.0, "x"]], "#NUM!", "needs the columns FM from and FM to, or F and M"),
        ([["R", "FM from"], [1.0, 0.0]], "#VALUE!", "missing: segment"),
        ([[0.0, 0.0, 5.0, "x"]], "#NUM!", "must be 1 or more, got 0"),
        ([["x", 0.0, 5.0, "x"], ["y", 0.0, 5.0, "x"]], "#VALUE!", "map: r, row 1"),
        ("Bandes", "#VALUE!", 'must be one of "bands", "complete-125", got the text "Bandes"; or choose the cells'),
        (7.0, "#VALUE!", 'must be one of "bands"'),
        ("#REF!", "#REF!", "map holds #REF!"),
    ],
)
def test_a_map_that_cannot_be_used_says_why(table: object, code: str, says: str) -> None:
    result = call(SEGMENT, [1.0, 1.0, 1.0, table])
    assert result.value == code
    assert result.error is not None
    assert says in result.error.message


@pytest.mark.parametrize(
    ("scores", "code", "says"),
    [
        ([6.0, 1.0, 1.0], "#NUM!", "r_score must be from 1 to 5, got 6"),
        ([1.0, 0.0, 1.0], "#NUM!", "f_score must be from 1 to 5, got 0"),
        ([1.0, 1.0, 2.5], "#NUM!", "m_score must be a whole number"),
        (["5", 1.0, 1.0], "#VALUE!", "r_score must be a number"),
        ([5.0, None, 1.0], "#N/A", "f_score is blank"),
    ],
)
def test_scores_that_cannot_be(scores: list[object], code: str, says: str) -> None:
    result = call(SEGMENT, scores)
    assert result.value == code
    assert result.error is not None
    assert says in result.error.message


def test_a_column_of_scores_spills_and_each_fails_alone() -> None:
    r = [[5.0], [None], [9.0], [1.0]]
    result = call(SEGMENT, [r, [[5.0], [None], [5.0], [5.0]], [[5.0], [None], [5.0], [5.0]]])
    assert result.rows == [["Champions"], [""], ["#NUM!"], ["Can't Lose Them"]]
    assert call(SEGMENT, [None, None, None, "bands"]).rows == [[""]]


def test_positions_of_many_customers_at_once() -> None:
    drawn = segment_map("bands")
    r, f, m = np.random.default_rng(7).integers(1, 6, (3, 1000))
    named = [drawn.segments[i] for i in drawn.positions(r, f, m)]
    assert named == [rfm_segment(*map(int, code)) for code in zip(r, f, m, strict=True)]
