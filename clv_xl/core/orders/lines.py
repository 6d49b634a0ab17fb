"""From the lines of a file to typed lines: customer, moment, amount, and why a line cannot be used.

Nothing is left out here. Each line gets a number for the first reason that speaks against it, or 0.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import narwhals.stable.v2 as nw

from clv_xl.core.orders import text
from clv_xl.core.orders.engines import Frame, after, clock_times, is_native, occurring, opened, rows, settled
from clv_xl.core.orders.rules import Columns, OrderRules, OrdersError

KEPT, NO_AMOUNT, NO_DATE, NO_CUSTOMER, OTHER_CURRENCY, LATER, REFUND = range(7)
_READ = ("date", "amount", "quantity", "price", "cost")


@dataclass(slots=True)
class Typed:
    """Typed lines, with the columns `why` and `raw_date`, `raw_amount` for examples; remarks on how they were read."""

    frame: Frame
    as_of: dt.date
    parts: tuple[str, ...]
    remarks: list[str] = field(default_factory=list)


def chosen(frame: Frame, columns: Columns) -> Frame:
    """The columns that play a part, under the names of their parts; they are stated by their internal names."""
    wanted = frame.select(**{part: nw.col(name) for part, name in columns.named.items()})
    return _without_objects(wanted)


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


def typed(frame: Frame, rules: OrderRules) -> Typed:
    """Read every line. Raises OrdersError where a rule is needed that nobody has stated."""
    remarks: list[str] = []
    frame = _read(frame, rules, remarks)
    frame, foreign = _one_currency(frame, rules, remarks)
    as_of = rules.as_of or _last_day(frame, rules.today)
    late = after(nw.col("moment"), as_of).fill_null(False)
    against = {NO_AMOUNT: nw.col("amount").is_null(), NO_DATE: nw.col("moment").is_null()}
    against[NO_CUSTOMER] = nw.col("customer").is_null()
    if foreign is not None:
        against[OTHER_CURRENCY] = foreign
    against[LATER] = late
    if rules.refunds != "net":
        against[REFUND] = (nw.col("amount") < 0).fill_null(False)
    why = nw.lit(KEPT)
    for reason, speaks in reversed(occurring(frame, {str(n): speaks for n, speaks in against.items()}).items()):
        why = nw.when(speaks).then(int(reason)).otherwise(why)
    kept = [p for p in ("order", "channel", "cost", "quantity") if p in frame.collect_schema().names()]
    names = ["customer", "moment", "amount", *kept, "raw_date", "raw_amount"]
    return Typed(frame.select(*names, why=why), as_of, tuple(kept), remarks)


def _read(frame: Frame, rules: OrderRules, remarks: list[str]) -> Frame:
    """Text read as numbers and moments. That is the slow part of a log of text, so it is done once and kept."""
    textual = any(kind == nw.String for part, kind in frame.collect_schema().items() if part in _READ)
    frame = frame.with_columns(raw_date=nw.col("date"), raw_amount=_raw_amount(frame))
    frame = _moments(_names(_numbers(frame, rules)), rules, remarks)
    return settled(frame.drop("date")) if textual else frame


def _raw_amount(frame: Frame) -> nw.Expr:
    names = frame.collect_schema().names()
    if "amount" in names:
        return nw.col("amount")
    both = [nw.col(p).cast(nw.String).fill_null("nothing") for p in ("quantity", "price")]
    return nw.concat_str(both, separator=" × ")


def _numbers(frame: Frame, rules: OrderRules) -> Frame:
    schema = frame.collect_schema()
    parts = [p for p in ("amount", "quantity", "price", "cost") if p in schema.names()]
    for part in parts:
        if schema[part] == nw.String:
            frame = text.with_number(frame, part, rules.decimal)
    frame = frame.with_columns(*(_number(p, schema[p]).alias(p) for p in parts))
    if "amount" not in parts:
        frame = frame.with_columns(amount=nw.col("quantity") * nw.col("price"))
    optional = [nw.col(p).fill_null(0.0) for p in ("quantity", "cost") if p in parts]
    return frame.with_columns(*optional) if optional else frame


def _number(part: str, kind: Any) -> nw.Expr:
    value = nw.col(part).cast(nw.Float64)
    if not (kind == nw.String or kind.is_numeric()):
        raise OrdersError(f"The column for the {part} holds {kind}, not numbers; choose another column.")
    finite = (value > float("-inf")) & (value < float("inf"))
    return nw.when(finite.fill_null(False)).then(value)


def _names(frame: Frame) -> Frame:
    """Customers, orders, channels: text without spaces around it, whole numbers without a point; blank is missing."""
    schema = frame.collect_schema()
    for part in ("customer", "order", "channel", "currency"):
        if part not in schema.names():
            continue
        name = nw.col(part)
        if schema[part].is_float():
            name = _whole(frame, part)
        elif not schema[part].is_integer():
            name = name.cast(nw.String).str.strip_chars(" \t")
            name = nw.when((name != "").fill_null(False)).then(name)
        frame = frame.with_columns(name.alias(part))
    return frame


def _whole(frame: Frame, part: str) -> nw.Expr:
    """Numbers with a point become whole numbers where all of them are: engines use floats where one is missing."""
    name = nw.when((~nw.col(part).is_nan()).fill_null(False)).then(nw.col(part))
    fraction = ((name - name.round(0)).abs() > 0).fill_null(False).cast(nw.Int64)
    if rows(frame.select(fractions=fraction.sum()))[0]["fractions"]:
        return name.cast(nw.String)
    return name  # a whole number as soon as the missing ones are gone


def _moments(frame: Frame, rules: OrderRules, remarks: list[str]) -> Frame:
    kind = frame.collect_schema()["date"]
    if kind == nw.String:
        return _from_text(frame, rules, remarks)
    if kind.is_integer() or kind.is_float():
        compact = nw.col("date").cast(nw.Float64)
        days = nw.when(compact.is_between(10_000_101, 99_991_231).fill_null(False)).then(compact).otherwise(0.0)
        number = days.cast(nw.Int64).cast(nw.String)
        remarks.append("Dates are numbers, read as year, month, day: 20250403 is 3 April 2025.")
        return text.with_moment(frame, number, True)
    if kind == nw.Date:
        return frame.with_columns(moment=nw.col("date").cast(nw.Datetime("us")))
    if not isinstance(kind, nw.Datetime):
        raise OrdersError(f"The column for the date holds {kind}, not dates; choose another column.")
    frame = frame.with_columns(moment=nw.col("date"))
    if kind.time_zone is not None:
        frame = clock_times(frame, "moment", rules.time_zone)
        remarks.append(f"Moments with a time zone became clock times in {rules.time_zone or 'the zone of the engine'}.")
    return frame.with_columns(moment=nw.col("moment").cast(nw.Datetime("us")))


def _from_text(frame: Frame, rules: OrderRules, remarks: list[str]) -> Frame:
    frame = frame.with_columns(date=nw.col("date").str.strip_chars(" \t"))
    date = nw.col("date")
    first, second = text.above_twelve(date)
    facts = rows(
        frame.select(
            year_last=text.year_last(date).cast(nw.Int64).sum(),
            offsets=text.has_offset(date).cast(nw.Int64).sum(),
            short_years=text.short_year(date).cast(nw.Int64).sum(),
            first=first.cast(nw.Int64).sum(),
            second=second.cast(nw.Int64).sum(),
        )
    )[0]
    if facts["offsets"]:
        if rules.time_zone is not None:
            raise OrdersError(
                "The dates are text with a zone (as 2025-04-03T08:00Z), which cannot be moved to another zone; "
                "store them as timestamps, or leave the time zone out to take the clock time as written."
            )
        remarks.append("Dates are text with a zone: the clock time was taken as written.")
    if facts["short_years"]:
        remarks.append(
            f"{facts['short_years']:,} dates have a year of two digits, read as one of 1969 to 2068: 69 to 99 are 19xx."
        )
    day_first = _day_first(facts, rules, remarks) if facts["year_last"] else True
    return text.with_moment(frame, date, day_first)


def _day_first(facts: dict[str, Any], rules: OrderRules, remarks: list[str]) -> bool:
    """Whether 3/4/2025 is the third of April, as stated or as the log proves."""
    order, proof = rules.date_order, "as stated"
    if order == "auto":
        proved = {"day-first": facts["first"], "month-first": facts["second"]}
        if not any(proved.values()) or all(proved.values()):
            found = "nothing in the log says which" if not any(proved.values()) else "the log has both"
            raise OrdersError(
                f"Dates such as 3/4/2025 can be 3 April or March 4, and {found}; state day-first or month-first."
            )
        order = "day-first" if proved["day-first"] else "month-first"
        proof = f"as {proved[order]:,} dates with a day above 12 prove"
    remarks.append(f"Dates such as 3/4/2025 were read {order}, {proof}.")
    return order == "day-first"


def _one_currency(frame: Frame, rules: OrderRules, remarks: list[str]) -> tuple[Frame, nw.Expr | None]:
    """Amounts in one currency, and which lines are in another one that was not asked for, None if none can be."""
    if "currency" not in frame.collect_schema().names():
        return frame, None
    found = sorted(str(r["currency"]) for r in rows(frame.select("currency").unique()) if r["currency"] is not None)
    if rules.rates is not None:
        missing = [c for c in found if c not in rules.rates]
        if missing:
            raise OrdersError(f"There is no rate for {', '.join(missing)}; give one for each of: {', '.join(found)}.")
        rate = nw.lit(1.0)  # of lines that state no currency, which are left out
        for code in found:
            rate = nw.when((nw.col("currency") == code).fill_null(False)).then(float(rules.rates[code])).otherwise(rate)
        remarks.append(f"Amounts were converted at the rates given for: {', '.join(found)}.")
        converted = frame.with_columns(*(nw.col(p) * rate for p in ("amount", "cost") if p in frame.columns))
        return converted, nw.col("currency").is_null()
    if rules.currency is not None:
        if rules.currency not in found:
            raise OrdersError(f"No line is in {rules.currency}; there are: {', '.join(found)}.")
        remarks.append(f"Only amounts in {rules.currency} were kept.")
        return frame, (nw.col("currency") != rules.currency).fill_null(True)
    if len(found) > 1:
        raise OrdersError(
            f"The log has {len(found)} currencies ({', '.join(found[:10])}), and a sum over them means nothing; "
            "choose one, or give a rate for each."
        )
    return frame, None


def _last_day(frame: Frame, today: dt.date) -> dt.date:
    beyond = {part: nw.col(part).is_null() for part in ("amount", "customer")}
    beyond["moment"] = after(nw.col("moment"), today).fill_null(False)
    for condition in occurring(frame, beyond).values():
        frame = frame.filter(~condition)
    last = rows(frame.select(last=nw.col("moment").max()))[0]["last"]
    return last.date() if last is not None else today
