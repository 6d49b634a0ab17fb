"""The registry: one record a function, from which everything that is said about it is made."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from clv_xl.worksheet.excel_names import BUILT_IN, VBA_WORDS
from clv_xl.worksheet.kinds import Choice, Kind

MAX_SUMMARY = 255
MAX_ARGUMENT_HELP = 255
_NAME = re.compile(r"[A-Z][A-Z0-9_]{2,}")
_ARGUMENT_NAME = re.compile(r"[a-z][a-z0-9_]+")
_CELL_LIKE = re.compile(r"[A-Z]{1,3}[0-9]+|R[0-9]*C[0-9]*")


class BadRecord(Exception):
    """A declaration breaks a rule. Raised at import, so that it never reaches a user."""


class _Required:
    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED = _Required()

Shape = Literal["each", "column", "list", "table"]


@dataclass(frozen=True)
class Argument:
    """One argument of a worksheet function.

    `shape` says how a range is taken: "each" cell gives a result of its own; a "column" is consumed at once, its rows
    belonging together with those of the other columns; a "list" is consumed at once and stands alone; a "table" is
    several columns in one range, its kind a `Table`.
    `default_text` says what a default means where the bare value does not, as "for ever".
    `headings` names the list in `core.column_names` by which a first row of a column is known to be its heading.
    """

    name: str
    kind: Kind
    unit: str
    help: str
    default: Any = REQUIRED
    default_text: str = ""
    shape: Shape = "each"
    headings: str = ""

    @property
    def required(self) -> bool:
        """Whether the user must give it."""
        return self.default is REQUIRED

    @property
    def default_shown(self) -> str:
        """The default as documentation shows it; empty for a required argument."""
        if self.required:
            return ""
        if self.default_text:
            return self.default_text
        return f"{self.default:g}" if isinstance(self.default, int | float) else str(self.default)


@dataclass(frozen=True)
class Table(Kind):
    """Columns in one range: found by their headers in any order, or without a header row by position.

    A table that everybody knows may be given by its name instead, one of `names`.
    """

    columns: tuple[Argument, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Example:
    """A call as typed in a cell, and what it shows: one value, or the rows of a table."""

    formula: str
    result: Any
    note: str = ""


@dataclass(frozen=True)
class Function:
    """Everything there is to say about one worksheet function.

    `core` names the formula, as "lifetime:clv" for `clv_xl.core.lifetime.clv`: it takes the arguments in this order,
    as floats, text or arrays of them. It is looked up at the first call, so that a registry costs no numpy.
    """

    name: str
    family: str
    summary: str
    arguments: tuple[Argument, ...]
    core: str
    formula: str
    source: str
    examples: tuple[Example, ...]
    native: str = ""
    """The same in Excel's own functions, in the arguments' names; empty where there is no short one."""
    result: Literal["each", "table"] = "each"
    notes: tuple[str, ...] = field(default=())

    @property
    def signature(self) -> str:
        """The call as Excel's own help writes it: NAME(required, [optional])."""
        return f"{self.name}({', '.join(a.name if a.required else f'[{a.name}]' for a in self.arguments)})"

    @cached_property
    def is_elementwise(self) -> bool:
        """Whether every argument is taken cell by cell and every element gives one result."""
        return self.result == "each" and all(a.shape == "each" for a in self.arguments)

    @cached_property
    def fitting(self) -> tuple[tuple[float, float, Any], ...]:
        """Of each argument, the lowest and the highest float that is a value as it stands, and the default."""
        return tuple((*a.kind.fitting, a.default) for a in self.arguments)

    @cached_property
    def needs_ranges(self) -> bool:
        """Whether some column, list or table must be given, so that a call without single cells is not a blank one."""
        return any(a.required and a.shape != "each" for a in self.arguments)

    @cached_property
    def compute(self) -> Callable[..., Any]:
        """The core function."""
        module, _, function = self.core.partition(":")
        found: Callable[..., Any] = getattr(importlib.import_module(f"clv_xl.core.{module}"), function)
        return found


class Registry:
    """The declared functions by name, in the order of declaration."""

    def __init__(self) -> None:
        self._functions: dict[str, Function] = {}

    def declare(self, function: Function) -> Function:
        """Add a record, or raise BadRecord with its name and the rule it breaks."""
        for broken in _broken_rules(function):
            raise BadRecord(f"{function.name}: {broken}")
        if function.name in self._functions:
            raise BadRecord(f"{function.name}: the name is declared twice")
        self._functions[function.name] = function
        return function

    def __getitem__(self, name: str) -> Function:
        return self._functions[name.upper()]

    def __contains__(self, name: str) -> bool:
        return name.upper() in self._functions

    def __iter__(self) -> Iterator[Function]:
        return iter(self._functions.values())

    def __len__(self) -> int:
        return len(self._functions)

    def families(self) -> dict[str, list[Function]]:
        """The functions of each family, both in the order of declaration."""
        grouped: dict[str, list[Function]] = {}
        for function in self:
            grouped.setdefault(function.family, []).append(function)
        return grouped


def _broken_rules(f: Function) -> Iterator[str]:
    if not _NAME.fullmatch(f.name):
        yield "a name is three or more capital letters, digits or underscores, starting with a letter"
    if _CELL_LIKE.fullmatch(f.name):
        yield "the name is shaped like a cell address"
    if f.name in BUILT_IN:
        yield "Excel has a function of this name"
    if not f.summary or len(f.summary) > MAX_SUMMARY:
        yield f"the summary must have 1 to {MAX_SUMMARY} characters, it has {len(f.summary)}"
    for what in ("family", "formula", "source"):
        if not getattr(f, what):
            yield f"the {what} is missing"
    if not re.fullmatch(r"[a-z_]+:[a-z_]+", f.core):
        yield f'core must name a module and a function, as "lifetime:clv", got "{f.core}"'
    if not f.arguments:
        yield "a function needs arguments"
    yield from _broken_argument_rules(f)
    if not f.examples:
        yield "an example with its result is missing"
    for example in f.examples:
        if not example.formula.startswith(f"={f.name}("):
            yield f"the example must start with ={f.name}(, got {example.formula}"


def _broken_argument_rules(f: Function) -> Iterator[str]:
    names = [a.name for a in f.arguments]
    if len(set(names)) < len(names):
        yield "two arguments have the same name"
    optional = False
    for a in f.arguments:
        if not _ARGUMENT_NAME.fullmatch(a.name):
            yield f'the argument name "{a.name}" must be lower case words joined by underscores'
        if a.name in VBA_WORDS:
            yield f'the argument name "{a.name}" is a word of VBA, in which the classic add-in is written'
        if not a.help or len(a.help) > MAX_ARGUMENT_HELP:
            yield f"the help of {a.name} must have 1 to {MAX_ARGUMENT_HELP} characters, it has {len(a.help)}"
        if not a.unit:
            yield f"the unit of {a.name} is missing"
        if (a.shape == "table") != isinstance(a.kind, Table):
            yield f"{a.name} is a table in its shape or in its kind, but not in both"
        if a.required and optional:
            yield f"{a.name} is required but follows an optional argument"
        if isinstance(a.kind, Table) and a.kind.names and not a.required and a.default not in a.kind.names:
            yield f"the default of {a.name} is not one of its names"
        if isinstance(a.kind, Choice) and not a.required and a.default not in (None, *a.kind.options):
            yield f"the default of {a.name} is not one of its options"
        optional = optional or not a.required
