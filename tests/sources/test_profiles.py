"""Exports known by their headers, columns that may be meant, and guesses that would be wrong without a word."""

from __future__ import annotations

import contextlib
import datetime as dt
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from clv_xl.cli import app
from clv_xl.core.column_names import plain_name
from clv_xl.core.orders import PARTS, clean
from clv_xl.sources import SourceError, first_rows, guess_columns, open_log, recognise
from clv_xl.sources.candidates import candidates
from clv_xl.sources.profiles import Profile, fitting, profiles

# Header lines as the exports have them, complete or as far as public importers show them.
SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,"
    "Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,"
    "Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,"
    "Lineitem fulfillment status,Billing Name,Billing Street,Notes,Note Attributes,Cancelled at,Payment Method,"
    "Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,Location,Device ID,Id,Tags,Risk Level,Source"
)
WOO_ANALYTICS = (
    "Date,Order #,N. Revenue (formatted),Status,Customer,Customer type,Product(s),Items sold,Coupon(s),Net Sales,"
    "Attribution"
)
WOO_SUITE = (
    "order_id,order_number,order_date,paid_date,status,shipping_total,tax_total,discount_total,order_total,"
    "order_subtotal,order_currency,payment_method,customer_id,customer_user,customer_email,billing_first_name,"
    "billing_email"
)
WOO_OLDER = (
    "order_id,order_number_formatted,order_number,date,status,order_shipping,order_tax,order_total,payment_method,"
    "customer_user,billing_first_name,billing_email"
)
WOO_ADVANCED = (
    "Order Number,Order Status,Order Date,Customer Note,First Name (Billing),Email (Billing),Cart Discount Amount,"
    "Order Subtotal Amount,Order Shipping Amount,Order Refund Amount,Order Total Amount,Order Total Tax Amount,SKU,"
    "Item #,Item Name,Quantity (- Refund),Item Cost"
)
STRIPE = (
    "id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Converted Amount,Converted Amount Refunded,"
    "Converted Currency,Description,Fee,Status,Customer ID,Customer Description,Customer Email,Invoice ID,Transfer"
)
STRIPE_OLDER = (
    "id,Description,Seller Message,Created (UTC),Amount,Amount Refunded,Currency,Converted Amount,Fee,Tax,Mode,Status,"
    "Customer ID,Customer Email,Captured"
)
STRIPE_INVOICES = (
    "id,Number,Date (UTC),Amount Due,Currency,Status,Charge,Customer,Customer Email,Customer Address Country,"
    "Finalized At (UTC)"
)
PAYPAL = (
    "Date,Time,TimeZone,Name,Type,Status,Currency,Gross,Fee,Net,From Email Address,To Email Address,Transaction ID,"
    "Shipping Address,Item Title,Quantity,Balance,Balance Impact"
)
PAYPAL_DE = (
    "Datum,Uhrzeit,Zeitzone,Name,Typ,Status,Währung,Brutto,Gebühr,Netto,Absender E-Mail-Adresse,"
    "Empfänger E-Mail-Adresse,Transaktionscode,Lieferadresse,Umsatzsteuer,Anzahl,Guthaben"
)
SQUARE = (
    "Date,Time,Time Zone,Gross Sales,Discounts,Service Charges,Net Sales,Gift Card Sales,Tax,Tip,Partial Refunds,"
    "Total Collected,Source,Card,Cash,Fees,Net Total,Transaction ID,Payment ID,Details,Description,Event Type,Location,"
    "Customer ID,Customer Name,Customer Reference ID"
)
SQUARE_ITEMS = (
    "Date,Time,Time Zone,Category,Item,Qty,Price Point Name,SKU,Modifiers Applied,Gross Sales,Discounts,Net Sales,Tax,"
    "Transaction ID,Payment ID,Device Name,Notes,Details,Event Type,Location,Dining Option,Customer ID,Customer Name"
)
MAGENTO = (
    "ID,Purchase Point,Purchase Date,Bill-to Name,Ship-to Name,Grand Total (Base),Grand Total (Purchased),Status,"
    "Billing Address,Customer Email,Customer Group,Subtotal,Shipping and Handling,Customer Name,Payment Method,"
    "Total Refunded"
)
AMAZON = (
    "order-id,order-item-id,purchase-date,payments-date,buyer-email,buyer-name,buyer-phone-number,sku,product-name,"
    "quantity-purchased,currency,item-price,item-tax,shipping-price,shipping-tax,ship-service-level"
)
AMAZON_SHIPMENTS = (
    "amazon-order-id,merchant-order-id,shipment-id,shipment-item-id,amazon-order-item-id,purchase-date,payments-date,"
    "shipment-date,reporting-date,buyer-email,buyer-name,sku,product-name,quantity-shipped,currency,item-price,item-tax"
)
AMAZON_ALL = (
    "amazon-order-id,merchant-order-id,purchase-date,last-updated-date,order-status,fulfillment-channel,sales-channel,"
    "product-name,sku,asin,item-status,quantity,currency,item-price,item-tax,shipping-price"
)
ETSY = (
    "Sale Date,Order ID,Buyer User ID,Full Name,First Name,Last Name,Number of Items,Payment Method,Date Shipped,"
    "Currency,Order Value,Discount Amount,Shipping,Sales Tax,Order Total,Status,Card Processing Fees,Order Net,"
    "Adjusted Order Total,Adjusted Net Order Amount,Buyer,Order Type,SKU"
)
ETSY_ITEMS = (
    "Sale Date,Item Name,Buyer,Quantity,Price,Coupon Code,Discount Amount,Shipping Discount,Order Shipping,"
    "Order Sales Tax,Item Total,Currency,Transaction ID,Listing ID,Date Paid,Date Shipped,Ship Name,Order ID,Variations"
)
OLIST = "order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at"
UCI = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
UCI_2 = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country"
QUICKBOOKS = (
    "Product/Service,Transaction date,Transaction type,Num,Customer full name,Memo/Description,Quantity,Sales price,"
    "Amount"
)
QUICKBOOKS_OLDER = "Date,Transaction Type,Num,Customer,Product/Service,Memo/Description,Qty,Sales Price,Amount"
QUICKBOOKS_GROUPED = (
    "column0,Transaction date,Transaction type,Num,Product/Service full name,Description,Quantity,Sales price,Amount,"
    "Balance"
)

