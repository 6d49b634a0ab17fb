"""The little that differs between pandas, Polars, DuckDB and Spark, in one place. Everything else is Narwhals.

Days and periods are whole numbers, computed from year, month and day: the same on every engine, to the last bit.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, Literal, get_args

import narwhals.stable.v2 as nw

from clv_xl.core.orders.rules import OrdersError

Frame = nw.LazyFrame[Any]
Period = Literal["day", "week", "month", "quarter", "year"]
PERIODS: tuple[str, ...] = get_args(Period)

_EPOCH = 305
"""Day numbers count from 1 March of year 0; Python's ordinals from 1 January of year 1."""

_MICROSECONDS = 86_400_000_000
_DAY_OF_1970 = dt.date(1970, 1, 1).toordinal() + _EPOCH


def opened(frame: Any) -> Frame:
    """Any supported frame, eager or lazy, as a lazy Narwhals frame. Raises OrdersError for anything else."""
    try:
        lazy: Frame = nw.from_native(frame).lazy()
        return lazy
    except TypeError as error:
        kind = f"{type(frame).__module__}.{type(frame).__qualname__}"
        raise OrdersError(f"An order log is a pandas, Polars, DuckDB or Spark frame, not {kind}.") from error


def is_native(frame: Frame, name: str) -> bool:
    """Whether the frame lives in the engine "pandas", "polars", "duckdb" or "pyspark"."""
    return frame.implementation.value == name or (name == "pyspark" and "pyspark" in frame.implementation.value)


def rows(frame: Frame) -> list[dict[str, Any]]:
    """Run the query and fetch its rows, as plain Python values. For small results. Missing is None."""
    native, names = frame.to_native(), frame.collect_schema().names()
    if is_native(frame, "duckdb"):
        return [dict(zip(names, row, strict=True)) for row in native.fetchall()]
    if is_native(frame, "pyspark"):
        return [dict(zip(names, row, strict=True)) for row in native.collect()]
    fetched = frame.collect().rows(named=False)
    return [dict(zip(names, map(_plain, row), strict=True)) for row in fetched]


def _plain(value: Any) -> Any:
    if value is None or value != value or type(value).__name__ in ("NAType", "NaTType"):
        return None
    if hasattr(value, "to_pydatetime"):
        return value.to_pydatetime()
    return value.item() if hasattr(value, "item") else value


def settled(frame: Frame) -> Frame:
    """The same rows, computed once and kept where the engine keeps things, so that later questions do not start over.

    DuckDB: a temporary table of the relation's connection, which spills to disk. Spark: persisted on the cluster.
    """
    native = frame.to_native()
    if is_native(frame, "duckdb"):
        name = f"clv_xl_{uuid.uuid4().hex}"
        native.query("settling", f"CREATE TEMP TABLE {name} AS SELECT * FROM settling")
        return opened(native.query("settling", f"SELECT * FROM {name}"))
    if is_native(frame, "pyspark"):
        return opened(native.persist())
    return frame.collect().lazy() if is_native(frame, "polars") else frame


def occurring(frame: Frame, conditions: dict[str, nw.Expr]) -> dict[str, nw.Expr]:
    """The conditions, without those that hold in no row of a pandas frame.

    There it is cheap to find out, and dear to carry a column through all steps that changes nothing. Elsewhere it would
    be a query of its own.
    """
    if not is_native(frame, "pandas"):
        return conditions
    found = rows(frame.select(**{name: condition.any() for name, condition in conditions.items()}))[0]
    return {name: condition for name, condition in conditions.items() if found[name]}


def without(frame: Frame, condition: nw.Expr) -> Frame:
    """The rows for which the condition does not hold. Where it never does, pandas is spared the copy."""
    return frame.filter(~condition) if occurring(frame, {"any": condition}) else frame


def clock_times(frame: Frame, column: str, zone: str | None) -> Frame:
    """The column's moments as clock times without a zone: those of `zone`, or of the engine's own zone."""
    if zone is None:
        return frame.with_columns(nw.col(column).dt.replace_time_zone(None))
    native = frame.to_native()
    if is_native(frame, "duckdb"):
        quoted = column.replace('"', '""')
        return opened(native.select(f'* REPLACE (timezone(\'{_known(zone)}\', "{quoted}") AS "{quoted}")'))
    if is_native(frame, "pyspark"):
        from pyspark.sql import functions as sf

        local = sf.to_timestamp_ntz(sf.date_format(sf.col(column), "yyyy-MM-dd HH:mm:ss"))
        here = native.sparkSession.conf.get("spark.sql.session.timeZone")
        return opened(native.withColumn(column, sf.convert_timezone(sf.lit(here), sf.lit(_known(zone)), local)))
    return frame.with_columns(nw.col(column).dt.convert_time_zone(_known(zone)).dt.replace_time_zone(None))


