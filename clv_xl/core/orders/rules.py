"""What an order log may look like, and what is done about it: every rule is an option with a stated default."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Literal


class OrdersError(ValueError):
    """An order log cannot be used as it is. The text is one sentence or two: what is wrong, and what to do."""


class OpenQuestion(OrdersError):
    """A log leaves something open that changes its figures, and only its owner can answer.

    `answers` are lists of the terminal's options; each list settles the question.
    """

    def __init__(self, question: str, answers: Sequence[Sequence[str]]) -> None:
        self.question, self.answers = question, answers
        options = " or ".join(shlex.join(answer) for answer in answers)
        super().__init__(f"{question} Answer it with {options}.")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of the log plays which part. Needed: customer, date, and amount or quantity with price.

    `amount` is the money of a line, negative for a refund. Without it, amount = quantity × price.
    `cost` is the cost of the line (not of a piece). `channel` is what won the customer or brought the order. `status`
    says whether an order happened, `refunded` holds what was paid back of its amount, `email` who a guest is.
    """

    customer: str
    date: str
    amount: str | None = None
    quantity: str | None = None
    price: str | None = None
    order: str | None = None
    channel: str | None = None
    cost: str | None = None
    currency: str | None = None
    status: str | None = None
    refunded: str | None = None
    email: str | None = None

    def __post_init__(self) -> None:
        if self.amount is None and (self.quantity is None or self.price is None):
            raise OrdersError(
                "An order log needs a column for the amount, or one for the quantity and one for the price."
            )

    @property
    def named(self) -> dict[str, str]:
        """The parts that have a column: part -> column."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) is not None}


PARTS = tuple(f.name for f in fields(Columns))
"""The parts that columns of a log play."""


@dataclass(frozen=True, slots=True)
class OrderRules:
    """How a messy log becomes orders. The defaults keep every line that can be read, and say so.

    - `lines`: "merge" makes one order of the lines with one order number (without numbers: of one customer at one
      moment, which is one day where the log has no times); "each" takes every line as an order.
    - `refunds` (negative lines): "net" takes them off the customer's revenue without counting them as orders; "leave
      out"; "refuse" raises OrdersError.
    - `free` (orders worth 0): "no order" keeps their cost but does not count them; "order" counts them.
    - `duplicates` (lines equal in every column of the log): "keep" counts and keeps them, because a till that scans the
      same article twice writes two equal lines, and dropping those would lose real revenue; "drop" keeps one of each;
      "unchecked" saves the search, which is the slowest step on very large logs.
    - `date_order` for text such as 3/4/2025: "day-first" or "month-first"; "auto" takes the one that the log proves by
      a number above 12, and raises OrdersError where nothing proves it. Text as 2025-04-03 or 20250403 needs no rule.
    - `decimal`: the decimal sign of amounts that are text, "." or ","; the other one may group thousands. "auto" takes
      the one that the log proves, as 12,50 or 1,234.56 does, and raises OrdersError where values such as 96.990 leave it
      open, or the log has both.
    - `time_zone`: the zone, as "Europe/Paris", in which moments that carry a zone become dates. Without it text keeps
      the clock time as written, and other moments that of the engine's own zone (UTC where the engine has none).
    - `as_of`: the last day that counts; later lines are left out. By default the log's last day that is not after
      `today`.
    - `currency`: the one currency to keep where the log has several, in a column or by marks such as $ and EUR inside
      amounts; `rates` converts instead: value of one unit of each currency. Several currencies with neither raise OrdersError: a sum of euros and dollars is nothing.
    - `status`: the words of the status column with which orders count, or ("all",). Without it, orders that were
      cancelled, failed or refunded are left out, and open ones raise OrdersError.
    - `amount_per`: whether the amount stands on each "line" for itself or is that of the whole "order", repeated on
      its lines; "auto" takes what quantity and price prove, and raises OrdersError where it is open.
    - `guest`: the customer that stands for everybody without an account, or "none"; without it, what the log shows.
    - `exact_names`: customers are one only where their names are equal to the letter.
    - `named`: the parts whose column the user named, which are therefore not asked about.
    """

    lines: Literal["merge", "each"] = "merge"
    refunds: Literal["net", "leave out", "refuse"] = "net"
    free: Literal["no order", "order"] = "no order"
    duplicates: Literal["keep", "drop", "unchecked"] = "keep"
    date_order: Literal["auto", "day-first", "month-first"] = "auto"
    decimal: Literal["auto", ".", ","] = "auto"
    time_zone: str | None = None
    as_of: dt.date | None = None
    today: dt.date = field(default_factory=dt.date.today)
    currency: str | None = None
    rates: Mapping[str, float] | None = None
    status: tuple[str, ...] | None = None
    amount_per: Literal["auto", "line", "order"] = "auto"
    guest: str | None = None
    exact_names: bool = False
    named: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        allowed = {
            "lines": ("merge", "each"),
            "refunds": ("net", "leave out", "refuse"),
            "free": ("no order", "order"),
            "duplicates": ("keep", "drop", "unchecked"),
            "date_order": ("auto", "day-first", "month-first"),
            "decimal": ("auto", ".", ","),
            "amount_per": ("auto", "line", "order"),
        }
        for name, choices in allowed.items():
            if getattr(self, name) not in choices:
                raise OrdersError(f'{name} is "{getattr(self, name)}"; choose from: {", ".join(choices)}.')
