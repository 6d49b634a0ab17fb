"""Dates that are text, in numbers, read without guessing. What cannot be read becomes missing, never an error.

Text is brought into one exact form by plain regular expressions, which all engines agree on (see numbers_in_text).
"""

from __future__ import annotations

import narwhals.stable.v2 as nw

from clv_xl.core.orders.engines import Frame, rows

_CLOCK = r",?[ Tt]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?: ?[AaPp][Mm])?"
_HOURS = r"[+-](?:0?[0-9]|1[0-4])(?::?[0-5][0-9])?"
_ASIDE = r"(?: ?[(\[][^()\[\]]*[)\]])?"
_ZONE = rf" ?(?:(?i:Z|UTC|GMT|[ECMP][SD]T)|(?i:UTC|GMT)?{_HOURS}){_ASIDE}"
TIME = rf"(?:{_CLOCK}(?:{_ZONE})?|[Zz]|[+-][0-9]{{2}}:?[0-9]{{2}})?$"
YEAR = r"(?:[0-9]{4}|[0-9]{2})"
_YEAR_FIRST = r"^[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}"
_COMPACT = r"^[0-9]{8}"
_YEAR_LAST = rf"^[0-9]{{1,2}}[-/.][0-9]{{1,2}}[-/.]{YEAR}"
_HIGH, _LOW = "(?:1[3-9]|2[0-9]|3[01])", "[0-9]{1,2}"
_NUMBERS = ("year", "month", "day", "hour", "minute", "second")

_SETTLED = rf"(?:{_YEAR_FIRST}|{_COMPACT})(?:{_CLOCK})?$"
_FORMS = f"(?:{_YEAR_FIRST}|{_COMPACT}|{_YEAR_LAST}){TIME}"


def is_odd(text: nw.Expr) -> nw.Expr:
    """Whether a value is more than year, month, day and a time: needs a rule, has a zone, or is no date."""
    return _holds(text, "[^ \t]") & ~_holds(text, _SETTLED)


_DAY_28 = "(?:0[1-9]|1[0-9]|2[0-8])"
_LEAP = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|2000)"
_IN_CALENDAR = (
    f"(?:(?:000[1-9]|00[1-9][0-9]|0[1-9][0-9]{{2}}|[1-9][0-9]{{3}})-(?:(?:0[1-9]|1[0-2])-{_DAY_28}"
    f"|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)|{_LEAP}-02-29)"
)
_EXACT = {
    "%Y-%m-%d": f"^{_IN_CALENDAR}$",
    "%Y-%m-%d %H:%M:%S": f"^{_IN_CALENDAR} (?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$",
}


def exact_form(frame: Frame) -> str | None:
    """The form, in the signs of strptime, in which every text in `date` is a day of the calendar, as in most logs.

    None where there is no such one.
    """
    date = nw.col("date")
    wanted = {"there": date.str.contains(".")} | {form: date.str.contains(exact) for form, exact in _EXACT.items()}
    found = rows(frame.select(**{n: which.fill_null(False).cast(nw.Int64).sum() for n, which in wanted.items()}))[0]
    return next((form for form in _EXACT if found[form] and found[form] == found["there"]), None)


def with_exact_moment(frame: Frame, form: str) -> Frame:
    """`with_moment` for text of an exact form, at the engine's own speed."""
    date = nw.col("date")
    frame = frame.with_columns(date=nw.when((date != "").fill_null(False)).then(date))
    return frame.with_columns(moment=nw.col("date").str.to_datetime(form))


def is_unread(text: nw.Expr) -> nw.Expr:
    """Whether a value is not of the forms that are read as they stand."""
    return _holds(text, "[^ \t]") & ~_holds(text, _FORMS)


def is_worded(text: nw.Expr) -> nw.Expr:
    """Whether such a value has numbers and something beside them, so that it may be a date in words."""
    return is_unread(text) & _holds(text, "[0-9]") & _holds(text, "[^-0-9/.: ]")


def year_last(text: nw.Expr) -> nw.Expr:
    """Whether the text is a date whose day and month only a rule can tell apart, as 3/4/2025."""
    return _holds(text, _YEAR_LAST + TIME)


def year_first(text: nw.Expr) -> tuple[nw.Expr, nw.Expr]:
    """Whether the text is a date such as 2025-04-03, and whether one with a day above 12."""
    return _holds(text, _YEAR_FIRST + TIME), _holds(text, rf"^[0-9]{{4}}[-/.][0-9]{{1,2}}[-/.]{_HIGH}{TIME}")


def has_offset(text: nw.Expr) -> nw.Expr:
    """Whether the text carries a zone, as 2025-04-03T08:00Z."""
    return _holds(text, rf"[0-9]{_CLOCK}{_ZONE}$")


def short_year(text: nw.Expr) -> nw.Expr:
    """Whether the text is a date whose year has two digits, as 3/4/25."""
    return _holds(text, rf"^[0-9]{{1,2}}[-/.][0-9]{{1,2}}[-/.][0-9]{{2}}{TIME}")


def above_twelve(text: nw.Expr) -> tuple[nw.Expr, nw.Expr]:
    """Whether the first, and whether the second number of a date such as 3/4/2025 cannot be a month."""
    first = _holds(text, f"^{_HIGH}[-/.]{_LOW}[-/.]{YEAR}{TIME}")
    return first, _holds(text, f"^{_LOW}[-/.]{_HIGH}[-/.]{YEAR}{TIME}")


def _holds(text: nw.Expr, pattern: str) -> nw.Expr:
    return text.str.contains(pattern).fill_null(False)


