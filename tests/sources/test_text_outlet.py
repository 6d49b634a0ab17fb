"""Text in CSV files: no spreadsheet takes any of it for a formula, whatever it splits lines at; names stay."""

from __future__ import annotations

import csv
import re
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from clv_xl.cli import app
from clv_xl.core.orders.engines import opened
from clv_xl.sources import save
from clv_xl.sources.spreadsheet_text import without_formulas

SIGNS = "=+-@＝＋－＠"
SEPARATORS = {"comma": 44, "semicolon": 59, "tab": 9, "bar": 124}
CHANGED = {
    "=1+1": "'=1+1",
    "a;=1+1;x": "a;'=1+1;x",
    'b;=HYPERLINK("http://127.0.0.1:18999/x");z': 'b;\'=HYPERLINK("http://127.0.0.1:18999/x");z',
    " =1+1": " '=1+1",
    "＝1+1": "'＝1+1",
    "－1": "'－1",
    "＋1": "'＋1",
    "＠SUM(A1)": "'＠SUM(A1)",
    "\n=1+1": "\n'=1+1",
    "x\r\n=1+1": "x\r\n'=1+1",
    "c\t=1+1\tz": "c\t'=1+1\tz",
    "d|=1+1|z": "d|'=1+1|z",
    "e,=1+1,z": "e,'=1+1,z",
    "-x": "'-x",
    "+49 123 -4": "'+49 123 '-4",
    "@handle": "'@handle",
    "Smith - Sons": "Smith '- Sons",
    "a;-5;b": "a;'-5;b",
    "-5-3": "'-5-3",
    "==a": "'==a",
    ";=;=;": ";'=;'=;",
    "\u3000=1": "\u3000'=1",
    "\u00a0=1": "\u00a0'=1",
    "-inf": "'-inf",
    "-nan": "'-nan",
    "-0x10": "'-0x10",
    "- 5": "'- 5",
    "--5": "'--5",
}
KEPT = (
    *(
        "Jean-Pierre",
        "a=b",
        "me@shop.example",
        "C++",
        "1+1",
        "A-1",
        "x;y",
        "'=1+1",
        "O'Brien",
        "",
        "Müller-Lüdenscheidt",
    ),
    *("-5", "+5", "-5.25", "-1,234.50", "-5,5", "+4912345", "-.5", "-1e5", "+1.5E-3", "7"),
)


def slow(text: str) -> str:
    """The rule, sign by sign."""
    if re.fullmatch(r"[+-]?([0-9]+([.,][0-9]+)*|[.,][0-9]+)([eE][+-]?[0-9]+)?", text):
        return text
    written = ""
    for position, sign in enumerate(text):
        before = text[position - 1] if position else " "
        written += "'" if sign in SIGNS and (before.isspace() or before in ",;|") else ""
        written += sign
    return written


CONNECTION = duckdb.connect()


def fast(texts: list[str]) -> tuple[list[str], int]:
    frame = pd.DataFrame({"position": range(len(texts)), 'the "text"': pd.Series(texts, dtype=object)})
    relation, count = without_formulas(CONNECTION.from_df(frame))
    return [text for _, text in sorted(relation.fetchall())], count


@pytest.mark.parametrize(("text", "written"), CHANGED.items())
def test_what_could_begin_a_formula_gets_an_apostrophe(text: str, written: str) -> None:
    assert fast([text]) == ([written], 1)
    assert slow(text) == written


@pytest.mark.parametrize("text", KEPT)
def test_what_could_not_stays(text: str) -> None:
    assert fast([text]) == ([text], 0)


# Python counts four separators of records among blanks, which neither Unicode's class of them nor a spreadsheet does.
_PIECES = st.sampled_from(
    [*SIGNS, *" \t\n\r\v\f,;|'\"", "\u00a0", "\u3000", "\u2028", "\x85", "1", "5.5", "e", "x", "é"]
)
_TEXTS = st.text(st.characters(exclude_characters="\0\x1c\x1d\x1e\x1f", exclude_categories=["Cs"])) | st.lists(
    _PIECES
).map("".join)


@given(st.lists(_TEXTS, min_size=1, max_size=20))
def test_it_is_the_rule_sign_by_sign(texts: list[str]) -> None:
    expected = [slow(text) for text in texts]
    assert fast(texts) == (expected, sum(a != b for a, b in zip(texts, expected, strict=True)))


