"""Which column is which: by the export that a log is from, else by names that shops and tills use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clv_xl.core.column_names import NAMES, plain_name
from clv_xl.core.orders import Columns
from clv_xl.sources.candidates import Sample, candidates, closest, option
from clv_xl.sources.errors import SourceError
from clv_xl.sources.profiles import profile_of


@dataclass(frozen=True, slots=True)
class Guess:
    """The columns, what is to be said about how they were found, and the parts that the export is known to have."""

    columns: Columns
    notes: tuple[str, ...] = ()
    known: frozenset[str] = frozenset()
    amount_per: str = ""
    """ "order" where the export is known to repeat the total of an order on each of its lines."""


def guess_columns(names: Sequence[str], sample: Callable[[], Sample] | None = None, **stated: str | None) -> Columns:
    """The columns of `recognise`, for those who want nothing said."""
    return recognise(names, stated, sample).columns


def recognise(
    names: Sequence[str], stated: Mapping[str, str | None] | None = None, sample: Callable[[], Sample] | None = None
) -> Guess:
    """The columns by the export that the log is from, else by their names; what is `stated` goes before any guess.

    An amount goes before quantity × price. A price without a quantity is taken for the amount. `sample` gives some
    values of each column; it is asked only where names leave something open.
    Raises SourceError for a stated column that is not there, for an export of which no log can be made, and where
    customer, date or amount are not found; that names the columns that may be meant.
    """
    said = {part: name for part, name in (stated or {}).items() if name is not None}
    _require_there(said, names)
    profile, notes = profile_of(names, said)
    known = {} if profile is None else {p: name for p, name in profile.columns(names).items() if p not in said}
    found = said | known
    for part, spellings in NAMES.items():
        guess = _first(names, [plain_name(s) for s in spellings.split()], set(found.values()))
        if part not in found and guess is not None:
            found[part] = guess
    _one_amount(found, said, names, notes)
    _require(found, names, sample)
    notes += _also_there(found, said.keys() | known.keys(), names, sample)
    repeated = profile.amount_per if profile is not None and "amount" in known else ""
    return Guess(Columns(**found), tuple(notes), frozenset(known), repeated)


def _require_there(said: Mapping[str, str], names: Sequence[str]) -> None:
    for part, name in said.items():
        if name not in names:
            near = closest(name, names)
            meant = f' Did you mean "{near}"?' if near is not None else ""
            raise SourceError(f'There is no column "{name}" for the {part}; there are: {", ".join(names)}.{meant}')


def _first(names: Sequence[str], known: list[str], taken: set[str]) -> str | None:
    plain = {plain_name(name): name for name in reversed(names) if name not in taken}
    return next((plain[k] for k in known if k in plain), None)


def _one_amount(found: dict[str, str], said: Mapping[str, str], names: Sequence[str], notes: list[str]) -> None:
    """An amount, or quantity and price: whichever was stated, and else the amount."""
    if "amount" in said and "quantity" not in said:
        found.pop("price", None)
    if {"quantity", "price"} <= said.keys() and "amount" not in said:
        found.pop("amount", None)
    if "amount" not in found and "price" in found and "quantity" not in found:
        _refuse_a_quantity(found, names)
        notes.append(f'There is no column for the quantity: "{found["price"]}" was taken for the amount of a line.')
        found["amount"] = found.pop("price")
    if "amount" in found and not {"order", "quantity"} <= found.keys():
        found.pop("price", None)  # otherwise prices may prove that the amount is that of the whole order


def _refuse_a_quantity(found: Mapping[str, str], names: Sequence[str]) -> None:
    """Raise SourceError where a price would be taken for the amount though pieces may be counted beside it."""
    price = found["price"]
    meant = candidates("quantity", names, set(found.values()))
    if meant:
        raise SourceError(
            f'"{price}" may be the price of a piece, and "{meant[0]}" may count the pieces; say '
            f"{option('quantity', meant[0])} if they are to be multiplied, or {option('amount', price)} if not."
        )


def _require(found: Mapping[str, str], names: Sequence[str], sample: Callable[[], Sample] | None) -> None:
    missing = [part for part in ("customer", "date") if part not in found]
    if "amount" not in found and not {"quantity", "price"} <= found.keys():
        missing.append("amount")
    if not missing:
        return
    values = sample() if sample is not None else None
    meant = [likely for part in missing if (likely := _likely(part, found, names, values))]
    options = ", ".join(f"--{part}" for part in missing)
    hint = f"Did you mean {', with '.join(meant)}? " if meant else ""
    raise SourceError(
        f"No column was recognised for the {' and the '.join(missing)}; say which with {options}. {hint}"
        f"There are: {', '.join(names)}."
    )


def _likely(part: str, found: Mapping[str, str], names: Sequence[str], values: Sample | None) -> str:
    """Options that may name the column that is missing; beside a quantity, a price will do for the amount."""
    parts = [part, "price"] if part == "amount" and "quantity" in found else [part]
    taken = set(found.values())
    meant: dict[str, str] = {}
    for wanted in reversed(parts):  # a column that may be both is more likely the price, since pieces are counted
        meant |= {name: option(wanted, name) for name in candidates(wanted, names, taken, values) if name not in meant}
    return " or ".join(meant.values())


def _also_there(
    found: Mapping[str, str], settled: set[str], names: Sequence[str], sample: Callable[[], Sample] | None
) -> list[str]:
    """Which other columns are called as well as the one that was taken, where they hold something else."""
    notes, values = [], None
    for part in ("customer", "date", "amount", "order"):
        if part not in found or part in settled:
            continue
        known = {plain_name(k) for k in NAMES[part].split()}
        rivals = [n for n in names if plain_name(n) in known and n not in found.values()]
        if rivals and sample is not None:
            values = sample() if values is None else values
            rivals = [n for n in rivals if _differ(part, values[found[part]], values[n])]
        elif part in ("customer", "order"):
            continue  # ids, names and e-mails stand side by side in most logs, for the same persons
        if rivals:
            listed = ", ".join(f'"{name}"' for name in rivals)
            notes.append(f'For the {part}, "{found[part]}" was taken; also there: {listed}; --{part} says otherwise.')
    return notes


def _differ(part: str, one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether the choice matters: other amounts or days, or persons and orders that are told apart differently."""
    pairs = {(str(a), str(b)) for a, b in zip(one, other, strict=True) if not (_blank(a) or _blank(b))}
    if part == "date":
        return any(a[:10] != b[:10] for a, b in pairs)
    if part == "amount":
        return any(a != b for a, b in pairs)
    return not len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})


def _blank(value: Any) -> bool:
    return value is None or str(value).strip() in ("", "nan", "NaT")
