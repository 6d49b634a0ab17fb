"""A log in the user's own frame, whatever its columns are called, on every engine."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from clv_xl.core.orders import Columns, OrderRules, OrdersError, clean, customer_summary, rows

ODD = (
    *("Inv.No", "`b`", '"q"', "^.*$", "*", "why", "_text", "moment", "is_order", "clv_xl_copies", "raw_date"),
    *("c2", "lines", "{x}", "Kunde Nr.", "客户"),
)


def frames(engine: str, request: pytest.FixtureRequest, columns: dict[str, list[Any]]) -> Any:
    frame = pd.DataFrame(columns)
    if engine == "polars":
        import polars as pl

        return pl.LazyFrame(columns)
    if engine == "duckdb":
        import duckdb

        return duckdb.connect().from_df(frame)
    if engine == "spark":
        session = request.getfixturevalue("spark")
        plain = session.createDataFrame(
            list(zip(*columns.values(), strict=True)), [f"x{n}" for n in range(len(columns))]
        )
        return plain.toDF(*columns)
    return frame


@pytest.mark.parametrize("engine", ["pandas", "polars", "duckdb", "spark"])
def test_odd_names_play_every_part(engine: str, request: pytest.FixtureRequest) -> None:
    log: dict[str, list[Any]] = {name: ["x", "x", "x"] for name in ODD}
    log |= {"Inv.No": ["a", "b", "b"], "why": ["2025-01-05", "2025-01-06", "2025-01-06"], "^.*$": [1.0, 2.0, 2.0]}
    log |= {"`b`": ["1", "2", "2"], '"q"': ["web", "shop", "shop"], "*": [0.5, 0.5, 0.5]}
    columns = Columns("Inv.No", "why", "^.*$", order="`b`", channel='"q"', cost="*")
    result = clean(frames(engine, request, log), columns, OrderRules(duplicates="drop"))
    assert result.report.reconciles
    found = {r["customer"]: (r["orders"], r["revenue"]) for r in rows(customer_summary(result.orders, result.as_of))}
    assert found == {"a": (1, 1.0), "b": (1, 2.0)}


@pytest.mark.parametrize("engine", ["pandas", "spark"])
def test_a_name_that_is_there_twice_is_refused_only_where_it_plays_a_part(
    engine: str, request: pytest.FixtureRequest
) -> None:
    log = {"customer": ["a"], "date": ["2025-01-05"], "amount": [5.0], "x": [1], "y": [2]}
    frame = frames(engine, request, log)
    twice = ["customer", "date", "amount", "note", "note"]
    frame = frame.toDF(*twice) if engine == "spark" else frame.set_axis(twice, axis=1)
    assert clean(frame, Columns("customer", "date", "amount")).report.row("kept").amount == 5
    with pytest.raises(OrdersError, match=r'^2 columns are named "note"; rename all but the one for the channel'):
        clean(frame, Columns("customer", "date", "amount", channel="note"))


@pytest.mark.parametrize("engine", ["polars", "spark"])
def test_names_that_differ_in_case(engine: str, request: pytest.FixtureRequest) -> None:
    log = {"customer": ["a"], "Date": ["none"], "date": ["2025-01-05"], "amount": [5.0]}
    assert clean(frames(engine, request, log), Columns("customer", "date", "amount")).report.row("kept").amount == 5


def test_messages_name_columns_as_the_header_does() -> None:
    log = pd.DataFrame({"c1": ["a"], "c2": ["2025-01-05"], "c3": [5.0]})
    names = ("Cust.No", "Date", "date")
    with pytest.raises(OrdersError, match=r'^There is no column "nope" for the date; there are: Cust.No, Date, date'):
        clean(log, Columns("Cust.No", "nope", "date"), names=names)
    assert clean(log, Columns("Cust.No", "Date", "date"), names=names).report.row("kept").lines == 1
