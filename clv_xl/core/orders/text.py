"""Amounts and dates that are text, read without guessing. What cannot be read becomes missing, never an error.

Engines differ in how they parse, so text is first brought into one exact form by plain regular expressions, which
pandas, Polars, DuckDB and Spark agree on, and only then handed over. It is done in stages, a column each, because
engines that translate to SQL would repeat an expression wherever it is used.
"""

from __future__ import annotations

import narwhals.stable.v2 as nw

from clv_xl.core.orders.engines import Frame

_TIME = r"(?:[ T]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?: ?[APap][Mm])?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?$"
_YEAR = r"(?:[0-9]{4}|[0-9]{2})"
_YEAR_FIRST = r"^[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}" + _TIME
_COMPACT = r"^[0-9]{8}" + _TIME
_YEAR_LAST = rf"^[0-9]{{1,2}}[-/.][0-9]{{1,2}}[-/.]{_YEAR}" + _TIME
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    "(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?"
    "|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_GAP = "[-/., ]"
_ORDINAL = "(?i:st|nd|rd|th)?"
_DAY = f"[0-9]{{1,2}}{_ORDINAL}"
_DAY_MONTH, _MONTH_DAY = f"^{_DAY}{_GAP}*{_MONTH}{_GAP}*", f"^{_MONTH}{_GAP}*{_DAY}{_GAP}+"
_NAMED = f"(?:{_DAY_MONTH}{_YEAR}|{_MONTH_DAY}{_YEAR}|^[0-9]{{4}}{_GAP}*{_MONTH}{_GAP}*{_DAY}),?{_TIME}"
_SHORT = f"(?:^[0-9]{{1,2}}[-/.][0-9]{{1,2}}[-/.][0-9]{{2}}|(?:{_DAY_MONTH}|{_MONTH_DAY})[0-9]{{2}},?){_TIME}"
_UNITS = "[ \t\u00a0\u202f'’$€£¥₹]|^[A-Z]{3}|[A-Z]{3}$"
_OFFSET = r"[0-9],?[ T]+[0-9]{1,2}:[0-9]{2}.*(?:Z|[+-][0-9]{2}:?[0-9]{2})$"


def with_number(frame: Frame, part: str, decimal: str) -> Frame:
    """The text column as numbers: currency signs, spaces and thousands are taken off; (12) and 12- are negative."""
    point, group = (r"\.", ",") if decimal == "." else (",", r"\.")
    grouped = rf"^[0-9]{{1,3}}(?:{group}[0-9]{{3}})+(?:{point}[0-9]+)?$"
    plain = rf"^(?:[0-9]+(?:{point}[0-9]*)?|{point}[0-9]+)(?:[eE][-+]?[0-9]{{1,2}})?$"
    bare, digits = nw.col("_bare"), nw.col("_digits")
    frame = frame.with_columns(_bare=nw.col(part).str.replace_all(_UNITS, ""))
    frame = frame.with_columns(
        _digits=bare.str.replace_all(r"^\(|\)$|^[-+]|-$", ""),
        _negative=bare.str.contains(r"^\(.*\)$|^-|-$").fill_null(False),
    )
    readable = digits.str.contains(f"{grouped}|{plain}").fill_null(False)
    english = digits.str.replace_all(group, "").str.replace_all(point, ".")
    frame = frame.with_columns(_digits=nw.when(readable).then(english))
    frame = frame.with_columns(_value=digits.cast(nw.Float64))
    value = nw.col("_value")
    signed = nw.when(nw.col("_negative")).then(-value).otherwise(value)
    return frame.with_columns(signed.alias(part)).drop("_bare", "_digits", "_negative", "_value")


def year_last(text: nw.Expr) -> nw.Expr:
    """Whether the text is a date whose day and month only a rule can tell apart, as 3/4/2025."""
    return text.str.contains(_YEAR_LAST).fill_null(False)


def has_offset(text: nw.Expr) -> nw.Expr:
    """Whether the text carries a zone, as 2025-04-03T08:00Z."""
    return text.str.contains(_OFFSET).fill_null(False)


def short_year(text: nw.Expr) -> nw.Expr:
    """Whether the text is a date whose year has two digits, as 3/4/25 or 3-Apr-25."""
    return text.str.contains(_SHORT).fill_null(False)


