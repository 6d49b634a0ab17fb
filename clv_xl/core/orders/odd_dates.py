"""Dates that cannot be meant: numbers of years, months or days of Excel, Buddhist years, dates that Excel turned round.

Each is refused with a sentence, because read as they stand they would give wrong figures without a word.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import narwhals.stable.v2 as nw

from clv_xl.core.orders.date_words import MONTH_ALONE, YEAR_ALONE
from clv_xl.core.orders.dates_in_text import is_unread
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
    "months": (MONTH_ALONE, "month without a day", "months without a day"),
    "years": (YEAR_ALONE, "year without a month and a day", "years without a month and a day"),
    "excel_days": (
        r"^(?:2[5-9]|[3-6][0-9]|7[0-3])[0-9]{3}(?:[.,][0-9]+)?$",
        "number of a day, as Excel keeps dates",
        "numbers of days, as Excel keeps dates",
    ),
    "numbers": (
        r"^[^0-9]{0,3}[0-9]+(?:[.,][0-9]+)*[^0-9]{0,3}$",
        "number, as amounts are (if the two columns were exchanged, name both: --date and --amount)",
        "numbers, as amounts are (if the two columns were exchanged, name both: --date and --amount)",
    ),
}


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


def no_dates(frame: Frame) -> str:
    """What the texts without a date are, by kind, to be said beside their number. Each text is of the first kind."""
    rest = is_unread(nw.col("date"))
    kinds = {}
    for name, (pattern, *_) in _NO_DATES.items():
        holds = nw.col("date").str.contains(pattern).fill_null(False)
        kinds[name] = (rest & holds).cast(nw.Int64).sum()
        rest = rest & ~holds
    found = rows(frame.select(**kinds))[0]
    counted = [(found[name], one, many) for name, (_, one, many) in _NO_DATES.items()]
    return " and ".join(f"{n:,} {one if n == 1 else many}" for n, one, many in counted if n)


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
            f"{found['days']:,} dates lie in the year 1905: they are years, as 2021, that Excel made dates "
            "of; name a column of whole dates with --date, or state --as-of 1905-12-31 if that year is meant."
        )
    if as_of and as_of.year >= _MONTHS_AS_DAYS[0]:
        return
    for name, words in (
        ("months", "they are months, as 202401, that Excel made dates of; name a column of whole dates"),
        ("buddhist", "they are years of the Buddhist calendar, which is 543 ahead; name a column of other dates"),
    ):
        if (found[name] or 0) > limit:
            last = found["last"].date().isoformat()
            raise OrdersError(
                f"{found[name]:,} dates lie in years such as {found['last'].year}: {words} with --date, or state "
                f"--as-of {last} if those years are meant."
            )
