"""The columns of a log that hold money or pieces, as numbers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import narwhals.stable.v2 as nw

from clv_xl.core.orders import numbers_in_text as text
from clv_xl.core.orders.currencies import with_currency_of_marks
from clv_xl.core.orders.engines import Frame, rows
from clv_xl.core.orders.rules import OrderRules, OrdersError

PARTS = ("amount", "quantity", "price", "cost", "refunded")
SPELLINGS = "amounts in text may be written 1234.50, 1,234.50, 1.234,50, (12.50), 12.50- or $ 12.50"


def with_amount(frame: Frame, rules: OrderRules, odd: Collection[str], remarks: list[str]) -> Frame:
    """Amount, quantity, price, cost, refunds as numbers. `odd` are the parts in text that take more than one look."""
    schema = frame.collect_schema()
    parts = [p for p in PARTS if p in schema.names()]
    texts = [p for p in parts if schema[p] == nw.String]
    # A point proves nothing against a comma that was stated: 12.50 is then no number.
    frame = _from_text(frame, texts, rules, texts if rules.decimal == "," else odd, remarks)
    frame = frame.with_columns(*(_number(p, schema[p]).alias(p) for p in parts))
    if "amount" not in parts:
        frame = frame.with_columns(amount=nw.col("quantity") * nw.col("price"))
    optional = [nw.col(p).fill_null(0.0) for p in ("quantity", "cost") if p in parts]
    return frame.with_columns(*optional) if optional else frame


def _number(part: str, kind: Any) -> nw.Expr:
    value = nw.col(part).cast(nw.Float64)
    if not (kind == nw.String or kind.is_numeric()):
        exchanged = " If it was exchanged with the date, name both: --date and --amount." if kind.is_temporal() else ""
        raise OrdersError(f"The column for the {part} holds {kind}, not numbers; choose another column.{exchanged}")
    finite = (value > float("-inf")) & (value < float("inf"))
    return nw.when(finite.fill_null(False)).then(value)


def _from_text(
    frame: Frame, texts: Sequence[str], rules: OrderRules, odd: Collection[str], remarks: list[str]
) -> Frame:
    if not odd:
        for part in texts:
            frame = text.with_plain_number(frame, part)
        return frame
    frame = frame.with_columns(*(text.tidy(nw.col(p)).alias(p) for p in texts))
    facts = _facts(frame, texts)
    found = {p: text.units(frame, p) for p in texts if facts[p]["marked"]}
    if found:
        frame = with_currency_of_marks(frame, found, rules, remarks)
        for part, units in found.items():
            frame = text.without_marks(frame, part, units)
        facts = _facts(frame, texts)
    for part, sign in _signs(frame, facts, rules, remarks).items():
        frame = text.with_number(frame, part, sign)
    return frame


def _facts(frame: Frame, texts: Sequence[str]) -> dict[str, dict[str, int]]:
    """Of every column, how many values have marks, prove the decimal point or comma, or are open."""
    wanted = {}
    for part in texts:
        value = nw.col(part)
        wanted[part] = {
            "marked": text.marked(value),
            ".": text.proof(value, "."),
            ",": text.proof(value, ","),
            "open": text.is_open(value),
        }
    sums = {f"{p} {fact}": e.cast(nw.Int64).sum() for p, facts in wanted.items() for fact, e in facts.items()}
    found = rows(frame.select(**sums))[0]
    return {p: {fact: int(found[f"{p} {fact}"] or 0) for fact in facts} for p, facts in wanted.items()}


def _signs(frame: Frame, facts: dict[str, dict[str, int]], rules: OrderRules, remarks: list[str]) -> dict[str, str]:
    """The decimal sign of every column, as stated or as the log proves.

    A column goes by its own proof. One without takes that of the others where they agree, because a program that writes
    a log writes all of its columns in one way.
    """
    if rules.decimal != "auto":
        return dict.fromkeys(facts, rules.decimal)
    proved: dict[str, str] = {}
    for part, found in facts.items():
        if found["."] and found[","]:
            raise _contradiction(frame, part)
        if found["."] or found[","]:
            proved[part] = "." if found["."] else ","
    agreed = set(proved.values())
    signs = {}
    for part, found in facts.items():
        if part not in proved and found["open"] and len(agreed) != 1:
            raise _openness(frame, part)
        signs[part] = proved.get(part) or (next(iter(agreed)) if len(agreed) == 1 else ".")
        if found["open"] or (part in proved and proved[part] == ","):
            by = part if part in proved else next(iter(proved))
            remarks.append(_how_read(frame, part, signs[part], by, facts[by][signs[part]]))
    return signs


def _how_read(frame: Frame, part: str, sign: str, by: str, count: int) -> str:
    name = {".": "point", ",": "comma"}[sign]
    where = "" if by == part else f" in the column for the {by}"
    example = _example(frame, by, text.proof(nw.col(by), sign))
    values = "value proves" if count == 1 else "values prove"
    return f"The {part} was read with a decimal {name}, as {count:,} {values}{where}, for example {example}."


def _contradiction(frame: Frame, part: str) -> OrdersError:
    point, comma = (_example(frame, part, text.proof(nw.col(part), sign)) for sign in (".", ","))
    return OrdersError(
        f"The {part} is written with a decimal point ({point}) and with a decimal comma ({comma}), and nothing in the "
        "log says which is right; correct the file, or state --decimal . or --decimal , to leave the others out."
    )


def _openness(frame: Frame, part: str) -> OrdersError:
    example = _example(frame, part, text.is_open(nw.col(part)))
    point, comma = (
        f"{_shown(_one(example, sign))}, and all together {_shown(text.total(frame, part, sign) or 0.0)}"
        for sign in (".", ",")
    )
    return OrdersError(
        f"The {part} {example} is {point}, where the point is the decimal sign, but {comma}, where the comma is, and "
        "nothing in the log says which; state --decimal . for the first or --decimal , for the second."
    )


def _one(value: str, sign: str) -> float:
    digits = "".join(c for c in value if c in f"0123456789{sign}")
    return float(digits.replace(sign, "."))


def _shown(number: float) -> str:
    return f"{number:,.3f}".rstrip("0").rstrip(".")


def _example(frame: Frame, part: str, which: nw.Expr) -> str:
    """The least of the values, so that every engine names the same."""
    return str(rows(frame.filter(which).select(least=nw.col(part).min()))[0]["least"])
