"""The columns of a log under internal names, so that any header works on every engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import narwhals.stable.v2 as nw

from clv_xl.core.orders.engines import Frame, is_native, opened
from clv_xl.core.orders.rules import Columns, OrdersError


@dataclass(frozen=True, slots=True)
class Header:
    """The names of a log's columns as its header shows them, in the order of the frame's columns c1, c2 …

    Engines take dots, backticks, quotes and stars in a name for signs of their own, and take `Date` and `date` for one.
    Nothing but messages needs a name as it is shown.
    """

    names: tuple[str, ...]

    def internal(self, columns: Columns) -> Columns:
        """The columns under their internal names. Raises OrdersError for one that is not there, or there twice."""
        often = Counter(self.names)
        for part, name in columns.named.items():
            if name not in often:
                raise OrdersError(f'There is no column "{name}" for the {part}; there are: {", ".join(self.names)}.')
            if often[name] > 1:
                raise OrdersError(f'{often[name]} columns are named "{name}"; rename all but the one for the {part}.')
        return replace(columns, **{p: f"c{self.names.index(name) + 1}" for p, name in columns.named.items()})

    def shown(self, internal: str) -> str:
        """The name in the header of the column with this internal name."""
        return self.names[int(internal[1:]) - 1]


def under_internal_names(frame: Any, names: Sequence[str] | None = None) -> tuple[Frame, Header]:
    """Any supported frame, lazy, its columns named c1, c2 …, and its header: `names`, or those of the frame itself."""
    native = nw.to_native(frame, pass_through=True)
    kind = type(native).__module__.partition(".")[0]
    # Narwhals itself would refuse a frame of these that has a name twice.
    own = native.columns if kind in ("pyspark", "pandas") else opened(native).collect_schema().names()
    internal = [f"c{position}" for position in range(1, len(own) + 1)]
    return _renamed(native, kind, list(own), internal), Header(tuple(map(str, own if names is None else names)))


def _renamed(native: Any, kind: str, old: list[str], new: list[str]) -> Frame:
    """By position: one by one, a new name could meet an old one."""
    if kind == "pyspark":
        return opened(native.toDF(*new))
    if kind == "pandas":
        return opened(native.set_axis(new, axis=1))
    log = opened(native)
    if is_native(log, "duckdb"):
        quoted = ('"' + name.replace('"', '""') + '"' for name in old)
        return opened(native.project(", ".join(f"{o} AS {n}" for o, n in zip(quoted, new, strict=True))))
    return log.select(*(nw.nth(place).alias(name) for place, name in enumerate(new)))
