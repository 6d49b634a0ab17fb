"""Text in a CSV file as a spreadsheet takes it, whatever it splits lines at: nothing that becomes a formula."""

from __future__ import annotations

from typing import Any

# A spreadsheet splits a text wherever the separator stands that it was told, and may drop blanks around the parts; so
# every sign counts that begins a formula and stands at the beginning, or after a blank or what may be a separator.
_BEGINS = r"(^|[\s\v\x{85}\pZ,;|])([=+\-@＝＋－＠])"
_NUMBER = r"[+-]?([0-9]+([.,][0-9]+)*|[.,][0-9]+)([eE][+-]?[0-9]+)?"
"""A number stays one, with its sign, where it is the whole text."""


def without_formulas(relation: Any) -> tuple[Any, int]:
    """The relation with an apostrophe before whatever would begin a formula, and in how many texts there is one."""
    texts = [_quoted(n) for n, kind in zip(relation.columns, relation.types, strict=True) if str(kind) == "VARCHAR"]
    if not texts:
        return relation, 0
    counts = relation.aggregate(", ".join(f"count(*) FILTER (WHERE {_risky(text)})" for text in texts)).fetchall()[0]
    changed = [text for text, count in zip(texts, counts, strict=True) if count]
    if not changed:
        return relation, 0
    replaced = ", ".join(
        f"CASE WHEN {_risky(text)} THEN regexp_replace({text}, '{_BEGINS}', '\\1''\\2', 'g') ELSE {text} END AS {text}"
        for text in changed
    )
    return relation.project(f"* REPLACE ({replaced})"), sum(counts)


def _risky(text: str) -> str:
    return f"(regexp_matches({text}, '{_BEGINS}') AND NOT regexp_full_match({text}, '{_NUMBER}'))"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
