"""RFM segments: which customers a triple of scores stands for, by a map that is visible and can be replaced.

A map gives every triple of scores (R, F, M) exactly one segment. Two maps are shipped: "bands" reads Putler's published
grid so that nothing overlaps and nothing is left out; "complete-125" is the list of 125 codes that circulates most.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clv_xl.core.labels import Label, text_of
from clv_xl.core.undefined import OutOfDomain, Values

BANDS = "bands"
COMPLETE = "complete-125"

ACTIONS = {
    "Champions": "Reward them; early adopters for new products; they will promote you",
    "Loyal Customers": "Upsell higher-value products; ask for reviews",
    "Potential Loyalists": "Membership or loyalty programme; recommend other products",
    "Recent Customers": "Onboarding support, early success, start the relationship",
    "Promising": "Brand awareness; free trials",
    "Need Attention": "Limited-time offers on past purchases; reactivate",
    "About To Sleep": "Useful resources; popular products and renewals at a discount",
    "At Risk": "Personal messages to reconnect; offer renewals",
    "Can't Lose Them": "Win them back with renewals or newer products; talk to them",
    "Hibernating": "Other relevant products and special discounts",
    "Lost": "One outreach; otherwise ignore",
}
"""The eleven segments of the shipped maps, best first, and what to do with each. Source: Putler, RFM analysis."""

_BANDS: dict[int, tuple[tuple[float, str], ...]] = {
    5: ((1, "Recent Customers"), (3, "Potential Loyalists"), (4, "Loyal Customers"), (5, "Champions")),
    4: ((1, "Promising"), (3, "Potential Loyalists"), (5, "Loyal Customers")),
    3: ((2, "About To Sleep"), (3, "Need Attention"), (5, "Loyal Customers")),
    2: ((1, "Lost"), (2, "Hibernating"), (5, "At Risk")),
    1: ((2, "Lost"), (4, "At Risk"), (5, "Can't Lose Them")),
}
"""For each R, the highest FM (mean of F and M) of each segment, lowest first."""

_COMPLETE = {
    "Champions": "445 454 455 544 545 554 555",
    "Loyal Customers": "335 344 345 354 355 435 444 543",
    "Potential Loyalists": "323 333 341 342 351 352 353 423 431 432 433 441 442 451 452 453 531 532 533 541 542 551 "
    "552 553",
    "Recent Customers": "311 411 412 421 422 511 512",
    "Promising": "313 314 315 413 414 415 424 425 513 514 515 521 522 523 524 525",
    "Need Attention": "324 325 334 343 434 443 534 535",
    "About To Sleep": "213 221 231 241 251 312 321 331",
    "At Risk": "124 125 133 134 135 142 143 145 152 153 224 225 234 235 242 243 244 245 252 253 254 255",
    "Can't Lose Them": "113 114 115 144 154 155 214 215",
    "Hibernating": "122 123 132 211 212 222 223 232 233 322 332",
    "Lost": "111 112 121 131 141 151",
}


@dataclass(frozen=True)
class SegmentMap:
    """Which segment each triple of scores is in. `codes[r-1, f-1, m-1]` is a position in `segments`."""

    segments: tuple[Label, ...]
    actions: tuple[str, ...]
    codes: NDArray[np.intp]

    @property
    def scores(self) -> int:
        """How many scores the map is made for."""
        return int(self.codes.shape[0])

    def positions(self, r: Any, f: Any, m: Any) -> NDArray[np.intp]:
        """Positions in `segments` for whole scores within the map, any number of customers at once."""
        r, f, m = (np.asarray(score).astype(np.intp) - 1 for score in (r, f, m))
        found: NDArray[np.intp] = self.codes[r, f, m]
        return found


def segment_map(chosen: str | Mapping[str, Any] = BANDS, scores: int = 5) -> SegmentMap:
    """The map of that name, or the map that a table describes, for that many scores.

    The columns of a table are arrays: r and segment; either fm_from and fm_to (a row holds where the mean of F and M is
    above the one and at most the other) or f and m (one triple a row); action, if there is one.

    Raises OutOfDomain where a triple of scores has no segment or several, and names the first.
    """
    if not isinstance(chosen, str):
        return _from_table(chosen, scores)
    if scores != 5:
        raise OutOfDomain(_OTHER_SCORES, name=chosen, scores=scores)
    return _shipped(chosen)


_OTHER_SCORES = (
    'the map "{name}" is made for 5 scores, not for {scores}; give a table with the segments of R from 1 to {scores}'
)


@cache
def _shipped(name: str) -> SegmentMap:
    table = map_table(name)
    columns: dict[str, list[Any]] = {key: [row[key] for row in table] for key in table[0]}
    drawn = _from_table({key: np.array(column, dtype=object) for key, column in columns.items()}, 5)
    order = [drawn.segments.index(segment) for segment in ACTIONS]
    ranks = np.argsort(order)
    return SegmentMap(tuple(ACTIONS), tuple(ACTIONS.values()), ranks[drawn.codes])


def map_table(name: str = BANDS) -> list[dict[str, Any]]:
    """The rows of a shipped map, best scores first, with the columns that `segment_map` reads."""
    if name == COMPLETE:
        codes = sorted(((code, segment) for segment, text in _COMPLETE.items() for code in text.split()), reverse=True)
        return [
            {"r": float(c[0]), "f": float(c[1]), "m": float(c[2]), "segment": segment, "action": ACTIONS[segment]}
            for c, segment in codes
        ]
    rows = []
    for r, bands in _BANDS.items():
        lower = [0.0, *(float(top) for top, _ in bands)]
        for (top, segment), above in reversed(list(zip(bands, lower, strict=False))):
            rows.append(
                {
                    "r": float(r),
                    "fm_from": above,
                    "fm_to": float(top),
                    "segment": segment,
                    "action": ACTIONS[segment],
                }
            )
    return rows


def _from_table(table: Mapping[str, Any], scores: int) -> SegmentMap:
    names, own = _names(table["segment"])
    r = np.asarray(table["r"], dtype=float)
    if r.max() > scores:
        raise OutOfDomain("the map has a row for R = {r:g}, but there are {scores} scores", r=r.max(), scores=scores)
    score = np.arange(1, scores + 1)
    codes = np.full((scores, scores, scores), -1, dtype=np.intp)
    f, m = score[:, None], score[None, :]
    for row, inside in enumerate(_rows_inside(table, f, m)):
        plane = codes[int(r[row]) - 1]
        other = inside & (plane >= 0)
        if other.any():
            at = np.argwhere(other)[0]
            raise OutOfDomain(
                'the map gives the scores {code} two segments, "{first}" and "{second}"; keep one',
                code=code_of(int(r[row]), int(at[0]) + 1, int(at[1]) + 1, scores),
                first=text_of(names[plane[tuple(at)]]),
                second=text_of(names[own[row]]),
            )
        plane[inside] = own[row]
    if (codes < 0).any():
        r_, f_, m_ = (int(score) + 1 for score in np.argwhere(codes < 0)[0])
        raise OutOfDomain("the map gives the scores {code} no segment; add a row", code=code_of(r_, f_, m_, scores))
    given = table.get("action")
    said = dict(zip(own[::-1], [""] * len(own) if given is None else given[::-1], strict=True))
    actions = tuple(text_of(said[i]) or ACTIONS.get(text_of(name), "") for i, name in enumerate(names))
    return SegmentMap(tuple(names), actions, codes)


def _names(segments: Sequence[Label]) -> tuple[list[Label], list[int]]:
    """The different segments in the order of their first row, and for each row its place among them."""
    first: dict[str, Label] = {}
    for segment in segments:
        first.setdefault(text_of(segment), segment)
    places = {text: place for place, text in enumerate(first)}
    return list(first.values()), [places[text_of(segment)] for segment in segments]


def _rows_inside(table: Mapping[str, Any], f: NDArray[Any], m: NDArray[Any]) -> Iterator[NDArray[np.bool_]]:
    """For each row of a table the pairs of F and M that it holds."""
    low, high, own_f, own_m = (table.get(name) for name in ("fm_from", "fm_to", "f", "m"))
    if low is not None and high is not None:
        fm = (f + m) / 2
        return ((fm > a) & (fm <= b) for a, b in zip(low.astype(float), high.astype(float), strict=True))
    if own_f is not None and own_m is not None:
        return ((f == a) & (m == b) for a, b in zip(own_f.astype(float), own_m.astype(float), strict=True))
    raise OutOfDomain("the map needs the columns FM from and FM to, or F and M, beside R and segment")


def code_of(r: int, f: int, m: int, scores: int = 5) -> str:
    """Three scores as one code: 543, or 10-4-3 where scores have two digits."""
    return ("" if scores < 10 else "-").join(map(str, (r, f, m)))


def rfm_segment(r_score: Values, f_score: Values, m_score: Values, map: str | Mapping[str, Any] = BANDS) -> Any:
    """The segment of scores from 1 to 5: text for numbers, an array of text for arrays.

    Raises OutOfDomain for a map with gaps or overlaps.
    """
    drawn = segment_map(map)
    positions = drawn.positions(r_score, f_score, m_score)
    if not positions.ndim:
        return drawn.segments[int(positions)]
    return np.array(drawn.segments, dtype=object)[positions]


def rfm_map(map_name: str = BANDS) -> list[list[Any]]:
    """A shipped map as a table with headers, in the form in which `segment_map` reads it."""
    rows = map_table(map_name)
    heads = {"r": "R", "f": "F", "m": "M", "fm_from": "FM from", "fm_to": "FM to"}
    return [[heads.get(key, key) for key in rows[0]], *([*row.values()] for row in rows)]
