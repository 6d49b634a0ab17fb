"""Every function that takes columns or gives a table, recomputed by plain loops from the words of docs/functions.md.

Written from the documentation alone, without reading the code. Money is counted in whole cents, shares are fractions.
Who is who needs no rule here: each customer of the logs is drawn with several spellings that the words call one. Where
the words leave something open, what is compared says so and lets all readings pass.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any, TypeVar

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from clv_xl.catalogue import REGISTRY
from clv_xl.worksheet.call import call
from clv_xl.worksheet.errors import CellError
from clv_xl.worksheet.result import Result

EXAMPLES = 150
TABLE_EXAMPLES = 120  # a log goes through an engine for tables, which takes its time

F = TypeVar("F", bound=Callable[..., Any])
K = TypeVar("K")

DEFINITIONS: dict[str, Callable[..., Any]] = {}


def defines(*names: str) -> Callable[[F], F]:
    """Say of which functions of the worksheet this is the definition."""

    def keep(definition: F) -> F:
        DEFINITIONS.update(dict.fromkeys(names, definition))
        return definition

    return keep


# What is expected of a table, and how it is compared.


class Anything:
    """A cell of which the words say nothing."""


ANY = Anything()


@dataclass(frozen=True)
class Names:
    """The spellings of a name that may be shown."""

    spellings: frozenset[Any]

    def holds(self, cell: Any) -> bool:
        return plain(cell) in self.spellings and (not isinstance(cell, str) or cell == cell.strip())


@dataclass
class Table:
    """Headers, rows, and of each kind of note behind the headers whether it must and whether it may be there."""

    header: list[Any]
    rows: list[list[Any]]
    notes: dict[str, tuple[bool, bool]] = field(default_factory=dict)


def plain(name: Any) -> Any:
    """A name without what cannot be seen of it: whether the shown spelling keeps that, the words do not say."""
    return re.sub("[\u200b\ufeff]", "", name).strip() if isinstance(name, str) else name


def same(got: Any, expected: Any) -> bool:
    """Numbers to 11 digits, the floor being what is left of cents that cancel out; everything else exactly."""
    if isinstance(expected, Anything):
        return True
    if isinstance(expected, Names):
        return expected.holds(got)
    if isinstance(expected, int | Fraction):
        return isinstance(got, float) and abs(Fraction(got) - expected) <= max(
            abs(expected) / 10**11, Fraction(1, 10**9)
        )
    return type(got) is type(expected) and got == expected


def kind_of(note: str) -> str:
    """What a note is about. Its wording is free, apart from the one word that each of these needs."""
    if "spell" in note:
        return "merged groups" if "groups" in note else "merged customers"
    if "taken for its heading" in note:
        return "heading"
    if "scores" in note:
        return "few scores of " + note.split()[1]
    return "later lines" if "fter" in note else "without an order" if "order" in note else note


def assert_table(result: Result, expected: Table) -> None:
    """The headers, the notes behind them, and every cell."""
    width = len(expected.header)
    headers, *rows = result.rows
    assert len(headers) >= width, f"{headers} instead of {expected.header}"
    assert all(map(same, headers[:width], expected.header)), f"{headers} instead of {expected.header}"
    assert_notes(headers[width:], expected.notes)
    assert len(rows) == len(expected.rows), f"{len(rows)} rows instead of {len(expected.rows)}"
    for r, (row, cells) in enumerate(zip(rows, expected.rows, strict=True), start=1):
        assert row[width:] == [""] * (len(headers) - width)
        for c, (got, cell) in enumerate(zip(row[:width], cells, strict=True)):
            assert same(got, cell), f"row {r}, {headers[c]}: {got!r} instead of {cell}"
            assert isinstance(cell, Anything) or ((r, c) in result.errors) == str(cell).startswith("#")


def assert_notes(notes: Sequence[str], expected: dict[str, tuple[bool, bool]]) -> None:
    """A note of each kind is there where it must be, and only where it may be."""
    assert all(isinstance(note, str) and note.startswith("note: ") for note in notes), notes
    found = [kind_of(note) for note in notes]
    assert len(set(found)) == len(found), notes
    assert set(found) <= {kind for kind, (_, may) in expected.items() if may}, notes
    assert {kind for kind, (must, _) in expected.items() if must} <= set(found), notes


def in_the_order_of(result: Result, expected: Table) -> list[list[Any]]:
    """The expected rows, ordered as those of the result, each found by its name in the first column."""
    ordered = []
    for row in result.rows[1:]:
        fitting = [cells for cells in expected.rows if same(row[0], cells[0])]
        assert len(fitting) == 1, f"{row[0]!r} is in {len(fitting)} of the rows {[cells[0] for cells in expected.rows]}"
        ordered.append(fitting[0])
    return ordered


def assert_by_name(names: Sequence[Any]) -> None:
    """Numbers before text. Whether capitals come before small letters the words do not say, so either will do."""
    numbers, texts = [n for n in names if not isinstance(n, str)], [n for n in names if isinstance(n, str)]
    assert list(names) == [*numbers, *texts]
    assert numbers == sorted(numbers)
    assert texts in (sorted(texts), sorted(texts, key=lambda text: (text.casefold(), text)))


def assert_refused(result: Result, code: str) -> None:
    """One cell with an error."""
    assert result.rows == [[code]], f"{result.rows} instead of {code}"
    assert result.errors[0, 0].code == code


# The logs.


@dataclass(frozen=True)
class Line:
    """A line of a log: whose it is, by number, as spelled there; when, how much, and by which channel."""

    who: int
    name: Any
    at: dt.datetime
    cents: int
    group: int = 0
    group_name: Any = ""

    @property
    def amount(self) -> Fraction:
        return Fraction(self.cents, 100)


# "Two names are one customer where they are equal after outer spaces, zero-width characters, the Unicode form of
# letters and case; so are 17850 and 17850.0. Leading zeros count, and of numbers with more than 15 digits every digit;
# a code of letters and digits (no space, no @) keeps its case."
CUSTOMERS: tuple[tuple[Any, ...], ...] = (
    ("Ann", "ann", "  ANN", "Ann ", "\u200bAnn", "A\u200bnn", "Ann\ufeff"),
    ("José", unicodedata.normalize("NFD", "José"), "JOSÉ", " josé"),
    ("Ben", "BEN"),
    (17850.0, "17850", "17850.0", " 17850"),
    ("017850",),
    ("a1",),
    ("A1",),
    ("a 1", "A 1"),
    ("a1@example.com", "A1@Example.com"),
    ("1234567890123456789",),
    ("1234567890123456788",),
    (42.0, "42"),
    ("Zoë Long", "zoë long "),
)
GROUPS: tuple[tuple[Any, ...], ...] = (
    ("Ads", "ads", " ADS"),
    ("Trade fair", "trade fair", "TRADE FAIR\u200b"),
    (2024.0, "2024", "2024.0"),
    ("Referral",),
    ("b2",),
    ("B2",),
)
# Ends and beginnings of years, quarters, months, leap months and weeks (Mondays 2024-12-30, 2025-01-06, 2027-01-04).
EDGES = [
    *(dt.date(2023, 12, 31), dt.date(2024, 1, 1), dt.date(2024, 2, 29), dt.date(2024, 3, 1), dt.date(2024, 3, 31)),
    *(dt.date(2024, 4, 1), dt.date(2024, 9, 30), dt.date(2024, 12, 29), dt.date(2024, 12, 30), dt.date(2024, 12, 31)),
    *(dt.date(2025, 1, 1), dt.date(2025, 1, 5), dt.date(2025, 1, 6), dt.date(2025, 2, 28), dt.date(2026, 12, 31)),
    *(dt.date(2027, 1, 1), dt.date(2027, 1, 3), dt.date(2027, 1, 4)),
]
TIMES = [dt.time(0, 0), dt.time(9, 30), dt.time(15, 0), dt.time(23, 59)]
CENTS = st.one_of(st.sampled_from([0, 10, 20, 30, -30, -10, 100, -100, 1000, 1999, -1999]), st.integers(-5000, 20000))


@dataclass(frozen=True)
class Log:
    """Lines, and how they stand in the cells."""

    lines: tuple[Line, ...]
    dates_as: str
    header: bool
    blank_rows: tuple[int, ...]

    def columns(self, *wanted: str) -> list[list[list[Any]]]:
        """Columns of cells, a heading on top and blank rows in between, if there are any."""
        cells = {
            "customers": ("Customer", [line.name for line in self.lines]),
            "dates": ("Date", [as_cell(line.at, self.dates_as) for line in self.lines]),
            "amounts": ("Amount", [line.cents / 100 for line in self.lines]),
            "groups": ("Channel", [line.group_name for line in self.lines]),
        }
        return [self._column(*cells[name]) for name in wanted]

    def _column(self, heading: str, cells: list[Any]) -> list[list[Any]]:
        for at in self.blank_rows:
            cells.insert(min(at, len(cells)), None)
        return [[cell] for cell in ([heading, *cells] if self.header else cells)]


def as_cell(at: dt.datetime, form: str) -> Any:
    """A date as a date, as Excel's serial number, or as text."""
    if form == "serial":
        return (at - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)
    return at.date().isoformat() if form == "text" else at


