"""The options of order logs: declared once, the same for every command, and each of them reaches what it is for."""

from __future__ import annotations

import inspect
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from clv_xl.cli import app
from clv_xl.cli.log_options import LogOptions
from clv_xl.cli.report import Report
from clv_xl.cli.summarise import Summarise
from clv_xl.core.orders import PARTS, Columns, OrderRules
from clv_xl.sources import open_log


def stated(kind: type[LogOptions] = Summarise, **options: Any) -> LogOptions:
    return kind(orders="orders.csv", output=Path("customers.xlsx"), **options)


@pytest.mark.parametrize("name", ["summarise", "report"])
def test_every_command_on_order_logs_has_all_options(name: str) -> None:
    commands: Any = get_command(app)
    assert {parameter.name for parameter in commands.commands[name].params} == {f.name for f in fields(LogOptions)}


def test_what_a_command_says_otherwise_is_what_it_needs() -> None:
    assert (stated(Summarise).period, stated(Report).period) == ("day", "month")
    for name in {f.name for f in fields(LogOptions)} - {"output", "period", "currency"}:
        assert [k.__dataclass_fields__[name].type for k in (Summarise, Report)] == [
            LogOptions.__dataclass_fields__[name].type
        ] * 2


def test_every_rule_has_an_option() -> None:
    chosen: dict[str, Any] = {
        "lines": "each",
        "refunds": "leave out",
        "free": "order",
        "duplicates": "drop",
        "date_order": "month-first",
        "decimal": ",",
        "time_zone": "Europe/Paris",
        "amount_per": "order",
        "guest": "0",
        "exact_names": True,
    }
    others = {"as_of": "2025-01-31", "currency": "USD", "rate": ["EUR=1.1"], "status": ["paid", "sent"]}
    rules = stated(**chosen, **others, channel="Source").rules()
    assert {f.name for f in fields(OrderRules)} == {*chosen, "as_of", "currency", "rates", "today", "status", "named"}
    assert (rules.status, rules.named) == (("paid", "sent"), {"channel"})
    assert {name: getattr(rules, name) for name in chosen} == chosen
    assert (f"{rules.as_of}", rules.currency, rules.rates) == ("2025-01-31", "USD", {"USD": 1.0, "EUR": 1.1})
    assert stated(Report, currency="USD").rules(keeps_one_currency=False).currency is None


def test_every_part_of_a_log_has_an_option() -> None:
    own = {"currency": "currency_column", "status": "status_column"}
    options = stated(**{own.get(part, part): f"column {part}" for part in PARTS})
    assert options.stated == {part: f"column {part}" for part in PARTS}
    assert set(PARTS) == {f.name for f in fields(Columns)}


def test_every_setting_of_a_source_has_an_option(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [name for name in inspect.signature(open_log).parameters if name not in ("where", "engine")]
    seen: dict[str, Any] = {}
    monkeypatch.setattr("clv_xl.sources.open_log", lambda *places, **given: seen.update(given, places=places))
    stated(engine="polars", **{name: f"some {name}" for name in names}).opened()
    assert seen == {name: f"some {name}" for name in names} | {"places": ("orders.csv", "polars")}


def test_a_command_is_carried_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[LogOptions] = []
    monkeypatch.setattr(Summarise, "run", lambda command: ran.append(command))
    get_command(app).main(["summarise", "a.csv", "-o", "b.xlsx", "--decimal", ","], standalone_mode=False)
    assert [(options.orders, options.decimal) for options in ran] == [("a.csv", ",")]
