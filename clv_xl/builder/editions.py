"""Editions of a template: how its function cells are spelled for the host that will calculate them."""

from __future__ import annotations

from dataclasses import dataclass

from clv_xl.engine import NAMESPACE


class UnknownEdition(ValueError):
    """There is no edition of this name."""


@dataclass(frozen=True)
class Edition:
    """One way of spelling the calls, and for whom."""

    name: str
    spelling: str
    """A pattern for the stored name of a function; empty where the workbook calls none."""
    made_for: str

    @property
    def has_functions(self) -> bool:
        """Whether the workbook calls our functions at all."""
        return bool(self.spelling)

    def call(self, function: str, *arguments: str) -> str:
        """The call as the file stores it."""
        return f"{self.spelling.format(function)}({','.join(arguments)})"


EDITIONS = {
    edition.name: edition
    for edition in (
        Edition("classic", "{}", "the add-in for Excel on Windows, and LibreOffice"),
        Edition("office", f"_xldudf_{NAMESPACE}_{{}}", "Excel on any platform with a server add-in (xlwings Server)"),
        Edition("lite", "_xldudf_{}", "Excel on any platform with the xlwings Lite add-in"),
        Edition("native", "", "any spreadsheet program; it calls no functions but Excel's own"),
    )
}


def edition_named(name: str) -> Edition:
    """The edition, or UnknownEdition with the names there are."""
    if name not in EDITIONS:
        raise UnknownEdition(f'There is no edition "{name}"; choose one of {", ".join(EDITIONS)}.')
    return EDITIONS[name]
