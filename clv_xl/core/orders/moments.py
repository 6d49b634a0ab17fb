"""The column for the date as moments without a zone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals.stable.v2 as nw

from clv_xl.core.orders import date_words, odd_dates
from clv_xl.core.orders import dates_in_text as text
from clv_xl.core.orders.engines import Frame, clock_times, in_zone, rows, settled
from clv_xl.core.orders.rules import OrderRules, OrdersError

SPELLINGS = (
    "dates may be written 2025-04-03, 20250403, 3/4/2025, 3.4.25, 3 Apr 2025, April 3, 2025 or 2025年4月3日, "
    "each with a time behind it"
)


def with_moment(frame: Frame, rules: OrderRules, odd: bool, remarks: list[str]) -> tuple[Frame, str]:
    """The lines with a column `moment`, missing where there is no date, and what the texts are that are no date.

    `odd`: whether text takes more than one look.
    """
    kind = frame.collect_schema()["date"]
    if kind == nw.String:
        return _from_text(frame, rules, odd, remarks)
    return _from_values(frame, kind, rules, remarks), ""


def _from_values(frame: Frame, kind: Any, rules: OrderRules, remarks: list[str]) -> Frame:
    if kind.is_integer() or kind.is_float():
        odd_dates.check_numbers(frame)
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


def _from_text(frame: Frame, rules: OrderRules, odd: bool, remarks: list[str]) -> tuple[Frame, str]:
    frame = frame.with_columns(date=nw.col("date").str.strip_chars(" \t"))
    if not odd:
        form = text.exact_form(frame)
        return text.with_exact_moment(frame, form) if form else text.with_moment(frame, nw.col("date"), True), ""
    facts = _facts(frame)
    if facts["worded"]:
        frame = settled(date_words.in_numbers(frame, "date"))
        facts = _facts(frame)
    odd_dates.check_text(facts, rules)
    if facts["short_years"]:
        remarks.append(
            f"{facts['short_years']:,} dates have a year of two digits, read as one of 1969 to 2068: 69 to 99 are 19xx."
        )
    day_first = _day_first(facts, rules, remarks) if facts["year_last"] else True
    frame = text.with_moment(frame, nw.col("date"), day_first)
    if facts["offsets"]:
        frame = _in_one_zone(frame, facts, rules, remarks)
    return frame, odd_dates.no_dates(frame) if facts["unread"] else ""


def _facts(frame: Frame) -> dict[str, int]:
    date = nw.col("date")
    first, second = text.above_twelve(date)
    year_first, year_first_high = text.year_first(date)
    short = text.short_year(date)
    read = "_short_named" in frame.collect_schema().names()
    wanted = {
        "year_last": text.year_last(date),
        "offsets": text.has_offset(date),
        "short_years": short | nw.col("_short_named") if read else short,
        "first": first,
        "second": second,
        "year_first": year_first & ~nw.col("_had_name") if read else year_first,
        "year_first_high": year_first_high & ~nw.col("_had_name") if read else year_first_high,
        "there": date.str.contains(".").fill_null(False),
        "worded": text.is_worded(date),
        "unread": text.is_unread(date),
    }
    found = rows(frame.select(**{name: which.cast(nw.Int64).sum() for name, which in wanted.items()}))[0]
    return {name: int(n or 0) for name, n in found.items()}


def _in_one_zone(frame: Frame, facts: Mapping[str, int], rules: OrderRules, remarks: list[str]) -> Frame:
    """Moments with a zone moved to the one that was stated; without one they keep the clock time as written."""
    if rules.time_zone is None:
        remarks.append("Dates are text with a zone: the clock time was taken as written; --time-zone moves it.")
        return frame
    frame = in_zone(text.with_offset(frame, nw.col("date"), "_offset"), "moment", "_offset", rules.time_zone)
    rest = facts["there"] - facts["offsets"]
    kept = f"; {rest:,} without a zone stayed as written" if rest else ""
    remarks.append(f"{facts['offsets']:,} dates in text with a zone became clock times in {rules.time_zone}{kept}.")
    return frame.drop("_offset")


def _day_first(facts: Mapping[str, Any], rules: OrderRules, remarks: list[str]) -> bool:
    """Whether 3/4/2025 is the third of April, as stated or as the log proves."""
    order, proof = rules.date_order, "as stated"
    if order == "auto":
        proved = {"day-first": facts["first"], "month-first": facts["second"]}
        if not any(proved.values()) or all(proved.values()):
            found = "nothing in the log says which" if not any(proved.values()) else "the log has both"
            raise OrdersError(
                f"Dates such as 3/4/2025 can be 3 April or March 4, and {found}; state --date-order day-first or "
                "--date-order month-first."
            )
        order = "day-first" if proved["day-first"] else "month-first"
        proof = f"as {proved[order]:,} dates with a day above 12 prove"
    remarks.append(f"Dates such as 3/4/2025 were read {order}, {proof}.")
    return order == "day-first"
