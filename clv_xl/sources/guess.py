"""Which column is which, from names that shops, tills and accounting systems use in several languages."""

from __future__ import annotations

from collections.abc import Sequence

from clv_xl.core.column_names import NAMES, plain_name
from clv_xl.core.orders import Columns
from clv_xl.sources.errors import SourceError


def guess_columns(names: Sequence[str], **stated: str | None) -> Columns:
    """The columns by their names; what is `stated` (part -> column) goes before any guess.

    An amount goes before quantity × price. A price without a quantity is taken for the amount.
    Raises SourceError for a stated column that is not there, or where customer, date or amount are not found.
    """
    said = {part: name for part, name in stated.items() if name is not None}
    for part, name in said.items():
        if name not in names:
            raise SourceError(f'There is no column "{name}" for the {part}; there are: {", ".join(names)}.')
    found = dict(said)
    for part, known in NAMES.items():
        guess = _first(names, [plain_name(k) for k in known.split()], set(found.values()))
        if part not in found and guess is not None:
            found[part] = guess
    if "amount" in said and "quantity" not in said:
        found.pop("price", None)
    if {"quantity", "price"} <= said.keys() and "amount" not in said:
        found.pop("amount", None)
    if "amount" not in found and "price" in found and "quantity" not in found:
        found["amount"] = found.pop("price")
    if "amount" in found and not {"order", "quantity"} <= found.keys():
        found.pop("price", None)  # otherwise prices may prove that the amount is that of the whole order
    _require(found, names)
    return Columns(**found)


def _first(names: Sequence[str], known: list[str], taken: set[str]) -> str | None:
    plain = {plain_name(name): name for name in reversed(names) if name not in taken}
    return next((plain[k] for k in known if k in plain), None)


def _require(found: dict[str, str], names: Sequence[str]) -> None:
    missing = [part for part in ("customer", "date") if part not in found]
    if "amount" not in found and not {"quantity", "price"} <= found.keys():
        missing.append("amount")
    if missing:
        options = ", ".join(f"--{part}" for part in missing)
        raise SourceError(
            f"No column was recognised for the {' and the '.join(missing)}; say which with {options}. "
            f"There are: {', '.join(names)}."
        )
