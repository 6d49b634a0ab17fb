"""Order functions on columns: arrays of customers, dates and amounts go through `core.orders`, tables come back.

A range in Excel and a file on the command line are counted by the same code, with the same rules. The defaults hold:
lines of one customer at the same moment are one order; what adds up to 0 or less is no order, but its amount counts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from clv_xl.core.undefined import DivisionByZero, Missing, OutOfDomain

if TYPE_CHECKING:
    from clv_xl.core.orders import Cleaned, Group

_MAX_CELLS = 1_000_000
_NO_FUTURE = dt.date(9999, 12, 30)
"""A cell's result must not depend on the day of its calculation, so no date in the log is in the future."""


@dataclass(frozen=True)
class Customers:
    """One element a customer, by name; remarks on what was left out."""

    names: NDArray[Any]
    measures: Mapping[str, NDArray[Any]]
    """The columns of `core.orders.customer_summary`."""
    notes: tuple[str, ...]


@contextmanager
def _refusing() -> Iterator[None]:
    """What `core.orders` cannot use becomes a refusal of the formula."""
    from clv_xl.core.orders import OrdersError

    try:
        yield
    except OrdersError as error:
        raise OutOfDomain("{why}", why=str(error)) from error


def cleaned(
    customers: Any, dates: Any, amounts: Any = None, until: dt.datetime | None = None, groups: Any = None, **rules: Any
) -> Cleaned:
    """The orders in columns of text, dates and amounts; without amounts every line belongs to an order.

    Raises OutOfDomain if no order is left.
    """
    return _cleaned(_numbered(customers)[0], dates, amounts, until, groups, **rules)


def _cleaned(
    numbers: NDArray[Any], dates: Any, amounts: Any, until: dt.datetime | None, groups: Any = None, **rules: Any
) -> Cleaned:
    import pandas as pd

    from clv_xl.core.orders import Columns, OrderRules, clean

    log: dict[str, Any] = {"customer": numbers}
    log["date"] = np.asarray(dates, dtype="datetime64[us]")
    log["amount"] = np.ones(len(log["date"])) if amounts is None else np.asarray(amounts, dtype=float)
    if groups is not None:
        log["channel"] = pd.Series(groups, dtype="str")
    names = Columns("customer", "date", "amount", channel=None if groups is None else "channel")
    day = until.date() if until is not None else None
    stated = OrderRules(duplicates="unchecked", today=_NO_FUTURE, as_of=day, **rules)
    with _refusing():
        return clean(pd.DataFrame(log, copy=False), names, stated)


def _numbered(customers: Any) -> tuple[NDArray[Any], NDArray[Any]]:
    """Each line's customer as a number, in the order of the names, and the names; without a name it is not a number.

    Numbers are counted much faster than text. Names are read as `core.orders` reads them.
    """
    import pandas as pd

    lines, given = pd.factorize(np.asarray(customers, dtype=object))
    different = given.tolist()
    trimmed = _trimmed(different)
    if trimmed == different and "" not in trimmed:  # each is a name of its own, which saves another look-up
        by = _alphabetical(trimmed)
        numbers = np.empty(len(by), dtype=np.int64)
        numbers[by] = np.arange(len(by))
        names = given[by]
    else:
        names = np.array(sorted(set(trimmed) - {""}), dtype=object)
        place = {"": -1, **{name: i for i, name in enumerate(names)}}
        numbers = np.array([place[name] for name in trimmed], dtype=np.int64)
    found = np.append(numbers, -1)[lines]
    return np.where(found < 0, np.nan, found) if found.min(initial=0) < 0 else found, names


def _trimmed(names: list[Any]) -> list[str]:
    # Mostly there is nothing to trim. Without a loop in Python that is found out in a fraction of the time of trimming.
    if set(map(type, names)) == {str} and list(map(str.strip, names)) == names:
        return names
    return [str(name).strip(" \t") for name in names]