def in_zone(frame: Frame, column: str, offset: str, zone: str) -> Frame:
    """Clock times that are so many minutes (less than 1,024) ahead of UTC as those of `zone`; others as they are."""
    utc = nw.col("_utc")
    frame = frame.with_columns(_utc=nw.col(column).dt.offset_by("-1024m"), _left=1024 - nw.col(offset))
    for bit in range(11):  # engines move all moments of a column by one length only
        odd = (nw.col("_left") // 2**bit % 2 == 1).fill_null(False)
        frame = frame.with_columns(_utc=nw.when(odd).then(utc.dt.offset_by(f"{2**bit}m")).otherwise(utc))
    native = frame.to_native()
    if is_native(frame, "duckdb"):
        frame = opened(native.select(f"* REPLACE (timezone('{_known(zone)}', timezone('UTC', _utc)) AS _utc)"))
    elif is_native(frame, "pyspark"):
        from pyspark.sql import functions as sf

        frame = opened(
            native.withColumn("_utc", sf.convert_timezone(sf.lit("UTC"), sf.lit(_known(zone)), sf.col("_utc")))
        )
    else:
        moved = utc.dt.replace_time_zone("UTC").dt.convert_time_zone(_known(zone)).dt.replace_time_zone(None)
        frame = frame.with_columns(_utc=moved)
    there = ~nw.col(offset).is_null()
    return frame.with_columns(nw.when(there).then(utc).otherwise(nw.col(column)).alias(column)).drop("_utc", "_left")


def _known(zone: str) -> str:
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(zone).key
    except (KeyError, ValueError, OSError) as error:
        raise OrdersError(f'"{zone}" is no time zone; write one like Europe/Paris or UTC.') from error


def day_number(moment: nw.Expr) -> nw.Expr:
    """The day of a moment as a whole number; differences are days. Exact in the Gregorian calendar, years 1 to 9999."""
    year, month, day = (part.cast(nw.Int64) for part in (moment.dt.year(), moment.dt.month(), moment.dt.day()))
    early = (month <= 2).cast(nw.Int64)
    y, m = year - early, month + 12 * early - 3
    return 365 * y + y // 4 - y // 100 + y // 400 + (153 * m + 2) // 5 + day - 1


def day_stamp(moment: nw.Expr) -> nw.Expr:
    """`day_number` from the microseconds that pandas keeps, many times as fast there. Not for missing moments."""
    return moment.dt.timestamp("us") // _MICROSECONDS + _DAY_OF_1970


def period_number(moment: nw.Expr, period: str) -> nw.Expr:
    """The period of a moment as a whole number; differences are numbers of periods. Weeks begin on Monday (ISO)."""
    if period in ("day", "week"):
        days = day_number(moment)
        return days if period == "day" else (days + 2) // 7
    year, month = moment.dt.year().cast(nw.Int64), moment.dt.month().cast(nw.Int64)
    months = year * 12 + month - 1
    return {"month": months, "quarter": months // 3, "year": year}[period]


def number_of(day: dt.date, period: str) -> int:
    """`period_number` of one date."""
    days = day.toordinal() + _EPOCH
    months = day.year * 12 + day.month - 1
    return {"day": days, "week": (days + 2) // 7, "month": months, "quarter": months // 3, "year": day.year}[period]


def start_of(number: int, period: str) -> dt.date:
    """The first day of the period with that number."""
    if period in ("day", "week"):
        return dt.date.fromordinal((number if period == "day" else number * 7 - 2) - _EPOCH)
    months = number * {"month": 1, "quarter": 3, "year": 12}[period]
    return dt.date(months // 12, months % 12 + 1, 1)


def first_order(orders: Any) -> dt.date:
    """The day of the first order. Raises OrdersError where there is none."""
    sales = opened(orders).filter(nw.col("is_order"))
    first = rows(sales.select(first=nw.col("moment").min()))[0]["first"]
    if first is None:
        raise OrdersError("There is no order.")
    return first.date()  # type: ignore[no-any-return]


def after(moment: nw.Expr, day: dt.date) -> nw.Expr:
    """Whether a moment is later than a day. There is no day after 9999-12-31, so its last microsecond is compared."""
    return moment > nw.lit(dt.datetime.combine(day, dt.time.max))


def check_period(period: str) -> None:
    """Raise OrdersError unless the period is one that is known."""
    if period not in PERIODS:
        raise OrdersError(f'period is "{period}"; choose from: {", ".join(PERIODS)}.')
