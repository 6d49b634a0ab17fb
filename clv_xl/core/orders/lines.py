"""From the lines of a file to typed lines: customer, moment, amount, and why a line cannot be used.

Nothing is left out here. Each line gets a number for the first reason that speaks against it, or 0.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import narwhals.stable.v2 as nw

from clv_xl.core.orders import amounts, dates_in_text, meaning, moments, numbers_in_text, odd_dates, once_per_order
from clv_xl.core.orders.currencies import one_currency
from clv_xl.core.orders.engines import Frame, after, is_native, occurring, opened, rows, settled
from clv_xl.core.orders.meaning import Beside
from clv_xl.core.orders.rules import Columns, OrderRules

KEPT, NO_AMOUNT, NO_DATE, NO_CUSTOMER, OTHER_CURRENCY, LATER, REFUND, DID_NOT_HAPPEN = range(8)
COPIES = "clv_xl_copies"
"""A column with how many lines of the log are equal to this one in every column, itself among them."""
_NOTHING = ("-", "--", "?", "null", "none", "nan", "n/a", "#n/a", "(blank)", "(null)", "<na>")
"""How programs spell that there is nothing, where a customer or an order number should stand."""


@dataclass(slots=True)
class Typed:
    """Typed lines, with the columns `why` and `raw_date`, `raw_amount` for examples; remarks on how they were read.

    `no_dates` says what the texts are that are no date.
    """

    frame: Frame
    as_of: dt.date
    parts: tuple[str, ...]
    remarks: list[str] = field(default_factory=list)
    no_dates: str = ""
    did_not_happen: str = ""
    """What was done with orders that did not happen."""
    spellings: dict[str, str] = field(default_factory=dict)
    """Customers' spellings, and the one that was taken for each."""


def chosen(frame: Frame, columns: Columns, also: Beside) -> Frame:
    """The columns that play a part, under the names of their parts; they are stated by their internal names."""
    wanted = {part: nw.col(name) for part, name in columns.named.items() if part not in ("status", "email")}
    wanted |= {f"status{i}": nw.col(name) for i, name in enumerate(also.statuses)}
    wanted |= {f"person{i}": nw.col(name) for i, name in enumerate(also.persons)}
    if COPIES in frame.collect_schema().names():
        wanted[COPIES] = nw.col(COPIES)
    return _without_objects(frame.select(**wanted))


def _without_objects(frame: Frame) -> Frame:
    """pandas columns of mixed Python objects, as Excel and databases give them, become dates, numbers or text."""
    schema = frame.collect_schema()
    mixed = [name for name, kind in schema.items() if kind == nw.Object or not isinstance(kind, nw.dtypes.DType)]
    if not mixed or not is_native(frame, "pandas"):
        return frame
    native = frame.to_native().copy()
    for name in mixed:
        native[name] = _one_type(native[name])
    return opened(native)


def _one_type(column: Any) -> Any:
    import pandas as pd

    present = column.dropna()
    if all(isinstance(v, dt.date) for v in present):
        return pd.to_datetime(column)
    if all(hasattr(v, "__float__") and not isinstance(v, str) for v in present):
        return column.astype("float64")
    return column.map(_as_text, na_action="ignore").astype("str")


def _as_text(value: Any) -> str:
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat(" ") if isinstance(value, dt.datetime) else value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def typed(frame: Frame, columns: Columns, also: Beside, rules: OrderRules) -> Typed:
    """Read every line. Raises OrdersError where a rule is needed that nobody has stated."""
    remarks: list[str] = []
    frame, no_dates = _read(frame, also, rules, remarks)
    frame, foreign = one_currency(frame, rules, remarks)
    meant = meaning.understood(frame, columns, also, rules, remarks)
    frame = meant.frame
    as_of = _stated_day(frame, rules.as_of) if rules.as_of else _last_day(_happened(frame, meant.left_out), rules.today)
    late = after(nw.col("moment"), as_of).fill_null(False)
    against = {} if meant.left_out is None else {DID_NOT_HAPPEN: meant.left_out}
    against |= {NO_AMOUNT: nw.col("amount").is_null(), NO_DATE: nw.col("moment").is_null()}
    against[NO_CUSTOMER] = nw.col("customer").is_null()
    if foreign is not None:
        against[OTHER_CURRENCY] = foreign
    against[LATER] = late
    if rules.refunds != "net":
        against[REFUND] = (nw.col("amount") < 0).fill_null(False)
    why = nw.lit(KEPT)
    for reason, speaks in reversed(occurring(frame, {str(n): speaks for n, speaks in against.items()}).items()):
        why = nw.when(speaks).then(int(reason)).otherwise(why)
    frame = frame.with_columns(why=why)
    if meant.per_order:
        frame = settled(once_per_order.once_per_order(frame, nw.col("why") == KEPT))
    there = frame.collect_schema().names()
    kept = [p for p in ("order", "channel", "cost", "quantity") if p in there]
    marks = [m for m in ("repeated", "spelled", COPIES) if m in there]
    names = ["customer", "moment", "amount", *kept, *marks, "raw_date", "raw_amount", "why"]
    return Typed(frame.select(*names), as_of, tuple(kept), remarks, no_dates, meant.done, meant.spellings)


