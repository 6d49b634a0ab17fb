"""Where there is no Excel the functions are ordinary Python functions; and what their import costs."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

import clv_xl.functions as functions
from clv_xl.catalogue import REGISTRY

HEAVY = ("numpy", "pandas", "scipy", "openpyxl", "formualizer", "lxml", "typer", "rich", "hypothesis")


def test_the_module_exposes_exactly_the_registry() -> None:
    assert functions.__all__ == [f.name for f in REGISTRY]
    for record in REGISTRY:
        exposed = getattr(functions, record.name)
        assert exposed.__name__ == record.name
        assert exposed.__doc__ == record.summary
        assert list(inspect.signature(exposed).parameters) == [a.name for a in record.arguments]
        assert not exposed.__annotations__


def test_calls_from_python() -> None:
    assert functions.CLTV([3.5, 8.5, 5, 6.5, 6], [4, 3, 5, 6, 3], 20) == pytest.approx(25272)
    assert functions.CAC([[1000.0], [500.0]], 50) == [[20.0], [10.0]]
    assert functions.CAC(1000, 0) == "#DIV/0!"
    by_name = functions.CLV(average_sale=50, transactions=4, retention=5, margin=0.4, acquisition_cost=100)
    assert by_name == functions.CLV(50, 4, 5, 0.4, 0, 100) == 300
    with pytest.raises(TypeError, match="marge"):
        functions.CLV(50, 4, 5, 0.4, marge=0.4)


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_the_import_adds_no_heavy_module_to_xlwings() -> None:
    """xlwings itself imports numpy and pandas where they are installed; what counts is what we add."""
    code = (
        "import sys, xlwings; before = set(sys.modules); import clv_xl.functions;"
        f"print([m for m in {HEAVY!r} if m in set(sys.modules) - before])"
    )
    assert run(code) == "[]"


def test_the_import_works_where_nothing_heavy_is_installed() -> None:
    code = f"""
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {HEAVY!r}:
            raise ModuleNotFoundError(name, name=name)

sys.meta_path.insert(0, Absent())
import clv_xl.functions
print(len(clv_xl.functions.__all__), any(m in sys.modules for m in {HEAVY!r}))
"""
    assert run(code) == f"{len(REGISTRY)} False"


def test_the_catalogue_needs_no_xlwings() -> None:
    """LibreOffice's own Python has none."""
    assert run("import sys, clv_xl.catalogue, clv_xl.worksheet.call; print('xlwings' in sys.modules)") == "False"
