"""CSV as shops, tills and Windows write it: every record is accounted for, or refused with the number of its line."""

from __future__ import annotations

import codecs
import gzip
import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from clv_xl.cli import app
from clv_xl.core.orders import clean, customer_summary, rows
from clv_xl.core.orders.engines import opened
from clv_xl.sources import SourceError, guess_columns, open_log

REQUIRED = os.environ.get("CLV_XL_REQUIRE_PROGRAMS") == "1"


def csv(folder: Path, content: str | bytes, name: str = "o.csv") -> str:
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return str(folder / name)


def read(where: str, **options: Any) -> tuple[list[tuple[str, ...]], list[str]]:
    """The rows as text, blank for missing, in no order; and the notes behind the first one."""
    log = open_log(where, **options)
    return sorted(tuple(v or "" for v in row.values()) for row in rows(opened(log.frame))), list(log.notes[1:])


def revenue(where: str, **options: Any) -> dict[Any, float]:
    log = open_log(where, **options)
    result = clean(log.frame, guess_columns(log.names), names=log.names)
    assert result.report.reconciles
    return {r["customer"]: r["revenue"] for r in rows(customer_summary(result.orders, result.as_of))}


HEAD = "customer,date,amount\n"
ANN = ("Ann", "2025-01-05", "5")


