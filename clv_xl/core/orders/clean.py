"""From a messy log to orders, with an account of every line."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw

from clv_xl.core.orders import lines, meaning, reasons, who
from clv_xl.core.orders.engines import Frame, occurring, rows, settled
from clv_xl.core.orders.header import under_internal_names
from clv_xl.core.orders.lines import Typed
from clv_xl.core.orders.report import DataReport, ReportRow
from clv_xl.core.orders.rules import Columns, OrderRules, OrdersError
from clv_xl.core.orders.totals import totals

_JUNK = 1e-9
"""An order whose lines cancel to less than this share of what moved is worth nothing: 0.1 + 0.2 - 0.3 is not a sale."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What `clean` returns.

    `orders` is a lazy Narwhals frame in the engine of the log, one row an order or a separate refund:
    `customer`; `moment` (first line of the order, without zone); `amount` (money, net of negative lines in the order);
    `is_order` (False for what only moves money: refunds, free items); `lines`; and where the log has them `order`,
    `channel`, `cost`, `quantity`. `as_of` is the last day that counts.
    """

    orders: Frame
    report: DataReport
    as_of: dt.date


def clean(frame: Any, columns: Columns, rules: OrderRules | None = None, names: Sequence[str] | None = None) -> Cleaned:
    """Bring a log into one form. `frame` is a pandas, Polars, DuckDB or Spark frame; it is not changed.

    `names` are those of the log's header, column by column, where the frame's own differ: an engine may not hold all.

    Customers without a single order (only refunds or free items) are left out, and counted like everything else.

    Raises OrdersError for a column that is not there or of the wrong type, and wherever a rule is needed that was not
    stated: dates that can be read two ways, several currencies, refunds that should be refused.
    """
    rules = rules or OrderRules()
    whole, header = under_internal_names(frame, names)
    log, internal = whole, header.internal(columns)
    doubles = _doubles(log, rules)
    if rules.duplicates == "drop" and doubles:
        log = log.group_by(log.collect_schema().names()).agg(clv_xl_copies=nw.len()).drop("clv_xl_copies")
    also = meaning.beside(log, header, internal, rules)
    if rules.duplicates == "keep" and doubles:
        every = log.collect_schema().names()
        log = settled(log.with_columns(nw.len().over(*every).cast(nw.Float64).alias(lines.COPIES)))
    typed = lines.typed(lines.chosen(log, internal, also), columns, also, rules)
    by_reason = _by_reason(typed)
    _require_something(by_reason, typed, rules)
    orders = settled(_merged(typed, rules, by_reason))
    kept, idle = _kept(orders)
    used = by_reason[lines.KEPT] | {"doubles": 0, "doubled": 0.0}
    buyers = None
    if idle["lines"]:
        buyers = orders.filter(nw.col("is_order")).select("customer").unique()
    if idle["lines"] or doubles:
        used |= _among_them(typed, buyers)
    if buyers is not None:
        orders = settled(orders.join(buyers, on="customer", how="semi"))
    if typed.spellings:
        used_lines = typed.frame.filter(nw.col("why") == lines.KEPT)
        orders = settled(who.as_first_spelled(orders, used_lines, typed.spellings))
    file = after = _total(typed)
    if rules.duplicates == "drop" and doubles:
        file = _total(lines.typed(lines.chosen(whole, internal, also), columns, also, rules))
    dropped = (file[0] - after[0], file[1] - after[1])
    report = _report(typed, rules, by_reason, used, kept, idle, file, dropped)
    return Cleaned(orders, report, typed.as_of)


def _doubles(log: Frame, rules: OrderRules) -> int:
    """Lines that repeat another one in every column."""
    if rules.duplicates == "unchecked":
        return 0
    copies = log.group_by(log.collect_schema().names()).agg(clv_xl_copies=nw.len())
    found = rows(copies.select(n=nw.len(), lines=nw.col("clv_xl_copies").sum()))[0]
    return int(found["lines"] or 0) - int(found["n"])


def _total(typed: Typed) -> tuple[int, float]:
    """Lines and money, counted straight from the lines."""
    found = rows(typed.frame.select(n=nw.len(), amount=nw.col("amount").sum()))[0]
    return int(found["n"]), float(found["amount"] or 0.0)


def _by_reason(typed: Typed) -> dict[int, dict[str, Any]]:
    amount = nw.col("amount")
    marks = {"refund": amount < 0, "free": amount == 0}
    parts = ["why", "amount"]
    if "repeated" in typed.frame.collect_schema().names():
        marks["free"] = marks["free"] & ~nw.col("repeated")
        parts.append("repeated")
    if "order" in typed.parts:
        marks["unnumbered"] = nw.col("order").is_null()
        parts.append("order")
    frame = typed.frame.select(*parts).with_columns(amount.fill_null(0.0))
    sums = {name: mark.cast(nw.Int64) for name, mark in occurring(frame, marks).items()}
    if "refund" in sums:
        sums["taken"] = nw.when(amount < 0).then(amount).otherwise(0.0)
    frame = frame.with_columns(**sums) if sums else frame
    found = rows(totals(frame, ["why"], ["amount", *sums], lines="lines"))
    empty = dict.fromkeys(("lines", "amount", "taken", "refund", "free", "unnumbered"), 0)
    return {why: empty | next((r for r in found if r["why"] == why), {}) for why in range(len(reasons.STEPS) + 1)}


def _require_something(by_reason: dict[int, dict[str, Any]], typed: Typed, rules: OrderRules) -> None:
    refunds = by_reason[lines.REFUND]
    if rules.refunds == "refuse" and refunds["lines"]:
        raise OrdersError(
            f"{refunds['lines']:,} lines have a negative amount, {refunds['amount']:,.2f} together; "
            "net them or leave them out."
        )
    if not by_reason[lines.KEPT]["lines"]:
        if not any(found["lines"] for found in by_reason.values()):
            raise OrdersError("The log has no lines.")
        raise OrdersError(reasons.nothing_usable(typed, by_reason))


def _merged(typed: Typed, rules: OrderRules, by_reason: dict[int, dict[str, Any]]) -> Frame:
    """Orders from lines. Lines without an order number are merged by customer and moment."""
    kept = typed.frame
    if any(by_reason[why]["lines"] for why in reasons.STEPS):
        kept = kept.filter(nw.col("why") == lines.KEPT)
    kept = kept.drop(
        "why", "raw_date", "raw_amount", *(m for m in ("repeated", "spelled", lines.COPIES) if m in kept.columns)
    )
    kept = _whole_customers(kept)
    if rules.lines == "each":
        worth = nw.col("amount") > 0 if rules.free == "no order" else nw.col("amount") >= 0
        return kept.with_columns(is_order=worth, lines=nw.lit(1))
    keys = ["customer", "order"] if "order" in typed.parts else ["customer", "moment"]
    if by_reason[lines.KEPT]["unnumbered"]:
        kept = kept.with_columns(apart=nw.when(nw.col("order").is_null()).then(nw.col("moment")))
        keys.append("apart")
    # Where nothing is negative, what moved is what was paid.
    size = "size" if by_reason[lines.KEPT]["refund"] else "amount"
    if size == "size":
        kept = kept.with_columns(size=nw.col("amount").abs())
    least: dict[str, str] = {p: p for p in ("moment", "channel") if p not in keys and p in ("moment", *typed.parts)}
    if rules.free == "order":
        least["low"] = "amount"
    sums = dict.fromkeys(["amount", size, *(p for p in ("cost", "quantity") if p in typed.parts)])
    merged = totals(kept, keys, list(sums), least, lines="lines")
    worth = nw.col("amount") > _JUNK * nw.col(size)
    if rules.free == "order":
        worth = worth | (nw.col("low") == 0) & (nw.col(size) == 0)
    names = ["customer", "moment", "amount", *typed.parts, "lines"]
    return merged.with_columns(is_order=worth).select(*names, "is_order")


def _kept(orders: Frame) -> tuple[dict[str, Any], dict[str, Any]]:
    """Totals of customers with an order, and of customers without one."""
    counted = orders.select("customer", "lines", "amount", n=nw.col("is_order").cast(nw.Int64))
    empty = {"n": 0, "lines": 0, "amount": 0.0, "entries": 0, "customers": 0}
    sums = nw.col("n", "lines", "amount").sum()
    everything = rows(counted.select(sums, entries=nw.len()))[0]
    if everything["n"] == everything["entries"] > 0:  # nothing but orders, so nobody is idle
        customers = totals(counted, ["customer"], [], lines="entries")
        return everything | rows(customers.select(customers=nw.len()))[0], empty
    customers = totals(counted, ["customer"], ["n", "lines", "amount"], lines="entries")
    customers = customers.with_columns(idle=(nw.col("n") == 0))
    sums = nw.col("n", "lines", "amount", "entries").sum()
    found = rows(customers.group_by("idle").agg(sums, customers=nw.len()))
    kept, idle = (next((r for r in found if bool(r["idle"]) is which), empty) for which in (False, True))
    if not kept["customers"]:
        raise OrdersError("No line is a sale: every amount is zero or negative; check the column for the amount.")
    return kept, idle


def _among_them(typed: Typed, buyers: Frame | None) -> dict[str, Any]:
    """Refunds, free items and repeated lines among those that are kept: those of `buyers`, or of everybody."""
    kept = _whole_customers(typed.frame.filter(nw.col("why") == lines.KEPT))
    if buyers is not None:
        kept = kept.join(buyers, on="customer", how="semi")
    found = _by_reason(dataclasses.replace(typed, frame=kept))[lines.KEPT]
    parts = {name: found[name] for name in ("refund", "taken", "free")}
    names = kept.collect_schema().names()
    if lines.COPIES not in names:
        return parts
    # Of n equal lines n - 1 repeat another one: each of them is (n - 1) / n of a repetition.
    share = 1.0 - 1.0 / nw.col(lines.COPIES)
    money = share * nw.col("amount") if "repeated" not in names else nw.lit(0.0)
    again = rows(kept.with_columns(_share=share, _money=money).select(nw.col("_share", "_money").sum()))[0]
    return parts | {"doubles": round(again["_share"] or 0.0), "doubled": again["_money"] or 0.0}


def _whole_customers(frame: Frame) -> Frame:
    """Numbers of customers without a point, as soon as the missing ones are gone."""
    is_float = frame.collect_schema()["customer"].is_float()
    return frame.with_columns(nw.col("customer").cast(nw.Int64)) if is_float else frame


def _report(
    typed: Typed,
    rules: OrderRules,
    by_reason: dict[int, dict[str, Any]],
    used: dict[str, Any],
    kept: dict[str, Any],
    idle: dict[str, Any],
    file: tuple[int, float],
    dropped: tuple[int, float],
) -> DataReport:
    out, notes = [], []
    if dropped[0]:
        out.append(ReportRow("Duplicates: equal in every column", dropped[0], dropped[1], "one of each kept", "out"))
    for why, words in reasons.left_out(typed, by_reason).items():
        step, done = reasons.STEPS[why]
        out.append(_row(step, by_reason[why], done + words, "out"))
    if idle["lines"]:
        done = f"left out: {idle['customers']:,} customers with refunds or free items only"
        out.append(_row("Customers without an order", idle, done, "out"))
    total = ReportRow("In the file", file[0], file[1], "", "total")
    result = _row("Kept", kept, _merging(rules, kept), "kept", int(kept["n"]))
    if used["refund"]:
        taken = {"lines": used["refund"], "amount": used["taken"]}
        notes.append(_row("Refunds (negative lines)", taken, "netted against revenue", "note"))
    if used["free"]:
        done = "an order of nothing else " + ("counts" if rules.free == "order" else "does not count")
        notes.append(_row("Free items (amount 0)", {"lines": used["free"], "amount": 0}, done, "note"))
    if used["doubles"]:
        done = "equal to another in every column; kept, since they can be real"
        notes.append(_row("Duplicates", {"lines": used["doubles"], "amount": used["doubled"]}, done, "note"))
    remarks = (*typed.remarks, f"The last day that counts is {typed.as_of.isoformat()}.")
    gross = sum(float(f["amount"]) - 2 * float(f["taken"]) for f in by_reason.values()) + abs(dropped[1])
    missing = int(by_reason[lines.NO_AMOUNT]["lines"])
    unknown = missing - _elsewhere(typed) if missing else 0
    return DataReport((total, *out, result, *notes), remarks, gross, unknown)


def _elsewhere(typed: Typed) -> int:
    """Lines with a blank amount whose order has its amount on another line: their money is known."""
    if "order" not in typed.parts:
        return 0
    raw = nw.col("raw_amount").cast(nw.String)
    blank = typed.frame.filter((nw.col("why") == lines.NO_AMOUNT) & (raw.is_null() | (raw.str.strip_chars() == "")))
    paid = typed.frame.filter(~nw.col("amount").is_null() & ~nw.col("order").is_null()).select("order").unique()
    return int(rows(blank.join(paid, on="order", how="semi").select(n=nw.len()))[0]["n"])


def _merging(rules: OrderRules, kept: dict[str, Any]) -> str:
    if rules.lines == "each":
        return "each line is an order"
    rest = int(kept["entries"]) - int(kept["n"])
    also = f" and {rest:,} refunds or free items apart from an order" if rest else ""
    return f"merged into {int(kept['n']):,} orders{also} of {int(kept['customers']):,} customers"


def _row(step: str, found: dict[str, Any], done: str, role: str, orders: int | None = None) -> ReportRow:
    return ReportRow(step, int(found["lines"]), float(found["amount"] or 0.0), done, role, orders)
