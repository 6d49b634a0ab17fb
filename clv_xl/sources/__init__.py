"""Where order logs come from: CSV, Excel, Parquet, databases. Opened lazily; what was taken for what is always said."""

from clv_xl.sources.errors import SourceError, one_sentence
from clv_xl.sources.first_rows import first_rows
from clv_xl.sources.guess import Guess, guess_columns, recognise
from clv_xl.sources.opening import ENGINES, Log, open_log, refuse_as_target
from clv_xl.sources.saving import EXCEL_ROWS, save

__all__ = [
    "ENGINES",
    "EXCEL_ROWS",
    "Guess",
    "Log",
    "SourceError",
    "first_rows",
    "guess_columns",
    "one_sentence",
    "open_log",
    "recognise",
    "refuse_as_target",
    "save",
]
