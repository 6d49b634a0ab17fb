"""Refunds that stand in a column beside the total of their order."""

from __future__ import annotations

import narwhals.stable.v2 as nw

from clv_xl.core.orders.engines import Frame, rows
from clv_xl.core.orders.rules import OpenQuestion, OrderRules, OrdersError

_CENT = 0.005


def less_refunds(frame: Frame, header: str, rules: OrderRules, remarks: list[str]) -> Frame:
    """Typed lines with amounts less what was paid back of them; `refunded` becomes that money, positive.

    Raises OpenQuestion where nothing proves that the column `header` holds money of the amounts beside it.
    """
    back, amount = nw.col("refunded"), nw.col("amount")
    _refuse_words(frame, header)
    filled = back.fill_null(0.0)
    whole = ((filled.abs() - amount.abs()).abs() < _CENT).fill_null(False) & (filled.abs() >= _CENT)
    whole = whole & (amount > 0).fill_null(False)
    above = ((filled.abs() - amount >= _CENT) & (filled.abs() >= _CENT)).fill_null(False)
    facts = rows(
        frame.select(
            some=(filled.abs() >= _CENT).cast(nw.Int64).sum(),
            whole=whole.cast(nw.Int64).sum(),
            above=above.cast(nw.Int64).sum(),
            low=filled.min(),
            high=filled.max(),
            money=filled.sum(),
        )
    )[0]
    if not facts["some"]:
        return frame.with_columns(refunded=filled)
    if facts["low"] < 0 < facts["high"]:
        raise OrdersError(
            f'"{header}" holds refunds both above and below 0 ({facts["high"]:,.2f}, {facts["low"]:,.2f}); make them '
            "of one sign, or leave the column out: --refunded none."
        )
    if facts["above"] and "refunded" not in rules.named:
        raise OpenQuestion(
            f'"{header}" is above the amount beside it in {facts["above"]:,} lines, so that the amounts may be net of '
            f"refunds already: {facts['some']:,} lines, {abs(facts['money']):,.2f}.",
            [["--refunded=none"], [f"--refunded={header}"]],
        )
    if not facts["whole"] and "refunded" not in rules.named:
        raise OpenQuestion(
            f'"{header}" may hold money paid back of the amounts beside it: {facts["some"]:,} lines, '
            f"{abs(facts['money']):,.2f}. No line is paid back in full, which would prove it.",
            [[f"--refunded={header}"], ["--refunded=none"]],
        )
    remarks.append(
        f'Refunds in "{header}" were taken off the amounts beside them: {facts["some"]:,} lines, '
        f"{abs(facts['money']):,.2f}."
    )
    return frame.with_columns(refunded=filled.abs(), amount=amount - filled.abs())


def _refuse_words(frame: Frame, header: str) -> None:
    """Refuse a column of words or dates: it may say which orders were refunded, and holds no money."""
    if "raw_refunded" not in frame.collect_schema().names():
        return
    raw = nw.col("raw_refunded").str.strip_chars()
    words = frame.filter((raw != "").fill_null(False) & nw.col("refunded").is_null())
    found = rows(words.select(least=nw.col("raw_refunded").min()))[0]["least"]
    if found is not None:
        raise OpenQuestion(
            f'"{header}" holds "{found}", which is no money paid back.',
            [["--refunded=none"], ["--refunded=none", f"--status-column={header}"]],
        )
