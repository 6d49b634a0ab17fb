"""Totals of orders that an export repeats on every line of its order: taken once, where that is proved or stated."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from clv_xl.core.orders.engines import Frame, rows
from clv_xl.core.orders.rules import OpenQuestion, OrderRules

_CENT = 0.005
_ENOUGH = 5
"""From so many orders of several lines on, that all repeat their amount is no chance."""

_OFTEN = 20
"""One order in so many is more than chance where prices prove a total."""


def is_per_order(frame: Frame, header: str, rules: OrderRules, remarks: list[str]) -> bool:
    """Whether the column `header` holds totals of orders, repeated on each of their lines.

    Looks at `gross`, the amounts before refunds, and at `quantity` and `price` where the log has them: their product,
    added up over the order, is the repeated amount, or on the line itself the amount of the line.
    Raises OpenQuestion where orders of several lines all repeat their amount and nothing says why.
    """
    names = frame.collect_schema().names()
    if "order" not in names or rules.amount_per == "line":
        return False
    if rules.amount_per == "order":
        remarks.append(f'"{header}" is that of the whole order and was taken once per order.')
        return True
    facts = _facts(frame, priced={"quantity", "price"} <= set(names))
    proved = facts["whole"] * _OFTEN >= facts["several"] > 0
    if proved and facts["repeating"] == facts["several"] and not facts["each"]:
        remarks.append(
            f'"{header}" repeats the total of the order on each of its lines, as quantity × price prove in '
            f"{facts['whole']:,} order{'s' if facts['whole'] != 1 else ''}, and was taken once per order."
        )
        return True
    open_still = facts["repeating"] * 10 >= facts["several"] * 9 >= _ENOUGH * 9 and not facts["each"]
    if not proved and not open_still:
        return False
    raise OpenQuestion(
        f'"{header}" is the same on every line of its order in {facts["repeating"]:,} of {facts["several"]:,} orders '
        f"of several lines: {facts['all_lines']:,.2f} if it is that of each line, {facts['once']:,.2f} if it is the "
        "total of the order.",
        [["--amount-per=order"], ["--amount-per=line"]],
    )


def _facts(frame: Frame, priced: bool) -> dict[str, Any]:
    """Orders of several lines, those that repeat one amount, and for which of them prices prove what it is."""
    gross = nw.col("gross")
    worth = nw.col("quantity") * nw.col("price") if priced else nw.lit(0.0)
    lines = frame.filter(~nw.col("order").is_null()).with_columns(_worth=worth)
    lines = lines.with_columns(_fits=((nw.col("_worth") - gross).abs() < _CENT).fill_null(False).cast(nw.Int64))
    orders = lines.group_by("order", "customer").agg(
        n=nw.len(), there=gross.count(), low=gross.min(), high=gross.max(), sold=nw.col("_worth").sum(),
        priced=nw.col("_worth").count(), fits=nw.col("_fits").sum(), money=gross.sum(),
    )  # fmt: skip
    several = nw.col("n") > 1
    repeats = several & (nw.col("there") == nw.col("n")) & (nw.col("low") == nw.col("high")) & (nw.col("low") != 0)
    whole = (
        repeats & (nw.col("priced") == nw.col("n")) & ((nw.col("sold") - nw.col("low")).abs() < _CENT)
        if priced
        else nw.lit(False)
    )
    each = repeats & (nw.col("fits") == nw.col("n")) if priced else nw.lit(False)
    orders = orders.with_columns(_several=several, _repeats=repeats, _whole=whole, _each=each)
    counts = {
        name: nw.col(f"_{flag}").fill_null(False).cast(nw.Int64).sum()
        for name, flag in (("several", "several"), ("repeating", "repeats"), ("whole", "whole"), ("each", "each"))
    }
    return rows(orders.select(**counts, all_lines=nw.col("money").sum(), once=nw.col("low").sum()))[0]


def once_per_order(frame: Frame, kept: nw.Expr) -> Frame:
    """Amounts on one line of each order only, the first one for which `kept` holds; `repeated` marks the others."""
    keys = ["order", "customer", "moment", "amount"]
    numbered = frame.with_columns(_later=nw.when(kept).then(0).otherwise(1)).with_row_index(
        "_i", order_by=["_later", *keys]
    )
    numbered = _with_owners(numbered)
    of = ["order", "_whose", "_less"]
    first = numbered.filter(~nw.col("order").is_null()).group_by(*of).agg(_first=nw.col("_i").min())
    found = numbered.join(first, on=of, how="left")
    again = ((nw.col("_i") != nw.col("_first")) & ~nw.col("amount").is_null()).fill_null(False)
    found = found.with_columns(repeated=again)
    money = nw.when(nw.col("repeated")).then(0.0).otherwise(nw.col("amount"))
    return found.with_columns(amount=money).drop("_i", "_first", "_later", "_less", "_whose")


def _with_owners(frame: Frame) -> Frame:
    """Whose order it is, by text, as numbers come again: lines without a customer are of their order's only one.

    And whether a line is a refund, which is none of the total that stands on the others.
    """
    who = nw.col("customer").cast(nw.String)
    frame = frame.with_columns(_who=who)
    owners = frame.filter(~nw.col("order").is_null()).group_by("order")
    found = frame.join(owners.agg(_low=nw.col("_who").min(), _high=nw.col("_who").max()), on="order", how="left")
    only = nw.when(nw.col("_low") == nw.col("_high")).then(nw.col("_low"))
    return found.with_columns(
        _whose=nw.coalesce(nw.col("_who"), only).fill_null(""),
        _less=(nw.col("amount") < 0).fill_null(False).cast(nw.Int64),
    ).drop("_who", "_low", "_high")