def with_moment(frame: Frame, text: nw.Expr, day_first: bool) -> Frame:
    """Text as a column `moment`, to the second: the clock time as written. Missing where it is no date.

    A year of two digits is one of 1969 to 2068, as POSIX has it.
    """
    before = frame.collect_schema().names()
    frame = _with_clock(_with_day(frame.with_columns(_text=text), day_first))
    digits = {n: nw.when(_holds(nw.col(f"_{n}"), r"^[0-9]{1,4}$")) for n in _NUMBERS}
    frame = frame.with_columns(**{f"_n{n}": digits[n].then(nw.col(f"_{n}")) for n in _NUMBERS})
    frame = frame.with_columns(*(nw.col(f"_n{n}").cast(nw.Float64) for n in _NUMBERS))
    frame = frame.with_columns(_valid=_in_calendar().fill_null(False) & _in_a_day().fill_null(False))
    padded = [nw.col("_year"), *(nw.col(f"_{n}").str.zfill(2) for n in _NUMBERS[1:])]
    frame = frame.with_columns(_exact=nw.concat_str(padded, separator=" "))
    frame = frame.with_columns(_exact=nw.when(nw.col("_valid")).then(nw.col("_exact")))
    frame = frame.with_columns(moment=nw.col("_exact").str.to_datetime("%Y %m %d %H %M %S"))
    return _with_half_days(frame).select(*(n for n in before if n != "moment"), "moment")


def in_full(year: nw.Expr) -> nw.Expr:
    """Years of two digits with their century: 69 to 99 are of the twentieth, 00 to 68 of the twenty-first."""
    twentieth = _holds(year, r"^(?:69|[7-9][0-9])$")
    before, after = (nw.concat_str([nw.lit(century), year]) for century in ("19", "20"))
    return nw.when(twentieth).then(before).when(_holds(year, r"^[0-9]{2}$")).then(after).otherwise(year)


def _with_day(frame: Frame, day_first: bool) -> Frame:
    """Year, month and day as text."""
    text = nw.col("_text")
    date = text.str.replace_all(r"[ ,Tt].*$", "").str.replace_all(
        r"(?:[Zz]|[+][0-9]{2}:?[0-9]{2}|-[0-9]{2}:[0-9]{2})$", ""
    )
    frame = frame.with_columns(
        _iso=_holds(text, _YEAR_FIRST + TIME),
        _compact=_holds(text, _COMPACT + TIME),
        _last=_holds(text, _YEAR_LAST + TIME),
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
    return frame.with_columns(_year=in_full(nw.col("_year")))


def _by_form(iso: nw.Expr, compact: nw.Expr, last: nw.Expr) -> nw.Expr:
    return nw.when(nw.col("_iso")).then(iso).when(nw.col("_compact")).then(compact).when(nw.col("_last")).then(last)


def _with_clock(frame: Frame) -> Frame:
    """Hour, minute, second as text; midnight where there is no time."""
    text, time, later = nw.col("_text"), nw.col("_time"), nw.col("_later")
    timed = _holds(text, r"[ Tt][0-9]{1,2}:[0-9]{2}")
    frame = frame.with_columns(_timed=timed, _time=text.str.replace_all(r"^[^ Tt]*[ Tt]+", ""))
    frame = frame.with_columns(_later=time.str.replace_all(r"^[0-9]{1,2}:", ""))
    seconds = nw.col("_timed") & _holds(later, r"^[0-9]{2}:")
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
    afternoon = _holds(text, r"[0-9] ?[Pp][Mm]") & (h < 12).fill_null(False)
    midnight = _holds(text, r"[0-9] ?[Aa][Mm]") & (h == 12).fill_null(False)
    frame = frame.with_columns(_pm=afternoon, _am=midnight)
    later = nw.when(nw.col("_pm")).then(moment.dt.offset_by("12h")).otherwise(moment)
    return frame.with_columns(moment=nw.when(nw.col("_am")).then(moment.dt.offset_by("-12h")).otherwise(later))


def with_offset(frame: Frame, text: nw.Expr, name: str) -> Frame:
    """How many minutes the clock of a text is ahead of UTC, as a column; missing where it carries no zone."""
    before = frame.collect_schema().names()
    head = r"^[^:]*:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?: ?[AaPp][Mm])?"
    tail = text.str.replace_all(head, "").str.replace_all(r" ?[(\[].*$", "").str.to_uppercase()
    frame = frame.with_columns(_zone=nw.when(has_offset(text)).then(tail))
    frame = frame.with_columns(_zone=nw.col("_zone").str.replace_all("UTC|GMT|Z| ", ""))
    zone, digits = nw.col("_zone"), nw.col("_digits")
    for which, hours in (("E", 5), ("C", 6), ("M", 7), ("P", 8)):
        zone = zone.str.replace_all(f"{which}ST", f"-0{hours}:00").str.replace_all(f"{which}DT", f"-0{hours - 1}:00")
    frame = frame.with_columns(_zone=zone)
    zone = nw.col("_zone")
    frame = frame.with_columns(
        _behind=_holds(zone, "^-"),
        _long=_holds(zone, "[0-9]:?[0-9]{2}$"),
        _digits=nw.when(_holds(zone, "[0-9]")).then(zone.str.replace_all("[^0-9]", "")).otherwise(nw.lit("0")),
    )
    frame = frame.with_columns(_count=digits.cast(nw.Float64), _there=~zone.is_null())
    count = nw.col("_count")
    size = nw.when(nw.col("_long")).then(count // 100 * 60 + count % 100).otherwise(count * 60)
    frame = frame.with_columns(_size=size)
    minutes = nw.when(nw.col("_behind")).then(-nw.col("_size")).otherwise(nw.col("_size"))
    frame = frame.with_columns(nw.when(nw.col("_there")).then(minutes).alias(name))
    return frame.select(*(n for n in before if n != name), name)
