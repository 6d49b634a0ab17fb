"""The terminal: what it prints, what it writes, how it exits."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from typer.testing import CliRunner, Result

import clv_xl
from clv_xl.catalogue import REGISTRY
from clv_xl.cli import app
from clv_xl.templates import TEMPLATES

CLTV = "=CLTV({3.5;8.5;5;6.5;6},{4;3;5;6;3},20,52)"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200"})


def words(text: str) -> str:
    """The text on one line, for what a narrow window may wrap."""
    return " ".join(text.split())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


class TestBuild:
    def test_writes_the_workbook_here_and_says_what_it_built(self, folder: Path) -> None:
        result = run("build", "starbucks")
        assert result.exit_code == 0
        assert "25,272.00" in result.output
        assert str(folder / "starbucks.xlsx") in result.output
        assert "PASS" in result.output
        assert "FAIL" not in result.output
        cells = load_workbook(folder / "starbucks.xlsx", data_only=True)
        values = [
            c.value for sheet in cells for row in sheet.iter_rows() for c in row if isinstance(c.value, int | float)
        ]
        assert any(v == pytest.approx(25272, rel=1e-12) for v in values)

    def test_never_replaces_a_file_unasked(self, folder: Path) -> None:
        (folder / "starbucks.xlsx").write_text("mine")
        refused = run("build", "starbucks")
        assert refused.exit_code == 2
        assert "--force" in refused.output
        assert (folder / "starbucks.xlsx").read_text() == "mine"
        assert run("build", "starbucks", "--force").exit_code == 0
        assert zipfile.is_zipfile(folder / "starbucks.xlsx")

    def test_to_another_folder(self, folder: Path) -> None:
        (folder / "out").mkdir()
        assert run("build", "starbucks", "-o", "out").exit_code == 0
        assert (folder / "out" / "starbucks.xlsx").exists()
        missing = run("build", "starbucks", "-o", "nowhere")
        assert missing.exit_code == 2
        assert "nowhere" in missing.output

    @pytest.mark.parametrize("edition", ["classic", "office", "lite", "native"])
    def test_editions(self, folder: Path, edition: str) -> None:
        assert run("build", "starbucks", "--edition", edition).exit_code == 0
        assert (folder / "starbucks.xlsx").read_bytes() == TEMPLATES["starbucks"].build(edition).data

    def test_wrong_names(self, folder: Path) -> None:
        for arguments in (["starbuck"], ["starbucks", "--edition", "mac"], []):
            result = run("build", *arguments)
            assert result.exit_code == 2
            assert not list(folder.iterdir())
        assert "starbucks" in run("build", "starbuck").output
        assert "classic" in run("build", "starbucks", "--edition", "mac").output


class TestFunctions:
    def test_lists_families_with_summaries(self) -> None:
        result = run("functions")
        assert result.exit_code == 0
        for function in REGISTRY:
            assert function.name in result.output
            assert function.family in result.output

    @pytest.mark.parametrize("name", [f.name for f in REGISTRY])
    def test_explains_each(self, name: str) -> None:
        result = run("functions", name.lower())
        function = REGISTRY[name]
        assert result.exit_code == 0
        assert function.signature in result.output
        assert words(function.formula) in words(result.output)
        assert words(function.source) in words(result.output)
        for argument in function.arguments:
            assert argument.name in result.output
        for example in function.examples:
            assert example.formula in result.output

    def test_an_unknown_name_suggests_the_nearest(self) -> None:
        result = run("functions", "CLTVV")
        assert result.exit_code == 2
        assert "CLTV" in result.output
        assert run("functions", "ZZZZZZ").exit_code == 2


class TestCalc:
    @pytest.mark.parametrize(
        ("formula", "shown"),
        [
            (CLTV, "25272"),
            (CLTV.removeprefix("="), "25272"),
            (f"=ROUND({CLTV[1:]}/1000,1)", "25.3"),
            ("=LTV_CAC_RATING(3)", "3 or more: healthy"),
            ("=SUM(CAC({1000;500},50))", "30"),
            ("=CAC(1000,50)>10", "TRUE"),
            ("=IFERROR(CAC(1000,0),0)", "0"),
        ],
    )
    def test_scalars(self, formula: str, shown: str) -> None:
        result = run("calc", formula)
        assert result.exit_code == 0, result.output
        assert result.stdout.strip() == shown

    def test_tables(self) -> None:
        result = run("calc", CLTV.replace("CLTV", "CLTV_STEPS"))
        assert result.exit_code == 0
        lines = result.stdout.splitlines()
        assert any("24.3 " in line for line in lines)
        assert any("24.78" in line for line in lines)
        assert run("calc", "=CAC({1000;500},{50,10})").stdout.split() == ["20", "100", "10", "50"]

    def test_an_error_comes_with_its_message(self) -> None:
        result = run("calc", "=CLV(50,4,5,25)")
        assert result.exit_code == 1
        assert result.stdout.strip() == "#NUM!"
        assert result.stderr.strip() == "margin must be at most 1, got 25; write 25% or 0.25"

    def test_an_error_in_a_range_too(self) -> None:
        result = run("calc", '=CAC({1000;"x"},50)')
        assert result.exit_code == 1
        assert result.stdout.split() == ["20", "#VALUE!"]
        assert 'spend must be a number, got the text "x"' in result.stderr

    @pytest.mark.parametrize(
        ("formula", "says"),
        [
            ("=CAC(100,", "cannot be read"),
            ("", "empty"),
            ("=", "empty"),
            ("=)", "cannot be read"),
            ('="open', "cannot be read"),
            ("=CLV(50;4;5;40%)", "English Excel: commas between arguments"),
            ("=CLV(49,90;4;5;0,4)", "a point in numbers"),
            ("=A1+1", "A1 is a cell, and there is no workbook here"),
            ("=SUM(Sheet1!$B$2:B9)", "there is no workbook here"),
            ("=CLV(a,b,c,d)", "a is neither a number nor a function"),
        ],
    )
    def test_what_cannot_be_read_is_wrong_use(self, formula: str, says: str) -> None:
        result = run("calc", formula)
        assert result.exit_code == 2
        assert result.stderr.startswith("clv-xl: ")
        assert says in result.stderr

    def test_numbers_are_never_cut_in_a_narrow_window(self) -> None:
        result = CliRunner().invoke(app, ["calc", "=CLV_SENSITIVITY(100,0.8,0.05)"], env={"COLUMNS": "40"})
        assert "1422.22222222222" in result.stdout
        assert "…" not in result.stdout

    def test_an_unknown_function_is_named(self) -> None:
        result = run("calc", "=CLTVX(1)")
        assert result.exit_code == 1
        assert result.stdout.strip() == "#NAME?"
        assert "CLTVX" in result.stderr


class TestCheck:
    def test_a_built_template_is_clean(self, folder: Path) -> None:
        (folder / "starbucks.xlsx").write_bytes(TEMPLATES["starbucks"].build("classic").data)
        result = run("check", "starbucks.xlsx")
        assert (result.exit_code, "nothing found" in result.output) == (0, True), result.output

    def test_findings_name_the_cell(self, folder: Path) -> None:
        book = Workbook()
        book.active["B2"] = "=1+7"
        book.active.merge_cells("D4:E5")
        book.save("bad.xlsx")
        before = (folder / "bad.xlsx").read_bytes()
        result = run("check", "bad.xlsx")
        assert result.exit_code == 1
        assert "Sheet!B2" in result.output
        assert "Sheet!D4" in result.output
        assert (folder / "bad.xlsx").read_bytes() == before

    def test_what_is_no_workbook(self, folder: Path) -> None:
        (folder / "text.xlsx").write_text("name;spend")
        empty = io.BytesIO()
        zipfile.ZipFile(empty, "w").close()
        (folder / "empty.xlsx").write_bytes(empty.getvalue())
        for name in ("text.xlsx", "empty.xlsx", "absent.xlsx", "."):
            result = run("check", name)
            assert result.exit_code == 2, name
            assert result.stderr.startswith("clv-xl: ")
            assert "Traceback" not in result.output


def test_version_and_help() -> None:
    assert run("--version").output.strip() == f"clv-xl {clv_xl.__version__}"
    assert "build" in run("--help").output
    for command in ("build", "functions", "calc", "check"):
        text = run(command, "--help").output
        assert "Example" in text
        assert f"clv-xl {command}" in text
    assert run("nonsense").exit_code == 2