class TestRecords:
    @pytest.mark.parametrize(
        ("body", "more"),
        [
            ("", []),
            ("Bob,2025-01-06,7", [("Bob", "2025-01-06", "7")]),
            ("\n\n  \nBob,2025-01-06,7\n\n", [("Bob", "2025-01-06", "7")]),
            ('"Smith, ""J""",2025-01-06,"1,5"\n', [('Smith, "J"', "2025-01-06", "1,5")]),
            ('"two\nlines",2025-01-06,7\n', [("two\nlines", "2025-01-06", "7")]),
            ('Bob "the" B,2025-01-06,7\n', [('Bob "the" B', "2025-01-06", "7")]),
            ('19" rack,2025-01-06,7\n', [('19" rack', "2025-01-06", "7")]),
            (' "Bob" , "2025-01-06","7" \n', [("Bob", "2025-01-06", "7")]),
            ('"",2025-01-06,""\n', [("", "2025-01-06", "")]),
            (",,\n", [("", "", "")]),
            ("# Bob,2025-01-06,7\n", [("# Bob", "2025-01-06", "7")]),
            ("'Bob',2025-01-06,7\n", [("'Bob'", "2025-01-06", "7")]),
            ("a\\,2025-01-06,7\n", [("a\\", "2025-01-06", "7")]),
            ("NULL,2025-01-06,7\n", [("NULL", "2025-01-06", "7")]),
            ("a\u2028b,2025-01-06,7\n", [("a\u2028b", "2025-01-06", "7")]),
            ("Bob,2025-01-06,7\n\x1a", [("Bob", "2025-01-06", "7")]),
        ],
    )
    def test_are_read_as_written(self, tmp_path: Path, engine: str, body: str, more: list[tuple[str, ...]]) -> None:
        found, notes = read(csv(tmp_path, f"{HEAD}{','.join(ANN)}\n{body}"), engine=engine)
        assert (found, notes) == (sorted([ANN, *more]), [])

    @pytest.mark.parametrize("end", ["\r\n", "\r", "\r\r\n"])
    def test_of_other_systems(self, tmp_path: Path, engine: str, end: str) -> None:
        lines = ["customer,date,amount", "Ann,2025-01-05,5", '"Bob, B",2025-01-06,', ""]
        assert read(csv(tmp_path, end.join(lines)), engine=engine) == ([ANN, ("Bob, B", "2025-01-06", "")], [])

    def test_with_mixed_line_ends(self, tmp_path: Path) -> None:
        found, _ = read(csv(tmp_path, "customer,date,amount\r\nAnn,2025-01-05,5\nBob,2025-01-06,7\r\n"))
        assert found == [ANN, ("Bob", "2025-01-06", "7")]

    def test_that_end_early_have_blanks_which_are_counted(self, tmp_path: Path, engine: str) -> None:
        file = csv(tmp_path, HEAD + "Ann,2025-01-05,5\nBob,2025-01-06\nCid\n")
        found, (note,) = read(file, engine=engine)
        assert found == [ANN, ("Bob", "2025-01-06", ""), ("Cid", "", "")]
        assert note == "2 lines have fewer fields than the header, as line 3; the missing ones are blank."

    @pytest.mark.parametrize("more", [",", ",,", ", ", ',""'])
    def test_with_blanks_beyond_the_header(self, tmp_path: Path, engine: str, more: str) -> None:
        file = csv(tmp_path, HEAD + f"Ann,2025-01-05,5{more}\nBob,2025-01-06,\n")
        found, (note,) = read(file, engine=engine)
        assert found == [ANN, ("Bob", "2025-01-06", "")]
        assert note == "1 lines have blank fields beyond those of the header, which were ignored."

    @pytest.mark.parametrize(
        ("line", "words"),
        [
            (
                "Bob,2025-01-06,1,234.50",
                "has 4 fields under 3 columns; put a value that has “,” in it, as before “234.50”",
            ),
            ('"Bob,2025-01-06,1', "opens a quote that is never closed"),
            ('Bob,2025-01-06,"1', "opens a quote that is never closed"),
            ('"Bob" B,2025-01-06,1', "goes on with 'B' where a quote closed"),
            ('"19" rack",2025-01-06,1', "goes on with 'r' where a quote closed"),
            ("Bob\0,2025-01-06,1", "holds a NUL"),
        ],
    )
    @pytest.mark.parametrize("before", [1, 10_000])
    def test_of_which_something_would_be_lost(
        self, tmp_path: Path, engine: str, line: str, words: str, before: int
    ) -> None:
        if engine == "spark" and before > 1:
            pytest.skip("the refusal is the same before Spark begins")
        file = csv(tmp_path, HEAD + "Ann,2025-01-05,5\n" * before + f"{line}\n" + "Ann,2025-01-05,5\n" * 30)
        with pytest.raises(SourceError) as raised:
            open_log(file, engine)
        assert str(raised.value).startswith(f"Line {before + 2:,} of {file} {words}")
        assert "\n" not in str(raised.value)

    def test_a_bad_byte_far_into_a_file(self, tmp_path: Path) -> None:
        good = "Müller,2025-01-05,5\n" * 100_000
        file = csv(tmp_path, (HEAD + good).encode() + b"M\xfcller,2025-01-06,7\n" + good.encode())
        with pytest.raises(SourceError, match=r"^Line 100,002 of .* has the byte FC, that is not utf-8; name the enc"):
            open_log(file)

    def test_lines_that_no_memory_holds(self, tmp_path: Path) -> None:
        with pytest.raises(SourceError, match=r"^Line 2 of .* is longer than 2,097,152 signs"):
            open_log(csv(tmp_path, HEAD + "x" * 3_000_000 + ",2025-01-05,5\n"))
        with pytest.raises(SourceError, match=r"^Line 2 of .* opens a quote that is never closed"):
            open_log(csv(tmp_path, HEAD + '"' + "x,2025-01-05,5\n" * 300_000))
        long = '"' + "x\n" * 900_000 + '",2025-01-05,5\n'
        assert len(read(csv(tmp_path, HEAD + long))[0][0][0]) == 1_800_000

    def test_a_header_alone(self, tmp_path: Path, engine: str) -> None:
        with pytest.raises(SourceError, match="has a header and no rows"):
            open_log(csv(tmp_path, HEAD), engine)


