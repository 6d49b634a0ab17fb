"""What cannot be calculated, in one sentence for a person."""

from __future__ import annotations


class FormulaError(Exception):
    """A formula cannot be read. The text is one sentence for the person who typed it."""


class WorkbookError(Exception):
    """A workbook cannot be calculated. The text is one sentence for the person who gave it."""
