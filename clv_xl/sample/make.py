"""Makes the sample log: a year of a tea shop that does not exist.

`python -m clv_xl.sample.make` writes orders.csv anew. Only `random.random` is used, which gives the
same numbers in every version of Python.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

FILE = Path(__file__).with_name("orders.csv")
_SEED = 20240101
_CUSTOMERS = 250
_FIRST_DAY = dt.datetime(2024, 1, 2)
_DAYS = 364
_HEADER = "order_id,order_date,customer_email,checkout,channel,product,quantity,unit_price,amount,status"
_PRODUCTS = (
    ("Assam 250 g", 1190), ("Darjeeling 100 g", 1450), ("Earl Grey 250 g", 1090), ("Sencha 100 g", 1280),
    ("Jasmine 100 g", 990), ("Rooibos 250 g", 850), ("Peppermint 100 g", 560), ("Chai 250 g", 1150),
    ("Gift box", 3400), ("Teapot, glass", 4200), ("Cup, stoneware", 1650), ("Tea filters, 100", 390),
)  # fmt: skip
_CHANNELS = ("search", "search", "social", "newsletter", "recommendation", "market stall")
_FIRST = (
    "Ada Ben Cleo Dan Eva Finn Gita Hugo Ines Jon Kira Leo Mia Noor Otis Pia Quin Rosa Sam Tara Uma Vera Will Yan Zoe"
)
_LAST = "Adler Brook Costa Dunn Ekholm Fuchs Grant Haas Ito Jensen Klein Lopez Moreau Novak Olsen Park Rossi Silva Vega"
_REFUNDED, _GUEST, _TILL = 0.03, 0.25, 0.02
_Of = TypeVar("_Of")


@dataclass(frozen=True, slots=True)
class _Order:
    moment: dt.datetime
    email: str
    checkout: str
    channel: str


@dataclass(frozen=True, slots=True)
class _Line:
    moment: dt.datetime
    number: int
    order: _Order
    product: str
    quantity: int
    cents: int


def orders_csv() -> bytes:
    """The sample log. The same bytes each time."""
    chance = random.Random(_SEED)
    orders = sorted((o for person in range(_CUSTOMERS) for o in _orders(person, chance)), key=lambda o: o.moment)
    lines = [line for number, order in enumerate(orders, 10_001) for line in _lines(number, order, chance)]
    lines.sort(key=lambda line: (line.moment, line.number))
    return "".join(f"{row}\n" for row in (_HEADER, *map(_row, lines))).encode("ascii")


def _orders(person: int, chance: random.Random) -> Iterator[_Order]:
    """Those of one customer: half of them never come back, guests seldom do, and some come every few weeks."""
    first, last = _FIRST.split(), _LAST.split()
    email = f"{first[person % len(first)]}.{last[person // len(first) + person % 7]}{person}@example.com".lower()
    guest = chance.random() < _GUEST
    channel = _one(_CHANNELS, chance)
    returns = 0.3 if guest else 0.85 if chance.random() < 0.6 else 0.35
    gap = 15 + 55 * chance.random()
    day = _DAYS * chance.random() ** 0.8
    while day < _DAYS:
        moment = _FIRST_DAY + dt.timedelta(days=int(day), minutes=480 + int(800 * chance.random()))
        till = chance.random() < _TILL
        yield _Order(moment, "" if till else email, "till" if till else "guest" if guest else "account", channel)
        if chance.random() > returns:
            return
        day += gap * (0.4 + 1.2 * chance.random())


def _lines(number: int, order: _Order, chance: random.Random) -> Iterator[_Line]:
    """Products of one order, each once, and what of them was sent back days later."""
    basket = dict(_one(_PRODUCTS, chance) for _ in range(1 + int(3 * chance.random() ** 1.2)))
    for product, cents in basket.items():
        quantity = 1 + int(3 * chance.random() ** 3)
        yield _Line(order.moment, number, order, product, quantity, cents)
        if chance.random() < _REFUNDED:
            back = order.moment + dt.timedelta(days=3 + int(15 * chance.random()))
            yield _Line(min(back, _FIRST_DAY + dt.timedelta(days=_DAYS)), number, order, product, -1, cents)


def _row(line: _Line) -> str:
    product = f'"{line.product}"' if "," in line.product else line.product
    cells = (
        line.number, f"{line.moment:%Y-%m-%d %H:%M}", line.order.email, line.order.checkout, line.order.channel,
        product, line.quantity, _money(line.cents), _money(line.quantity * line.cents), "paid",
    )  # fmt: skip
    return ",".join(map(str, cells))


def _money(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"


def _one(things: Sequence[_Of], chance: random.Random) -> _Of:
    return things[int(len(things) * chance.random())]


if __name__ == "__main__":
    FILE.write_bytes(orders_csv())