def _alphabetical(names: list[str]) -> NDArray[np.intp]:
    """The place in the list of the name that comes first by its characters, of the second, and so on.

    Up to eight characters of ASCII are the bytes of a whole number that sorts as they do: shorter ones are filled with
    NUL, the least character, which therefore must not be part of a name. Numbers sort many times as fast as text.
    """
    letters = "".join(names)
    if letters.isascii() and "\0" not in letters:
        eight, more = np.array(names, dtype="S16").view(">u8").reshape(-1, 2).T
        if not more.any():
            return np.argsort(eight)
    return np.array(sorted(range(len(names)), key=names.__getitem__), dtype=np.intp)


def summarised(
    customers: Any,
    dates: Any,
    amounts: Any = None,
    until: dt.datetime | None = None,
    period: str | None = None,
    **rules: Any,
) -> Customers:
    """One row a customer, by name; without a period, without the measures that need one."""
    from clv_xl.core.orders import customer_summary

    numbers, names = _numbered(customers)
    log = _cleaned(numbers, dates, amounts, until, **rules)
    with _refusing():
        frame = customer_summary(log.orders, log.as_of, period).collect().to_pandas()
    who = frame["customer"].to_numpy()
    by = np.argsort(who)
    measures = {name: frame[name].to_numpy()[by] for name in frame.columns if name != "customer"}
    left_out = tuple(f"note: {row.step}: {row.lines} rows {row.done}" for row in log.report.left_out)
    return Customers(names[who[by]], measures, left_out)


def clv_summary(
    customers: Any,
    dates: Any,
    amounts: Any = None,
    end_date: dt.datetime | None = None,
    period: str = "day",
) -> list[list[Any]]:
    """Frequency x, recency t_x, age T and average value of each customer, by name, as a table with headers.

    x: periods with an order after the first such period. t_x: periods from the first to the last of them. T: periods
    from the first to that of `end_date`, or of the last date in the log. value: amounts per repeat period, and 0 where
    x is 0; left off without amounts. Free orders are orders here. Raises OutOfDomain if there is no order.

    Source: Fader, Hardie & Lee (2005); as in `lifetimes.utils.summary_data_from_transaction_data`.
    """
    who = summarised(customers, dates, amounts, end_date, period, free="order")
    shown = {"frequency": "x", "recency": "t_x", "age": "t"} | ({} if amounts is None else {"value": "repeat_value"})
    columns = [who.measures[name].tolist() for name in shown.values()]
    head = ["customer", *shown, *who.notes]
    return [head, *([name, *row] for name, *row in zip(who.names.tolist(), *columns, strict=True))]


def cohort_table(
    customers: Any,
    dates: Any,
    amounts: Any = None,
    measure: str = "retention",
    period: str = "month",
    cac: float | None = None,
    margin: float = 1.0,
) -> list[list[Any]]:
    """One row a cohort (customers by the period of their first order), one column a period since then, from 0.

    The measures are those of `core.orders.cohort_table`. With a cost of winning a customer, a column `payback` holds
    the first period in which the cumulative value per customer reaches it, blank if none has. Periods that had not
    begun on the last date of the log are blank; the last one may be incomplete.

    Raises Missing where amounts are needed, OutOfDomain for a table of more than a million cells.
    """
    from clv_xl.core import orders

    if amounts is None and (cac is not None or measure not in ("customers", "retention")):
        what = "the payback period" if measure in ("customers", "retention") else f'the measure "{measure}"'
        raise Missing("{what} needs amounts; choose the column of amounts", what=what)
    _refuse_large(customers, dates, period)
    log = cleaned(customers, dates, amounts)
    with _refusing():
        table = orders.cohort_table(log.orders, period, measure, cac, log.as_of, margin)
    width = max(map(len, table.values))
    rows = []
    for start, size, back, values in zip(table.cohorts, table.sizes, table.payback, table.values, strict=True):
        first = dt.datetime(start.year, start.month, start.day)
        rows.append([first, size, *([back] if cac is not None else []), *values])
    return [["cohort", "customers", *(["payback"] if cac is not None else []), *map(float, range(width))], *rows]


