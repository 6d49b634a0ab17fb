"""Functions that exist only to test the border: what they compute does not matter, how cells reach them does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from clv_xl.worksheet.kinds import Kind, Money
from clv_xl.worksheet.registry import Argument, Example, Function


def argument(name: str, kind: Kind | None = None, **fields: Any) -> Argument:
    return Argument(name, kind or Money(), unit="currency", help=f"What {name} is.", **fields)


def function(compute: Callable[..., Any], *arguments: Argument, **fields: Any) -> Function:
    """A record around a plain Python function."""
    record = Function(
        **{
            "name": "TOY",
            "family": "Toys",
            "summary": "A function to test with.",
            "arguments": arguments,
            "core": "toys:toy",
            "formula": "none",
            "source": "none",
            "examples": (Example("=TOY(1)", 1.0),),
        }
        | fields
    )
    record.__dict__["compute"] = compute  # what the cached property would look up in clv_xl.core
    return record


@pytest.fixture
def toys() -> Any:
    class Toys:
        argument = staticmethod(argument)
        function = staticmethod(function)

    return Toys