@st.composite
def moments(draw: st.DrawFn, narrow: bool) -> list[dt.datetime]:
    """A few moments, so that lines meet in them: of bare dates, or with times of day."""
    if narrow:
        start = draw(st.sampled_from(EDGES)) - dt.timedelta(days=2)
        days = [start + dt.timedelta(days=n) for n in draw(st.lists(st.integers(0, 20), min_size=1, max_size=6))]
    else:
        days = draw(st.lists(st.sampled_from(EDGES), min_size=1, max_size=6))
    times = draw(st.sampled_from([TIMES[:1], TIMES]))
    return [dt.datetime.combine(day, time) for day in days for time in times]


@st.composite
def logs(draw: st.DrawFn, narrow: bool = False, refunds: bool = True) -> Log:
    """A log of a few customers, some of whom may have nothing but refunds and free lines."""
    cents = CENTS if refunds else CENTS.map(abs)
    size = draw(st.sampled_from([1, 3, 8, 24]))
    people = st.lists(
        st.sampled_from(range(len(CUSTOMERS))), min_size=min(size, 6), max_size=len(CUSTOMERS), unique=True
    )
    who, when = st.sampled_from(draw(people)), st.sampled_from(draw(moments(narrow)))
    drawn = draw(st.lists(st.tuples(who, when, cents, st.integers(0, 5)), min_size=size, max_size=size + 6))
    never_buys = draw(st.none() | who) if refunds else None
    # One order has one channel: to which of two its customer would belong, the words do not say.
    channel_of = {(w, at): g for w, at, _, g in drawn}
    lines = []
    for w, at, c, _ in drawn:
        group = channel_of[w, at]
        names = (draw(st.sampled_from(CUSTOMERS[w])), draw(st.sampled_from(GROUPS[group])))
        lines.append(Line(w, names[0], at, min(c, -c) if w == never_buys else c, group, names[1]))
    if refunds and draw(st.booleans()):  # the log may end with what is no order
        at = max(line.at for line in lines) + dt.timedelta(days=draw(st.integers(1, 12 if narrow else 100)))
        lines.append(replace(lines[-1], at=at, cents=draw(st.sampled_from([0, -10, -500]))))
    bare = all(line.at.time() == dt.time(0, 0) for line in lines)
    form = draw(st.sampled_from(["date", "serial", "text"] if bare else ["date", "serial"]))
    blanks = draw(st.lists(st.integers(0, 16), max_size=2))
    return Log(tuple(lines), form, draw(st.booleans()), tuple(blanks))


@st.composite
def last_days(draw: st.DrawFn, log: Log) -> dt.date | None:
    """None, or a day before, in the middle of, at the end of or after the log."""
    days = sorted({line.at.date() for line in log.lines})
    near = st.sampled_from(days).flatmap(lambda d: st.integers(-1, 1).map(lambda n: d + dt.timedelta(days=n)))
    return draw(st.none() | near | st.just(days[-1] + dt.timedelta(days=100)))


def day_cell(draw: st.DrawFn | Callable[..., Any], day: dt.date | None) -> Any:
    """A day as a date, a serial number or text; None for none."""
    if day is None:
        return None
    return as_cell(dt.datetime.combine(day, dt.time()), draw(st.sampled_from(["date", "serial", "text"])))


# What the functions of the order log have in common.


def until(lines: Sequence[Line], day: dt.date | None) -> list[Line]:
    """ "Later lines are left out"; a line of that day is not later, whatever its time."""
    return [line for line in lines if day is None or line.at.date() <= day]


def lines_of(lines: Iterable[Line], key: Callable[[Line], K]) -> dict[K, list[Line]]:
    """Lines by customer, by moment, by group, in their order."""
    found: dict[K, list[Line]] = {}
    for line in lines:
        found.setdefault(key(line), []).append(line)
    return found


def total(lines: Iterable[Line]) -> Fraction:
    """The sum of the amounts."""
    return sum((line.amount for line in lines), Fraction(0))


def orders_of(
    lines: Sequence[Line], counts: Callable[[Fraction], bool] = lambda amount: amount > 0
) -> list[dt.datetime]:
    """The moments of one customer's orders.

    "Lines of one customer with the same date and time are one order; with dates alone, that is one order a day. An
    order of 0 or less is no order, but its amount counts."
    """
    return sorted(at for at, together in lines_of(lines, lambda line: line.at).items() if counts(total(together)))


def any_amount(amount: Fraction) -> bool:
    """Without amounts "every line counts"."""
    return True


def shown(lines: Sequence[Line], at: dt.datetime) -> Names:
    """ "Shown is the spelling of the earliest order, a number as a number": any, where its lines have several."""
    return Names(frozenset(plain(line.name) for line in lines if line.at == at))


def note_of_merging(kept: Sequence[Line], given: Sequence[Line]) -> tuple[bool, bool]:
    """Whether there must, and may, be a note that "says where spellings were merged".

    Whether outer spaces and zero-width characters make a spelling, and whether lines that are left out count, the words
    do not say.
    """
    must = any(len({visible(line.name) for line in own}) > 1 for own in lines_of(kept, lambda line: line.who).values())
    may = any(len({line.name for line in own}) > 1 for own in lines_of(given, lambda line: line.who).values())
    return must, may


def visible(name: Any) -> tuple[bool, Any]:
    return isinstance(name, str), plain(name)


