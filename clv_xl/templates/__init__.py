"""What people open: one module a template, each written in terms of functions and of the builder.

Importing this costs nothing; a template's module, and openpyxl with it, loads when the template is built.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clv_xl.builder.book import Built

DEFAULT_EDITION = "classic"


@dataclass(frozen=True)
class Template:
    """A workbook that can be built."""

    name: str
    summary: str
    """One line for a list of templates."""

    @property
    def file_name(self) -> str:
        """What the file is called unless the user says otherwise."""
        return f"{self.name}.xlsx"

    def build(self, edition: str = DEFAULT_EDITION) -> Built:
        """The finished workbook. Raises UnknownEdition with the editions there are."""
        from clv_xl.builder.editions import edition_named

        chosen = edition_named(edition)
        module = importlib.import_module(f"clv_xl.templates.{self.name}")
        built: Built = module.build(chosen)
        return built


TEMPLATES = {
    template.name: template
    for template in (
        Template("starbucks", "Customer lifetime value in five steps, after the KISSmetrics case study of Starbucks."),
    )
}
"""The templates by name."""