class TestDialect:
    @pytest.mark.parametrize(
        ("text", "first"),
        [
            ("Kunde;Datum;Betrag\nAnn;05.01.2025;1,50\nBob;06.01.2025;2,75\n", ("Ann", "05.01.2025", "1,50")),
            ("Kunde X;Tag X;Geld X\nAnn;a;1,50 €\nBob;b;2,75 €\n", ("Ann", "a", "1,50 €")),
            ("Name, full\tTag X\tGeld X\nA, B\tx\t1,5\nC, D\ty\t2,5\n", ("A, B", "x", "1,5")),
            ("a|b|c\nx;y|1,5|2,5\nz;w|3,5|4,5\n", ("x;y", "1,5", "2,5")),
            ('customer,date,note\n"a;b;c;d",x,y\n"e;f;g;h",z,w\n', ("a;b;c;d", "x", "y")),
            ('customer;note\nA;"x,y\nz,w"\nB;"p,q"\n', ("A", "x,y\nz,w")),
            ("date,items,total\n2025-01-05,a|b|c,5\n2025-01-06,d|e|f,6\n", ("2025-01-05", "a|b|c", "5")),
            ("date;time;total\n2025-01-05;10:00:00;5\n", ("2025-01-05", "10:00:00", "5")),
            ("sep=;\nKunde;Datum;Betrag\nA,B,C;x;1,5\n", ("A,B,C", "x", "1,5")),
            ("sep=^\r\nKunde^Datum^Betrag\r\nA;B^x^1,5\r\n", ("A;B", "x", "1,5")),
            ("'customer','date','amount'\n'A, \"B\"','x','1,5'\n", ('A, "B"', "x", "1,5")),
            ('customer,date,amount\n"A \\"B\\", C",x,1\n', ('A "B", C', "x", "1")),
            (",customer,date,amount\n0,Ann,2025-01-05,5\n1,Bob,2025-01-06,6\n", ("0", "Ann", "2025-01-05", "5")),
            (",Kunde X,Tag X,Geld X\n0,Ann,2025-01-05,5\n1,Bob,2025-01-06,6\n", ("0", "Ann", "2025-01-05", "5")),
            ("customer date amount\nAnn 2025-01-05 5\n", ("Ann", "2025-01-05", "5")),
        ],
    )
    def test_is_told_from_the_text(self, tmp_path: Path, text: str, first: tuple[str, ...]) -> None:
        found, notes = read(csv(tmp_path, text))
        assert found[0] == first
        assert not notes

    def test_rows_above_the_header(self, tmp_path: Path, engine: str) -> None:
        title = "Sales by Customer Detail\nJanuary - March 2025\n\nDate,Num,Customer,Amount\n"
        file = csv(tmp_path, title + "01/15/2025,1,Ann,100\n02/05/2025,2,Ben,50\nTOTAL,,,150\n")
        log = open_log(file, engine)
        assert log.notes[1:] == ("3 rows above the header were skipped.",)
        result = clean(log.frame, guess_columns(log.names), names=log.names)
        assert result.report.row("kept").amount == 150
        (left,) = result.report.left_out
        assert (left.lines, left.amount) == (1, 150)
        assert "TOTAL" in left.done

    def test_one_row_above_the_header_and_many_lines(self, tmp_path: Path) -> None:
        body = "".join(f"C{n};2025-01-05;{n},5\n" for n in range(2_000))
        found, notes = read(csv(tmp_path, f"Export, all shops;;\nKunde;Datum;Betrag\n{body}"))
        assert len(found) == 2_000
        assert notes == ["1 row above the header was skipped."]

    def test_names_that_come_again_are_said(self, tmp_path: Path, engine: str) -> None:
        log = open_log(csv(tmp_path, "customer,date,amount,amount\nAnn,2025-01-05,5,9\n"), engine)
        assert log.names == ("customer", "date", "amount", "amount (2)")
        assert '"amount" more than once' in log.notes[1]
        assert revenue(csv(tmp_path, "customer,date,amount,amount\nAnn,2025-01-05,5,9\n"), engine=engine) == {"Ann": 5}

    def test_header_over_two_lines(self, tmp_path: Path) -> None:
        log = open_log(csv(tmp_path, 'customer,"order\ndate",amount\nAnn,2025-01-05,5\n'))
        assert log.names == ("customer", "order\ndate", "amount")
        assert len(rows(opened(log.frame))) == 1


ODD = (
    *("Inv.No", "`b`", '"q"', "it's", "^.*$", "*", "a b", "why", "_text", "moment", "is_order", "clv_xl_copies"),
    *("raw_date", "c1", "c4", "Date", "DATE", "customer ", "Straße", "STRASSE", "{x}", "a\\b", "lines", "客户"),
)


