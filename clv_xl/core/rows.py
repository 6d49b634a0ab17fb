"""Tables of many rows, made quickly."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

MAX_COLUMNS = 16_384
"""The width of a worksheet."""


def rows_from(columns: Iterable[Iterable[Any]]) -> list[list[Any]]:
    """The rows of a table from its columns, which are equally long."""
    with _no_collection():
        return list(map(list, zip(*columns, strict=True)))


@contextmanager
def _no_collection() -> Iterator[None]:
    """Python's search for cycles, held off while many lists are made at once that hold none.

    Every few hundred new lists set it off, and it walks through all lists there are, also those of the cells that came
    in: that takes longer than making the rows. Whoever found it on switches it on again, whatever happens, so that
    calls in several threads never leave it off.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
