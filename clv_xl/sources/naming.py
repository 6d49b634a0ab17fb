"""Names of columns that every engine can hold."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count


def held(names: Sequence[str]) -> list[str]:
    """Names for a frame, the header's own but where one differs from an earlier one in case only: these get a number.

    DuckDB and Spark take `Date` and `date` for one column. `clean` is told the header's own names.
    """
    found: list[str] = []
    taken: set[str] = set()
    for name in names:
        free = next(n for k in count(1) if (n := name if k == 1 else f"{name} ({k})").casefold() not in taken)
        taken.add(free.casefold())
        found.append(free)
    return found


def internal(count_of_columns: int) -> list[str]:
    """The names that columns have while they are read: c1, c2 …"""
    return [f"c{position}" for position in range(1, count_of_columns + 1)]


def selected(names: Sequence[str]) -> str:
    """SQL that selects columns with internal names under the names that a frame can hold."""
    quoted = ('"' + name.replace('"', '""') + '"' for name in held(names))
    return ", ".join(f"{c} AS {name}" for c, name in zip(internal(len(names)), quoted, strict=True))


def repeated_note(repeated: Sequence[str]) -> list[str]:
    """What is said of a header that has names twice."""
    if not repeated:
        return []
    named = ", ".join(f'"{name}"' for name in repeated)
    return [f"The header has {named} more than once; the later ones got a number, as {repeated[0]} (2)."]
