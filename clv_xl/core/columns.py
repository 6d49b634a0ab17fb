"""Order functions on columns: arrays of customers, dates and amounts on their way through `core.orders`.

A range in Excel and a file on the command line are counted by the same code, with the same rules. The defaults hold:
lines of one customer at the same moment are one order; what adds up to 0 or less is no order, but its amount counts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from clv_xl.core.labels import CERTAIN, Labelled, labelled, rank, text_of
from clv_xl.core.undefined import OutOfDomain

if TYPE_CHECKING:
    from clv_xl.core.orders import Cleaned

_NO_FUTURE = dt.date(9999, 12, 31)
"""A cell's result must not depend on the day of its calculation, so no date in the log is in the future."""


@dataclass(frozen=True)
class Log:
    """The orders in columns, customers as numbers, and who these are."""

    cleaned: Cleaned
    who: Labelled
    dates: NDArray[np.datetime64]

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of any figure from this log must know."""
        left_out = (f"note: {row.step}: {row.lines} rows {row.done}" for row in self.cleaned.report.left_out)
        return (*left_out, *notes_on("customers", self.who))

    def names(self) -> NDArray[Any]:
        """The name of each customer as it is shown: as spelled in the earliest order."""
        if not self.who.merges:
            return self.who.names
        return spelled(self.who, self.dates, self.first_orders())

    def first_orders(self) -> NDArray[np.datetime64]:
        """The moment of each customer's first order; NaT without one."""
        firsts = np.full(len(self.who.names), np.datetime64("NaT"), dtype="datetime64[us]")
        by_customer = self._orders().groupby("customer")["moment"].min()
        firsts[by_customer.index.to_numpy()] = by_customer.to_numpy()
        return firsts

    def in_orders(self) -> NDArray[np.bool_]:
        """Which lines are part of an order: of the same customer and moment."""
        import pandas as pd

        orders = pd.MultiIndex.from_frame(self._orders()[["customer", "moment"]])
        return pd.MultiIndex.from_arrays([self.who.numbers, self.dates]).isin(orders)

    def _orders(self) -> Any:
        orders = self.cleaned.orders.collect().to_pandas()
        return orders[orders["is_order"]]


@dataclass(frozen=True)
class Customers:
    """One element a customer, by name; remarks on what was left out."""

    names: NDArray[Any]
    measures: Mapping[str, NDArray[Any]]
    """The columns of `core.orders.customer_summary`."""
    notes: tuple[str, ...]


@contextmanager
def refusing() -> Iterator[None]:
    """What `core.orders` cannot use becomes a refusal of the formula."""
    from clv_xl.core.orders import OrdersError

    try:
        yield
    except OrdersError as error:
        raise OutOfDomain("{why}", why=str(error)) from error


def read_log(
    customers: Any, dates: Any, amounts: Any = None, until: dt.datetime | None = None, groups: Any = None, **rules: Any
) -> Log:
    """The orders in columns of labels, dates and amounts; without amounts every line belongs to an order.

    `groups` are text that sorts as the groups do. Raises OutOfDomain if no order is left.
    """
    import pandas as pd

    from clv_xl.core.orders import Columns, OrderRules, clean

    who = labelled(customers)
    moments = np.asarray(dates, dtype="datetime64[us]")
    numbers = who.numbers
    log: dict[str, Any] = {"customer": np.where(numbers < 0, np.nan, numbers) if (numbers < 0).any() else numbers}
    log["date"] = moments
    log["amount"] = np.ones(len(moments)) if amounts is None else np.asarray(amounts, dtype=float)
    if groups is not None:
        log["channel"] = pd.Series(groups, dtype="str")
    names = Columns("customer", "date", "amount", channel=None if groups is None else "channel")
    day = until.date() if until is not None else None
    stated = OrderRules(duplicates="unchecked", today=_NO_FUTURE, as_of=day, **rules)
    with refusing():
        return Log(clean(pd.DataFrame(log, copy=False), names, stated), who, moments)


def summarised(
    customers: Any,
    dates: Any,
    amounts: Any = None,
    until: dt.datetime | None = None,
    period: str | None = None,
    **rules: Any,
) -> Customers:
    """One row a customer, by name; without a period, without the measures that need one."""
    from clv_xl.core.orders import customer_summary

    log = read_log(customers, dates, amounts, until, **rules)
    with refusing():
        frame = customer_summary(log.cleaned.orders, log.cleaned.as_of, period).collect().to_pandas()
    who = frame["customer"].to_numpy()
    names = log.names()
    by = np.argsort(who)
    if log.who.merges:  # the spelling shown need not be the least one
        by = np.array(sorted(range(len(who)), key=lambda i: rank(names[who[i]])), dtype=np.intp)
    measures = {name: frame[name].to_numpy()[by] for name in frame.columns if name != "customer"}
    return Customers(names[who[by]], measures, log.notes)


def spelled(who: Labelled, dates: NDArray[Any], firsts: NDArray[Any]) -> NDArray[Any]:
    """One name a label: the least spelling on its lines at the label's moment in `firsts`."""
    numbers = who.numbers
    early = (numbers >= 0) & (dates == firsts[numbers])
    best = np.full(len(who.names), len(who.spellings), dtype=np.intp)
    np.minimum.at(best, numbers[early], who.lines[early])
    names = who.names.copy()
    found = best < len(who.spellings)
    names[found] = who.spellings[best[found]]
    return names


def notes_on(what: str, who: Labelled) -> list[str]:
    """Where several spellings were taken for one label, and where numbers have more digits than a cell holds."""
    notes = []
    if who.merges:
        spellings = np.bincount(who.owners)
        several = np.flatnonzero(spellings > 1)
        shown = who.spellings[who.owners == several[0]].tolist()[:2]
        example = " and ".join(f'"{s}"' if isinstance(s, str) else text_of(s) for s in shown)
        plural = f"{len(several)} {what} are" if len(several) > 1 else f"1 of the {what} is"
        notes.append(f"note: {plural} spelled in several ways and counted as one each, for example {example}")
    numbers = [name for name in who.names.tolist() if type(name) is float]
    if numbers and max(map(abs, numbers)) >= CERTAIN:
        notes.append(
            f"note: some {what} are numbers of more than 15 digits, of which a cell keeps only the first 15; store "
            "them as text"
        )
    return notes
