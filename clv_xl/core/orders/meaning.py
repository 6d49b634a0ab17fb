"""What lines mean: whether their orders happened, whose they are, and whose money the amount is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import narwhals.stable.v2 as nw

from clv_xl.core.orders import once_per_order, paid_back, status, who
from clv_xl.core.orders.engines import Frame
from clv_xl.core.orders.header import Header
from clv_xl.core.orders.rules import Columns, OrderRules


@dataclass(frozen=True, slots=True)
class Beside:
    """Columns beside those that play a part, which say whether orders happened, and who somebody is.

    By internal name, the names that the header shows.
    """

    statuses: Mapping[str, str] = field(default_factory=dict)
    persons: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Meant:
    """Lines with their customers and what was paid.

    Which of their orders did not happen, None where all did, and in words; whether amounts are those of whole orders;
    what spellings of customers became.
    """

    frame: Frame
    left_out: nw.Expr | None
    done: str
    per_order: bool
    spellings: dict[str, str]


def beside(log: Frame, header: Header, columns: Columns, rules: OrderRules) -> Beside:
    """What else in the log, with internal names, has to do with whether orders happened and who the customer is."""
    shown = {name: header.shown(name) for name in log.collect_schema().names()}
    people = who.persons(shown, columns)
    statuses = status.status_columns(log, shown, columns, rules)
    return Beside({name: shown[name] for name in statuses}, {name: shown[name] for name in people})


def understood(frame: Frame, columns: Columns, also: Beside, rules: OrderRules, remarks: list[str]) -> Meant:
    """Typed lines, understood as the rules state or the log proves. Raises OpenQuestion for what stays open."""
    if also.persons or rules.guest not in (None, "none"):
        frame = who.identified(frame, columns, [*also.persons.values()], rules, remarks)
    frame, spellings = who.merged_names(frame, rules.exact_names, remarks)
    per_order = False
    if "order" in frame.collect_schema().names() and columns.amount is not None:
        frame = frame.with_columns(gross=nw.col("amount"))
        per_order = once_per_order.is_per_order(frame, columns.amount, rules, remarks)
    if columns.refunded is not None:
        frame = paid_back.less_refunds(frame, columns.refunded, rules, remarks)
    happened = status.Statuses()
    if also.statuses:
        names = [f"status{i}" for i in range(len(also.statuses))]
        frame = status.filled_by_order(frame, names)
        happened = status.statuses(frame, names, [*also.statuses.values()], rules)
        remarks += happened.remarks
    return Meant(frame, happened.left_out, happened.done, per_order, spellings)