KNOWN = {
    SHOPIFY: ("a Shopify orders export", "customer=Email date=Created_at amount=Total order=Name "
        "status=Financial_Status refunded=Refunded_Amount currency=Currency"),
    WOO_ANALYTICS: ("a WooCommerce Analytics orders export", "customer=Customer date=Date amount=Net_Sales "
        "order=Order_# status=Status quantity=Items_sold"),
    WOO_SUITE: ("a WooCommerce orders export (Import Export Suite, or Customer/Order/Coupon Export)",
        "customer=billing_email date=order_date amount=order_total order=order_id status=status "
        "currency=order_currency"),
    WOO_OLDER: ("a WooCommerce orders export (Import Export Suite, or Customer/Order/Coupon Export)",
        "customer=billing_email date=date amount=order_total order=order_id status=status"),
    WOO_ADVANCED: ("a WooCommerce orders export (Advanced Order Export)", "customer=Email_(Billing) date=Order_Date "
        "amount=Order_Total_Amount order=Order_Number status=Order_Status refunded=Order_Refund_Amount "
        "quantity=Quantity_(-_Refund) price=Item_Cost"),
    STRIPE: ("a Stripe payments export", "customer=Customer_ID date=Created_date_(UTC) amount=Amount order=id "
        "status=Status refunded=Amount_Refunded currency=Currency email=Customer_Email"),
    STRIPE_OLDER: ("a Stripe payments export", "customer=Customer_ID date=Created_(UTC) amount=Amount order=id "
        "status=Status refunded=Amount_Refunded currency=Currency email=Customer_Email"),
    STRIPE_INVOICES: ("a Stripe invoices export", "customer=Customer date=Date_(UTC) amount=Amount_Due order=id "
        "status=Status currency=Currency email=Customer_Email"),
    PAYPAL: ("a PayPal activity download", "customer=Name date=Date amount=Gross order=Transaction_ID status=Status "
        "currency=Currency email=From_Email_Address"),
    PAYPAL_DE: ("a PayPal activity download in German", "customer=Name date=Datum amount=Brutto "
        "order=Transaktionscode status=Status currency=Währung email=Absender_E-Mail-Adresse"),
    SQUARE: ("a Square transactions export", "customer=Customer_ID date=Date amount=Net_Sales order=Transaction_ID "
        "refunded=Partial_Refunds"),
    SQUARE_ITEMS: ("a Square items export", "customer=Customer_ID date=Date amount=Net_Sales order=Transaction_ID "
        "quantity=Qty"),
    MAGENTO: ("a Magento orders export", "customer=Customer_Email date=Purchase_Date amount=Grand_Total_(Base) "
        "order=ID status=Status refunded=Total_Refunded"),
    AMAZON: ("an Amazon orders report", "customer=buyer-email date=purchase-date amount=item-price order=order-id "
        "currency=currency quantity=quantity-purchased"),
    AMAZON_SHIPMENTS: ("an Amazon fulfilled shipments report", "customer=buyer-email date=purchase-date "
        "amount=item-price order=amazon-order-id currency=currency quantity=quantity-shipped"),
    ETSY: ("an Etsy sold orders export", "customer=Buyer_User_ID date=Sale_Date amount=Order_Total order=Order_ID "
        "status=Status currency=Currency"),
    ETSY_ITEMS: ("an Etsy sold order items export", "customer=Buyer date=Sale_Date amount=Item_Total order=Order_ID "
        "currency=Currency quantity=Quantity"),
    f"{OLIST},customer_unique_id,payment_value": ("Olist's orders with their payments",
        "customer=customer_unique_id date=order_purchase_timestamp amount=payment_value order=order_id "
        "status=order_status"),
    f"{OLIST},customer_unique_id,order_item_id,price,freight_value": ("Olist's orders with their items",
        "customer=customer_unique_id date=order_purchase_timestamp amount=price order=order_id status=order_status"),
    UCI: ("the UCI data set Online Retail", "customer=CustomerID date=InvoiceDate quantity=Quantity price=UnitPrice "
        "order=InvoiceNo"),
    UCI_2: ("the UCI data set Online Retail II", "customer=Customer_ID date=InvoiceDate quantity=Quantity price=Price "
        "order=Invoice"),
    QUICKBOOKS: ("QuickBooks' sales by customer", "customer=Customer_full_name date=Transaction_date amount=Amount "
        "order=Num quantity=Quantity"),
    QUICKBOOKS_OLDER: ("QuickBooks' sales by customer", "customer=Customer date=Date amount=Amount order=Num "
        "quantity=Qty"),
}  # fmt: skip

