"""Sums of lines by customer, order or reason: the one step of a summary that takes time.

Every engine groups in its own way. pandas looks every key of every line up in a table, which for the order of a line, a
customer and a moment, takes several times as long as sorting: keys that are whole numbers or moments make one number
together, and equal ones come to stand side by side. That way is taken where it gives the same, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from clv_xl.core.orders.engines import Frame, is_native, opened

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BITS = 63
_LIMIT = 2**_BITS
_PART = 50_000
_NOT_A_TIME = -_LIMIT
_UNITS = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_NOTHING: Mapping[str, str] = {}


def totals(
    frame: Frame,
    keys: Sequence[str],
    sums: Sequence[str],
    least: Mapping[str, str] = _NOTHING,
    most: Mapping[str, str] = _NOTHING,
    lines: str | None = None,
) -> Frame:
    """One row for every combination of the keys: the sums of columns, and under new names least and greatest values.

    `lines` names the column for the number of lines. Missing values are passed over.
    """
    if is_native(frame, "pandas"):
        found = _by_sorting(frame.to_native(), keys, sums, least, most, lines)
        if found is not None:
            return opened(found)
    wanted = [nw.col(name).sum() for name in sums]
    wanted += [nw.col(column).min().alias(name) for name, column in least.items()]
    wanted += [nw.col(column).max().alias(name) for name, column in most.items()]
    return frame.group_by(*keys).agg(*wanted, *([nw.len().alias(lines)] if lines else []))


def _by_sorting(
    frame: Any,
    keys: Sequence[str],
    sums: Sequence[str],
    least: Mapping[str, str],
    most: Mapping[str, str],
    lines: str | None,
) -> Any:
    """`totals` of a pandas frame, or None where it holds something that is better left to pandas."""
    import numpy as np
    import pandas as pd

    kinds = {**dict.fromkeys([*least.values(), *most.values()], "iM"), **dict.fromkeys(sums, "ifb")}
    columns = {name: frame[name].to_numpy() for name, allowed in kinds.items() if _is_plain(frame[name], allowed)}
    if not len(frame) or len(columns) < len(kinds) or not all(_is_plain(frame[key], "iM") for key in keys):
        return None
    packed = _packed([frame[key].to_numpy() for key in keys])
    if packed is None:
        return None
    number, there = _sorted(packed, columns)
    starts = _starts(number)
    found = dict(zip(keys, packed.unpacked(number[starts]), strict=True))
    with np.errstate(over="ignore", invalid="ignore"):
        found |= {name: _sums(there[name], starts) for name in sums}
    # These two pass over NaT, which minimum and maximum do not.
    found |= {name: np.fmin.reduceat(there[column], starts) for name, column in least.items()}
    found |= {name: np.fmax.reduceat(there[column], starts) for name, column in most.items()}
    if lines:
        found[lines] = _lengths(starts, len(number))
    if any(column.dtype.kind == "f" and np.isnan(column).any() for column in found.values()):
        return None
    return pd.DataFrame(found, copy=False)


def _is_plain(column: Any, kinds: str) -> bool:
    import numpy as np

    return isinstance(column.dtype, np.dtype) and column.dtype.kind in kinds


@dataclass(frozen=True, slots=True)
class _Key:
    """How a key became a number from 0 on, of so many bits: (value - low) / unit."""

    low: int
    unit: int
    bits: int
    kind: np.dtype[Any]


@dataclass(frozen=True, slots=True)
class _Packed:
    """The keys of every line as one number of so many bits, which sorts as they do."""

    number: NDArray[np.int64]
    bits: int
    keys: Sequence[_Key]

    def unpacked(self, number: NDArray[np.int64]) -> list[NDArray[Any]]:
        """The keys that numbers stand for; the array of numbers is used up."""
        found = []
        for place, key in reversed(list(enumerate(self.keys))):
            value = number & ((1 << key.bits) - 1) if place else number
            if place:
                number >>= key.bits
            if key.unit > 1:
                value *= key.unit
            value += key.low
            found.append(value.view(key.kind) if key.kind.kind == "M" else value.astype(key.kind, copy=False))
        return found[::-1]


def _packed(columns: Sequence[NDArray[Any]]) -> _Packed | None:
    """None where a key is missing, or where 63 bits do not hold them all."""
    number: Any = None
    bits, keys = 0, []
    for column in columns:
        whole = column.view("int64") if column.dtype.kind == "M" else column.astype("int64", copy=False)
        low, high = int(whole.min()), int(whole.max())
        if high - low >= _LIMIT or (column.dtype.kind == "M" and low == _NOT_A_TIME):
            return None
        whole = whole - low
        unit = _unit(whole, column.dtype)
        if unit > 1:
            whole //= unit
        keys.append(_Key(low, unit, ((high - low) // unit).bit_length(), column.dtype))
        bits += keys[-1].bits
        if bits > _BITS:
            return None
        if number is None:
            number = whole
        else:
            number <<= keys[-1].bits
            number |= whole
    return _Packed(number, bits, keys)


def _unit(whole: NDArray[np.int64], kind: np.dtype[Any]) -> int:
    """A day or a second where moments are whole ones apart, so that more keys fit into one number; otherwise 1."""
    import numpy as np

    second = _UNITS.get(np.datetime_data(kind)[0], 0) if kind.kind == "M" else 0
    # By parts, of which the first mostly tells, and which need no space that has to be fetched from the system.
    parts = np.array_split(whole, len(whole) // _PART + 1)
    for unit in (second * 86_400, second):
        if unit > 1 and all(np.array_equal(part // unit * unit, part) for part in parts):
            return unit
    return 1


def _sorted(packed: _Packed, columns: Mapping[str, NDArray[Any]]) -> tuple[NDArray[np.int64], dict[str, NDArray[Any]]]:
    """The numbers in order, and the columns in the same order; the packed numbers are used up."""
    import numpy as np

    number = packed.number
    if (number[1:] >= number[:-1]).all():
        return number, dict(columns)
    bits = len(number).bit_length()
    if packed.bits + bits > _BITS:
        order = np.argsort(number, kind="stable")
        number = number[order]
    else:
        # With its line in the last bits a number is sorted several times as fast as a list of lines by their numbers.
        number <<= bits
        number |= np.arange(len(number))
        number.sort()
        order = number & ((1 << bits) - 1)
        number >>= bits
    return number, {name: column[order] for name, column in columns.items()}


def _starts(number: NDArray[np.int64]) -> NDArray[np.intp]:
    """Where runs of equal numbers begin."""
    import numpy as np

    new = np.ones(len(number), dtype=bool)
    np.not_equal(number[1:], number[:-1], out=new[1:])
    return np.flatnonzero(new)


def _lengths(starts: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """How long runs are."""
    import numpy as np

    found = np.empty_like(starts)
    np.subtract(starts[1:], starts[:-1], out=found[:-1])
    found[-1] = count - starts[-1]
    return found


def _sums(values: NDArray[Any], starts: NDArray[Any]) -> NDArray[Any]:
    """The sum of every run of values.

    Where amounts are taken off again, rounding shows: 0.1 + 0.2 - 0.3 is not 0. So their high digits, whose sums are
    exact, are added apart from the low ones.
    """
    import numpy as np

    if values.dtype.kind != "f":
        return np.add.reduceat(values, starts, dtype="int64")
    if values.min() >= 0:
        return np.add.reduceat(values, starts)
    large = 3.0 * 2.0 ** np.ceil(np.log2(np.abs(values).sum()))
    high = (values + large) - large
    return np.add.reduceat(high, starts) + np.add.reduceat(values - high, starts)
