"""Amounts that are text, read without guessing. What cannot be read becomes missing, never an error.

Engines differ in how they parse, so text is first brought into one exact form by plain regular expressions, which
pandas, Polars, DuckDB and Spark agree on, and only then handed over. It is done in stages, a column each, because
engines that translate to SQL would repeat an expression wherever it is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from clv_xl.core.orders.currency_marks import pieces_of, removing
from clv_xl.core.orders.engines import Frame, rows

_BETWEEN = "[ \t\r\n\u00a0\u2000-\u200f\u202f\u205f\u2060\u3000\ufeff'’‘`´′]"
_MINUS = "[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]"
_SIGNS = r"^\(|\)$|^[-+]|-$"
_NO_CENTS = r"[.,:]-+$"
_NUMBER = r"[0-9][0-9.,]*(?:[eE][-+]?[0-9]{1,2})?"
_EXPONENT = "(?:[eE][-+]?[0-9]{1,2})"
_LAKH = "[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}"
_MOST_UNITS = 1000

_SETTLED = r"^-?(?:[0-9]+(?:\.(?:[0-9]{1,2}|[0-9]{4,}))?|(?:0|[0-9]{4,})\.[0-9]+)$"
"""Digits, and a point that can only be decimal: what nearly all logs hold, for which one look is enough."""

_OPEN = r"^[1-9][0-9]{0,2}[.,][0-9]{3}$"


def is_odd(text: nw.Expr) -> nw.Expr:
    """Whether a value is more than digits with a point that can only be decimal."""
    return (text != "").fill_null(False) & ~text.str.contains(_SETTLED).fill_null(False)


def with_plain_number(frame: Frame, part: str) -> Frame:
    """The text column as numbers, where no value `is_odd`."""
    text = nw.col(part)
    return frame.with_columns(nw.when((text != "").fill_null(False)).then(text).alias(part)).with_columns(
        nw.col(part).cast(nw.Float64)
    )


def tidy(text: nw.Expr) -> nw.Expr:
    """The text without spaces and apostrophes, which group, and with one sign for minus."""
    return text.str.replace_all(_BETWEEN, "").str.replace_all(_MINUS, "-")


def unit(tidied: nw.Expr) -> nw.Expr:
    """What stands around the number: the mark or the code of a currency, or anything."""
    return tidied.str.replace_all(_NUMBER, "").str.replace_all(r"[-+().,:]", "")


def units(frame: Frame, part: str) -> list[str]:
    """What stands around the numbers of a tidied column, the most frequent first."""
    found = frame.select(unit=unit(nw.col(part))).filter((nw.col("unit") != "").fill_null(False))
    counted = found.group_by("unit").agg(n=nw.len()).sort("n", "unit", descending=[True, False]).head(_MOST_UNITS)
    return [row["unit"] for row in rows(counted)]


def without_marks(frame: Frame, part: str, found: Sequence[str]) -> Frame:
    """The tidied column without marks of currencies; missing where something else stands beside the number."""
    known = [one for one in found if pieces_of(one)[0]]
    there = unit(nw.col(part))
    frame = frame.with_columns(_unit=there)
    kept = (nw.col("_unit") == "").fill_null(False)
    bare = nw.col(part)
    if known:
        kept = kept | nw.col("_unit").is_in(known).fill_null(False)
        bare = bare.str.replace_all(removing(piece for one in known for piece in pieces_of(one)[0]), "")
    return frame.with_columns(nw.when(kept).then(bare).alias(part)).drop("_unit")


def marked(tidied: nw.Expr) -> nw.Expr:
    """Whether anything but a number stands in the tidied text."""
    return tidied.str.contains(r"[^-+().,:0-9eE]|^[eE]|[eE]$").fill_null(False)


def proof(tidied: nw.Expr, decimal: str) -> nw.Expr:
    """Whether the value can only be read with this decimal sign."""
    point, group = (r"\.", ",") if decimal == "." else (",", r"\.")
    forms = [
        f"[0-9]*{point}(?:[0-9]{{1,2}}|[0-9]{{4,}}){_EXPONENT}?",
        f"(?:0[0-9]*|[0-9]{{4,}})?{point}[0-9]+{_EXPONENT}?",
        f"[0-9]+{point}[0-9]+{_EXPONENT}",
        f"[0-9]{{1,3}}(?:{group}[0-9]{{3}})+{point}[0-9]+",
        f"[0-9]{{1,3}}(?:{group}[0-9]{{3}}){{2,}}",
    ]
    if decimal == ".":
        forms.append(rf"{_LAKH}(?:\.[0-9]+)?")
    return _digits(tidied).str.contains(f"^(?:{'|'.join(forms)})$").fill_null(False)


def is_open(tidied: nw.Expr) -> nw.Expr:
    """Whether the value's only sign may be decimal or group thousands, as that of 96.990."""
    return _digits(tidied).str.contains(_OPEN).fill_null(False)


def _digits(tidied: nw.Expr) -> nw.Expr:
    return tidied.str.replace_all(_NO_CENTS, "").str.replace_all(_SIGNS, "")


def with_number(frame: Frame, part: str, decimal: str) -> Frame:
    """The tidied column without marks as numbers: thousands are taken off; (12) and 12- are negative, 12.- is not."""
    point, group = (r"\.", ",") if decimal == "." else (",", r"\.")
    grouped = rf"^[0-9]{{1,3}}(?:{group}[0-9]{{3}})+(?:{point}[0-9]+)?$"
    plain = rf"^(?:[0-9]+(?:{point}[0-9]*)?|{point}[0-9]+){_EXPONENT}?$"
    lakh = rf"|^{_LAKH}(?:\.[0-9]+)?$" if decimal == "." else ""
    bare, digits = nw.col("_bare"), nw.col("_digits")
    frame = frame.with_columns(_bare=nw.col(part).str.replace_all(_NO_CENTS, ""))
    frame = frame.with_columns(
        _digits=bare.str.replace_all(_SIGNS, ""),
        _negative=bare.str.contains(r"^\(.*\)$|^-|-$").fill_null(False),
    )
    readable = digits.str.contains(f"{grouped}|{plain}{lakh}").fill_null(False)
    english = digits.str.replace_all(group, "").str.replace_all(point, ".")
    frame = frame.with_columns(_digits=nw.when(readable).then(english))
    frame = frame.with_columns(_value=digits.cast(nw.Float64))
    value = nw.col("_value")
    signed = nw.when(nw.col("_negative")).then(-value).otherwise(value)
    return frame.with_columns(signed.alias(part)).drop("_bare", "_digits", "_negative", "_value")


def total(frame: Frame, part: str, decimal: str) -> Any:
    """The sum of the tidied column under one reading."""
    return rows(with_number(frame.select(part), part, decimal).select(total=nw.col(part).sum()))[0]["total"]
