"""Columns that may be meant where a part of a log was not recognised, by what they are called and what they hold."""

from __future__ import annotations

import datetime as dt
import decimal
import re
import shlex
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher, get_close_matches
from functools import cache
from typing import Any

from clv_xl.core.column_names import NAMES, plain_name

Sample = Mapping[str, Sequence[Any]]
"""Column -> some of its values."""

_SHOWN = 3
_CLOSE = 0.84
_WORDS = {
    "customer": "customer client kunde kunden cliente klant musteri müşteri buyer shopper purchaser member account "
    "user payer debtor debitor patron donor guest email 客戶 客户 顧客 顾客 ลูกค้า",
    "date": "date datetime timestamp day datum data fecha jour tarih tag created ordered purchased placed booked 日期 "
    "วันที่",
    "amount": "amount total sales revenue turnover gross net spend spent paid sum value price charge collected betrag "
    "umsatz summe brutto netto wert montant valeur importe monto venta ventas importo valore valor receita bedrag "
    "omzet tutar ciro 金額 金额",
    "quantity": "quantity qty units pieces menge anzahl stück stückzahl quantité qté cantidad quantità quantidade qtd "
    "aantal hoeveelheid adet miktar 數量 数量 จำนวน",
    "price": "price preis einzelpreis prix precio prezzo preço prijs fiyat fiyatı unitário unit 單價 单价 ราคา",
}
"""Words in a header that speak for a part."""

_NOT = {
    "customer": "country city state zip postcode region type group segment address phone street since age gender "
    "birthday birth note notes service currency status count language land ort stadt plz telefon pays ville ciudad "
    "product sku item description category title brand order invoice transaction produkt artikel produit producto",
    "date": "ship shipped shipping delivery delivered due birth birthday dob updated modified expiry expires "
    "expiration paid refund refunded cancelled canceled until geburt geburtsdatum lieferdatum versand fällig",
    "amount": "tax taxes vat mwst ust steuer iva tva kdv shipping versand freight discount rabatt fee fees gebühr tip "
    "tips cost balance quantity qty count id number no percent rate unit date currency type name status points refund "
    "refunded item items user users",
    "quantity": "amount total price value id refunded returned",
    "price": "total id quantity",
}
"""Words in a header that speak against it, whatever else it holds."""

_ABSENT = ("", "none", "nan", "-nan", "snan", "-snan", "nat", "<na>")
_SPELLED_DATE = re.compile(
    r"^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:\D.*)?$|^(?:19|20)\d{6}$|^(?:\w+,? )?\d{1,2}\.?[- ][^\W\d]{3,}\.?,?[- ]\d{2,4}"
    r"|^[^\W\d]{3,}\.? \d{1,2},? \d{4}"
)
_SPELLED_MONEY = re.compile(r"^[-−(]?\s*\D{0,4}\s*[-−]?\d[\d.,' \u00a0\u202f]*\s*\D{0,4}\)?$")
_CENTS = re.compile(r"[.,]\d{1,2}\D{0,5}$")


def candidates(part: str, names: Sequence[str], taken: set[str], sample: Sample | None = None) -> list[str]:
    """Columns that may play the part, the likeliest first: those called like it, then those that hold such values."""
    free = [name for name in names if name not in taken]
    likeness = {name: _likeness(part, name) for name in free}
    called = sorted((name for name in free if likeness[name]), key=lambda name: -likeness[name])
    fits = {"date": _dates, "amount": _money, "customer": _people}.get(part)
    if sample is None or fits is None:
        return called[:_SHOWN]
    holding = [name for name in free if fits(_present(sample[name]))]
    surely = [name for name in called if name in holding]
    # Values show that a column is no date and no amount, but they never show that it is no customer.
    perhaps = called if part == "customer" else []
    alike = [name for name in holding if not _speaks_against(part, name)]
    return list(dict.fromkeys(surely + perhaps + alike))[:_SHOWN] or called[:_SHOWN]


def closest(name: str, names: Sequence[str]) -> str | None:
    """The column that a mistyped name may mean."""
    near = {other: SequenceMatcher(None, plain_name(name), plain_name(other)).ratio() for other in names}
    best = max(near, key=lambda other: near[other], default=None)
    return best if best is not None and near[best] >= 0.75 else None


def option(part: str, name: str) -> str:
    """The option that names the column, ready to paste."""
    safe = not re.search(r'["$`\\!%]', name)
    return f"--{part} " + (f'"{name}"' if safe else shlex.quote(name))


def _likeness(part: str, name: str) -> float:
    """How much a header sounds like the part: by its spelling, else by its words; 0 where it does not."""
    if _speaks_against(part, name):
        return 0
    if get_close_matches(plain_name(name), _known(part), 1, _CLOSE):
        return 2
    words = _words_of(name)
    return len(words & _plain_words(_WORDS[part])) / len(words) if words else 0


def _speaks_against(part: str, name: str) -> bool:
    return bool(_words_of(name) & _plain_words(_NOT[part]))


def _words_of(name: str) -> set[str]:
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return {plain_name(word) for word in re.split(r"[\W_]+", apart) if plain_name(word)}


@cache
def _plain_words(text: str) -> frozenset[str]:
    return frozenset(plain_name(word) for word in text.split())


@cache
def _known(part: str) -> tuple[str, ...]:
    return tuple(plain_name(name) for name in NAMES[part].split() if len(name) > 4)


def _present(values: Sequence[Any]) -> list[Any]:
    return [v for v in values if str(v).strip().lower() not in _ABSENT]


def _dates(values: list[Any]) -> bool:
    fits = [isinstance(v, dt.date) or (isinstance(v, str) and bool(_SPELLED_DATE.match(v.strip()))) for v in values]
    return bool(values) and sum(fits) >= 0.8 * len(values)


def _money(values: list[Any]) -> bool:
    """Numbers of which some have cents or a mark of a currency: whole ones may as well be ids or years."""
    if not values or _dates(values):
        return False
    fits = [_is_number(v) or (isinstance(v, str) and bool(_SPELLED_MONEY.match(v.strip()))) for v in values]
    return sum(fits) >= 0.9 * len(values) and any(_has_cents(v) for v in values)


def _has_cents(value: Any) -> bool:
    if isinstance(value, str):
        return bool(_CENTS.search(value))
    if isinstance(value, decimal.Decimal):
        return value.is_finite() and value != value.to_integral_value()
    return isinstance(value, float) and value % 1 != 0


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | decimal.Decimal) and not isinstance(value, bool)


def _people(values: list[Any]) -> bool:
    """E-mails, or ids and names that come again, though there are many of them."""
    if not values or _dates(values) or _money(values):
        return False
    if sum("@" in str(v) for v in values) >= 0.8 * len(values):
        return True
    different = len({str(v) for v in values})
    return max(10, len(values) / 20) <= different < len(values)