def frame_of(names: list[str], engine: str) -> Any:
    columns = {"customer": names, "channel": names, "orders": list(range(len(names)))}
    if engine == "pandas":
        return opened(pd.DataFrame(columns))
    if engine == "polars":
        return opened(pl.LazyFrame(columns))
    return opened(duckdb.connect().from_df(pd.DataFrame(columns)))


@pytest.mark.parametrize("engine", ["duckdb", "polars", "pandas"])
def test_every_text_column_on_every_engine(tmp_path: Path, engine: str) -> None:
    names = [*CHANGED, *KEPT]
    assert save(frame_of(names, engine), tmp_path / "out.csv", len(names)) == 2 * len(CHANGED)
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        found = {int(row["orders"]): (row["customer"], row["channel"]) for row in csv.DictReader(file)}
    written = [*CHANGED.values(), *KEPT]
    assert found == {position: (text, text) for position, text in enumerate(written)}


def test_numbers_of_customers_stay_numbers(tmp_path: Path) -> None:
    save(opened(duckdb.sql("SELECT -5 AS customer, -2.5 AS revenue")), tmp_path / "out.csv", 1)
    assert (tmp_path / "out.csv").read_text() == "customer,revenue\n-5,-2.5\n"


@pytest.mark.parametrize("ending", ["parquet", "xlsx"])
def test_files_that_tell_text_from_formulas_keep_names_as_they_are(tmp_path: Path, ending: str) -> None:
    names = ["=1+1", "a;=1+1;x", "Jean-Pierre"]
    assert save(frame_of(names, "duckdb"), tmp_path / f"out.{ending}", len(names)) == 0
    if ending == "parquet":
        found = [row[0] for row in duckdb.read_parquet(str(tmp_path / "out.parquet")).fetchall()]
    else:
        found = [row[0] for row in CalamineWorkbook.from_path(tmp_path / "out.xlsx").get_sheet_by_index(0).to_python()]
    assert set(found) >= set(names)


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tmp_path_factory.mktemp("profile").as_uri()


def formulas(soffice: str, profile: str, file: Path, separator: int) -> list[str]:
    """The formulas of a CSV file as LibreOffice opens it."""
    target = file.parent / str(separator)
    subprocess.run(
        [
            *(soffice, "--headless", f"-env:UserInstallation={profile}", f"--infilter=CSV:{separator},34,76,1"),
            *("--convert-to", "xlsx", "--outdir", str(target), str(file)),
        ],
        check=True,
        capture_output=True,
    )
    sheet = zipfile.ZipFile(target / f"{file.stem}.xlsx").read("xl/worksheets/sheet1.xml").decode()
    assert "<row" in sheet
    return re.findall(r"<f[ >][^<]*", sheet)


@pytest.mark.parametrize("separator", SEPARATORS)
def test_libreoffice_finds_no_formula(tmp_path: Path, soffice: str, profile: str, separator: str) -> None:
    """Names of a log, written by the command; the same names without it are formulas under one separator or other."""
    names = [*CHANGED, *KEPT, 'q;"=1+1"', '"=1+1"', "=1+1;b\n=2;c", "x y =1+1"]
    log = duckdb.connect().from_df(pd.DataFrame({"customer": names, "date": "2025-01-05", "amount": 5}))
    log.write_csv(str(tmp_path / "log.csv"), header=True, quotechar='"')
    assert formulas(soffice, profile, tmp_path / "log.csv", SEPARATORS[separator])
    out = tmp_path / "out.csv"
    ran = CliRunner().invoke(app, ["summarise", str(tmp_path / "log.csv"), "-o", str(out)])
    assert ran.exit_code == 0, ran.output
    assert formulas(soffice, profile, out, SEPARATORS[separator]) == []


def test_the_command_says_how_many_it_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for names, words in (
        (
            ["=1+1", "a;=1+1", "-5", "Jean-Pierre"],
            "In 2 texts that a spreadsheet could take for a formula, an apostrophe",
        ),
        (["@x", "y"], "In 1 text that a spreadsheet could take"),
        (["x", "Jean-Pierre"], None),
    ):
        (tmp_path / "log.csv").write_text("customer,date,amount\n" + "".join(f"{n},2025-01-05,5\n" for n in names))
        ran = CliRunner().invoke(app, ["summarise", "log.csv", "-o", "out.csv", "--force"])
        assert ran.exit_code == 0, ran.output
        assert ("apostrophe" in ran.output) == (words is not None)
        assert (words or "") in ran.output
