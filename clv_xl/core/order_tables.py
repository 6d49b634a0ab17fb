"""Tables over order logs in columns: what models of repeat orders need, cohorts, and channels."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from clv_xl.core.columns import Log, notes_on, read_log, refusing, spelled, summarised
from clv_xl.core.labels import Label, Labelled, labelled, text_of
from clv_xl.core.rows import MAX_COLUMNS
from clv_xl.core.undefined import DivisionByZero, Missing, OutOfDomain

if TYPE_CHECKING:
    from clv_xl.core.orders import Group

_MAX_CELLS = 1_000_000


def clv_summary(
    customers: Any,
    dates: Any,
    amounts: Any = None,
    end_date: dt.datetime | None = None,
    period: str = "day",
) -> list[list[Any]]:
    """Frequency x, recency t_x, age T and average value of each customer, by name, as a table with headers.

    x: periods with an order after the first such period. t_x: periods from the first to the last of them. T: periods
    from the first to that of `end_date`, or of the last date in the log. value: all amounts after the first period,
    refunds taken off, per repeat period, and 0 where x is 0; left off without amounts. Free orders are orders here.
    Raises OutOfDomain if there is no order.

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
    begun on the last date of the log are blank; the last one may be incomplete. Notes stand behind the headers.

    Raises Missing where amounts are needed, OutOfDomain for a table wider than a worksheet or of more than a million
    cells.
    """
    from clv_xl.core import orders

    if amounts is None and (cac is not None or measure not in ("customers", "retention")):
        what = "the payback period" if measure in ("customers", "retention") else f'the measure "{measure}"'
        raise Missing("{what} needs amounts; choose the column of amounts", what=what)
    log = read_log(customers, dates, amounts)
    before = ["cohort", "customers", *(["payback"] if cac is not None else [])]
    _refuse_large(log, period, len(before) + len(log.notes))
    cleaned = log.cleaned
    with refusing():
        table = orders.cohort_table(cleaned.orders, period, measure, cac, cleaned.as_of, margin)
    width = max(map(len, table.values))
    rows = []
    for start, size, back, values in zip(table.cohorts, table.sizes, table.payback, table.values, strict=True):
        first = dt.datetime(start.year, start.month, start.day)
        rows.append([first, size, *([back] if cac is not None else []), *values])
    return [[*before, *map(float, range(width)), *log.notes], *rows]


def _refuse_large(log: Log, period: str, columns_beside: int) -> None:
    """Refuse a table that no worksheet could show, and name the shortest period with which one could."""
    from clv_xl.core.orders import PERIODS, first_order, number_of

    first, last = first_order(log.cleaned.orders), log.cleaned.as_of
    longer = PERIODS[PERIODS.index(period) :]
    widths = {name: number_of(last, name) - number_of(first, name) + 1 for name in longer}

    def fits(name: str) -> bool:
        width = widths[name]
        if columns_beside + width > MAX_COLUMNS:
            return False
        if min(width, len(log.who.names)) * width <= _MAX_CELLS:
            return True
        starts = np.unique(log.first_orders().astype("datetime64[D]")).tolist()
        return len({number_of(day, name) for day in starts if day is not None}) * width <= _MAX_CELLS

    if fits(period):
        return
    better = next((name for name in longer if fits(name)), None)
    raise OutOfDomain(
        "the dates span {width:,} {period}s, more than a table can show ({columns:,} columns, a million cells); {mend}",
        width=widths[period],
        period=period,
        columns=MAX_COLUMNS,
        mend=f'choose the period "{better}"' if better else "check for dates that cannot be right",
    )


def clv_by_group(
    groups: Any,
    customers: Any,
    dates: Any,
    amounts: Any,
    spend: Mapping[str, Any] | None = None,
    margin: float | None = None,
) -> list[list[Any]]:
    """Customers, orders, revenue and value per customer of each group (channel) so far, and of all, as a table.

    The rules are those of `core.orders.group_summary`: a customer belongs to the group of the first order, and the
    value so far = revenue × margin / customers up to the end of the log; without a margin, revenue / customers. With
    the spend on each group: CAC = spend / customers, and payback, the months from each customer's first order until the
    group's value per customer reaches the CAC, blank if it has not; with a margin too, LTV:CAC = value so far / CAC.
    Where one of these has no answer, the cell holds the reason as an error. Notes stand behind the headers.
    """
    from clv_xl.core.orders import group_summary

    lines = len(np.asarray(groups))
    given = groups if spend is None else [*groups, *spend["group"]]
    known = labelled(given)
    codes = np.array([f"{number:09d}" for number in range(len(known.names))], dtype=object)
    spent = None if spend is None else _added(codes[known.numbers[lines:]], spend["spend"])
    log = read_log(customers, dates, amounts, groups=codes[known.numbers[:lines]])
    everybody = read_log(customers, dates, amounts, groups=np.full(lines, "Total", dtype=object))
    with refusing():
        found = group_summary(log.cleaned.orders, spent, margin, log.cleaned.as_of)
        unknown = [g.group for g in found if g.spend is None]
        together = None if spent is None or unknown else {"Total": sum(spent.values())}
        (total,) = group_summary(everybody.cleaned.orders, together, margin, log.cleaned.as_of)
    names = dict(zip(codes, _group_names(known, log), strict=True))
    money = [] if spent is None else ["spend", "CAC", *(["LTV:CAC"] if margin is not None else []), "payback"]
    rows = [_group_row(names[g.group], g, money, names[g.group]) for g in found]
    rows.append(_group_row("Total", total, money, names[unknown[0]] if unknown else ""))
    notes = [*log.notes, *notes_on("groups", known)]
    return [["group", "customers", "orders", "revenue", "value so far", *money, *notes], *rows]


def _group_names(known: Labelled, log: Log) -> list[Label]:
    """The groups as in their earliest orders; without one as in their earliest lines, else as in the spend table."""
    if not known.merges:
        return list(known.names)
    everything = np.ones(len(log.dates), dtype=bool)
    for lines in (everything, log.in_orders()):
        given = Labelled(known.lines[: len(lines)][lines], known.spellings, known.owners, known.names)
        dates = log.dates[lines]
        firsts = np.full(len(known.names), np.iinfo(np.int64).max)
        np.minimum.at(firsts, given.numbers, dates.astype(np.int64))
        known = replace(known, names=spelled(given, dates, firsts.astype("datetime64[us]")))
    return list(known.names)


def _added(groups: NDArray[Any], spend: Any) -> dict[str, float]:
    """The spend of each group, several rows of one added up."""
    spent: dict[str, float] = {}
    for group, money in zip(groups.tolist(), spend.tolist(), strict=True):
        spent[group] = spent.get(group, 0.0) + money
    return spent


def _group_row(name: Label, g: Group, money: list[str], unknown: Label) -> list[Any]:
    """A row of the table with the columns for `money`; `unknown` is the group whose spend is not known."""
    shown = text_of(name)
    nobody = DivisionByZero("{group} has no customers in the log", group=shown)
    cells: dict[str, Any]
    if g.spend is None:
        reason = Missing("the spend table has no row for {group}; enter 0 if it cost nothing", group=text_of(unknown))
        cells = dict.fromkeys(money, reason)
    elif not g.customers:
        cells = {**dict.fromkeys(money, nobody), "spend": g.spend}
    else:
        free = DivisionByZero("{group} cost nothing, so there is no ratio of value to cost", group=shown)
        ratio = free if g.ratio is None else g.ratio
        cells = {"spend": g.spend, "CAC": g.cac, "LTV:CAC": ratio, "payback": "" if g.payback is None else g.payback}
    value = g.cltv if g.customers else nobody
    return [name, g.customers, g.orders, g.revenue, value, *(cells[what] for what in money)]