def above_twelve(text: nw.Expr) -> tuple[nw.Expr, nw.Expr]:
    """Whether the first, and whether the second number of a date such as 3/4/2025 cannot be a month."""
    high, low = "(?:1[3-9]|2[0-9]|3[01])", "[0-9]{1,2}"
    first = text.str.contains(f"^{high}[-/.]{low}[-/.]{_YEAR}{_TIME}").fill_null(False)
    second = text.str.contains(f"^{low}[-/.]{high}[-/.]{_YEAR}{_TIME}").fill_null(False)
    return first, second


def with_moment(frame: Frame, text: nw.Expr, day_first: bool) -> Frame:
    """Text as a column `moment`, to the second: the clock time as written. Missing where it is no date.

    Months may be numbers or English names. A year of two digits is one of 1969 to 2068, as POSIX has it.
    """
    before = frame.collect_schema().names()
    frame = _with_clock(_with_day(_without_names(frame.with_columns(_text=text)), day_first))
    numbers = ("year", "month", "day", "hour", "minute", "second")
    digits = {n: nw.when(nw.col(f"_{n}").str.contains(r"^[0-9]{1,4}$").fill_null(False)) for n in numbers}
    frame = frame.with_columns(**{f"_n{n}": digits[n].then(nw.col(f"_{n}")) for n in numbers})
    frame = frame.with_columns(*(nw.col(f"_n{n}").cast(nw.Float64) for n in numbers))
    frame = frame.with_columns(_valid=_in_calendar().fill_null(False) & _in_a_day().fill_null(False))
    padded = [nw.col("_year"), *(nw.col(f"_{n}").str.zfill(2) for n in numbers[1:])]
    frame = frame.with_columns(_exact=nw.concat_str(padded, separator=" "))
    frame = frame.with_columns(_exact=nw.when(nw.col("_valid")).then(nw.col("_exact")))
    frame = frame.with_columns(moment=nw.col("_exact").str.to_datetime("%Y %m %d %H %M %S"))
    return _with_half_days(frame).select(*(n for n in before if n != "moment"), "moment")


def _without_names(frame: Frame) -> Frame:
    """Dates with the name of a month as year-month-day, what follows them as it is; all other text unchanged."""
    text = nw.col("_text")
    # From the first digit on: day and year, or year and day, with something between them and a time behind them.
    frame = frame.with_columns(
        _named=text.str.contains(_NAMED).fill_null(False),
        _name=text.str.replace_all(r"^[^A-Za-z]*(?i:(?:st|nd|rd|th)[^A-Za-z]+)?", "").str.slice(0, 3),
        _digits=text.str.replace_all(r"^[^0-9]+", ""),
    )
    digits, second = nw.col("_digits"), nw.col("_second")
    frame = frame.with_columns(
        _name=nw.col("_name").str.to_lowercase(),
        _first=digits.str.replace_all(r"[^0-9].*$", ""),
        _second=digits.str.replace_all(r"^[0-9]+[^0-9]+", ""),
    )
    frame = frame.with_columns(
        _second=second.str.replace_all(r"[^0-9].*$", ""), _rest=second.str.replace_all(f"^[0-9]+{_ORDINAL},?", "")
    )
    year_first = nw.col("_first").str.contains(r"^[0-9]{4}$").fill_null(False)
    frame = frame.with_columns(
        _year=nw.when(year_first).then(nw.col("_first")).otherwise(second),
        _day=nw.when(year_first).then(second).otherwise(nw.col("_first")),
        _month=_number_of_month(nw.col("_name")),
    )
    frame = frame.with_columns(_year=_in_full(nw.col("_year")))
    spelled = nw.concat_str([nw.col("_year"), nw.col("_month"), nw.col("_day")], separator="-")
    frame = frame.with_columns(_spelled=nw.concat_str([spelled, nw.col("_rest")]))
    return frame.with_columns(_text=nw.when(nw.col("_named")).then(nw.col("_spelled")).otherwise(text))


def _number_of_month(name: nw.Expr) -> nw.Expr:
    number = nw.when(name == _MONTHS[0]).then(nw.lit("01"))
    for position, month in enumerate(_MONTHS[1:], 2):
        number = number.when(name == month).then(nw.lit(f"{position:02}"))
    return number


def _in_full(year: nw.Expr) -> nw.Expr:
    """Years of two digits with their century: 69 to 99 are of the twentieth, 00 to 68 of the twenty-first."""
    twentieth = year.str.contains(r"^(?:69|[7-9][0-9])$").fill_null(False)
    short = year.str.contains(r"^[0-9]{2}$").fill_null(False)
    before, after = (nw.concat_str([nw.lit(century), year]) for century in ("19", "20"))
    return nw.when(twentieth).then(before).when(short).then(after).otherwise(year)