def _refuse_large(customers: Any, dates: Any, period: str) -> None:
    first, last = np.min(dates).item(), np.max(dates).item()
    days = {"day": 1, "week": 7, "month": 30.4, "quarter": 91.3, "year": 365.2}[period]
    width = int((last - first).days / days) + 1
    if min(width, len(set(customers))) * width > _MAX_CELLS:
        raise OutOfDomain(
            "the dates span {width} periods, more than a table can show; choose longer ones than {period}s",
            width=width,
            period=period,
        )


def clv_by_group(
    groups: Any,
    customers: Any,
    dates: Any,
    amounts: Any,
    spend: Mapping[str, Any] | None = None,
    margin: float = 1.0,
) -> list[list[Any]]:
    """Customers, orders, revenue and value per customer of each group (channel) so far, and of all, as a table.

    The rules are those of `core.orders.group_summary`: a customer belongs to the group of the first order, and
    CLTV = revenue × margin / customers up to the end of the log. With the spend on each group: CAC = spend / customers,
    LTV:CAC = CLTV / CAC, and payback, the months from each customer's first order until the group's value per customer
    reaches the CAC, blank if it has not. Where one of these has no answer, the cell holds the reason as an error.
    """
    from clv_xl.core.orders import group_summary

    spent = None if spend is None else _added(spend)
    log = cleaned(customers, dates, amounts, groups=groups)
    everybody = cleaned(customers, dates, amounts, groups=np.full(len(customers), "Total", dtype=object))
    with _refusing():
        found = group_summary(log.orders, spent, margin, log.as_of)
        unknown = [g.group for g in found if g.spend is None]
        together = None if spent is None or unknown else {"Total": sum(spent.values())}
        (total,) = group_summary(everybody.orders, together, margin, log.as_of)
    head = ["group", "customers", "orders", "revenue", "CLTV"]
    rows = [_group_row(g, spent is not None, g.group) for g in found]
    rows.append(_group_row(total, spent is not None, (unknown or [""])[0]))
    return [head + (["spend", "CAC", "LTV:CAC", "payback"] if spent is not None else []), *rows]


def _added(spend: Mapping[str, Any]) -> dict[str, float]:
    """The spend of each group, several rows of one added up."""
    spent: dict[str, float] = {}
    for group, money in zip(spend["group"], spend["spend"].tolist(), strict=True):
        name = str(group).strip()
        spent[name] = spent.get(name, 0.0) + money
    return spent


def _group_row(g: Group, with_spend: bool, unknown: str) -> list[Any]:
    nobody = DivisionByZero("{group} has no customers in the log", group=g.group)
    row = [g.group, g.customers, g.orders, g.revenue, g.cltv if g.customers else nobody]
    if not with_spend:
        return row
    if g.spend is None:
        reason = Missing("the spend table has no row for {group}; enter 0 if it cost nothing", group=unknown)
        return [*row, *[reason] * 4]
    if not g.customers:
        return [*row, g.spend, nobody, nobody, nobody]
    free = DivisionByZero("{group} cost nothing, so there is no ratio of value to cost", group=g.group)
    return [*row, g.spend, g.cac, free if g.ratio is None else g.ratio, "" if g.payback is None else g.payback]


def label_positions(labels: Any) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """The different labels in the order of the alphabet, and for each line its place among them.

    Blanks around a label do not make it another one.
    """
    trimmed = [str(label).strip() for label in labels]
    different = sorted(set(trimmed))
    place = {label: i for i, label in enumerate(different)}
    positions = np.fromiter((place[label] for label in trimmed), dtype=np.intp, count=len(trimmed))
    return np.array(different, dtype=object), positions
