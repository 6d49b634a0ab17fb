"""Dates that cannot be meant: numbers of years, months or days of Excel, Buddhist years, dates that Excel turned round.

Each is refused with a sentence, because read as they stand they would give wrong figures without a word.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import narwhals.stable.v2 as nw

from clv_xl.core.orders.date_words import MONTH_ALONE, YEAR_ALONE
from clv_xl.core.orders.dates_in_text import is_worded
from clv_xl.core.orders.engines import Frame, rows
from clv_xl.core.orders.rules import OrderRules, OrdersError

EARLY = 1910
"""Orders before this year are worth a second look."""

_SHARE = 0.1
"""Up to this share of the lines an odd date is a slip, which is left out and counted like any other."""

_EXCEL_DAYS = 25_569, 73_415
"""1970 to 2100, as Excel numbers days."""

_YEARS_AS_DAYS = dt.datetime(1905, 5, 1), dt.datetime(1905, 9, 19)
"""What Excel makes of the numbers 1948 to 2089."""

_MONTHS_AS_DAYS = 2439, 2461
"""The years that Excel makes of the numbers 197201 to 205012."""

_BUDDHIST = 2513, 2643
"""1970 to 2100."""

_NO_DATES = {
    "months": (MONTH_ALONE, "months without a day, as Jan 2025"),
    "years": (YEAR_ALONE, "years without a month and a day"),
    "excel_days": (r"^(?:2[5-9]|[3-6][0-9]|7[0-3])[0-9]{3}(?:[.,][0-9]+)?$", "numbers of days, as Excel keeps dates"),
    "numbers": (r"^[-+(]?[^0-9A-Za-z]{0,2}[0-9]+(?:[.,][0-9]+)*[^0-9A-Za-z]{0,2}$", "numbers, as amounts are"),
}


def no_dates(date: nw.Expr) -> dict[str, nw.Expr]:
    """Kinds of text that are no date, for counting; each text is of the first kind only."""
    found: dict[str, nw.Expr] = {}
    rest = is_worded(date)
    for name, (pattern, _) in _NO_DATES.items():
        holds = date.str.contains(pattern).fill_null(False)
        found[name] = rest & holds
        rest = rest & ~holds
    return found


def check_text(facts: Mapping[str, int], rules: OrderRules) -> None:
    """Raise OrdersError where days without a name were turned round on the way through Excel."""
    turned = facts["year_first"] and facts["year_last"] and not facts["year_first_high"]
    if rules.date_order != "auto" or not turned:
        return
    for order, high in (("day-first", facts["first"]), ("month-first", facts["second"])):
        if high == facts["year_last"]:
            raise OrdersError(
                f"{facts['year_first']:,} dates are written year first, all with a day up to 12, and "
                f"{facts['year_last']:,} are {order}, all with a day above 12: Excel does that to dates that it reads "
                "the wrong way round, and the days and months of the first ones are exchanged. Export the log again "
                f"without opening it in Excel, or state --date-order {order} if all are right as they stand."
            )


def check_numbers(frame: Frame) -> None:
    """Raise OrdersError where numbers are no days of the form 20250403."""
    number = nw.col("date").cast(nw.Float64)
    whole = (number - number.round(0)).abs() == 0
    month = number % 100
    kinds = {
        "years without a month and a day": whole & number.is_between(1900, 2100),
        "months without a day, as 202501": whole & number.is_between(190_001, 210_012) & month.is_between(1, 12),
        "numbers of days, as Excel keeps dates": number.is_between(*_EXCEL_DAYS),
    }
    sums = {f"kind{n}": which.fill_null(False).cast(nw.Int64).sum() for n, which in enumerate(kinds.values())}
    days = number.is_between(10_000_101, 99_991_231).fill_null(False)
    found = rows(frame.select(**sums, days=days.cast(nw.Int64).sum(), there=(~number.is_null()).cast(nw.Int64).sum()))[
        0
    ]
    for n, words in enumerate(kinds):
        if (found[f"kind{n}"] or 0) > _SHARE * (found["there"] or 0):
            raise OrdersError(
                f"{found[f'kind{n}']:,} of {found['there']:,} dates are {words}; name another column with --date, or "
                "store dates as dates."
            )
    if found["there"] and not found["days"]:
        raise OrdersError(
            "The column for the date holds numbers that are no dates, as amounts are; if the two were exchanged, name "
            "both: --date and --amount."
        )


def words_for(facts: Mapping[str, int]) -> str:
    """What the texts without a date are, by kind, to be said beside their number."""
    counted = [(facts.get(name, 0), words) for name, (_, words) in _NO_DATES.items()]
    return " and ".join(f"{n:,} {words}" for n, words in counted if n)


def check_years(frame: Frame, as_of: dt.date | None) -> None:
    """Raise OrdersError where years were never those of orders. A stated last day among them says that they are."""
    moment = nw.col("moment")
    year = moment.dt.year()
    kinds = {
        "days": moment.is_between(*_YEARS_AS_DAYS),
        "months": year.is_between(*_MONTHS_AS_DAYS),
        "buddhist": year.is_between(*_BUDDHIST),
    }
    sums = {name: which.fill_null(False).cast(nw.Int64).sum() for name, which in kinds.items()}
    found = rows(
        frame.select(**sums, n=(~moment.is_null()).cast(nw.Int64).sum(), first=moment.min(), last=moment.max())
    )[0]
    limit = _SHARE * (found["n"] or 0)
    if (found["days"] or 0) > limit and not (as_of and as_of.year < EARLY):
        raise OrdersError(
            f"{found['days']:,} dates lie in the year 1905: they are numbers of years, as 2021, that were made dates of "
            "in Excel; name a column of whole dates with --date, or state --as-of 1905-12-31 if that year is meant."
        )
    if as_of and as_of.year >= _MONTHS_AS_DAYS[0]:
        return
    for name, words in (
        ("months", "they are months, as 202401, that were made dates of in Excel; name a column of whole dates"),
        ("buddhist", "they are years of the Buddhist calendar, which is 543 ahead; name a column of other dates"),
    ):
        if (found[name] or 0) > limit:
            last = found["last"].date().isoformat()
            raise OrdersError(
                f"{found[name]:,} dates lie in years such as {found['last'].year}: {words} with --date, or state "
                f"--as-of {last} if those years are meant."
            )
