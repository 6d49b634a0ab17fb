"""Write every generated file of the repository: the function reference and the built workbooks.

python docs/generate.py            writes them
python docs/generate.py --check    says which are stale, and exits with 1 if any is
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from pathlib import Path

from clv_xl.catalogue import REGISTRY
from clv_xl.worksheet.registry import Example, Function

ROOT = Path(__file__).resolve().parent.parent
COMMAND = "python docs/generate.py"


def generated() -> Iterator[tuple[Path, bytes]]:
    """Every generated file and what it should hold."""
    from clv_xl.templates import TEMPLATES

    yield ROOT / "docs" / "functions.md", reference().encode()
    for name, template in TEMPLATES.items():
        yield ROOT / "workbooks" / f"{name}.xlsx", template.build("classic").data


def reference() -> str:
    """The function reference, made from the registry."""
    parts = [
        "# Functions",
        f"<!-- Written by `{COMMAND}` from the declarations in clv_xl/catalogue. Do not edit. -->",
        "Every function takes cells or ranges. Unless an argument is said to be a column, a range in it gives one "
        "result per cell, and shapes stretch as in Excel's own arrays. Rates, shares and margins are written as 25% "
        "or 0.25. An empty cell in an optional argument means its default; LibreOffice hands a single empty cell over "
        "as 0 (see [what differs there](libreoffice.md#what-libreoffice-does-otherwise-than-excel)). How errors are to "
        "be read stands [at the end](#errors).",
    ]
    for family, functions in REGISTRY.families().items():
        rows = "\n".join(f"| [{f.name}](#{f.name.lower()}) | {_cell(f.summary)} |" for f in functions)
        parts.append(f"**{family}**\n\n| function | is |\n|---|---|\n{rows}")
    for family, functions in REGISTRY.families().items():
        parts.append(f"## {family}")
        parts += [section(function) for function in functions]
    parts.append(ERRORS)
    return "\n\n".join(parts) + "\n"


def section(f: Function) -> str:
    """The reference of one function."""
    rows = "\n".join(
        f"| `{a.name}` | {'each cell' if a.shape == 'each' else f'a {a.shape}'} | {_cell(a.unit)} | "
        f"{_cell(a.default_shown) or 'required'} | {_cell(a.help)} |"
        for a in f.arguments
    )
    parts = [
        f"### {f.name}",
        f"`={f.signature}`",
        f.summary,
        f"| argument | takes | unit | default | what it is |\n|---|---|---|---|---|\n{rows}",
        f"Formula: {f.formula.rstrip('.')}.",
    ]
    if f.native:
        parts.append(f"In Excel's own functions: `={f.native}`")
    parts += [_example(example) for example in f.examples]
    if f.notes:
        parts.append("\n".join(f"- {note}" for note in f.notes))
    parts.append(f"Source: {f.source.rstrip('.')}.")
    return "\n\n".join(parts)


def _example(example: Example) -> str:
    note = f" {example.note}" if example.note else ""
    if not isinstance(example.result, list | tuple):
        return f"Example: `{example.formula}` gives **{_shown(example.result)}**.{note}"
    head, *rows = [" | ".join(_cell(_shown(cell)) for cell in row) for row in example.result]
    ruler = "|".join("---" for _ in example.result[0])
    table = "\n".join([f"| {head} |", f"|{ruler}|", *(f"| {row} |" for row in rows)])
    return f"Example: `{example.formula}` gives the table below.{note}\n\n{table}"


def _shown(cell: object) -> str:
    if isinstance(cell, dt.datetime):
        return f"{cell:%Y-%m-%d}"
    return f"{cell:,.15g}" if isinstance(cell, int | float) and not isinstance(cell, bool) else str(cell)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


ERRORS = """## Errors

| error | means | for example |
|---|---|---|
| `#VALUE!` | wrong type or shape | text where a rate belongs; a block where a column belongs |
| `#NUM!` | right type, but outside its domain, or there is no finite answer | a churn rate of 25 instead of 25% |
| `#DIV/0!` | a division by zero | an acquisition cost with no new customers |
| `#N/A` | a value is missing | an empty range; a blank margin; columns of unequal length |

An error in an input cell comes out as that same error. In a range each element fails alone. In functions that take
each cell, an element whose required cells are all blank is empty text, so that one formula can be spilled over a
longer range.

In a column, rows that are blank throughout are left out; a row with a hole in it is an error that names the row. A
first row is a heading where it names its column (Customer, Order date, Betrag), or where it is text over numbers or
dates; and then it is one in all columns of a call, whatever text stands over names. A table says so in a note where no
column was known by its name. Text that was meant as a value ("5 years", "unknown", "½", "31.3.26") is no heading but an
error that names the row, and a name that comes again in its column is none either. Where one range begins with its
heading and another with a value, the ranges were chosen a row apart, and the result is an error.

A number is a number whatever its format: a currency, a percentage, a date. A date in a column of money is the number
of its day, as in Excel's own functions. The newer errors (#SPILL!, #CALC!, #FIELD! and the like) come out as #VALUE!,
since no function can return them; the message names them.

What exactly is wrong, and how to mend it, is said in words: in xlwings Server and Lite on hovering over a `#VALUE!`,
in the classic add-in in the cell, and everywhere by `clv-xl calc "=…"`. The classic add-in's cell is text that begins
with the error, which IFERROR and ISERROR do not see; in Server and Lite it is a real error."""


def main(arguments: list[str]) -> int:
    """Write the files, or with --check only compare them."""
    stale = [(path, data) for path, data in generated() if not path.exists() or path.read_bytes() != data]
    for path, data in stale:
        print(f"{'stale' if arguments else 'wrote'} {path.relative_to(ROOT)}")
        if not arguments:
            path.write_bytes(data)
    return 1 if stale and arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
