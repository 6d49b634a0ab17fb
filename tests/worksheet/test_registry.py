"""A bad declaration never gets past its import."""

from __future__ import annotations

from typing import Any

import pytest

from clv_xl.worksheet.kinds import Choice, Money, Text
from clv_xl.worksheet.registry import REQUIRED, Argument, BadRecord, Example, Registry, Table


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"name": "LTV12"}, "shaped like a cell address"),
        ({"name": "CAC1"}, "shaped like a cell address"),
        ({"name": "R1C1"}, "shaped like a cell address"),
        ({"name": "clv"}, "capital letters"),
        ({"name": "CL"}, "three or more"),
        ({"name": "PMT"}, "Excel has a function of this name"),
        ({"name": "XLOOKUP"}, "Excel has a function of this name"),
        ({"summary": ""}, "1 to 255 characters"),
        ({"summary": "x" * 256}, "it has 256"),
        ({"family": ""}, "the family is missing"),
        ({"formula": ""}, "the formula is missing"),
        ({"source": ""}, "the source is missing"),
        ({"core": "nonsense"}, "core must name a module and a function"),
        ({"arguments": ()}, "needs arguments"),
        ({"examples": ()}, "an example with its result is missing"),
        ({"examples": (Example("CLV(1)", 1.0),)}, "the example must start with =TOY("),
    ],
)
def test_a_bad_record_names_itself_and_the_rule(toys: Any, fields: dict[str, Any], rule: str) -> None:
    arguments = fields.pop("arguments", (toys.argument("amount"),))
    with pytest.raises(BadRecord, match=rule.replace("(", r"\(")) as raised:
        Registry().declare(toys.function(lambda: 0, *arguments, **fields))
    assert str(raised.value).startswith(fields.get("name", "TOY"))


def test_bad_arguments(toys: Any) -> None:
    text = {"unit": "currency", "help": "What it is."}
    bad = {
        "lower case words": [Argument("Margin", Money(), **text)],
        "a word of VBA": [Argument("new", Money(), **text)],
        "the help of": [Argument("margin", Money(), unit="currency", help="")],
        "the unit of": [Argument("margin", Money(), unit="", help="What it is.")],
        "two arguments": [Argument("margin", Money(), **text), Argument("margin", Money(), **text)],
        "follows an optional": [Argument("margin", Money(), **text, default=1.0), Argument("rate", Money(), **text)],
        "not one of its options": [Argument("timing", Choice(options=("end",)), **text, default="start")],
        "not in both": [Argument("orders", Table(), **text)],
        "table in its shape": [Argument("orders", Text(), **text, shape="table")],
    }
    for rule, arguments in bad.items():
        with pytest.raises(BadRecord, match=rule):
            Registry().declare(toys.function(lambda: 0, *arguments))


def test_a_name_is_declared_once(toys: Any) -> None:
    registry = Registry()
    record = registry.declare(toys.function(lambda a: a, toys.argument("amount")))
    assert registry["toy"] is record
    assert "TOY" in registry
    assert [*registry] == [record]
    with pytest.raises(BadRecord, match="declared twice"):
        registry.declare(record)


def test_the_signature_reads_like_excels_help(toys: Any) -> None:
    record = toys.function(lambda a, b: a, toys.argument("amount"), toys.argument("rate", default=0.1))
    assert record.signature == "TOY(amount, [rate])"
    assert record.arguments[0].default is REQUIRED
    assert record.arguments[0].default_shown == ""
    assert record.arguments[1].default_shown == "0.1"
