"""The calculation engine: formulas that mix Excel's functions with ours, outside Excel.

Formualizer calculates; here our functions are registered with it under every name a workbook may call them by, and
values and errors are translated in both directions. What the engine lacks is made up for here, and only here.
"""

from clv_xl.engine.calculator import NAMESPACE, SPELLINGS, Complaint
from clv_xl.engine.errors import FormulaError, WorkbookError
from clv_xl.engine.formulas import Evaluation, evaluate
from clv_xl.engine.values import Value
from clv_xl.engine.workbooks import calculate

__all__ = [
    "NAMESPACE",
    "SPELLINGS",
    "Complaint",
    "Evaluation",
    "FormulaError",
    "Value",
    "WorkbookError",
    "calculate",
    "evaluate",
]
