"""Logs in the shape of real exports, through the command: the right figure, or one refusal that says what is open.

Every row is made up. Each log gave a wrong figure without a word once, or was refused without help.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner, Result

from clv_xl.cli import app

TABLE = "Date,Num,Customer,Amount\n01/15/2025,1,Ann,100\n02/05/2025,2,Ben,50\n"
SHOPIFY = "Name,Email,Financial Status,Currency,Total,Created at"
STATUSES = (
    "order_id,customer_id,order_date,amount,status\n1,A,2025-01-05,100,Completed\n2,B,2025-01-08,80,Cancelled\n"
    "3,A,2025-02-05,50,Pending\n4,C,2025-02-09,40,Refunded\n5,C,2025-03-01,20,Completed\n"
)
STRIPE = (
    "Created date (UTC);Amount;Amount Refunded;Currency;Status;Customer ID\n"
    "2025-01-05 02:38:54;15.00;0.00;eur;Paid;cus_1\n2025-02-05 02:38:54;15.00;15.00;eur;Refunded;cus_1\n"
    "2025-02-06 02:38:54;9.00;0.00;eur;Failed;cus_2\n2025-02-07 02:38:54;20.00;0.00;usd;Paid;cus_2\n"
)
PESOS = "fecha;cliente;monto\n13/01/2025;A;96.990\n14/02/2025;B;139.990\n20/03/2025;A;5.000\n"

READ: dict[str, tuple[str, list[str], tuple[int, int, float]]] = {
    "a Shopify export with offsets, the total on the first line only": (
        f"{SHOPIFY},Lineitem quantity,Lineitem name,Lineitem price\n"
        "#1001,ann@x.example,paid,USD,35.00,2025-01-05 09:59:00 -0500,2,Tea,10.00\n"
        "#1001,ann@x.example,,,,2025-01-05 09:59:00 -0500,1,Mug,10.00\n"
        "#1002,ben@x.example,paid,USD,40.00,2025-01-08 09:59:00 -0500,1,Pot,40.00\n",
        [],
        (2, 2, 75.0),
    ),
    "statuses as stated": (STATUSES, ["--status", "Completed"], (2, 2, 120.0)),
    "the total on every line, proved by prices": (
        "ORDER_ID,ORDER_DATE,CUSTOMER_ID,ORDER_TOTAL,LINE_ITEM_ID,UNIT_PRICE,QUANTITY\n1,14-JUL-24,101,60,1,10,2\n"
        "1,14-JUL-24,101,60,2,20,1\n1,14-JUL-24,101,60,3,5,4\n2,20-JUL-24,102,30,1,30,1\n",
        [],
        (2, 2, 90.0),
    ),
    "one amount proves the decimal comma": (
        "Datum;Kunde;Betrag\n13.01.2025;A;1.234\n14.02.2025;B;980\n20.03.2025;A;2.500\n21.03.2025;B;12,50\n",
        [],
        (2, 4, 4726.5),
    ),
    "points and commas": (
        "Datum;Kunde;Betrag\n13.01.2025;A;1.234,56\n14.02.2025;B;980,00\n20.03.2025;A;12,50\n",
        [],
        (2, 3, 2227.06),
    ),
    "pesos as stated": (PESOS, ["--decimal", ","], (2, 3, 241_980.0)),
    "marks of a currency": (
        "data;cliente;valor\n21/09/2025;A;R$ 21.572,39\n15/08/2025;B;R$ 8.310,00\n03/08/2025;A;R$ 12.000,50\n",
        [],
        (2, 3, 41_882.89),
    ),
    "a minus sign that is no hyphen": (
        "Datum;Kunde;Betrag\n13.01.2025;A;100,00\n14.02.2025;B;50,00\n20.03.2025;A;\u221212,00\n",
        [],
        (2, 2, 138.0),
    ),
    "Stripe payments in one currency": (STRIPE, ["--currency", "EUR"], (1, 1, 15.0)),
    "refunds beside the total": (
        f"{SHOPIFY},Refunded Amount\n#1001,ann@x.example,paid,USD,35.00,2025-01-05 09:59:00,0.00\n"
        "#1002,ben@x.example,refunded,USD,40.00,2025-01-08 09:59:00,40.00\n"
        "#1003,ann@x.example,partially_refunded,USD,50.00,2025-02-08 09:59:00,20.00\n",
        [],
        (1, 2, 65.0),
    ),
    "guests behind one number": (
        "order_id,order_date,status,order_total,customer_id,billing_email\n"
        "11,2025-03-02,completed,60.00,0,ann@x.example\n12,2025-03-05,completed,40.00,7,ben@x.example\n"
        "13,2025-03-08,completed,99.00,0,eve@x.example\n14,2025-03-09,completed,20.00,0,dan@x.example\n",
        [],
        (4, 4, 219.0),
    ),
    "refunds of somebody who bought nothing": (
        "Invoice,Quantity,InvoiceDate,Price,Customer ID\n489434,12,2009-12-01,7.00,13085\n"
        "C489449,-12,2009-12-03,3.00,16321\nC489450,-1,2009-12-04,2.00,16321\n",
        [],
        (1, 1, 84.0),
    ),
    "titles above and a total below": (
        f"Sales by Customer Detail\nJanuary - March 2025\n\n{TABLE}TOTAL,,,150\n", [], (2, 2, 150.0),
    ),
    "WooCommerce with a row for each item": (
        "order_id,order_number,order_date,status,order_total,billing_email,order_currency,item_name\n"
        "1,1,2025-01-05,completed,30.00,a@x.example,EUR,Tea\n1,1,2025-01-05,completed,30.00,a@x.example,EUR,Mug\n"
        "2,2,2025-01-06,completed,45.00,b@x.example,EUR,Tea\n2,2,2025-01-06,completed,45.00,b@x.example,EUR,Pot\n",
        [],
        (2, 2, 75.0),
    ),
    "names of columns in one word": (
        "SalesOrderNumber,OrderDate,CustomerKey,OrderQuantity,UnitPrice,SalesAmount\nSO1,2013-01-21,1,2,10,20\n",
        [],
        (1, 1, 20.0),
    ),
    "names of columns in Portuguese": (
        "Venda_ID,ID_Cliente,Quantidade,Valor_Unitario,Data_Venda\nV1,C1,2,10.50,2023-07-17\n", [], (1, 1, 21.0),
    ),
    "PayPal in German": (
        '"Datum","Uhrzeit","Name","Typ","Status","Währung","Brutto","Gebühr","Netto","Absender E-Mail-Adresse",'
        '"Transaktionscode"\n"13.01.2025","10:15:00","Kunde A","Zahlung","Abgeschlossen","EUR","1.250,50","-25,00",'
        '"1.225,50","a@x.example","T1"\n',
        [],
        (1, 1, 1250.5),
    ),
    "Square": (
        "Date,Time,Gross Sales,Net Sales,Tax,Total Collected,Net Total,Transaction ID,Event Type,Customer ID\n"
        "2025-01-05,10:02:11,$30.00,$27.00,$2.16,$31.16,$30.23,SQ1,Payment,CU1\n",
        [],
        (1, 1, 27.0),
    ),
    "a line without anything": (
        "Order ID,Email,Total,Created at\n1,a@x.example,10,2025-01-05 10:00:00 -0500\n1,a@x.example,,\n",
        [],
        (1, 1, 10.0),
    ),
    "a header with a point": ("customer,date,amount,Inv.No\nAnn,2025-01-05,5,1\n", [], (1, 1, 5.0)),
    "a header in quotes": (
        'customer,date,amount,"""amount"""\nAnn,2025-01-05,5,1\nAnn,2025-01-05,5,2\n', [], (1, 1, 10.0),
    ),
    "headers like our own": (
        "customer,date,amount,why,moment,_text,`x`\nAnn,2025-01-05,5,1,2,3,4\n", [], (1, 1, 5.0),
    ),
}  # fmt: skip

REFUSED: dict[str, tuple[str, str]] = {
    "an open order": (STATUSES, r'"Pending" \(1 line, 50\.00\)(.|\n)*--status=Completed\n(.|\n)*--status=all'),
    "several currencies": (STRIPE, "EUR, USD.*--currency EUR"),
    "amounts that may be read two ways": (PESOS, r"241\.98,.*241,980,.*--decimal \. .*--decimal ,"),
    "a surplus field far into the file": (
        "customer,date,amount\n" + "Ann,2025-01-05,1\n" * 20_000 + "Bob,2025-01-06,1,234.50\n",
        r"Line 20,002 of",
    ),
    "a quote that does not end": ('customer,date,amount\n"Ann,2025-01-05,1\nBen,2025-01-05,1\n', "quote"),
}


def summarise(log: Path, *options: str) -> tuple[Result, Path]:
    to = log.with_name("customers.csv")
    found = CliRunner().invoke(app, ["summarise", str(log), "-o", str(to), *options])
    assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
    return found, to


def figures(to: Path) -> tuple[int, int, float]:
    with to.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return len(rows), sum(int(row["orders"]) for row in rows), round(sum(float(row["revenue"]) for row in rows), 2)


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
@pytest.mark.parametrize("name", READ)
def test_the_right_figure(name: str, engine: str, tmp_path: Path) -> None:
    text, options, wanted = READ[name]
    log = tmp_path / "orders.csv"
    log.write_text(text, encoding="utf-8")
    found, to = summarise(log, "--engine", engine, *options)
    assert found.exit_code == 0, found.output
    assert figures(to) == wanted


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
@pytest.mark.parametrize("name", REFUSED)
def test_one_refusal_that_says_what_is_open(name: str, engine: str, tmp_path: Path) -> None:
    text, says = REFUSED[name]
    log = tmp_path / "orders.csv"
    log.write_text(text, encoding="utf-8")
    found, to = summarise(log, "--engine", engine)
    assert found.exit_code == 2
    assert re.search(says, found.output), found.output
    assert not to.exists()


def workbook(path: Path, **sheets: list[list[Any]]) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title.replace("_", " "))
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_a_workbook_with_titles_and_a_total(tmp_path: Path) -> None:
    rows = [["Sales report"], ["January - March 2025"], [], ["Date", "Customer", "Amount"]]
    rows += [["2025-01-15", "Ann", 100], ["2025-02-05", "Ben", 50], ["2025-03-05", "Ann", -20], ["TOTAL", None, 130]]
    found, to = summarise(workbook(tmp_path / "o.xlsx", Report=rows))
    assert found.exit_code == 0, found.output
    assert figures(to) == (2, 2, 130.0)


def test_a_workbook_that_begins_with_a_sheet_to_read(tmp_path: Path) -> None:
    orders = [["Customer", "Date", "Amount"], ["Ann", "2025-01-05", 100]]
    found, to = summarise(workbook(tmp_path / "o.xlsx", Read_me=[["How to use this file"]], Orders=orders))
    assert figures(to) == (1, 1, 100.0)
    assert 'Not read: "Read me"' in found.output


def test_sheets_with_one_header(tmp_path: Path) -> None:
    head = ["Customer", "Date", "Amount"]
    year = [[head, ["Ann", f"{y}-01-05", 50]] for y in (2024, 2025)]
    path = workbook(tmp_path / "o.xlsx", Y2024=year[0], Y2025=year[1])
    found, _ = summarise(path)
    assert found.exit_code == 2
    assert '--sheet "*"' in found.output
    assert '--sheet "Y2024" --sheet "Y2025"' in found.output
    found, to = summarise(path, "--sheet", "*")
    assert figures(to) == (1, 2, 100.0)


def test_names_of_files_and_folders(tmp_path: Path) -> None:
    folder = tmp_path / "amount=9999"
    folder.mkdir()
    (folder / "a[b].csv").write_text("customer,date,amount\nREAL,2025-01-05,5\n")
    (folder / "ab.csv").write_text("customer,date,amount\nOTHER,2025-01-05,777\n")
    _, to = summarise(folder / "a[b].csv")
    assert figures(to) == (1, 1, 5.0)


def test_windows_own_encoding(tmp_path: Path) -> None:
    log = tmp_path / "o.csv"
    log.write_bytes("customer,date,amount\nMüller €uro “q”,2025-01-05,10\nBob,2025-02-06,20.5\n".encode("cp1252"))
    found, to = summarise(log)
    assert "windows-1252" in found.output
    assert "Müller €uro “q”" in to.read_text(encoding="utf-8")
