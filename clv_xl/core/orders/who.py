"""Who the customer is: guests behind one number, ids that are new with every order, one name in several spellings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw

from clv_xl.core.column_names import headings, plain_name
from clv_xl.core.labels import key, labelled, rank, text_of, trimmed
from clv_xl.core.orders.engines import Frame, is_native, opened, rows
from clv_xl.core.orders.rules import Columns, OpenQuestion, OrderRules, OrdersError

_NOBODY = ("0", "-1", "0.0", "-1.0", "guest", "guests", "gast", "invité", "invitado", "ospite", "misafir", "walk-in")
_NUMBER = r"^(?:0|[1-9][0-9]{0,14})$"
"""A number that has one spelling."""
_OF_ANYTHING = ("name", "company", "companyname", "user", "userid", "account", "accountid")
"""Headers that may as well be those of products, clerks or firms."""
_SPELLINGS = 50
"""More than anybody spells one e-mail in."""
_ENOUGH = 5
"""Orders from which on it is no chance that each has a customer of its own."""


def persons(header: Mapping[str, str], columns: Columns) -> list[str]:
    """Columns beside that of the customer which say who somebody is: the e-mail, then names and other numbers.

    `header` has the names that are shown by internal ones, in which `columns` are stated.
    """
    known = headings("customer")
    taken = set(columns.named.values())
    first = [columns.email] if columns.email is not None else []
    return first + [name for name, shown in header.items() if name not in taken and plain_name(shown) in known]


def identified(frame: Frame, columns: Columns, beside: Sequence[str], rules: OrderRules, remarks: list[str]) -> Frame:
    """Lines with guests told apart. `beside` are the headers of `person0`, `person1` …, of which e-mails come first.

    Raises OpenQuestion where nobody but the owner of the log can say who the customer is.
    """
    if rules.guest == "none" and rules.named >= {"customer"}:
        return frame
    guests = _guests(frame, rules)
    if not guests and rules.guest not in (None, "none"):
        raise OrdersError(f'No customer is "{rules.guest}", as --guest says; check the column "{columns.customer}".')
    if guests and rules.guest != "none":
        return _by_email(frame, columns, beside, guests, rules, remarks)
    if "customer" not in rules.named:
        _refuse_ids_of_orders(frame, columns, beside)
    return frame


def _guests(frame: Frame, rules: OrderRules) -> list[Any]:
    """The values of `customer` that stand for nobody: the one stated, or those that are known."""
    wanted = _NOBODY if rules.guest is None else (rules.guest.casefold(),)
    kind = frame.collect_schema()["customer"]
    customer = nw.col("customer")
    if kind == nw.String:
        some = frame.filter(customer.str.to_lowercase().is_in(wanted).fill_null(False))
    else:
        numbers = [float(w) for w in wanted if w.lstrip("-").replace(".", "", 1).isdigit()]
        some = frame.filter(customer.cast(nw.Float64).is_in(numbers).fill_null(False))
    return sorted(r["customer"] for r in rows(some.select("customer").unique()))


def _by_email(
    frame: Frame, columns: Columns, beside: Sequence[str], guests: list[Any], rules: OrderRules, remarks: list[str]
) -> Frame:
    shown = ", ".join(f'"{text_of(g) if isinstance(g, float) else g}"' for g in guests)
    of_guests = frame.filter(nw.col("customer").is_in(guests).fill_null(False))
    several = [(i, header) for i, header in enumerate(beside) if _several(of_guests.select(p=nw.col(f"person{i}")))]
    if not several and rules.guest is None:
        return frame
    if columns.email is not None and any(header == columns.email for _, header in several):
        remarks.append(
            f'The customer {shown} is several persons, so customers are told apart by "{columns.email}" in every line.'
        )
        email = nw.col(f"person{beside.index(columns.email)}")
        return frame.with_columns(customer=email)
    if rules.guest is not None:
        remarks.append(f"Lines of the customer {shown} have no customer, as stated.")
        stays = ~nw.col("customer").is_in(guests).fill_null(False)
        return frame.with_columns(customer=nw.when(stays).then(nw.col("customer")))
    raise OpenQuestion(
        f'The customer {shown} in "{columns.customer}" is several persons in "{several[0][1]}".',
        [[f"--customer={several[0][1]}"], *([[f"--guest={guests[0]}"]] if len(guests) == 1 else []), ["--guest=none"]],
    )


def _several(people: Frame) -> bool:
    """Whether more than one person is in a column `p`: spellings of one are one."""
    found = rows(people.unique().filter(~nw.col("p").is_null()).head(_SPELLINGS))
    return len({key(str(row["p"])) for row in found}) > 1


def _refuse_ids_of_orders(frame: Frame, columns: Columns, beside: Sequence[str]) -> None:
    """Refuse a customer's id of which every order has its own, while somebody else's name comes again."""
    if "order" not in frame.collect_schema().names() or not beside or "mail" in plain_name(columns.customer):
        return
    people = {f"person{i}": nw.col(f"person{i}").max() for i in range(len(beside))}
    known = frame.filter(~nw.col("order").is_null() & ~nw.col("customer").is_null())
    orders = known.group_by("order").agg(customer=nw.col("customer").max(), **people)
    counts = {name: nw.col(name).n_unique() for name in ("order", "customer", *people)}
    there = {f"has_{name}": (~nw.col(name).is_null()).cast(nw.Int64).sum() for name in people}
    blank = {f"no_{name}": nw.col(name).is_null().cast(nw.Int64).max() for name in people}
    found = rows(orders.select(**counts, **there, **blank))[0]
    if found["order"] < _ENOUGH or found["customer"] < found["order"]:
        return
    for i, header in enumerate(beside):
        if plain_name(header) in _OF_ANYTHING:
            continue
        if (
            found[f"has_person{i}"] >= _ENOUGH
            and found[f"person{i}"] - found[f"no_person{i}"] < found[f"has_person{i}"]
        ):
            raise OpenQuestion(
                f'Every order has its own "{columns.customer}" ({found["order"]:,}), while "{header}" comes again '
                f"({found[f'person{i}']:,} different).",
                [[f"--customer={header}"], [f"--customer={columns.customer}"]],
            )


def merged_names(frame: Frame, exact: bool, remarks: list[str]) -> tuple[Frame, dict[str, str]]:
    """Lines with one spelling for each customer of text, and what other spellings became.

    The spelling taken is the least; `as_first_spelled` puts that of the earliest order in its place. The other ones
    stay in a column `spelled`.
    """
    if exact or frame.collect_schema()["customer"] != nw.String:
        return frame, {}
    numbers = nw.col("customer").str.contains(_NUMBER).fill_null(True)
    if not rows(frame.select(others=(~numbers).cast(nw.Int64).sum()))[0]["others"]:
        return frame, {}
    names = _values(frame.select("customer").unique().filter(~nw.col("customer").is_null()))
    if not labelled(names).merges and all(map(str.isascii, names)):
        return frame, {}
    least: dict[str, str] = {}
    others: dict[str, set[str]] = {}
    for name in sorted(map(_trimmed, names), key=rank):
        others.setdefault(least.setdefault(key(name), name), set()).add(name)
    blank = [name for name in names if not key(name)]
    if blank:
        stays = ~nw.col("customer").is_in(blank).fill_null(True)
        frame = frame.with_columns(customer=nw.when(stays).then(nw.col("customer")))
    taken = {name: one for name in names if (one := least[key(name)]) != name and key(name)}
    _say(remarks, [sorted(spelled) for one, spelled in others.items() if len(spelled) > 1 and key(one)])
    return (_replaced(frame, taken, "spelled") if taken else frame), taken


def _say(remarks: list[str], several: list[list[str]]) -> None:
    if several:
        example = " and ".join(f'"{name}"' for name in several[0][:2])
        remarks.append(
            f"{len(several):,} customers are spelled in several ways and were counted as one each, for example "
            f"{example}; --exact-names keeps them apart."
        )


def _trimmed(name: str) -> str:
    return str(trimmed(name))


def as_first_spelled(orders: Frame, lines: Frame, taken: dict[str, str]) -> Frame:
    """Orders with customers as spelled in their earliest order: the least spelling among lines of the same moment."""
    several = sorted(set(taken.values()))
    of_them = orders.filter(nw.col("customer").is_in(several) & nw.col("is_order"))
    first = of_them.group_by("customer").agg(moment=nw.col("moment").min())
    spelled = lines.filter(nw.col("customer").is_in(several)).join(first, on=["customer", "moment"], how="inner")
    found = rows(spelled.select("customer", "spelled").unique())
    least: dict[str, str] = {}
    for row in found:
        spelling = _trimmed(row["spelled"])
        least[row["customer"]] = min(least.get(row["customer"], spelling), spelling)
    shown = {name: spelling for name, spelling in least.items() if spelling != name}
    return _replaced(orders, shown, None) if shown else orders


def _replaced(frame: Frame, names: dict[str, str], kept_as: str | None) -> Frame:
    """The frame with other names of customers; the old ones stay in a column `kept_as`."""
    order = frame.collect_schema().names()
    other = _like(frame, {"customer": list(names), "_name": list(names.values())})
    found = frame.join(other, on="customer", how="left")
    name = nw.coalesce(nw.col("_name"), nw.col("customer"))
    if kept_as is not None:
        found = found.with_columns(nw.col("customer").alias(kept_as))
    return found.with_columns(customer=name).select(*order, *([] if kept_as is None else [kept_as]))


def _values(frame: Frame) -> list[str]:
    (name,) = frame.collect_schema().names()
    if is_native(frame, "duckdb"):
        return [row[0] for row in frame.to_native().fetchall()]
    if is_native(frame, "pyspark"):
        return [row[0] for row in frame.to_native().collect()]
    found: list[str] = frame.collect().get_column(name).to_list()
    return found


def _like(frame: Frame, columns: dict[str, list[str]]) -> Frame:
    """A small frame of text in the engine, and on the connection, of another one."""
    native = frame.to_native()
    if is_native(frame, "pyspark"):
        fields = ", ".join(f"{name} string" for name in columns)
        return opened(native.sparkSession.createDataFrame(list(zip(*columns.values(), strict=True)), fields))
    if is_native(frame, "polars"):
        import polars as pl

        return opened(pl.LazyFrame(columns))
    if is_native(frame, "duckdb"):
        lists = ", ".join(f"unnest([{', '.join(map(_quoted, values))}]) AS {n}" for n, values in columns.items())
        return opened(native.query("anything", f"SELECT {lists}"))
    import pandas as pd

    return opened(pd.DataFrame({name: pd.Series(values, dtype="str") for name, values in columns.items()}))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