def _with_day(frame: Frame, day_first: bool) -> Frame:
    """Year, month and day as text."""
    text = nw.col("_text")
    date = text.str.replace_all(r"[ T].*$", "").str.replace_all(r"(?:Z|[+][0-9]{2}:?[0-9]{2})$", "")
    frame = frame.with_columns(
        _iso=text.str.contains(_YEAR_FIRST).fill_null(False),
        _compact=text.str.contains(_COMPACT).fill_null(False),
        _last=text.str.contains(_YEAR_LAST).fill_null(False),
        _date=date,
    )
    rest = nw.col("_date").str.replace_all(r"^[0-9]+[-/.]", "")
    frame = frame.with_columns(_a=nw.col("_date").str.replace_all(r"[-/.].*$", ""), _rest=rest)
    frame = frame.with_columns(
        _b=nw.col("_rest").str.replace_all(r"[-/.].*$", ""), _c=nw.col("_rest").str.replace_all(r"^[0-9]+[-/.]", "")
    )
    a, b, c = nw.col("_a"), nw.col("_b"), nw.col("_c")
    middle, final = (b, a) if day_first else (a, b)
    frame = frame.with_columns(
        _year=_by_form(a, text.str.slice(0, 4), c),
        _month=_by_form(b, text.str.slice(4, 2), middle),
        _day=_by_form(c, text.str.slice(6, 2), final),
    )
    return frame.with_columns(_year=_in_full(nw.col("_year")))


def _by_form(iso: nw.Expr, compact: nw.Expr, last: nw.Expr) -> nw.Expr:
    return nw.when(nw.col("_iso")).then(iso).when(nw.col("_compact")).then(compact).when(nw.col("_last")).then(last)


def _with_clock(frame: Frame) -> Frame:
    """Hour, minute, second as text; midnight where there is no time."""
    text, time, later = nw.col("_text"), nw.col("_time"), nw.col("_later")
    timed = text.str.contains(r"[ T][0-9]{1,2}:[0-9]{2}").fill_null(False)
    frame = frame.with_columns(_timed=timed, _time=text.str.replace_all(r"^[^ T]*[ T]+", ""))
    frame = frame.with_columns(_later=time.str.replace_all(r"^[0-9]{1,2}:", ""))
    seconds = nw.col("_timed") & later.str.contains(r"^[0-9]{2}:").fill_null(False)
    zero = nw.lit("0")
    return frame.with_columns(
        _hour=nw.when(nw.col("_timed")).then(time.str.replace_all(r":.*$", "")).otherwise(zero),
        _minute=nw.when(nw.col("_timed")).then(later.str.slice(0, 2)).otherwise(zero),
        _second=nw.when(seconds).then(later.str.slice(3, 2)).otherwise(zero),
    )


def _in_calendar() -> nw.Expr:
    y, m, d = nw.col("_nyear"), nw.col("_nmonth"), nw.col("_nday")
    leap = (y % 4 == 0) & ((y % 100 != 0) | (y % 400 == 0))
    short = ((m == 4) | (m == 6) | (m == 9) | (m == 11)) & (d > 30)
    february = (m == 2) & ((d > 29) | ((d > 28) & ~leap))
    return (y >= 1) & (m >= 1) & (m <= 12) & (d >= 1) & (d <= 31) & ~short & ~february


def _in_a_day() -> nw.Expr:
    return (nw.col("_nhour") <= 23) & (nw.col("_nminute") <= 59) & (nw.col("_nsecond") <= 59)


def _with_half_days(frame: Frame) -> Frame:
    """AM and PM."""
    text, h, moment = nw.col("_text"), nw.col("_nhour"), nw.col("moment")
    afternoon = text.str.contains(r"[Pp][Mm]").fill_null(False) & (h < 12).fill_null(False)
    midnight = text.str.contains(r"[Aa][Mm]").fill_null(False) & (h == 12).fill_null(False)
    frame = frame.with_columns(_pm=afternoon, _am=midnight)
    later = nw.when(nw.col("_pm")).then(moment.dt.offset_by("12h")).otherwise(moment)
    return frame.with_columns(moment=nw.when(nw.col("_am")).then(moment.dt.offset_by("-12h")).otherwise(later))