def _read(frame: Frame, also: Beside, rules: OrderRules, remarks: list[str]) -> tuple[Frame, str]:
    """Text read as numbers and moments, and what the texts are that are no date.

    That is the slow part of a log of text, so it is done once and kept.
    """
    schema = frame.collect_schema()
    texts = [part for part in ("date", *amounts.PARTS) if part in schema.names() and schema[part] == nw.String]
    odd = _odd(frame, texts)
    frame = frame.with_columns(raw_date=nw.col("date"), raw_amount=_raw_amount(frame))
    if "refunded" in texts:
        frame = frame.with_columns(raw_refunded=nw.col("refunded"))
    frame = _names(amounts.with_amount(frame, rules, odd - {"date"}, remarks))
    frame, no_dates = moments.with_moment(frame, rules, "date" in odd, remarks)
    return (settled(frame.drop("date")) if texts or also.statuses or also.persons else frame), no_dates


def _odd(frame: Frame, texts: list[str]) -> set[str]:
    """The columns of text whose values are not all written in the one way that needs no rule."""
    odd = {p: (dates_in_text if p == "date" else numbers_in_text).is_odd(nw.col(p)).cast(nw.Int64) for p in texts}
    found = rows(frame.select(**{p: n.sum() for p, n in odd.items()}))[0] if odd else {}
    return {part for part, count in found.items() if count}


def _raw_amount(frame: Frame) -> nw.Expr:
    names = frame.collect_schema().names()
    if "amount" in names:
        return nw.col("amount")
    both = [nw.col(p).cast(nw.String).fill_null("nothing") for p in ("quantity", "price")]
    return nw.concat_str(both, separator=" × ")


def _names(frame: Frame) -> Frame:
    """Customers, orders, channels: text without spaces around it, whole numbers without a point; blank is missing."""
    schema = frame.collect_schema()
    beside = [name for name in schema.names() if name.startswith(("status", "person"))]
    for part in ("customer", "order", "channel", "currency", *beside):
        if part not in schema.names():
            continue
        name = nw.col(part)
        if schema[part].is_float() and part not in beside:
            name = _whole(frame, part)
        elif not schema[part].is_integer() or part in beside:
            name = name.cast(nw.String).str.strip_chars(" \t")
            name = nw.when((name != "").fill_null(False)).then(name)
            if part in ("order", "customer"):
                nothing = name.str.to_lowercase().is_in(_NOTHING).fill_null(False)
                name = nw.when(~nothing).then(name)
        frame = frame.with_columns(name.alias(part))
    return frame


def _whole(frame: Frame, part: str) -> nw.Expr:
    """Numbers with a point become whole numbers where all of them are: engines use floats where one is missing."""
    name = nw.when((~nw.col(part).is_nan()).fill_null(False)).then(nw.col(part))
    fraction = ((name - name.round(0)).abs() > 0).fill_null(False).cast(nw.Int64)
    if rows(frame.select(fractions=fraction.sum()))[0]["fractions"]:
        return name.cast(nw.String)
    return name  # a whole number as soon as the missing ones are gone


def _happened(frame: Frame, left_out: nw.Expr | None) -> Frame:
    return frame if left_out is None else frame.filter(~left_out.fill_null(False))


def _last_day(frame: Frame, today: dt.date) -> dt.date:
    """The last day up to today of a line that can be used."""
    every = frame
    beyond = {part: nw.col(part).is_null() for part in ("amount", "customer")}
    beyond["moment"] = after(nw.col("moment"), today).fill_null(False)
    for condition in occurring(frame, beyond).values():
        frame = frame.filter(~condition)
    found = rows(frame.select(first=nw.col("moment").min(), last=nw.col("moment").max()))[0]
    if found["last"] is None or found["first"].year < odd_dates.EARLY:
        odd_dates.check_years(every, None)
    return found["last"].date() if found["last"] is not None else today


def _stated_day(frame: Frame, as_of: dt.date) -> dt.date:
    first = rows(frame.select(first=nw.col("moment").min()))[0]["first"]
    if first is not None and (first.year < odd_dates.EARLY or first.date() > as_of):
        odd_dates.check_years(frame, as_of)
    return as_of