REFUSED = {
    AMAZON_ALL: ("names no buyer", "buyer-email", "customer"),
    OLIST: ("customer_id is new with each order", "customer_unique_id", "customer"),
    f"{OLIST},price,freight_value,payment_value": ("customer_id is new", "customer_unique_id", "customer"),
    f"{OLIST},customer_unique_id,payment_value,price,freight_value": ("repeats each payment", "only one", "amount"),
    QUICKBOOKS_GROUPED: ("QuickBooks' sales by customer", "add the column Customer, group by none", "customer"),
}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["summarise", *arguments], env={"COLUMNS": "200"})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def revenue(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return next(line.split()[1] for line in result.output.splitlines() if line.strip().startswith("Revenue "))


class TestTheFile:
    @pytest.mark.parametrize("profile", profiles(), ids=lambda p: p.name)
    def test_each_entry_is_whole(self, profile: Profile) -> None:
        assert profile.source.startswith("https://")
        assert set(profile.parts) <= set(PARTS)
        # what cannot be told apart by two headers is not told apart
        assert len(profile.headers) >= 3
        assert bool(profile.refuse) == bool(profile.unless)
        answered = {*profile.parts, profile.unless}
        assert profile.refuse or {"customer", "date"} < answered
        assert profile.refuse or "amount" in answered or {"quantity", "price"} < answered
        # one row of the report's sheet each
        assert all(0 < len(note) <= 125 for note in profile.notes)

    def test_no_misspelt_key(self) -> None:
        import tomllib

        import clv_xl.sources.profiles as module

        known = {*PARTS, "name", "headers", "notes", "refuse", "unless", "source", "amount_per"}
        entries = tomllib.loads(Path(module.__file__).with_suffix(".toml").read_text(encoding="utf-8"))["profile"]
        assert {key for entry in entries for key in entry} <= known

    def test_every_entry_is_tried_here(self) -> None:
        tried = {fitting(line.split(","))[0].name for line in (*KNOWN, *REFUSED)}
        assert tried == {profile.name for profile in profiles()}

    def test_no_two_are_the_same(self) -> None:
        assert len({profile.headers for profile in profiles()}) == len(profiles())
        assert len({profile.name for profile in profiles()}) == len(profiles())


class TestRecognised:
    @pytest.mark.parametrize("line", KNOWN, ids=lambda line: KNOWN[line][0])
    def test_by_its_headers(self, line: str) -> None:
        name, parts = KNOWN[line]
        names = line.split(",")
        found = recognise(names)
        wanted = {part: column for part, _, column in (word.partition("=") for word in parts.split())}
        fixed = {part: column.replace(" ", "_") for part, column in found.columns.named.items()}
        assert {part: fixed.get(part) for part in wanted} == wanted
        assert found.notes[0] == f"Looks like {name}."
        # whatever else is found by its name is no part that the export fixes
        assert set(fixed) - set(wanted) <= {"channel", "quantity", "price", "cost", "email"}

    def test_case_spaces_and_signs_do_not_matter(self) -> None:
        names = [name.upper().replace(" ", "_") for name in SHOPIFY.split(",")]
        assert recognise(names).columns.order == "NAME"
        assert recognise(["﻿" + SHOPIFY.split(",")[0], *SHOPIFY.split(",")[1:]]).notes[0].startswith("Looks like")

    @pytest.mark.parametrize("line", KNOWN, ids=lambda line: KNOWN[line][0])
    def test_one_header_less_and_it_is_not_it(self, line: str) -> None:
        profile = fitting(line.split(","))[0]
        for header in profile.headers:
            gone = {plain_name(name) for name in header}
            assert profile not in fitting([name for name in line.split(",") if plain_name(name) not in gone])

    @pytest.mark.parametrize("line", KNOWN, ids=lambda line: KNOWN[line][0])
    def test_any_option_overrules_it(self, line: str) -> None:
        names = [*line.split(","), "mine"]
        for part in PARTS:
            both = {"quantity": "mine", "price": names[0]} if part in ("quantity", "price") else {part: "mine"}
            found = guess_columns(names, **both)
            assert found.named.items() >= both.items()

    def test_an_amount_as_stated_drops_quantity_times_price(self) -> None:
        found = guess_columns([*UCI.split(","), "Revenue"], amount="Revenue", quantity=None)
        assert (found.amount, found.customer) == ("Revenue", "CustomerID")
        found = guess_columns([*ETSY_ITEMS.split(",")], quantity="Quantity", price="Price")
        assert (found.amount, found.quantity, found.price) == (None, "Quantity", "Price")

    def test_the_more_precise_one_goes_before(self) -> None:
        assert [p.name for p in fitting(QUICKBOOKS.split(","))] == ["QuickBooks' sales by customer"]

    def test_where_two_fit_none_is_taken_and_both_are_named(self) -> None:
        found = recognise([*SQUARE.split(","), "Item", "Qty"])
        assert found.notes[0] == (
            "Looks like a Square transactions export and a Square items export; "
            "columns were recognised by their names alone."
        )
        assert found.columns.amount == "Net Sales"
        assert found.columns.refunded is None

    def test_a_log_of_no_known_kind_is_not_said_to_be_one(self) -> None:
        assert recognise(["customer_id", "order_date", "amount", "order_id", "status"]).notes == ()


class TestRefused:
    @pytest.mark.parametrize("line", REFUSED, ids=lambda line: REFUSED[line][0])
    def test_with_what_to_export_instead(self, line: str) -> None:
        why, instead, part = REFUSED[line]
        with pytest.raises(SourceError) as error:
            guess_columns(line.split(","))
        assert why in str(error.value)
        assert instead in str(error.value)
        assert f"--{part}" in str(error.value)

    @pytest.mark.parametrize(
        ("line", "answer", "amount"),
        [
            (AMAZON_ALL, {"customer": "ship-to"}, "item-price"),
            (f"{OLIST},payment_value,price", {"customer": "customer_id", "amount": "price"}, "price"),
            (QUICKBOOKS_GROUPED, {"customer": "column0"}, "Amount"),
        ],
    )
    def test_unless_the_option_says_otherwise(self, line: str, answer: dict[str, str], amount: str) -> None:
        found = guess_columns([*line.split(","), "ship-to"], **answer)
        # item-price is that of all pieces: never times the quantity
        assert (found.amount, found.customer) == (amount, answer["customer"])

    def test_in_a_terminal(self, folder: Path) -> None:
        (folder / "log.csv").write_text(
            f"{QUICKBOOKS_GROUPED}\nAda,,,,,,,,,\n,01/13/2025,Invoice,1,Tea,,1,5,5,5\nTotal for Ada,,,,,,1,,5,\n"
        )
        result = run("log.csv", "-o", "out.csv")
        assert result.exit_code == 2
        assert "QuickBooks' sales by customer with the customers as rows between the lines" in result.output
        assert not (folder / "out.csv").exists()


class TestFiguresOfExports:
    """Each export as it comes, with the amount that its notes promise, on every engine."""

    LOGS: ClassVar[dict[str, tuple[str, tuple[str, ...], tuple[str, str]]]] = {
        "square": (
            "Date,Time,Gross Sales,Net Sales,Tax,Total Collected,Net Total,Transaction ID,Event Type,Customer ID\n"
            "2025-01-05,10:02:11,$30.00,$27.00,$2.16,$31.16,$30.23,SQ1,Payment,CU1\n"
            "2025-01-05,11:02:11,$10.00,$10.00,$0.80,$10.80,$10.50,SQ2,Payment,CU1\n",
            (),
            ("37.00", "2 orders of 1 customers"),
        ),
        "paypal in german": (
            f"{PAYPAL_DE}\n"
            '"13.01.2025","10:15:00","CET","Ida","Zahlung","Abgeschlossen","EUR","1.250,50","-25,00","1.225,50",'
            '"i@x.example","me@x.example","T1","",,1,\n'
            '"14.01.2025","10:15:00","CET","Ida","Rückzahlung","Abgeschlossen","EUR","-250,00","0,00","-250,00",'
            '"me@x.example","i@x.example","T2","",,1,\n',
            ("--decimal", ","),
            ("1,000.50", "1 orders and 1 refunds or free items apart from an order of 1 customers"),
        ),
        "shopify, a total on the first line only": (
            "Name,Email,Financial Status,Currency,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price\n"
            "#1001,ann@x.example,paid,USD,35.00,2025-01-05 09:59:00,2,Tea,10.00\n"
            "#1001,ann@x.example,,,,2025-01-05 09:59:00,1,Mug,10.00\n"
            "#1002,ben@x.example,paid,USD,40.00,2025-01-08 09:59:00,1,Pot,40.00\n",
            (),
            ("75.00", "2 orders of 2 customers"),
        ),
        "adventureworks": (
            "SalesOrderNumber,OrderDate,CustomerKey,OrderQuantity,UnitPrice,SalesAmount,TaxAmt,Freight\n"
            "SO1,2013-01-21,1,2,10,20,1.6,0.5\nSO1,2013-01-21,1,1,5,5,0.4,0.1\n",
            (),
            ("25.00", "1 orders of 1 customers"),
        ),
        "a brazilian shop": (
            "Venda_ID,ID_Cliente,Quantidade,Valor_Unitario,Data_Venda\nV1,C1,2,10.50,2023-07-17\nV2,C1,1,4,2023-07-17\n",
            (),
            ("25.00", "2 orders of 1 customers"),
        ),
        "etsy items, in two orders on one day": (
            f"{ETSY_ITEMS}\n"
            "09/13/26,Mug,jane,2,34.00,,0,0,8.00,0,68.00,CAD,1,1,,,Jane,9001,\n"
            "09/13/26,Cup,jane,1,9.00,,0,0,8.00,0,9.00,CAD,2,1,,,Jane,9002,\n",
            (),
            ("77.00", "2 orders of 1 customers"),
        ),
    }

    @pytest.mark.parametrize("engine", ["duckdb", "polars"])
    @pytest.mark.parametrize("kind", LOGS)
    def test_as_it_comes(self, folder: Path, kind: str, engine: str) -> None:
        text, options, (money, kept) = self.LOGS[kind]
        (folder / "log.csv").write_text(text, encoding="utf-8")
        result = run("log.csv", "-o", "out.csv", "--engine", engine, "--as-of", "2026-12-31", *options)
        assert revenue(result) == money
        assert kept in result.output

    def test_what_it_looks_like_is_shown_and_stands_in_the_report(self, folder: Path) -> None:
        from openpyxl import load_workbook

        (folder / "log.csv").write_text(self.LOGS["square"][0])
        result = CliRunner().invoke(app, ["report", "log.csv", "-o", "out.xlsx"])
        assert result.exit_code == 0, result.output
        for text in ("Looks like a Square transactions export.", "the day counts, not the time."):
            assert text in result.output
            sheet = load_workbook(folder / "out.xlsx")["Data report"]
            assert any(text in str(cell.value) for row in sheet.iter_rows() for cell in row)

    def test_a_report_of_a_log_with_a_status_a_refund_and_an_email(self, folder: Path) -> None:
        (folder / "log.csv").write_text(
            "customer_id,order_date,amount,status,refunded,email\n1,2025-01-05,5,paid,0,a@x.example\n"
        )
        result = CliRunner().invoke(app, ["report", "log.csv", "-o", "out.xlsx"])
        assert result.exit_code == 0, result.output


class TestMeantColumns:
    @pytest.mark.parametrize(
        ("names", "hint"),
        [
            (
                "Date,Gross Sales,Total Collected,Tax,Customer ID",
                '--amount "Gross Sales" or --amount "Total Collected"',
            ),
            ("Custommer ID,order date,amount", '--customer "Custommer ID"'),
            ("Client Ref,Booked on,total", '--customer "Client Ref", with --date "Booked on"'),
            ("Kunden-Kennung,Datum der Buchung,Betrag", '--customer "Kunden-Kennung", with --date "Datum der Buchung"'),
            ("customer,date,quantity,Sales Rate,Unit prc", '--price "Unit prc"'),
            ("customer,date,Brutto,MwSt", '--amount "Brutto"'),
            ("customerEmailHash,dateOfSale,amount", '--customer "customerEmailHash", with --date "dateOfSale"'),
        ],
    )
    def test_by_name(self, names: str, hint: str) -> None:
        with pytest.raises(SourceError) as error:
            guess_columns(names.split(","))
        assert f"Did you mean {hint}?" in str(error.value)
        assert f"There are: {', '.join(names.split(','))}." in str(error.value)

    @pytest.mark.parametrize(
        ("part", "names"),
        [
            (
                "amount",
                "Tax Amount,Shipping Total,Discount Value,Total Quantity,Fee Amount,Price per Unit,Balance Total",
            ),
            ("date", "Ship Date,Date of Birth,Delivery Date,Due Date,Date Modified,Lieferdatum"),
            ("customer", "Customer Country,Customer Since,Customer Type,User Agent Language,Account Status"),
        ],
    )
    def test_never_what_is_something_else(self, part: str, names: str) -> None:
        assert candidates(part, names.split(","), set()) == []

    @pytest.mark.parametrize(
        ("values", "part"),
        [
            (["2025-01-05", "2025-02-05"], "date"),
            (["5/1/25", "13/1/25"], "date"),
            (["5 January 2025", None], "date"),
            (["Jan 5, 2025"], "date"),
            (["20250105", "20251231"], "date"),
            ([dt.date(2025, 1, 5)], "date"),
            ([dt.datetime(2025, 1, 5, 8, 30)], "date"),
            (["10.50", "3"], "amount"),
            (["R$ 1.250,50", "R$ 3,00"], "amount"),
            (["($12.50)", "$4.00"], "amount"),
            ([1.5, 2.0], "amount"),
            ([f"c{n % 30}" for n in range(90)], "customer"),
            (["a@x.example", "b@x.example"], "customer"),
            ([n % 30 for n in range(90)], "customer"),
        ],
    )
    def test_by_content(self, values: list[Any], part: str) -> None:
        names = ["kept", "x1", "x2"]
        sample = {"kept": ["no"] * len(values), "x1": ["tea"] * len(values), "x2": values}
        for asked in ("customer", "date", "amount"):
            assert candidates(asked, names, {"kept"}, sample) == (["x2"] if asked == part else [])

    def test_what_a_column_holds_goes_before_what_it_is_called(self) -> None:
        sample = {"Paid": ["yes", "no"], "Zahl": ["10.50", "3.00"], "total value": ["n/a", "tbd"]}
        assert candidates("amount", list(sample), set(), sample) == ["Zahl"]

    def test_nothing_to_suggest(self) -> None:
        sample: dict[str, list[Any]] = {"a": [None, ""], "b": [True, False]}
        with pytest.raises(SourceError) as error:
            recognise(["a", "b"], {}, lambda: sample)
        assert "Did you mean" not in str(error.value)

    @given(
        names=st.lists(st.text(max_size=12), unique=True, max_size=6),
        values=st.lists(
            st.none() | st.text(max_size=8) | st.integers() | st.floats() | st.booleans() | st.dates() | st.decimals(),
            min_size=1,
            max_size=4,
        ),
    )
    def test_whatever_a_log_holds_it_is_one_sentence(self, names: list[str], values: list[Any]) -> None:
        with contextlib.suppress(SourceError):
            recognise(names, {}, lambda: dict.fromkeys(names, values))
        for part in ("customer", "date", "amount", "quantity", "price"):
            assert set(candidates(part, names, set(), dict.fromkeys(names, values))) <= set(names)

    def test_the_hint_can_be_pasted(self) -> None:
        name = 'Total "$" `now`'
        with pytest.raises(SourceError) as error:
            guess_columns(["customer", "date", name])
        hint = str(error.value).partition("Did you mean ")[2].partition("? There are")[0]
        assert shlex.split(hint) == ["--amount", name]

    def test_a_mistyped_option(self) -> None:
        with pytest.raises(SourceError, match=r'no column "customerid".*Did you mean "Customer ID"\?'):
            guess_columns(["Customer ID", "date", "amount"], customer="customerid")
        with pytest.raises(SourceError) as error:
            guess_columns(["Customer ID", "date", "amount"], customer="zzz")
        assert "Did you mean" not in str(error.value)

    @pytest.mark.parametrize("engine", ["duckdb", "polars", "spark"])
    def test_the_rows_looked_at(self, tmp_path: Path, engine: str) -> None:
        if engine == "spark":
            spark = pytest.importorskip("pyspark.sql")
            with contextlib.suppress(Exception):
                spark.SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
            if spark.SparkSession.getActiveSession() is None:
                pytest.skip("Spark needs java")
        lines = "".join(f"k{n % 40},2025-01-{n % 28 + 1:02},{n}.50\n" for n in range(3_000))
        (tmp_path / "o.csv").write_text(f"a b,wo.wann,c\n{lines}")
        log = open_log(str(tmp_path / "o.csv"), engine)
        seen = first_rows(log)
        assert list(seen) == ["a b", "wo.wann", "c"]
        assert 100 <= len(seen["c"]) <= 1_000
        with pytest.raises(SourceError, match=r'--customer "a b", with --date "wo.wann", with --amount "c"\?'):
            recognise(log.names, {}, lambda: first_rows(log))

    def test_in_a_terminal(self, folder: Path) -> None:
        (folder / "log.csv").write_text("wer,wann,was\na@x.example,2025-01-05,3.50\n")
        result = run("log.csv", "-o", "out.csv")
        assert result.exit_code == 2
        options = ("--customer", "wer", "--date", "wann", "--amount", "was")
        assert 'Did you mean --customer "wer", with --date "wann", with --amount "was"?' in result.output
        assert revenue(run("log.csv", "-o", "out.csv", *options)) == "3.50"


def no_sample() -> dict[str, list[Any]]:
    raise AssertionError("the log was read although its names leave nothing open")


class TestGuessesThatCouldBeWrong:
    def test_a_net_amount_beside_the_total_is_said(self) -> None:
        found = recognise(["customer", "date", "total", "net"])
        assert found.columns.amount == "total"
        assert found.notes == ('For the amount, "total" was taken; also there: "net"; --amount says otherwise.',)

    def test_a_second_date_is_said(self) -> None:
        found = recognise(["customer", "timestamp", "order date", "amount"])
        assert found.columns.date == "order date"
        assert found.notes == ('For the date, "order date" was taken; also there: "timestamp"; --date says otherwise.',)

    @pytest.mark.parametrize(
        ("other", "values", "said"),
        [
            ("net", ["1", "2"], False),
            ("net", ["1", "3"], True),
            ("net", ["1", None], False),
            ("created at", ["2025-01-05 10:00", "2025-01-06 11:00"], False),
            ("created at", ["2025-01-05 10:00", "2025-01-07"], True),
            ("buyer", ["Ann", "Ben"], False),
            ("buyer", ["Ann", "Ann"], True),
            ("invoice", ["1", "2"], False),
            ("invoice", ["1", "1"], True),
        ],
    )
    def test_only_where_the_choice_matters(self, other: str, values: list[Any], said: bool) -> None:
        sample = {
            "client_id": [7, 8], "order_date": ["2025-01-05", "2025-01-06"], "total": ["1", "2"], "order_id": [1, 2],
            other: values,
        }  # fmt: skip
        notes = recognise(list(sample), {}, lambda: sample).notes
        assert any("also there" in note for note in notes) == said

    def test_nothing_is_read_where_names_say_all(self) -> None:
        for names in ("customer_id,date,amount", "CustomerID,InvoiceDate,Amount,InvoiceNo", SHOPIFY, UCI):
            assert recognise(names.split(","), {}, no_sample).columns.customer

    def test_what_is_stated_is_not_asked_again(self) -> None:
        names = ["customer", "date", "total", "net"]
        assert recognise(names, {"amount": "net"}, no_sample).notes == ()

    def test_a_price_without_a_quantity_is_said(self) -> None:
        found = recognise(["customer", "date", "price"])
        assert found.columns.amount == "price"
        assert found.notes == ('There is no column for the quantity: "price" was taken for the amount of a line.',)

    @pytest.mark.parametrize("pieces", ["Qty sold", "Lineitem quantity", "Verkaufte Menge", "units_ordered"])
    def test_a_price_beside_an_unknown_quantity_is_refused(self, pieces: str) -> None:
        with pytest.raises(SourceError) as error:
            guess_columns(["customer", "date", "price", pieces])
        assert f'--quantity "{pieces}"' in str(error.value)
        assert '--amount "price"' in str(error.value)
        found = guess_columns(["customer", "date", "price", pieces], quantity=pieces)
        assert (found.amount, found.price) == (None, "price")
        assert guess_columns(["customer", "date", "price", pieces], amount="price").amount == "price"

    @pytest.mark.parametrize("name", ["tax", "tax_amount", "shipping", "discount", "fee", "balance"])
    def test_a_tax_is_no_amount(self, name: str) -> None:
        with pytest.raises(SourceError, match="No column was recognised for the amount"):
            guess_columns(["customer", "date", name])

    @pytest.mark.parametrize("name", ["ship_date", "date_of_birth", "due date", "updated_at"])
    def test_a_date_of_something_else_is_no_date(self, name: str) -> None:
        with pytest.raises(SourceError, match="No column was recognised for the date"):
            guess_columns(["customer", name, "amount"])

    @pytest.mark.parametrize("name", ["id", "name"])
    def test_a_bare_id_or_name_is_no_customer(self, name: str) -> None:
        with pytest.raises(SourceError, match="No column was recognised for the customer"):
            guess_columns([name, "date", "amount"])

    def test_one_id_for_a_person_goes_before_one_for_an_order(self) -> None:
        assert guess_columns(["customer_id", "customer_unique_id", "date", "amount"]).customer == "customer_unique_id"

    @pytest.mark.parametrize(
        ("names", "columns"),
        [
            ("customer_id,order_date,quantity,unit_price", (None, "quantity", "unit_price")),
            ("customer_id,order_date,quantity,unit_price,amount", ("amount", "quantity", None)),
            ("customer_id,order_date,quantity,unit_price,amount,order_id", ("amount", "quantity", "unit_price")),
            ("customer_id,order_date,unit_price,amount", ("amount", None, None)),
        ],
    )
    def test_prices_stay_only_where_they_may_prove_a_total(self, names: str, columns: Sequence[Any]) -> None:
        found = guess_columns(names.split(","))
        assert (found.amount, found.quantity, found.price) == columns


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
def test_prices_beside_an_amount_change_no_figure(tmp_path: Path, engine: str) -> None:
    lines = "a,2025-01-05,1,2,20,10\na,2025-01-05,1,1,5,5\nb,2025-01-06,2,1,,7\n"
    for name, header in (("with", "client,day,order,qty,amount,price"), ("without", "client,day,order,qty,amount,prc")):
        (tmp_path / f"{name}.csv").write_text(f"{header}\n{lines}")
        log = open_log(str(tmp_path / f"{name}.csv"), engine)
        found = guess_columns(log.names)
        assert (found.amount, found.price) == ("amount", "price" if name == "with" else None)
        kept = clean(log.frame, found).report.row("kept")
        assert (kept.lines, kept.amount, kept.orders) == (2, 25.0, 1)


class TestRefundsOfKnownExports:
    SQUARE = (
        "Date,Time,Gross Sales,Net Sales,Partial Refunds,Total Collected,Net Total,Transaction ID,Customer ID\n"
        "2025-01-05,10:02:11,$30.00,$27.00,$0.00,$27.00,$26.00,SQ1,CU1\n"
        "2025-01-07,10:02:11,$0.00,$0.00,-$5.00,-$5.00,-$5.00,SQ2,CU1\n"
    )

    def test_need_no_further_proof(self, folder: Path) -> None:
        (folder / "log.csv").write_text(self.SQUARE)
        assert revenue(run("log.csv", "-o", "out.csv")) == "22.00"
        result = CliRunner().invoke(app, ["report", "log.csv", "-o", "out.xlsx"])
        assert result.exit_code == 0, result.output
        assert "22.00" in result.output

    def test_are_left_aside_where_that_is_stated(self, folder: Path) -> None:
        (folder / "log.csv").write_text(self.SQUARE)
        assert revenue(run("log.csv", "-o", "out.csv", "--refunded", "none")) == "27.00"

    def test_elsewhere_they_are_asked_about(self, folder: Path) -> None:
        (folder / "log.csv").write_text("customer,date,total,refunded\na,2025-01-05,30,5\nb,2025-01-06,20,0\n")
        result = run("log.csv", "-o", "out.csv")
        assert result.exit_code == 2
        assert "--refunded=none" in result.output