class TestNames:
    def test_any_header_works(self, tmp_path: Path, engine: str) -> None:
        """Beside a log's columns, and in the place of each of them."""
        names = ["customer", "date", "amount", *ODD]
        header = ",".join('"' + name.replace('"', '""') + '"' for name in names)
        lines = "".join(f"C{n},2025-01-0{n},{n}{',x' * len(ODD)}\n" for n in (1, 2, 2))
        file = csv(tmp_path, f"{header}\n{lines}")
        assert revenue(file, engine=engine) == {"C1": 1, "C2": 2 * 2}

    @pytest.mark.parametrize("name", [n for n in ODD if n != "customer "])
    def test_any_name_may_play_a_part(self, tmp_path: Path, engine: str, name: str) -> None:
        if engine == "spark" and name not in ("Inv.No", "`b`", '"q"', "Date", "*"):
            pytest.skip("a few stand for all: Spark is slow")
        said = '"' + name.replace('"', '""') + '"'
        file = csv(tmp_path, f"{said},date,amount\nAnn,2025-01-05,5\n")
        log = open_log(file, engine)
        assert log.names == (name, "date", "amount")
        columns = guess_columns(log.names, customer=name, date="date")
        result = clean(log.frame, columns, names=log.names)
        assert [r["customer"] for r in rows(customer_summary(result.orders, result.as_of))] == ["Ann"]

    def test_a_command_shows_the_headers_own_names(self, tmp_path: Path) -> None:
        file = csv(tmp_path, "Cust.No,DATE,date,amount\nAnn,x,2025-01-05,5\n")
        target = str(tmp_path / "c.csv")
        ran = CliRunner().invoke(app, ["summarise", file, "-o", target, "--customer", "Cust.No", "--date", "date"])
        assert ran.exit_code == 0, ran.output
        assert "customer  Cust.No   (as stated)" in ran.output
        assert "date      date   (as stated)" in ran.output
        assert "Ann" in Path(target).read_text()


SAMPLES = {
    "cp1252": "Müller €uro “q”,José García,Ångström,Søren,René’s café,François",
    "cp1250": "Łukasz Żółć,Dvořák,Jiří Černý,Kovács Győző,Szűcs",
    "cp1251": "Иванов Иван,Сидорова,Петров",
    "cp1253": "Γιώργος Παπαδόπουλος,Μαρία",
    "cp1254": "Şahin Yılmaz,Ağaoğlu,İstanbul,Gül Işık",
    "cp1255": "שלום כהן",
    "cp1256": "محمد علي",
    "cp1257": "Jānis Bērziņš,Šarūnas",
    "cp874": "สมชาย ใจดี,สมหญิง",
    "cp932": "田中太郎,山田 花子,スズキ",
    "cp949": "김철수,이영희",
    "gb18030": "张伟,李娜,王芳",
    "big5": "陳大文,林小姐,王小明",
    "euc_jp": "スズキ,ひらがな 太郎",
    "utf-8": "Müller,日本,😀",
    "utf-8-sig": "Müller",
    "utf-16": "Müller,日本,😀",
    "utf-16-le": "Müller,Bob",
    "utf-16-be": "Müller,Bob",
    "utf-32": "Müller,日本",
    "utf-32-le": "Müller,Bob",
}


