"""Some rows of a log, to see what its columns hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clv_xl.core.orders import rows
from clv_xl.core.orders.engines import opened

if TYPE_CHECKING:
    from clv_xl.sources.opening import Log

_LOOKED_AT = 500


def first_rows(log: Log) -> dict[str, list[Any]]:
    """Values by column, as the log names it, of as many rows as are read in a moment however long the log is."""
    frame = opened(log.frame).head(_LOOKED_AT)
    found = rows(frame)
    inner = frame.collect_schema().names()
    return {name: [row[place] for row in found] for name, place in zip(log.names, inner, strict=True)}
