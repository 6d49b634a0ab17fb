"""Amounts in one currency: chosen, converted, or refused, by a column for the currency or by marks inside the cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import narwhals.stable.v2 as nw

from clv_xl.core.orders import numbers_in_text as text
from clv_xl.core.orders.currency_marks import codes_of, meanings, pieces_of
from clv_xl.core.orders.engines import Frame, rows
from clv_xl.core.orders.rules import OrderRules, OrdersError


def one_currency(frame: Frame, rules: OrderRules, remarks: list[str]) -> tuple[Frame, nw.Expr | None]:
    """Amounts in one currency, and which lines are in another one that was not asked for, None if none can be."""
    if "currency" not in frame.collect_schema().names():
        if rules.rates is not None:
            raise OrdersError(
                "--rate needs a column for the currency, and none was recognised, so name it: --currency-column."
            )
        return frame, None
    found = [str(r["currency"]) for r in rows(frame.select("currency").unique()) if r["currency"] is not None]
    spelled = _spellings(meanings(found, _stated(rules)))
    codes = ", ".join(spelled)
    if rules.rates is not None:
        rates = _rates(rules.rates)
        missing = [c for c in spelled if c not in rates]
        if missing:
            raise OrdersError(f"There is no rate for {', '.join(missing)}; give one for each of: {codes}.")
        rate = nw.lit(1.0)  # of lines that state no currency, which are left out
        for code, names in spelled.items():
            rate = nw.when(nw.col("currency").is_in(names).fill_null(False)).then(rates[code]).otherwise(rate)
        remarks.append(f"Amounts were converted at the rates given for: {codes}.")
        converted = frame.with_columns(
            *(nw.col(p) * rate for p in ("amount", "cost", "refunded") if p in frame.columns)
        )
        return converted, nw.col("currency").is_null()
    if rules.currency is not None:
        wanted = _code(rules.currency)
        if wanted not in spelled:
            raise OrdersError(f"No line is in {rules.currency}; there are: {codes}.")
        remarks.append(f"Only amounts in {wanted} were kept.")
        return frame, (~nw.col("currency").is_in(spelled[wanted])).fill_null(True)
    if len(spelled) > 1:
        first, second = list(spelled)[:2]
        raise OrdersError(
            f"The log has {len(spelled)} currencies ({', '.join(list(spelled)[:10])}), and a sum over them means "
            f"nothing; choose one, as --currency {first}, or give a rate for each, as "
            f"--rate {second}=1.08 --currency {first}."
        )
    return frame, None


def _spellings(meaning: Mapping[str, str]) -> dict[str, list[str]]:
    """Every currency of the log, in order, with the ways in which its lines name it."""
    found: dict[str, list[str]] = {}
    for name in sorted(meaning):
        found.setdefault(meaning[name], []).append(name)
    return dict(sorted(found.items()))


def _code(name: str) -> str:
    """A currency as a user names it."""
    return (codes_of(name) or (name.strip().upper(),))[0]


def _stated(rules: OrderRules) -> set[str]:
    named = {*(rules.rates or {}), *([rules.currency] if rules.currency is not None else [])}
    return {_code(name) for name in named}


def _rates(given: Mapping[str, float]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, value in given.items():
        if found.setdefault(_code(name), float(value)) != value:
            raise OrdersError(f"Two rates are given for {_code(name)}; leave one out.")
    return found


def with_currency_of_marks(
    frame: Frame, found: Mapping[str, Sequence[str]], rules: OrderRules, remarks: list[str]
) -> Frame:
    """A column for the currency from the marks in tidied amounts, where that is a question.

    `found` has what stands around the numbers of each part. One mark alone is that of every line.
    """
    known = {p: [u for u in found[p] if pieces_of(u)[0]] for p in ("amount", "price", "cost", "refunded") if p in found}
    part = next((p for p in known if known[p]), None)
    if part is None or "currency" in frame.collect_schema().names():
        return frame
    meaning = meanings({unit for units in known.values() for unit in units}, _stated(rules))
    codes = {p: {meaning[unit] for unit in units} for p, units in known.items()}
    strange = sorted(set().union(*codes.values()) - codes[part])
    if strange:
        raise OrdersError(
            f"The column for the {part} is in {', '.join(sorted(codes[part]))}, but another one is in "
            f"{', '.join(strange)}, which cannot be set off against each other; choose other columns."
        )
    if len(codes[part]) > 1:
        unit = text.unit(nw.col(part))
        column = nw.when(unit.is_in([known[part][0]]).fill_null(False)).then(nw.lit(meaning[known[part][0]]))
        for name in known[part][1:]:
            column = column.when(unit.is_in([name]).fill_null(False)).then(nw.lit(meaning[name]))
        return frame.with_columns(currency=column)
    code = next(iter(codes[part]))
    remarks.append(f"Amounts are marked {' and '.join(sorted(known[part])[:5])}, read as one currency: {code}.")
    return frame.with_columns(currency=nw.lit(code)) if _stated(rules) else frame