class TestEncodings:
    @pytest.mark.parametrize("encoding", SAMPLES)
    @pytest.mark.parametrize("before", [0, 20_000])
    def test_are_told_wherever_the_first_such_sign_stands(self, tmp_path: Path, encoding: str, before: int) -> None:
        names = SAMPLES[encoding].split(",")
        plain = "Bob,2025-01-05,5\n" * before
        text = HEAD + plain + "".join(f"{name},2025-01-05,5\n" for name in names)
        file = tmp_path / "o.csv"
        file.write_bytes(text.encode(encoding))
        assert set(revenue(str(file))) == {*names, *(["Bob"] if before else [])}

    def test_what_only_the_text_suggests_is_said_with_the_option(self, tmp_path: Path) -> None:
        file = csv(tmp_path, (HEAD + "Müller,2025-01-05,5\n").encode("cp1252"))
        assert open_log(file).notes == (
            "CSV, windows-1252 (as the text suggests; else --encoding NAME), columns separated by “,”.",
        )
        assert open_log(file, encoding="windows-1252").notes == ("CSV, windows-1252, columns separated by “,”.",)

    @pytest.mark.parametrize(
        ("name", "codec"),
        [
            ("shift-jis", "cp932"),
            ("Windows-1252", "cp1252"),
            ("ANSI", "cp1252"),
            ("gbk", "gb18030"),
            ("cp437", "cp437"),
        ],
    )
    def test_as_stated(self, tmp_path: Path, name: str, codec: str) -> None:
        file = csv(tmp_path, (HEAD + "①é,2025-01-05,5\n").encode(codec, "ignore"))
        expected = "①é".encode(codec, "ignore").decode(codec)
        assert list(revenue(file, encoding=name)) == [expected]

    @pytest.mark.parametrize("name", ["klingon", "hex", "", "rot13", "utf-99"])
    def test_that_are_none(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(SourceError, match=f'^There is no encoding "{name}"; write one like utf-8, windows-1252'):
            open_log(csv(tmp_path, HEAD + "Ann,2025-01-05,5\n"), encoding=name)

    def test_as_stated_against_the_bytes(self, tmp_path: Path) -> None:
        file = csv(tmp_path, (HEAD + "Ann,2025-01-05,5\nMüller,2025-01-05,5\n").encode("cp1252"))
        with pytest.raises(SourceError, match=r"^Line 3 of .* has the byte FC, that is not utf-8"):
            open_log(file, encoding="utf-8")

    def test_only_of_csv(self, tmp_path: Path) -> None:
        import duckdb

        duckdb.sql("SELECT 'a' AS customer, DATE '2025-01-01' AS date, 5 AS amount").write_parquet(
            str(tmp_path / "o.parquet")
        )
        with pytest.raises(SourceError, match="is no CSV file"):
            open_log(str(tmp_path / "o.parquet"), encoding="utf-8")

    def test_on_every_engine(self, tmp_path: Path, engine: str) -> None:
        file = csv(tmp_path, codecs.BOM_UTF16_LE + (HEAD + "Müller,2025-01-05,5\n").encode("utf-16-le"))
        assert revenue(file, engine=engine) == {"Müller": 5}


class TestSeveralFiles:
    def test_each_is_reconciled(self, tmp_path: Path, engine: str) -> None:
        csv(tmp_path, HEAD + "Ann,2025-01-05,5\n", "1.csv")
        csv(tmp_path, HEAD.replace(",", ";") + "Bob;2025-01-06\n", "2.csv")
        csv(tmp_path, (HEAD + "Müller,2025-01-07,9,\n").encode("cp1252"), "3.csv")
        csv(tmp_path, HEAD, "4.csv")
        found, notes = read(str(tmp_path / "*.csv"), engine=engine)
        assert found == [ANN, ("Bob", "2025-01-06", ""), ("Müller", "2025-01-07", "9")]
        assert notes[0].startswith("1 lines have fewer fields than the header, as line 2 of 2.csv;")
        csv(tmp_path, HEAD + "Eve,2025-01-05,1,500\n", "5.csv")
        with pytest.raises(SourceError, match=r"^Line 2 of .*5\.csv has 4 fields under 3 columns"):
            open_log(str(tmp_path / "*.csv"), engine)

    @pytest.mark.parametrize("other", ["customer,amount,date\n", "customer,date\n", "customer,date,amount,tax\n"])
    def test_other_headers_are_refused(self, tmp_path: Path, other: str) -> None:
        csv(tmp_path, HEAD + "Ann,2025-01-05,5\n", "1.csv")
        csv(tmp_path, other + "Ann,5,2025-01-05,1\n"[: 4 * other.count(",") + 30], "2.csv")
        with pytest.raises(SourceError, match=r"1\.csv and .*2\.csv have different headers"):
            open_log(str(tmp_path / "*.csv"))


class TestCompressed:
    def test_on_every_engine(self, tmp_path: Path, engine: str) -> None:
        (tmp_path / "o.csv.gz").write_bytes(gzip.compress((HEAD + "Ann,2025-01-05,5\nBob,2025-01-06\n").encode()))
        found, notes = read(str(tmp_path / "o.csv.gz"), engine=engine)
        assert found == [ANN, ("Bob", "2025-01-06", "")]
        assert len(notes) == 1

    def test_plain_on_every_engine_whatever_its_name(self, tmp_path: Path, engine: str) -> None:
        (tmp_path / "o.csv").write_bytes(gzip.compress((HEAD + "Ann,2025-01-05,5\n").encode()))
        assert read(str(tmp_path / "o.csv"), engine=engine) == ([ANN], [])

    def test_cut_off(self, tmp_path: Path) -> None:
        whole = gzip.compress((HEAD + "".join(f"C{n},2025-01-05,{n}\n" for n in range(9_999))).encode())
        with pytest.raises(SourceError, match="is damaged: it cannot be decompressed to its end"):
            open_log(csv(tmp_path, whole[: len(whole) // 2], "o.csv.gz"))


def test_a_break_within_quotes_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "o.csv"
    file.write_bytes(b'customer,date,amount\n"a\r\nb",,\n"c\nd",2025-01-05\n')
    assert [row[0] for row in open_log(str(file)).frame.fetchall()] == ["a\r\nb", "c\nd"]
