"""Why lines are left out, in words: every reason that speaks against a line is named, also where another was first."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from clv_xl.core.orders import amounts, lines, moments
from clv_xl.core.orders.engines import after, rows
from clv_xl.core.orders.lines import Typed

STEPS = {
    lines.DID_NOT_HAPPEN: ("Orders that did not happen", ""),
    lines.NO_AMOUNT: ("Amount missing or unreadable", "left out; counted as 0"),
    lines.NO_DATE: ("Date missing or unreadable", "left out"),
    lines.NO_CUSTOMER: ("Customer missing", "left out"),
    lines.OTHER_CURRENCY: (
        "In another currency, or none stated",
        "left out; the amount adds up money of several currencies",
    ),
    lines.LATER: ("After the last day that counts", "left out"),
    lines.REFUND: ("Refunds (negative lines)", "left out as asked"),
}
_EXAMPLES_OF = {lines.NO_AMOUNT: "raw_amount", lines.NO_DATE: "raw_date"}
_LATER_REASONS = {
    "no_date": (lines.NO_DATE, "without a readable date"),
    "no_customer": (lines.NO_CUSTOMER, "without a customer"),
    "late": (lines.LATER, "after the last day that counts"),
}
_HELP = {
    lines.DID_NOT_HAPPEN: "--status names those that count, --status-column another column.",
    lines.NO_AMOUNT: f"{amounts.SPELLINGS}; --amount names another column, --decimal the decimal sign.",
    lines.NO_DATE: f"{moments.SPELLINGS}; --date names another column.",
    lines.NO_CUSTOMER: "--customer names another column.",
    lines.OTHER_CURRENCY: "--currency names another currency.",
    lines.LATER: "--as-of names a later day.",
    lines.REFUND: "--refunds net keeps them.",
}


def left_out(typed: Typed, by_reason: dict[int, dict[str, Any]]) -> dict[int, str]:
    """By the first reason that speaks against lines: examples, and how many of them have which other one too."""
    there = [why for why in STEPS if by_reason[why]["lines"]]
    others = _others(typed) if there else {}
    found = {}
    for why in there:
        words = typed.did_not_happen if why == lines.DID_NOT_HAPPEN else examples(typed, why)
        if why == lines.NO_DATE and typed.no_dates:
            words += f"; among all dates are {typed.no_dates}"
        for name, (reason, what) in _LATER_REASONS.items():
            count = others.get(why, {}).get(name) or 0
            if count and lines.KEPT < why < reason:
                words += f"; {count:,} of them also {what}"
        found[why] = words
    return found


def _others(typed: Typed) -> dict[int, dict[str, int]]:
    speaks = {
        "no_date": nw.col("moment").is_null(),
        "no_customer": nw.col("customer").is_null(),
        "late": after(nw.col("moment"), typed.as_of).fill_null(False),
    }
    frame = typed.frame.filter(nw.col("why") != lines.KEPT)
    marked = frame.select("why", **{name: which.cast(nw.Int64) for name, which in speaks.items()})
    return {int(row["why"]): row for row in rows(marked.group_by("why").agg(*(nw.col(n).sum() for n in speaks)))}


def examples(typed: Typed, why: int) -> str:
    """The first three spellings, in order, of what could not be read."""
    column = _EXAMPLES_OF.get(why)
    if column is None:
        return ""
    found = rows(
        typed.frame.filter(nw.col("why") == why).select(x=nw.col(column).cast(nw.String)).unique().sort("x").head(3)
    )
    shown = ", ".join(f'"{_brief(str(r["x"]))}"' if r["x"] is not None else "blank" for r in found)
    return f", for example {shown}" if shown else ""


def nothing_usable(typed: Typed, by_reason: dict[int, dict[str, Any]]) -> str:
    """One sentence on a log without a usable line: every reason with its lines, and what helps against the worst."""
    words = left_out(typed, by_reason)
    worst_first = sorted(words, key=lambda why: -by_reason[why]["lines"])
    listed = ". ".join(f"{STEPS[why][0]}: {_lines(by_reason[why]['lines'])}{words[why]}" for why in worst_first)
    advice = _HELP[worst_first[0]]
    return f"No line can be used. {listed}. {advice[0].upper()}{advice[1:]}"


def _lines(count: int) -> str:
    return f"{count:,} line{'' if count == 1 else 's'}"


def _brief(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