def first_period(day: dt.date, period: str) -> tuple[int, dt.datetime]:
    """The number of a period of the calendar, and its first day."""
    if period == "day":
        number, start = day.toordinal(), day
    elif period == "week":  # "from Monday": day 1 of the calendar was one
        number = (day.toordinal() - 1) // 7
        start = dt.date.fromordinal(number * 7 + 1)
    else:
        months = {"month": 1, "quarter": 3, "year": 12}[period]
        number = (day.year * 12 + day.month - 1) // months
        start = dt.date(number * months // 12, number * months % 12 + 1, 1)
    return number, dt.datetime.combine(start, dt.time())


def period_of(line_or_moment: Line | dt.datetime, period: str) -> int:
    at = line_or_moment.at if isinstance(line_or_moment, Line) else line_or_moment
    return first_period(at.date(), period)[0]


PERIODS = ["day", "week", "month", "quarter", "year"]


def decimal(value: float) -> Fraction:
    """A share as it is written: 0.4 is two fifths."""
    return Fraction(str(value))


# RFM, RFM_SEGMENT, RFM_SUMMARY, RFM_MAP.

REWARD = "Reward them; early adopters for new products; they will promote you"
UPSELL = "Upsell higher-value products; ask for reviews"
MEMBERSHIP = "Membership or loyalty programme; recommend other products"
RECONNECT = "Personal messages to reconnect; offer renewals"
IGNORE = "One outreach; otherwise ignore"

# The table that the documentation of RFM_MAP prints.
BANDS = [
    (5, 4, 5, "Champions", REWARD),
    (5, 3, 4, "Loyal Customers", UPSELL),
    (5, 1, 3, "Potential Loyalists", MEMBERSHIP),
    (5, 0, 1, "Recent Customers", "Onboarding support, early success, start the relationship"),
    (4, 3, 5, "Loyal Customers", UPSELL),
    (4, 1, 3, "Potential Loyalists", MEMBERSHIP),
    (4, 0, 1, "Promising", "Brand awareness; free trials"),
    (3, 3, 5, "Loyal Customers", UPSELL),
    (3, 2, 3, "Need Attention", "Limited-time offers on past purchases; reactivate"),
    (3, 0, 2, "About To Sleep", "Useful resources; popular products and renewals at a discount"),
    (2, 2, 5, "At Risk", RECONNECT),
    (2, 1, 2, "Hibernating", "Other relevant products and special discounts"),
    (2, 0, 1, "Lost", IGNORE),
    (1, 4, 5, "Can't Lose Them", "Win them back with renewals or newer products; talk to them"),
    (1, 2, 4, "At Risk", RECONNECT),
    (1, 0, 2, "Lost", IGNORE),
]


@dataclass(frozen=True)
class SegmentMap:
    """A map as it is passed, and what it says: the segment of a code, and the action of each segment."""

    cell: Any
    segment: Callable[[int, int, int], str]
    actions: dict[str, str]


@defines("RFM_SEGMENT")
def segment_of(rows: Sequence[Sequence[Any]], r: int, f: int, m: int) -> str:
    """ "The segment whose row of the map holds R and the mean of F and M": "above FM from and at most FM to"."""
    mean = Fraction(f + m, 2)
    [segment] = [row[3] for row in rows if row[0] == r and row[1] < mean <= row[2]]
    return segment


def bands(cell: Any = None) -> SegmentMap:
    return SegmentMap(cell, lambda r, f, m: segment_of(BANDS, r, f, m), {row[3]: row[4] for row in BANDS})


def complete_125() -> SegmentMap:
    """ "All 125 codes", "one code a row". The documentation prints no table of it but says that RFM_MAP shows it."""
    rows = call(REGISTRY["RFM_MAP"], ["complete-125"]).rows[1:]
    found = {(r, f, m): segment for r, f, m, segment, _ in rows}
    return SegmentMap("complete-125", lambda *code: found[code], {row[3]: row[4] for row in rows})


@st.composite
def own_maps(draw: st.DrawFn, scores: int) -> SegmentMap:
    """ "A table with the columns R, FM from, FM to, segment, and action if wanted"."""
    rows: list[list[Any]] = []
    for r in range(1, scores + 1):
        # No band is so narrow that no mean of two scores lies in it.
        cuts = draw(st.lists(st.integers(2, scores * 2 - 1), max_size=2, unique=True).map(sorted))
        bounds = [0.0, *(cut / 2 for cut in cuts), float(scores)]
        segments = st.sampled_from(["Stars", "Sleepers", "Gone", "New ones"])
        rows += [[float(r), low, high, draw(segments)] for low, high in pairwise(bounds)]
    rows = draw(st.permutations(rows))
    actions = {row[3]: f"What to do with {row[3]}" for row in rows}
    if draw(st.booleans()):
        cells = [[*row, actions[row[3]]] for row in rows]
    else:
        cells, actions = [list(row) for row in rows], dict.fromkeys(actions, "")
    headers = ["R", "FM from", "FM to", "segment", "action"][: len(cells[0])]
    cell = [headers, *cells] if draw(st.booleans()) else cells
    return SegmentMap(cell, lambda r, f, m: segment_of(rows, r, f, m), actions)


@dataclass
class Scored:
    """A customer with what RFM says of him, exactly."""

    name: Names
    recency: int
    frequency: int
    revenue: Fraction
    monetary: Fraction
    scores: tuple[int, int, int] = (0, 0, 0)


def scored_customers(lines: Sequence[Line], as_of: dt.date | None, scores: int, monetary: str) -> list[Scored]:
    """Recency = days from the last order to as_of; frequency = orders; monetary = sum of amounts, or that ÷ orders;
    each score = 1 + INT(scores × share of customers who are strictly worse).
    """
    kept = until(lines, as_of)
    last = as_of or max(line.at.date() for line in kept)  # "the last date of the log if omitted"
    found = []
    for own in lines_of(kept, lambda line: line.who).values():
        orders, revenue = orders_of(own), total(own)
        if orders:
            value = revenue / len(orders) if monetary == "mean" else revenue
            found.append(Scored(shown(own, orders[0]), (last - orders[-1].date()).days, len(orders), revenue, value))
    for c in found:
        worse = (
            sum(other.recency > c.recency for other in found),
            sum(other.frequency < c.frequency for other in found),
            sum(other.monetary < c.monetary for other in found),
        )
        c.scores = tuple(1 + scores * number // len(found) for number in worse)  # type: ignore[assignment]
    return found


def notes_of_scores(found: Sequence[Scored], scores: int) -> dict[str, tuple[bool, bool]]:
    """ "Where … fewer scores occur, … a note behind the headers says which"."""
    few = [len({c.scores[i] for c in found}) < scores for i in range(3)]
    return {f"few scores of {w}": (f, f) for w, f in zip(("recency", "frequency", "monetary"), few, strict=True)}


def notes_of_log(
    lines: Sequence[Line],
    last: dt.date | None,
    counts: Callable[..., bool],
    also: Callable[[Sequence[Line]], list[dt.datetime]] = lambda lines: [],
) -> dict[str, tuple[bool, bool]]:
    """The notes on later lines, customers without an order, and merged spellings."""
    kept = until(lines, last)
    whose = lines_of(kept, lambda line: line.who)
    buyers = {who for who, own in whose.items() if orders_of(own, counts) or also(own)}
    return {
        "later lines": (len(kept) < len(lines),) * 2,
        "without an order": (len(buyers) < len(whose),) * 2,
        "merged customers": note_of_merging([line for line in kept if line.who in buyers], lines),
    }


def has_order(amount: Fraction) -> bool:
    return amount > 0


@defines("RFM")
def rfm(lines: Sequence[Line], as_of: dt.date | None, scores: int, map_: SegmentMap | None, monetary: str) -> Table:
    """Every customer with an order, the scores, and the segment; without a map for these scores it "says so"."""
    found = scored_customers(lines, as_of, scores, monetary)
    rows = [
        [c.name, c.recency, c.frequency, c.monetary, *c.scores, ANY, map_.segment(*c.scores) if map_ else ANY]
        for c in found
    ]
    header = ["customer", "recency", "frequency", "monetary", "R", "F", "M", "score", "segment"]
    return Table(header, rows, notes_of_log(lines, as_of, has_order) | notes_of_scores(found, scores))


@defines("RFM_SUMMARY")
def rfm_summary(lines: Sequence[Line], as_of: dt.date | None, scores: int, map_: SegmentMap, monetary: str) -> Table:
    """ "The customers of RFM, counted and added up by segment; average value = revenue ÷ customers", and a total.

    "A segment without customers has no average, and there are no shares of a revenue that is not above 0: these cells
    are blank".
    """
    found = scored_customers(lines, as_of, scores, monetary)
    revenue = sum((c.revenue for c in found), Fraction(0))
    rows = []
    for segment, action in map_.actions.items():
        own = [c for c in found if map_.segment(*c.scores) == segment]
        earned = sum((c.revenue for c in own), Fraction(0))
        share = earned / revenue if revenue > 0 else ""
        average = earned / len(own) if own else ""
        rows.append([segment, len(own), Fraction(len(own), len(found)), earned, share, average, action])
    rows.append(["Total", len(found), 1, revenue, 1 if revenue > 0 else "", revenue / len(found), ""])
    header = ["segment", "customers", "share of customers", "revenue", "share of revenue", "average value", "action"]
    return Table(header, rows, notes_of_log(lines, as_of, has_order) | notes_of_scores(found, scores))


@defines("RFM_MAP")
def rfm_map() -> Table:
    """The table that the documentation prints."""
    return Table(["R", "FM from", "FM to", "segment", "action"], [list(row) for row in BANDS])


@st.composite
def rfm_calls(
    draw: st.DrawFn, always_a_map: bool
) -> tuple[Log, dt.date | None, int, SegmentMap | None, str, list[Any]]:
    """A log, the options as the definition takes them, and the cells of the call."""
    log = draw(logs(narrow=draw(st.booleans())))
    as_of = draw(last_days(log))
    scores, monetary = draw(st.sampled_from([None, 5, 2, 3, 4, 10])), draw(st.sampled_from([None, "sum", "mean"]))
    map_: SegmentMap | None = None
    if scores in (None, 5):
        map_ = draw(st.one_of(st.just(bands()), st.just(bands("bands")), st.builds(complete_125), own_maps(5)))
    elif always_a_map or draw(st.booleans()):
        map_ = draw(own_maps(scores))
    cells = [
        *log.columns("customers", "dates", "amounts"),
        day_cell(draw, as_of),
        None if scores is None else float(scores),
        map_.cell if map_ else None,
        monetary,
    ]
    return log, as_of, scores or 5, map_, monetary or "sum", cells


def nobody_buys(log: Log, last: dt.date | None) -> bool:
    """Whether nothing is left to be counted: right types, but no finite answer."""
    kept = until(log.lines, last)
    return not any(orders_of(own) for own in lines_of(kept, lambda line: line.who).values())


@given(drawn=rfm_calls(always_a_map=False))
@settings(max_examples=TABLE_EXAMPLES)
def test_rfm(drawn: Any) -> None:
    log, as_of, scores, map_, monetary, cells = drawn
    result = call(REGISTRY["RFM"], cells)
    if nobody_buys(log, as_of):
        assert_refused(result, "#NUM!")
        return
    expected = rfm(log.lines, as_of, scores, map_, monetary)
    expected.rows = in_the_order_of(result, expected)
    assert_table(result, expected)
    assert_highest_first(result, expected)
    assert_codes_and_notes(result, expected, scores)
    if map_ is None:
        assert all("map" in row[8] for row in result.rows[1:])


def assert_highest_first(result: Result, expected: Table) -> None:
    """ "The highest monetary value comes first, equal ones by name, numbers before text"."""
    values = [cells[3] for cells in expected.rows]
    assert values == sorted(values, reverse=True)
    for value in set(values):
        assert_by_name([row[0] for row, own in zip(result.rows[1:], values, strict=True) if own == value])


def assert_codes_and_notes(result: Result, expected: Table, scores: int) -> None:
    """The code is the three scores in a row, with a mark between them for scores of two digits, of which nothing is
    said; the notes on scores say which occur.
    """
    for row, cells in zip(result.rows[1:], expected.rows, strict=True):
        assert row[7] == "".join(map(str, cells[4:7])) or scores > 9
        assert re.sub(r"\D", "", row[7]) == "".join(map(str, cells[4:7]))
    for note in result.rows[0][9:]:
        if "few scores of " in kind_of(note):
            column = {"recency": 4, "frequency": 5, "monetary": 6}[note.split()[1]]
            occurring = sorted({cells[column] for cells in expected.rows})
            assert list(map(int, re.findall(r"\d+", note.split("scores")[-1]))) == occurring


@given(drawn=rfm_calls(always_a_map=True))
@settings(max_examples=TABLE_EXAMPLES)
def test_rfm_summary(drawn: Any) -> None:
    """ "Every segment of the map has a row. The rows add up to the total": this comes last, their order is not said."""
    log, as_of, scores, map_, monetary, cells = drawn
    result = call(REGISTRY["RFM_SUMMARY"], cells)
    if nobody_buys(log, as_of):
        assert_refused(result, "#NUM!")
        return
    expected = rfm_summary(log.lines, as_of, scores, map_, monetary)
    expected.rows = in_the_order_of(result, expected)
    assert_table(result, expected)
    assert result.rows[-1][0] == "Total"


@pytest.mark.parametrize("arguments", [[], [None], ["bands"]])
def test_rfm_map(arguments: list[Any]) -> None:
    assert_table(call(REGISTRY["RFM_MAP"], [*arguments, None][:1]), rfm_map())


def test_the_map_complete_125() -> None:
    """ "All 125 codes"; "the two shipped maps agree on 58 of the 125 codes"; "most codes of 4 and 5 are" Champions; the
    names of its segments and the actions are the same as in the printed map.
    """
    complete, scores = complete_125(), range(1, 6)
    rows = call(REGISTRY["RFM_MAP"], ["complete-125"]).rows[1:]
    codes = [(r, f, m) for r in scores for f in scores for m in scores]
    assert sorted(tuple(row[:3]) for row in rows) == codes
    agreed = [code for code in codes if complete.segment(*code) == bands().segment(*code)]
    assert len(agreed) == 58
    assert {row[3]: row[4] for row in rows} == {row[3]: row[4] for row in BANDS}
    high = [complete.segment(*code) for code in codes if min(code) >= 4]
    assert high.count("Champions") > len(high) / 2


@given(data=st.data(), codes=st.lists(st.tuples(*[st.integers(1, 5)] * 3), min_size=1, max_size=12))
@settings(max_examples=EXAMPLES)
def test_rfm_segment(data: st.DataObject, codes: list[tuple[int, int, int]]) -> None:
    maps = st.one_of(st.just(bands()), st.just(bands("bands")), st.builds(complete_125), own_maps(5))
    map_ = data.draw(maps)
    columns = [[[float(code[i])] for code in codes] for i in range(3)]
    result = call(REGISTRY["RFM_SEGMENT"], [*columns, map_.cell])
    assert [row[0] for row in result.rows] == [map_.segment(*code) for code in codes]


@given(data=st.data(), at=st.integers(0, 40), twice=st.booleans())
@settings(max_examples=EXAMPLES // 3)
def test_a_map_must_give_every_code_exactly_one_segment(data: st.DataObject, at: int, twice: bool) -> None:
    """ "Otherwise the result is #NUM!"."""
    rows = [list(row) for row in data.draw(own_maps(5)).cell if row[0] != "R"]
    row = rows[at % len(rows)]
    broken = [*rows, [*row[:3], "Twice", *row[4:]]] if twice else [r for r in rows if r is not row]
    assume(len(broken) > 0)
    scores = [[[float(score)] for score in range(1, 6)], 3.0, [[3.0, 5.0]]]
    assert_all_refused(call(REGISTRY["RFM_SEGMENT"], [*scores, broken]))
    log = [[["Ann"]], [["2025-01-05"]], [[5.0]]]
    assert_refused(call(REGISTRY["RFM"], [*log, None, None, broken]), "#NUM!")
    assert_refused(call(REGISTRY["RFM_SUMMARY"], [*log, None, None, broken]), "#NUM!")


def assert_all_refused(result: Result) -> None:
    assert {cell for row in result.rows for cell in row} == {"#NUM!"}


@pytest.mark.parametrize("wrong", [0.0, 6.0, 2.5, -1.0])
def test_a_score_is_a_whole_number_from_1_to_5(wrong: float) -> None:
    for at in range(3):
        scores = [3.0, 3.0, 3.0]
        scores[at] = wrong
        assert_refused(call(REGISTRY["RFM_SEGMENT"], scores), "#NUM!")


# COHORT_TABLE.


@dataclass(frozen=True)
class Cohorts:
    """Customers by the period of their first order, and what follows."""

    lines: dict[int, list[Line]]
    first: dict[int, int]
    orders: dict[int, list[dt.datetime]]
    period: str
    last: int

    def members(self, cohort: int) -> list[int]:
        return [who for who, first in self.first.items() if first == cohort]

    def revenue(self, cohort: int, number: int) -> Fraction:
        """Of one period of a cohort. What comes before the first order counts too: with it, in period 0."""
        return total(
            line
            for who in self.members(cohort)
            for line in self.lines[who]
            if max(period_of(line, self.period) - cohort, 0) == number
        )

    def ordered(self, cohort: int, number: int) -> list[int]:
        """The customer of each order in one period of a cohort."""
        return [
            who
            for who in self.members(cohort)
            for at in self.orders[who]
            if period_of(at, self.period) - cohort == number
        ]

    def cumulative(self, cohort: int, number: int, margin: Fraction) -> Fraction:
        so_far = sum((self.revenue(cohort, n) for n in range(number + 1)), Fraction(0))
        return so_far * margin / len(self.members(cohort))


def cohorts_of(lines: Sequence[Line], period: str, counts: Callable[[Fraction], bool]) -> Cohorts:
    whose = lines_of(lines, lambda line: line.who)
    orders = {who: found for who, own in whose.items() if (found := orders_of(own, counts))}
    first = {who: period_of(found[0], period) for who, found in orders.items()}
    # "Periods that had not begun on the last date of the log are blank": its last line, whosever it is.
    return Cohorts(whose, first, orders, period, max(period_of(line, period) for line in lines))


def cohort_cell(cohorts: Cohorts, measure: str, cohort: int, number: int, margin: Fraction) -> Any:
    """One cell. An average of no orders is nothing that the words name."""
    ordered = cohorts.ordered(cohort, number)
    if measure == "customers":
        return len(set(ordered))
    if measure == "retention":
        return Fraction(len(set(ordered)), len(cohorts.members(cohort)))
    if measure == "cumulative value":
        return cohorts.cumulative(cohort, number, margin)
    revenue = cohorts.revenue(cohort, number)
    if measure == "revenue":
        return revenue
    return revenue / len(ordered) if ordered else ANY


@defines("COHORT_TABLE")
def cohort_table(log: Log, amounts: bool, measure: str, period: str, cac: Fraction | None, margin: Fraction) -> Table:
    """Retention = customers who ordered in the period ÷ customers of the cohort; average order = revenue ÷ orders;
    cumulative value = revenue so far × margin ÷ customers of the cohort. Payback is "in which period the cumulative
    value reaches" the cost. "A period without new customers has no row."
    """
    cohorts = cohorts_of(log.lines, period, has_order if amounts else any_amount)
    begun = sorted(set(cohorts.first.values()))
    numbers = list(range(cohorts.last - begun[0] + 1))
    starts = {period_of(line, period): first_period(line.at.date(), period)[1] for line in log.lines}
    rows = []
    for cohort in begun:
        row = [starts[cohort], len(cohorts.members(cohort))]
        known = [n for n in numbers if cohort + n <= cohorts.last]
        if cac is not None:
            row.append(next((n for n in known if cohorts.cumulative(cohort, n, margin) >= cac), ""))
        cells = [cohort_cell(cohorts, measure, cohort, n, margin) for n in known]
        rows.append([*row, *cells, *[""] * (len(numbers) - len(known))])
    header = ["cohort", "customers", *([] if cac is None else ["payback"]), *numbers]
    notes = notes_of_log(log.lines, None, has_order if amounts else any_amount)
    return Table(header, rows, notes)


MEASURES = ["customers", "retention", "revenue", "average order", "cumulative value"]
SHARES = [0.4, 1.0, 0.25, 0.333, 0.1]


def costs_of_a_customer(log: Log, period: str, margin: Fraction) -> st.SearchStrategy[float]:
    """Some cost exactly what a customer has brought by some period, so that the cost is just reached."""
    cohorts = cohorts_of(log.lines, period, has_order)
    begun = set(cohorts.first.values())
    values = {cohorts.cumulative(c, n, margin) for c in begun for n in range(min(cohorts.last - c + 1, 15))}
    just = sorted(float(value) for value in values if value >= 0 and (100 * value).denominator == 1)
    fixed = st.sampled_from([0.0, 0.1, 5.0, 10.0, 33.33])
    return fixed | st.sampled_from(just) if just else fixed


@given(data=st.data(), measure=st.sampled_from([None, *MEASURES]), period=st.sampled_from([None, *PERIODS]))
@settings(max_examples=TABLE_EXAMPLES)
def test_cohort_table(data: st.DataObject, measure: str | None, period: str | None) -> None:
    log = data.draw(logs(narrow=period in ("day", "week")))
    amounts = measure not in (None, "customers", "retention") or data.draw(st.booleans())
    margin = data.draw(st.none() | st.sampled_from(SHARES))
    costs = costs_of_a_customer(log, period or "month", decimal(margin or 1.0))
    cac = data.draw(st.none() | costs) if amounts else None
    columns = log.columns("customers", "dates", *(["amounts"] if amounts else []))
    cells = [*columns, *([] if amounts else [None]), measure, period, cac, margin]
    result = call(REGISTRY["COHORT_TABLE"], cells)
    if amounts and nobody_buys(log, None):
        assert_refused(result, "#NUM!")
        return
    exact = (None if cac is None else decimal(cac), decimal(1.0 if margin is None else margin))
    assert_table(result, cohort_table(log, amounts, measure or "retention", period or "month", *exact))


@pytest.mark.parametrize("measure", ["revenue", "average order", "cumulative value"])
def test_only_customers_and_retention_can_do_without_amounts(measure: str) -> None:
    log = [[["Ann"], ["Ben"]], [["2025-01-05"], ["2025-02-05"]], None]
    assert_refused(call(REGISTRY["COHORT_TABLE"], [*log, measure]), "#N/A")


# CLV_BY_GROUP.


@defines("CLV_BY_GROUP")
def clv_by_group(log: Log, spend: list[tuple[int, int]] | None, margin: Fraction | None) -> Table:
    """Value so far = revenue × margin ÷ customers, without a margin revenue ÷ customers; CAC = spend ÷ customers;
    LTV:CAC = value so far ÷ CAC; payback = months from the first orders until the value so far reaches the CAC.
    """
    cohorts = cohorts_of(log.lines, "month", has_order)
    won_by = {who: group_at(cohorts.lines[who], orders[0]) for who, orders in cohorts.orders.items()}
    costs: dict[int, Fraction] = {}
    for group, cents in spend or []:  # "rows of the same group are added up"
        costs[group] = costs.get(group, Fraction(0)) + Fraction(cents, 100)
    known = sorted({*won_by.values(), *costs})
    rows = []
    for group in known:
        members = [who for who in won_by if won_by[who] == group]
        cells = group_cells(cohorts, members, costs.get(group), spend is not None, margin)
        rows.append([group_names(log.lines, group), *cells])
    cost = sum(costs.values(), Fraction(0)) if set(costs) == set(known) else None
    rows.append(["Total", *group_cells(cohorts, list(won_by), cost, spend is not None, margin)])
    header = ["group", "customers", "orders", "revenue", "value so far"]
    if spend is not None:
        header += ["spend", "CAC", *([] if margin is None else ["LTV:CAC"]), "payback"]
    notes = notes_of_log(log.lines, None, has_order) | {"merged groups": merged_groups(log.lines, won_by)}
    return Table(header, rows, notes)


def group_at(lines: Sequence[Line], at: dt.datetime) -> int:
    """ "A customer belongs to that of the first order"."""
    return next(line.group for line in lines if line.at == at)


def group_cells(
    cohorts: Cohorts, members: list[int], cost: Fraction | None, with_spend: bool, margin: Fraction | None
) -> list[Any]:
    """The cells of one group. "A group without a row in the spend table shows #N/A"; a quotient by 0 is #DIV/0!."""
    revenue = total(line for who in members for line in cohorts.lines[who])
    orders = sum(len(cohorts.orders[who]) for who in members)
    if not members:
        nothing = ["#DIV/0!"] * (2 if margin is None else 3)
        return [0, 0, 0, "#DIV/0!", cost, *nothing]
    value = revenue * (1 if margin is None else margin) / len(members)
    cells: list[Any] = [len(members), orders, revenue, value]
    if not with_spend:
        return cells
    if cost is None:
        return [*cells, *["#N/A"] * (3 if margin is None else 4)]
    cac = cost / len(members)
    ratio = [] if margin is None else [value / cac if cac else "#DIV/0!"]
    return [*cells, cost, cac, *ratio, payback(cohorts, members, cac, margin)]


def payback(cohorts: Cohorts, members: list[int], cac: Fraction, margin: Fraction | None) -> Any:
    """Months of the calendar, as in COHORT_TABLE; blank where the value so far has not reached the cost."""
    found = (n for n, earned in enumerate(earned_by_month(cohorts, members, margin)) if earned / len(members) >= cac)
    return next(found, "")


def earned_by_month(cohorts: Cohorts, members: list[int], margin: Fraction | None) -> list[Fraction]:
    """What the members have brought so many months after the first order of each."""
    months = range(cohorts.last - min(cohorts.first.values()) + 1)
    share = 1 if margin is None else margin
    since = [(period_of(line, "month") - cohorts.first[who], line) for who in members for line in cohorts.lines[who]]
    return [share * total(line for after, line in since if after <= n) for n in months]


def group_names(lines: Sequence[Line], group: int) -> Names:
    """ "Names of groups are matched as those of customers are": the spelling of the earliest order, if there is one."""
    whose = lines_of((line for line in lines if line.group == group), lambda line: line.who)
    bought = [(at, line) for own in whose.values() for at in orders_of(own) for line in own if line.at == at]
    first = min((at for at, _ in bought), default=None)
    spellings = [line.group_name for at, line in bought if at == first] or GROUPS[group]
    return Names(frozenset(map(plain, spellings)))


def merged_groups(lines: Sequence[Line], group_of: dict[int, int]) -> tuple[bool, bool]:
    """Whether there must, and may, be a note; lines of customers without an order, and the spend table, are open."""
    buying = lines_of((line for line in lines if line.who in group_of), lambda line: line.group)
    shown_groups = set(group_of.values())
    spellings = [{visible(line.group_name) for line in own} for group, own in buying.items() if group in shown_groups]
    return any(len(found) > 1 for found in spellings), True


@st.composite
def spends(draw: st.DrawFn, log: Log, margin: Fraction | None) -> tuple[list[tuple[int, int]] | None, Any]:
    """The rows of a table of spend as group and cents, and its cells: with headers or without, or none at all.

    Some cost exactly what has been earned after some month, so that the cost is just reached.
    """
    if draw(st.sampled_from([True, False, False, False])):
        return None, None
    cohorts = cohorts_of(log.lines, "month", has_order)
    won_by = {who: group_at(cohorts.lines[who], orders[0]) for who, orders in cohorts.orders.items()}
    cents = st.sampled_from([0, 10, 1000, 2000, 99999]) | st.integers(0, 30000)
    rows = []
    for group in draw(st.one_of(st.just(list(range(6))), st.lists(st.integers(0, 5), min_size=1, max_size=7))):
        members = [who for who in won_by if won_by[who] == group]
        earned = {100 * value for value in earned_by_month(cohorts, members, margin)} if members else set()
        just = sorted(int(value) for value in earned if value >= 0 and value.denominator == 1)
        rows.append((group, draw(cents | st.sampled_from(just) if just else cents)))
    cells: list[list[Any]] = [[draw(st.sampled_from(GROUPS[group])), c / 100] for group, c in rows]
    return rows, [["group", "spend"], *cells] if draw(st.booleans()) else cells


@given(data=st.data(), log=logs(), margin=st.none() | st.sampled_from(SHARES))
@settings(max_examples=TABLE_EXAMPLES)
def test_clv_by_group(data: st.DataObject, log: Log, margin: float | None) -> None:
    rows, cells = data.draw(spends(log, None if margin is None else decimal(margin)))
    result = call(REGISTRY["CLV_BY_GROUP"], [*log.columns("groups", "customers", "dates", "amounts"), cells, margin])
    if nobody_buys(log, None):
        assert_refused(result, "#NUM!")
        return
    expected = clv_by_group(log, rows, None if margin is None else decimal(margin))
    expected.rows = in_the_order_of(result, expected)
    assert_table(result, expected)
    *groups, last = expected.rows
    assert last[0] == "Total"
    # "The most valuable group comes first; one without customers stands among those worth 0."
    values = [row[4] if row[1] > 0 else 0 for row in groups]
    assert values == sorted(values, reverse=True)


def test_a_group_is_shown_as_its_earliest_order_spells_it() -> None:
    """ "Shown is the spelling of the earliest order", and a refund is no order."""
    log = [[["ADS"], ["Ads"]], [["Ann"], ["Ann"]], [["2025-01-05"], ["2025-01-06"]], [[-1.0], [5.0]]]
    assert call(REGISTRY["CLV_BY_GROUP"], log).rows[1][0] == "Ads"


@pytest.mark.parametrize(("one", "other"), [("Referral", "Ads"), ("Ads", "Referral"), ("Ads", 2024.0)])
def test_of_several_groups_in_a_first_order_the_first_by_name_counts(one: Any, other: Any) -> None:
    """ "The first of them by name", "numbers before text"."""
    log = [[[one], [other]], [["Ann"]] * 2, [["2025-01-05"]] * 2, [[1.0], [5.0]]]
    rows = call(REGISTRY["CLV_BY_GROUP"], log).rows
    assert [row[0] for row in rows[1:]] == [2024.0 if other == 2024.0 else "Ads", "Total"]


# CLV_SUMMARY.


@defines("CLV_SUMMARY")
def clv_summary(log: Log, amounts: bool, end: dt.date | None, period: str) -> Table:
    """Frequency = periods with orders − 1; recency = last − first such period; age = period of end_date − first;
    value = sum of all amounts after the first period, refunds taken off, ÷ frequency; 0 at frequency 0.
    """
    counts = has_order if amounts else any_amount
    kept = until(log.lines, end)
    last = first_period(end or max(line.at.date() for line in kept), period)[0]
    rows = []
    for own in lines_of(kept, lambda line: line.who).values():
        orders = sorted({*orders_of(own, counts), *free_orders_of(own)})
        if not orders:
            continue
        periods = sorted({period_of(at, period) for at in orders})
        frequency = len(periods) - 1
        later = total(line for line in own if period_of(line, period) > periods[0])
        value = [later / frequency if frequency else 0] if amounts else []
        rows.append([shown(own, orders[0]), frequency, periods[-1] - periods[0], last - periods[0], *value])
    header = ["customer", "frequency", "recency", "age", *(["value"] if amounts else [])]
    return Table(header, rows, notes_of_log(log.lines, end, counts, free_orders_of))


def free_orders_of(lines: Sequence[Line]) -> list[dt.datetime]:
    """ "Free orders (all lines 0) count …; an order whose lines cancel (5 and −5 at one moment) does not"."""
    together = lines_of(lines, lambda line: line.at)
    return [at for at, own in together.items() if not any(line.cents for line in own)]


@given(data=st.data(), amounts=st.booleans(), period=st.sampled_from([None, *PERIODS]))
@settings(max_examples=TABLE_EXAMPLES)
def test_clv_summary(data: st.DataObject, amounts: bool, period: str | None) -> None:
    """One row a customer, "by name, numbers before text"."""
    log = data.draw(logs(narrow=data.draw(st.booleans())))
    end = data.draw(last_days(log))
    columns = [*log.columns("customers", "dates"), log.columns("amounts")[0] if amounts else None]
    result = call(REGISTRY["CLV_SUMMARY"], [*columns, day_cell(data.draw, end), period])
    expected = clv_summary(log, amounts, end, period or "day") if until(log.lines, end) else None
    if expected is None or not expected.rows:
        assert_refused(result, "#NUM!")
        return
    assert_by_name([row[0] for row in result.rows[1:]])
    expected.rows = in_the_order_of(result, expected)
    assert_table(result, expected)


def test_an_order_whose_lines_cancel_is_no_free_order() -> None:
    log = [[["Ann"]] * 3, [["2025-01-01"], ["2025-01-01"], ["2025-01-04"]], [[5.0], [-5.0], [8.0]]]
    assert call(REGISTRY["CLV_SUMMARY"], log).rows[1] == ["Ann", 0.0, 0.0, 0.0, 0.0]
    log[2] = [[0.0], [0.0], [8.0]]
    assert call(REGISTRY["CLV_SUMMARY"], log).rows[1] == ["Ann", 1.0, 3.0, 3.0, 8.0]


# MRR_MOVEMENTS.


@defines("MRR_MOVEMENTS")
def mrr_movements(log: Log) -> Table:
    """Start + new + reactivated + expansion − contraction − churned = end; lines of a customer and month added up."""
    paid: dict[tuple[int, int], Fraction] = {}
    for line in log.lines:
        key = (line.who, period_of(line, "month"))
        paid[key] = paid.get(key, Fraction(0)) + line.amount
    months = range(min(month for _, month in paid), max(month for _, month in paid) + 1)
    header = ["month", "start", "new", "reactivated", "expansion", "contraction", "churned", "end"]
    rows = []
    for month in months:
        moved = dict.fromkeys(header[1:], Fraction(0))
        for who in {line.who for line in log.lines}:
            before, now = paid.get((who, month - 1), Fraction(0)), paid.get((who, month), Fraction(0))
            known = any(paid.get((who, earlier), 0) > 0 for earlier in range(months[0], month))
            moved["start"] += before
            moved["end"] += now
            if before == 0:
                moved["reactivated" if known else "new"] += now
            elif now == 0:
                moved["churned"] += before
            else:
                moved["expansion" if now > before else "contraction"] += abs(now - before)
        rows.append([dt.datetime(month // 12, month % 12 + 1, 1), *moved.values()])
    return Table(header, rows, {"merged customers": note_of_merging(log.lines, log.lines)})


@given(log=logs(refunds=False))
@settings(max_examples=EXAMPLES)
def test_mrr_movements(log: Log) -> None:
    expected = mrr_movements(log)
    assert_table(call(REGISTRY["MRR_MOVEMENTS"], log.columns("customers", "dates", "amounts")), expected)
    for _, start, new, reactivated, expansion, contraction, churned, end in expected.rows:
        assert start + new + reactivated + expansion - contraction - churned == end


# PARETO_SHARE, REPEAT_RATE.


@defines("PARETO_SHARE")
def pareto_share(values: Sequence[Fraction], top: Fraction) -> Fraction:
    """ "Sum of the highest values ÷ sum of all; of top × customers = k + a fraction, k count in full and the next one
    by the fraction".
    """
    left, best = top * len(values), Fraction(0)
    for value in sorted(values, reverse=True):
        best += value * min(left, Fraction(1))
        left -= min(left, Fraction(1))
    return best / sum(values)


@given(
    cents=st.lists(CENTS, min_size=1, max_size=15),
    tops=st.lists(st.sampled_from([0.0, 0.2, 0.25, 0.3, 0.5, 0.999, 1.0]) | st.floats(0, 1), min_size=1, max_size=3),
    omitted=st.booleans(),
    heading=st.lists(st.sampled_from(["monetary", None]), max_size=1),
)
@settings(max_examples=EXAMPLES)
def test_pareto_share(cents: list[int], tops: list[float], omitted: bool, heading: list[Any]) -> None:
    """ "A total of 0 is #DIV/0!"; of a total below 0 nothing is said."""
    assume(sum(cents) >= 0)
    column = [[cell] for cell in [*heading, *(c / 100 for c in cents), None]]
    shares = [0.2] if omitted else tops
    result = call(REGISTRY["PARETO_SHARE"], [column, None if omitted else [shares]])
    assert len(result.rows[0]) == len(shares)
    for got, top in zip(result.rows[0], shares, strict=True):
        if sum(cents) == 0:
            assert got == "#DIV/0!"
        else:
            assert same(got, pareto_share([Fraction(c, 100) for c in cents], Fraction(top)))


@pytest.mark.parametrize("top", [-0.1, 1.1, 20.0])
def test_the_top_is_a_share_of_the_customers(top: float) -> None:
    assert_refused(call(REGISTRY["PARETO_SHARE"], [[[5.0], [1.0]], top]), "#NUM!")


@defines("REPEAT_RATE")
def repeat_rate(who: Sequence[int]) -> Fraction:
    """Customers with two orders or more ÷ customers."""
    repeated = [one for one in set(who) if list(who).count(one) >= 2]
    return Fraction(len(repeated), len(set(who)))


def is_words(name: Any) -> bool:
    """ "Text without digits"."""
    return isinstance(name, str) and re.search(r"\d", name) is None


@given(log=logs())
@settings(max_examples=EXAMPLES)
def test_repeat_rate(log: Log) -> None:
    """ "A first row that names the column, as Customer or CustomerID, is a heading; so is text without digits over
    numbers".
    """
    who, names = [line.who for line in log.lines], [line.name for line in log.lines]
    over_numbers = len(names) > 1 and all(not isinstance(name, str) or name.strip().isdecimal() for name in names[1:])
    if not log.header and is_words(names[0]) and over_numbers:
        who = who[1:]
    assert same(call(REGISTRY["REPEAT_RATE"], log.columns("customers")).value, repeat_rate(who))


@pytest.mark.parametrize(("heading", "counts"), [("Customer", 1.0), ("CustomerID", 1.0), ("Ann", 0.5)])
def test_a_heading_is_no_customer(heading: str, counts: float) -> None:
    assert call(REGISTRY["REPEAT_RATE"], [[[heading], ["Ben"], ["Ben"]]]).value == counts


# CUSTOMER_VALUE, CLTV, CLTV_STEPS, ACL.


@defines("CUSTOMER_VALUE")
def customer_value(values: Sequence[Fraction], frequencies: Sequence[Fraction]) -> Fraction:
    """Mean of (purchase value × purchase frequency), customer by customer."""
    return sum((v * f for v, f in zip(values, frequencies, strict=True)), Fraction(0)) / len(values)


@defines("CLTV")
def cltv(values: Sequence[Fraction], frequencies: Sequence[Fraction], lifespan: Fraction, year: Fraction) -> Fraction:
    """Mean of (purchase value × purchase frequency) × periods per year × lifespan."""
    return customer_value(values, frequencies) * year * lifespan


@defines("ACL")
def acl(lifespans: Sequence[Fraction]) -> Fraction:
    """Mean of the lifespans."""
    return sum(lifespans, Fraction(0)) / len(lifespans)


@defines("CLTV_STEPS")
def cltv_steps(
    values: Sequence[Fraction], frequencies: Sequence[Fraction], lifespan: Fraction, year: Fraction
) -> Table:
    """The steps as the example prints them; of the last column only its numbers and "too high" are compared."""
    value, count = customer_value(values, frequencies), len(values)
    apv, apf = sum(values, Fraction(0)) / count, sum(frequencies, Fraction(0)) / count
    steps: list[tuple[str, Fraction]] = [
        ("Average purchase value (APV)", apv),
        ("Average purchase frequency (APF)", apf),
        ("Customer value per period", value),
        ("APV × APF, for comparison", apv * apf),
        ("Customer value per year", value * year),
        ("Lifespan in years", lifespan),
        ("CLTV", value * year * lifespan),
    ]
    return Table(["Step", "Value", "How it is computed"], [[step, number, ANY] for step, number in steps])


def hundredths(low: int, high: int) -> st.SearchStrategy[float]:
    return st.integers(low * 100, high * 100).map(lambda n: n / 100)


# A pair of cells for each customer, or a blank row.
PURCHASES = st.lists(st.none() | st.tuples(hundredths(-20, 500), hundredths(0, 30)), min_size=1, max_size=8)


def purchase_columns(rows: list[Any], heading: bool) -> tuple[list[Any], list[list[Fraction]]]:
    """The two columns of cells, "or one overall average" in a cell each; and of exact numbers."""
    top = [("value", "frequency")] if heading else []
    cells: list[Any] = [[[pair[i] if pair else None] for pair in [*top, *rows]] for i in range(2)]
    if len(rows) == 1 and not heading:
        cells = [cells[0][0][0], cells[1][0][0]]
    return cells, [[decimal(pair[i]) for pair in rows if pair] for i in range(2)]


@given(rows=PURCHASES, heading=st.booleans(), life=st.lists(hundredths(0, 40), min_size=1, max_size=3), data=st.data())
@settings(max_examples=EXAMPLES)
def test_cltv_and_customer_value(rows: list[Any], heading: bool, life: list[float], data: st.DataObject) -> None:
    assume(any(rows))
    cells, exact = purchase_columns(rows, heading)
    assert same(call(REGISTRY["CUSTOMER_VALUE"], cells).value, customer_value(*exact))
    year = data.draw(st.sampled_from([None, 52.0, 12.0, 1.0, 0.5]))
    result = call(REGISTRY["CLTV"], [*cells, [[years] for years in life], year])
    assert len(result.rows) == len(life)
    for (got,), years in zip(result.rows, life, strict=True):
        assert same(got, cltv(*exact, decimal(years), decimal(year or 52.0)))


@given(rows=PURCHASES, heading=st.booleans(), years=hundredths(0, 40), year=st.sampled_from([None, 52.0, 12.0, 1.0]))
@settings(max_examples=EXAMPLES)
def test_cltv_steps(rows: list[Any], heading: bool, years: float, year: float | None) -> None:
    assume(any(rows))
    cells, exact = purchase_columns(rows, heading)
    result = call(REGISTRY["CLTV_STEPS"], [*cells, years, year])
    expected = cltv_steps(*exact, decimal(years), decimal(year or 52.0))
    expected.notes["heading"] = (heading, heading)  # "A table says so in a note where no column was known by its name"
    assert_table(result, expected)
    how = [row[2] for row in result.rows[1:]]
    assert f" {len(exact[0])} customer" in how[0]
    assert ("too high" in how[3]) == (expected.rows[3][1] > expected.rows[2][1])
    assert f"× {year or 52:g}" in how[4]


@given(lifespans=st.lists(st.none() | hundredths(0, 60), min_size=1, max_size=10), heading=st.booleans())
@settings(max_examples=EXAMPLES)
def test_acl(lifespans: list[float | None], heading: bool) -> None:
    known = [decimal(years) for years in lifespans if years is not None]
    assume(known or not heading)  # a heading over nothing: it may be no heading
    result = call(REGISTRY["ACL"], [[[cell] for cell in (["years", *lifespans] if heading else lifespans)]])
    if known:
        assert same(result.value, acl(known))
    else:
        assert result.value == "#N/A"  # "an empty range"


# CLV_SENSITIVITY.

LEVERS = ["arpu", "margin", "churn", "discount"]


@defines("CLV_SENSITIVITY")
def clv_sensitivity(
    start: dict[str, Fraction], row: str, column: str, down: Sequence[Fraction], across: Sequence[Fraction]
) -> Table:
    """ "LTV_SUBSCRIPTION at lever × (1 + change); the first row and the first column show the levels"."""
    rows = []
    for change in down:
        levels = start | {row: start[row] * (1 + change)}
        cells = [subscription(levels | {column: start[column] * (1 + other)}) for other in across]
        rows.append([levels[row], *cells])
    return Table([f"{row} down, {column} across", *(start[column] * (1 + other) for other in across)], rows)


def subscription(level: dict[str, Fraction]) -> Any:
    """The sum of ARPU × margin × K^t, K = (1 − churn) ÷ (1 + discount rate): what follows a payment is K of it all.

    "A margin or churn that would pass 1 is #NUM! in its cell"; a discount rate is "below 3 (300%)"; where nothing is
    lost or discounted it is #DIV/0!.
    """
    if level["margin"] > 1 or level["churn"] > 1 or level["discount"] >= 3:
        return "#NUM!"
    kept = (1 - level["churn"]) / (1 + level["discount"])
    return "#DIV/0!" if kept == 1 else level["arpu"] * level["margin"] / (1 - kept)


# A change of -100% or less has no words, and is left out.
CHANGES = st.lists(
    st.sampled_from([-0.99, -0.5, -0.2, -0.1, 0.0, 0.1, 0.25, 0.5, 1.0, 1.5, 3.0, 40.0]), min_size=1, max_size=5
)


def as_range(changes: list[float] | None, upright: bool) -> Any:
    """ "One column or row of cells"."""
    if changes is None or len(changes) == 1:
        return changes and changes[0]
    return [[change] for change in changes] if upright else [changes]


@given(
    start=st.fixed_dictionaries(
        {
            "arpu": hundredths(0, 500),
            "margin": st.sampled_from([1.0, 0.8, 0.5, 0.4, 0.35, -0.25, 0.0]) | hundredths(-1, 1),
            "churn": st.sampled_from([0.05, 0.02, 0.5, 0.8, 1.0, 0.0]) | hundredths(0, 1),
            "discount": st.sampled_from([0.0, 0.01, 0.1, 1.5, 2.0]),
        }
    ),
    levers=st.permutations(LEVERS),
    changes=st.tuples(st.none() | CHANGES, st.none() | CHANGES),
    upright=st.tuples(st.booleans(), st.booleans()),
)
@settings(max_examples=EXAMPLES)
def test_clv_sensitivity(start: Any, levers: Any, changes: Any, upright: Any) -> None:
    """ "If omitted: -20%, -10%, 0%, 10%, 20%". "A lever that is 0 cannot change relatively": it has some error."""
    cells = [as_range(c, u) for c, u in zip(changes, upright, strict=True)]
    result = call(REGISTRY["CLV_SENSITIVITY"], [*(start[lever] for lever in LEVERS), *levers[:2], *cells])
    if not (start[levers[0]] and start[levers[1]]):
        assert len(result.rows) == 1
        assert str(result.value).startswith("#")
        return
    lists = [[decimal(change) for change in (c or [-0.2, -0.1, 0.0, 0.1, 0.2])] for c in changes]
    exact = {lever: decimal(value) for lever, value in start.items()}
    assert_table(result, clv_sensitivity(exact, *levers[:2], *lists))


def test_the_levers_are_churn_and_margin_if_omitted() -> None:
    exact = {"arpu": Fraction(100), "margin": Fraction(1, 2), "churn": Fraction(1, 20), "discount": Fraction(0)}
    tenths = [Fraction(n, 10) for n in (-2, -1, 0, 1, 2)]
    result = call(REGISTRY["CLV_SENSITIVITY"], [100.0, 0.5, 0.05])
    assert_table(result, clv_sensitivity(exact, "churn", "margin", tenths, tenths))


# What holds of all columns.

NAMES, DATES, SUMS = ["Ann", "Ben", "Ann"], ["2025-01-05", "2025-01-20", "2025-02-10"], [50.0, 20.0, 70.0]
LOG = {"Customer": NAMES, "Order date": DATES, "Betrag": SUMS}
PURCHASE = {"value": [3.5, 8.5, 5.0], "frequency": [4.0, 3.0, 5.0]}
COLUMNS: dict[str, dict[str, list[Any]]] = {
    "CLTV": PURCHASE,
    "CLTV_STEPS": PURCHASE,
    "CUSTOMER_VALUE": PURCHASE,
    "RFM": LOG,
    "RFM_SUMMARY": LOG,
    "COHORT_TABLE": LOG,
    "CLV_BY_GROUP": {"Channel": ["x", "y", "x"]} | LOG,
    "CLV_SUMMARY": LOG,
    "MRR_MOVEMENTS": LOG,
}


def columns_with(name: str, heading: bool = False) -> list[list[Any]]:
    """The columns of a call, with their headings or without."""
    return [[title, *cells] if heading else list(cells) for title, cells in COLUMNS[name].items()]


def column_call(name: str, columns: list[list[Any]]) -> Result:
    """The call with these columns; CLTV and its steps have a lifespan too."""
    cells: list[Any] = [[[cell] for cell in column] for column in columns]
    return call(REGISTRY[name], [*cells, 20.0] if name.startswith("CLTV") else cells)


@pytest.mark.parametrize("name", COLUMNS)
def test_a_row_with_a_hole_is_an_error_that_names_the_row(name: str) -> None:
    for at in range(len(COLUMNS[name])):
        columns = columns_with(name)
        columns[at][1] = None
        result = column_call(name, columns)
        assert_refused(result, "#N/A")
        assert "row 2" in result.errors[0, 0].message


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_of_unequal_length_miss_a_value(name: str) -> None:
    for at in range(len(COLUMNS[name])):
        columns = columns_with(name)
        del columns[at][2]
        assert_refused(column_call(name, columns), "#N/A")


@pytest.mark.parametrize("name", COLUMNS)
def test_an_empty_range_misses_its_values(name: str) -> None:
    assert_refused(column_call(name, [[None] * 3 for _ in COLUMNS[name]]), "#N/A")


@pytest.mark.parametrize("name", COLUMNS)
def test_an_error_in_a_column_comes_out_as_that_same_error(name: str) -> None:
    for at in range(len(COLUMNS[name])):
        columns = columns_with(name)
        columns[at][1] = CellError("#REF!")
        assert_refused(column_call(name, columns), "#REF!")


@pytest.mark.parametrize("name", COLUMNS)
def test_headings_in_all_columns_change_nothing(name: str) -> None:
    """ "A first row is a heading where it names its column (Customer, Order date, Betrag)", or is over numbers."""
    head, *rows = column_call(name, columns_with(name, heading=True)).rows
    known = sum("taken for its heading" not in str(cell) for cell in head)
    assert [head[:known], *(row[:known] for row in rows)] == column_call(name, columns_with(name)).rows


@pytest.mark.parametrize("name", COLUMNS)
def test_ranges_chosen_a_row_apart_are_an_error(name: str) -> None:
    """ "Where one range begins with its heading and another with a value, the ranges were chosen a row apart"."""
    for at, cells in enumerate(COLUMNS[name].values()):
        if cells[0] not in ("Ann", "x"):
            columns = [column[:3] for column in columns_with(name, heading=True)]
            columns[at] = cells
            assert_some_error(column_call(name, columns))


def test_a_heading_is_one_in_all_columns_whatever_stands_over_names() -> None:
    """ "And then it is one in all columns of a call": a line with neither date nor amount is no order of Who."""
    columns = [["Who", "Ben", "Eve"], ["Order date", "2025-01-20", "2025-02-10"], ["Betrag", 20.0, 70.0]]
    assert [row[0] for row in column_call("RFM", columns).rows[1:]] == ["Eve", "Ben"]
    columns[2][0] = 5.0
    assert_some_error(column_call("RFM", columns))


@pytest.mark.parametrize("meant", ["5 years", "unknown", "½", "31.3.26", "n/a", "12.50"])
@pytest.mark.parametrize("name", COLUMNS)
def test_text_that_was_meant_as_a_value_is_an_error_that_names_the_row(name: str, meant: str) -> None:
    columns = columns_with(name, heading=True)
    columns[-1][0] = meant
    result = column_call(name, columns)
    assert_some_error(result)
    assert "row 1" in result.errors[0, 0].message


def assert_some_error(result: Result) -> None:
    """One cell with an error; which one, the words do not say."""
    assert len(result.rows) == 1
    assert list(result.errors) == [(0, 0)]


def test_every_other_function_has_a_definition() -> None:
    assert set(DEFINITIONS) == {f.name for f in REGISTRY if not f.is_elementwise}
