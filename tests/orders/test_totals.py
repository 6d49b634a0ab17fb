"""Totals of a pandas frame by sorting: the same as when pandas groups."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clv_xl.core.orders import totals as module
from clv_xl.core.orders.engines import opened
from clv_xl.core.orders.totals import totals

DAY = dt.datetime(2024, 2, 28)
MOMENTS = {
    "days": st.integers(-40_000, 40_000).map(lambda n: DAY + dt.timedelta(days=n)),
    "seconds": st.integers(0, 90_000).map(lambda n: DAY + dt.timedelta(seconds=n)),
    "microseconds": st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2100, 1, 1)),
    "few": st.sampled_from([DAY, DAY + dt.timedelta(hours=8)]),
}
AMOUNTS = st.sampled_from([0.0, 0.1, 0.2, -0.3, 7.25, 19.99, -19.99, 1e6]) | st.integers(0, 10**7).map(
    lambda n: n / 100
)


@st.composite
def logs(draw: Any) -> pd.DataFrame:
    moments = MOMENTS[draw(st.sampled_from(sorted(MOMENTS)))]
    who = st.sampled_from([0, 1, 2, 3]) | st.integers(-(2**40), 2**40)
    lines = draw(
        st.lists(st.tuples(who, moments, AMOUNTS, st.booleans(), moments | st.none()), min_size=1, max_size=40)
    )
    who_, moment, amount, sale, when = zip(*lines, strict=True)
    columns = {"customer": np.array(who_), "amount": np.array(amount), "sale": np.array(sale)}
    for name, values in (("moment", moment), ("when", when)):
        columns[name] = np.array(values, dtype="datetime64[us]")
    return pd.DataFrame(columns)


ASKED: dict[str, Any] = {
    "sums": ["amount", "sale"],
    "least": {"first": "when"},
    "most": {"last": "when"},
    "lines": "lines",
}


def table(frame: Any, keys: list[str]) -> dict[Any, dict[str, Any]]:
    native = frame.collect().to_pandas()
    return {
        tuple(row[key] for key in keys): {name: value for name, value in row.items() if name not in keys}
        for row in native.to_dict("records")
    }


def grouped(frame: pd.DataFrame, keys: list[str]) -> Any:
    """The usual way of every other engine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "is_native", lambda frame, name: False)
        return totals(opened(frame), keys, **ASKED)


@settings(max_examples=200, deadline=None)
@given(log=logs(), keys=st.sampled_from([["customer"], ["customer", "moment"], ["moment", "customer"], ["sale_"]]))
def test_sorting_gives_what_grouping_gives(log: pd.DataFrame, keys: list[str]) -> None:
    log["sale_"] = log["sale"].astype("int64")
    by_sorting, by_grouping = table(totals(opened(log), keys, **ASKED), keys), table(grouped(log, keys), keys)
    assert by_sorting.keys() == by_grouping.keys()
    for key, row in by_grouping.items():
        mine = by_sorting[key]
        assert (mine["lines"], mine["sale"]) == (row["lines"], row["sale"])
        assert mine["amount"] == pytest.approx(row["amount"], rel=1e-12, abs=1e-9)
        for name in ("first", "last"):
            assert mine[name] == row[name] or (pd.isna(mine[name]) and pd.isna(row[name]))


@settings(max_examples=100, deadline=None)
@given(log=logs())
def test_sums_with_refunds_are_as_good_as_exact(log: pd.DataFrame) -> None:
    found = table(totals(opened(log), ["customer"], **ASKED), ["customer"])
    for (customer,), row in found.items():
        exact = math.fsum(log["amount"][log["customer"] == customer])
        assert row["amount"] == pytest.approx(exact, rel=1e-15, abs=1e-20 if log["amount"].min() < 0 else 1e-9)


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([1.0, 2.0, 1.0]),
        pd.Series(["a", "b", "a"]),
        pd.Series([1, None, 1], dtype="Int64"),
        pd.Series([DAY, pd.NaT, DAY]),
        pd.Series([-(2**63) + 1, 2**63 - 1, 0]),
    ],
    ids=["fractions", "text", "missing numbers", "missing moments", "too far apart"],
)
def test_other_keys_are_left_to_pandas(column: Any) -> None:
    frame = opened(pd.DataFrame({"key": column, "amount": [1.0, 2.0, 4.0]}))
    found = totals(frame, ["key"], ["amount"], lines="lines").collect().to_pandas()
    assert sorted(found["amount"]) == ([1.0, 2.0, 4.0] if len(set(column.dropna())) > 2 else [2.0, 5.0])


def test_missing_amounts_are_passed_over() -> None:
    frame = opened(pd.DataFrame({"key": [1, 1, 2], "amount": [1.0, math.nan, 4.0]}))
    found = totals(frame, ["key"], ["amount"]).sort("key").collect()
    assert found["amount"].to_list() == [1.0, 4.0]
    assert totals(frame.filter(nw.col("key") > 9), ["key"], ["amount"]).collect().shape[0] == 0
