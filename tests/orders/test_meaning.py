"""What the lines of a log mean before anything is summed: did they happen, whose are they, is the amount theirs?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from clv_xl.core.orders import Columns, OpenQuestion, OrderRules, OrdersError, clean, customer_summary, rows
from clv_xl.core.orders.status import kind_of

Engine = Callable[[dict[str, list[Any]]], Any]
DAYS = ["2025-01-05", "2025-01-08", "2025-02-05", "2025-02-09", "2025-03-01", "2025-03-02", "2025-03-03", "2025-03-04"]
PLAIN = Columns("customer", "date", "amount")


def log(customer: str, amounts: list[float | None], **more: Any) -> dict[str, list[Any]]:
    """One line for each letter of `customer`, on a day of its own."""
    return {"customer": list(customer), "date": DAYS[: len(customer)], "amount": list(amounts)} | more


def found(frame: Any, columns: Columns, **rules: Any) -> tuple[dict[str, tuple[int, float]], Any]:
    """Orders and revenue of each customer, and the data report, which adds up."""
    result = clean(frame, columns, OrderRules(**rules))
    assert result.report.reconciles
    summary = rows(customer_summary(result.orders, result.as_of))
    return {str(r["customer"]): (r["orders"], round(r["revenue"], 6)) for r in summary}, result.report


def with_status(engine: Engine, statuses: list[str | None], name: str = "status") -> Any:
    amounts = [100.0, 80.0, 50.0, 40.0, 20.0, 10.0, 5.0, 1.0][: len(statuses)]
    return engine(log("ABACCDEF"[: len(statuses)], amounts, **{name: statuses}))


STATUS = Columns("customer", "date", "amount", status="status")


def test_orders_that_did_not_happen_are_left_out_and_said(engine: Engine) -> None:
    frame = with_status(engine, ["Completed", "Cancelled", " completed ", "REFUNDED", "Gold", None, "on its way"])
    customers, report = found(frame, STATUS)
    assert customers == {"A": (2, 150.0), "C": (1, 20.0), "D": (1, 10.0), "E": (1, 5.0)}
    (out,) = report.left_out
    assert (out.step, out.lines, out.amount) == ("Orders that did not happen", 2, 120.0)
    assert '"Cancelled" (1 line, 80.00)' in out.done
    assert '"REFUNDED" (1 line, 40.00)' in out.done
    said = " ".join(report.remarks)
    assert '"Gold" (1 line, 20.00)' in said
    assert "blank (1 line, 10.00)" in said


def test_open_orders_are_asked_about(engine: Engine) -> None:
    frame = with_status(engine, ["Completed", "Cancelled", "Pending", "Refunded", "Completed"])
    with pytest.raises(OpenQuestion, match=r'"Pending" \(1 line, 50.00\)') as caught:
        clean(frame, STATUS)
    assert caught.value.answers == [
        ["--status=Completed"],
        ["--status=Completed", "--status=Pending"],
        ["--status=all"],
    ]
    assert found(frame, STATUS, status=("completed",))[0] == {"A": (1, 100.0), "C": (1, 20.0)}
    assert found(frame, STATUS, status=("Completed", "Pending"))[0] == {"A": (2, 150.0), "C": (1, 20.0)}
    assert found(frame, STATUS, status=("all",))[0] == {"A": (2, 150.0), "B": (1, 80.0), "C": (2, 60.0)}
    with pytest.raises(OrdersError, match='holds no "Paid"; there are: "Cancelled", "Completed", "Pending"'):
        clean(frame, STATUS, OrderRules(status=("Paid",)))


@pytest.mark.parametrize(
    ("header", "value", "kind"),
    [
        ("Status", "storniert", "not"), ("Statut", "Annulée", "not"), ("Estado", "cancelado", "not"),
        ("Stato", "Annullato", "not"), ("durum", "İptal edildi", "not"), ("狀態", "已取消", "not"),
        ("x", "VOID", "not"),
        ("Status", "wc-cancelled", "not"), ("status", "Zurückerstattet", "back"), ("status", "charged back", "back"),
        ("status", "wc-on-hold", "open"), ("status", "Pending payment", "open"), ("status", "authorized", "open"),
        ("Status", "Ausstehend", "open"), ("Status", "Abgeschlossen", "done"), ("Status", "partially_refunded", "done"),
        ("status", "Gold", None), ("status", None, None), ("is_cancelled", "TRUE", "not"),
        ("is_cancelled", "0", "done"),
        ("Cancelled", "ja", "not"), ("cancelled_at", "2025-01-01", "not"), ("Cancelled at", None, None),
        ("status", "cancelled by nobody", None),
        ("cancelled_at", "0000-00-00 00:00:00", None),
        ("cancelled", "2025-01-09", "not"),
        ("cancelled", "nein", "done"),
        ("cancelled", "changed my mind", None),
    ],
)  # fmt: skip
def test_words_of_several_languages(header: str, value: str | None, kind: str | None) -> None:
    assert kind_of(header, value) == kind


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("is_cancelled", ["no", "yes", "no"]),
        ("cancelled_at", [None, "2025-01-09 10:00", None]),
        ("Zustand der Bestellung", ["bezahlt", "storniert", "versendet"]),
        ("anything", ["x", "cancelled", "y"]),
    ],
)
def test_a_column_beside_says_so_too(engine: Engine, name: str, values: list[Any]) -> None:
    customers, report = found(with_status(engine, values, name), PLAIN)
    assert customers == {"A": (2, 150.0)}
    assert report.left_out[0].amount == 80.0


def test_logicals_and_moments_of_cancellation(engine: Engine) -> None:
    import datetime as dt

    frame = engine(log("AB", [1.0, 2.0], cancelled_on=[None, dt.datetime(2025, 1, 9)]))
    assert found(frame, PLAIN)[0] == {"A": (1, 1.0)}
    import pandas as pd

    assert found(pd.DataFrame(log("AB", [1.0, 2.0], is_cancelled=[False, True])), PLAIN)[0] == {"A": (1, 1.0)}


def test_a_column_of_free_text_or_of_shipping_is_not_asked_about(engine: Engine) -> None:
    notes = [f"note {i}" for i in range(24)] + ["cancelled"]
    frame = engine({"customer": ["A"] * 25, "date": [DAYS[0]] * 25, "amount": [1.0] * 25, "remarks": notes})
    assert found(frame, PLAIN)[0] == {"A": (1, 25.0)}
    frame = with_status(engine, ["pending", "fulfilled", "pending"], "Fulfillment Status")
    assert found(frame, PLAIN)[0] == {"A": (2, 150.0), "B": (1, 80.0)}


def test_blank_statuses_follow_their_order(engine: Engine) -> None:
    lines = log("AABB", [10.0, 5.0, 7.0, 3.0], order=["1", "1", "2", "2"], status=["paid", None, "cancelled", " "])
    frame = engine(lines | {"date": [DAYS[0], DAYS[0], DAYS[1], DAYS[1]]})
    columns = Columns("customer", "date", "amount", order="order", status="status")
    assert found(frame, columns)[0] == {"A": (1, 15.0)}


def test_refunds_among_lines_to_be_left_out(engine: Engine) -> None:
    """Lines that are refunds themselves stay; where they stand beside sales, nobody can say whose they are."""
    frame = engine(log("AAB", [40.0, -40.0, 9.0], status=["completed", "refunded", "completed"]))
    assert found(frame, STATUS)[0] == {"A": (1, 0.0), "B": (1, 9.0)}
    frame = engine(log("AAB", [40.0, -40.0, 9.0], status=["refunded", "refunded", "completed"]))
    assert found(frame, STATUS)[0] == {"B": (1, 9.0)}
    frame = engine(log("AABA", [40.0, -30.0, 9.0, 1.0], status=["refunded", "refunded", "completed", "completed"]))
    with pytest.raises(OpenQuestion, match="hold refunds beside sales"):
        clean(frame, STATUS)


def test_refunded_orders_whose_refunds_are_lines_of_their_own(engine: Engine) -> None:
    """As payment services have it: the payment is refunded, and beside it stands a line that takes the money back."""
    columns = Columns("customer", "date", "amount", status="status")
    lines = log("AAB", [40.0, -40.0, 9.0], status=["refunded", "completed", "completed"])
    customers, report = found(engine(lines), columns)
    assert customers == {"A": (1, 0.0), "B": (1, 9.0)}
    assert "their refunds stand as lines of their own" in " ".join(report.remarks)
    with pytest.raises(OpenQuestion, match=r"other lines are refunds of 30\.00, perhaps of the same"):
        clean(engine(lines | {"amount": [40.0, -30.0, 9.0]}), columns)


REFUNDED = Columns("customer", "date", "amount", refunded="back", status="status")


def test_refunds_beside_the_total_are_taken_off(engine: Engine) -> None:
    lines = log("ABA", [35.0, 40.0, 50.0], back=[0.0, 40.0, 20.0], status=["paid", "refunded", "partially_refunded"])
    customers, report = found(engine(lines), REFUNDED)
    assert customers == {"A": (2, 65.0)}
    assert 'Refunds in "back" were taken off the amounts beside them: 2 lines, 60.00.' in report.remarks
    negative = engine(lines | {"back": [None, -40.0, -20.0]})
    assert found(negative, REFUNDED)[0] == {"A": (2, 65.0)}
    text = engine(lines | {"back": ["0.00", "40.00", "20.00"]})
    assert found(text, REFUNDED)[0] == {"A": (2, 65.0)}


def test_a_refunded_order_without_its_refund_is_left_out(engine: Engine) -> None:
    lines = log("ABA", [35.0, 40.0, 50.0], back=[0.0, 0.0, 50.0], status=["paid", "refunded", "refunded"])
    customers, report = found(engine(lines), REFUNDED)
    assert customers == {"A": (1, 35.0)}
    assert '"refunded" (1 line, 40.00)' in report.left_out[0].done


def test_refunds_that_nothing_proves_are_asked_about(engine: Engine) -> None:
    columns = Columns("customer", "date", "amount", refunded="back")
    frame = engine(log("AB", [35.0, 40.0], back=[0.0, 3.0]))
    with pytest.raises(OpenQuestion, match=r"1 lines, 3[.]00") as caught:
        clean(frame, columns)
    assert caught.value.answers == [["--refunded=back"], ["--refunded=none"]]
    assert found(frame, columns, named=frozenset({"refunded"}))[0] == {"A": (1, 35.0), "B": (1, 37.0)}
    with pytest.raises(OrdersError, match="both above and below 0"):
        clean(engine(log("AB", [35.0, 40.0], back=[-1.0, 40.0])), columns)


PER_ORDER = Columns("customer", "date", "amount", quantity="quantity", price="price", order="order")


def lines_of(orders: str, **columns: Any) -> dict[str, list[Any]]:
    return {"order": list(orders), "customer": [f"c{o}" for o in orders], "date": [DAYS[0]] * len(orders)} | columns


def test_a_total_on_every_line_is_taken_once_where_prices_prove_it(engine: Engine) -> None:
    lines = lines_of("1112", amount=[60.0, 60.0, 60.0, 30.0], quantity=[2, 1, 4, 1], price=[10.0, 20.0, 5.0, 30.0])
    customers, report = found(engine(lines), PER_ORDER)
    assert customers == {"c1": (1, 60.0), "c2": (1, 30.0)}
    assert report.row("total").amount == 90.0
    assert report.row("total").lines == report.row("kept").lines == 4
    assert not [row for row in report.rows if row.role == "note"]
    each = lines | {"amount": [20.0, 20.0, 20.0, 30.0]}
    assert found(engine(each), PER_ORDER)[0] == {"c1": (1, 60.0), "c2": (1, 30.0)}


def test_a_total_on_every_line_that_nothing_proves_is_asked_about(engine: Engine) -> None:
    columns = Columns("customer", "date", "amount", order="order")
    four = engine(lines_of("11223344", amount=[5.0, 5.0, 6.0, 6.0, 7.0, 7.0, 8.0, 8.0]))
    assert sum(r for _, r in found(four, columns)[0].values()) == 52.0
    five = engine(lines_of("1122334455", amount=[5.0, 5.0, 6.0, 6.0, 7.0, 7.0, 8.0, 8.0, 9.0, 9.0]))
    with pytest.raises(OpenQuestion, match=r"70\.00 if it is that of each line, 35\.00 if it is the total"):
        clean(five, columns)
    assert sum(r for _, r in found(five, columns, amount_per="order")[0].values()) == 35.0
    assert sum(r for _, r in found(five, columns, amount_per="line")[0].values()) == 70.0


def test_orders_that_speak_for_both_are_asked_about(engine: Engine) -> None:
    lines = lines_of("11223", amount=[30.0, 30.0, 5.0, 7.0, 1.0], quantity=[1] * 5, price=[10.0, 20.0, 5.0, 7.0, 1.0])
    with pytest.raises(OpenQuestion, match="in 1 of 2 orders"):
        clean(engine(lines), PER_ORDER)


def test_a_total_whose_first_line_is_left_out_stands_on_the_next(engine: Engine) -> None:
    lines = lines_of("112", amount=[60.0, 60.0, 30.0], quantity=[2, 1, 1], price=[20.0, 20.0, 30.0])
    lines["date"] = ["no date", DAYS[1], DAYS[1]]
    customers, report = found(engine(lines), PER_ORDER)
    assert customers == {"c1": (1, 60.0), "c2": (1, 30.0)}
    assert [(row.lines, row.amount) for row in report.left_out] == [(1, 0.0)]


GUESTS = Columns("customer", "date", "amount", order="order", email="email")


def guests(engine: Engine, ids: list[Any], emails: list[str]) -> Any:
    amounts = [60.0, 40.0, 99.0, 20.0, 5.0, 6.0][: len(ids)]
    return engine(
        {
            "customer": ids, "date": DAYS[: len(ids)], "amount": amounts, "email": emails,
            "order": [str(i) for i in range(len(ids))],
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    "ids", [[0, 7, 0, 0], ["0", "7", "0", "0"], ["Guest", "Ben", "guest", "Guest"], [-1, 7, -1, -1]]
)
def test_a_guest_is_who_the_email_says(engine: Engine, ids: list[Any]) -> None:
    frame = guests(engine, ids, ["ann@x", "ben@x", "eve@x", "dan@x"])
    customers, report = found(frame, GUESTS)
    assert customers == {"ann@x": (1, 60.0), "ben@x": (1, 40.0), "eve@x": (1, 99.0), "dan@x": (1, 20.0)}
    assert 'told apart by "email"' in " ".join(report.remarks)


def test_a_customer_0_who_is_one_person_is_one(engine: Engine) -> None:
    frame = guests(engine, [0, 7, 0, 8], ["ann@x", "ben@x", "ann@x", "dan@x"])
    assert found(frame, GUESTS)[0] == {"0": (2, 159.0), "7": (1, 40.0), "8": (1, 20.0)}
    stated = guests(engine, [0, 7, 0, 0], ["ann@x", "ben@x", "eve@x", "dan@x"])
    assert found(stated, GUESTS, guest="none")[0] == {"0": (3, 179.0), "7": (1, 40.0)}


def test_guests_without_emails(engine: Engine) -> None:
    columns = Columns("customer", "date", "amount")
    lines = log("0700", [60.0, 40.0, 99.0, 20.0], Name=["Ann", "Ben", "Eve", "Dan"])
    with pytest.raises(OpenQuestion, match='"0" in "customer" is several persons in "Name"') as caught:
        clean(engine(lines), columns)
    assert caught.value.answers == [["--customer=Name"], ["--guest=0"], ["--guest=none"]]
    customers, report = found(engine(lines), columns, guest="0")
    assert customers == {"7": (1, 40.0)}
    assert report.left_out[0].amount == 179.0
    with pytest.raises(OrdersError, match='No customer is "9"'):
        clean(engine(lines), columns, OrderRules(guest="9"))


def test_an_id_that_is_new_with_every_order_is_asked_about(engine: Engine) -> None:
    ids = ["k1", "k2", "k3", "k4", "k5"]
    frame = guests(engine, ids, ["ann@x", "ben@x", "ann@x", "dan@x", "eve@x"])
    with pytest.raises(
        OpenQuestion, match=r'own "customer" \(5\), while "email" comes again \(4 different\)'
    ) as caught:
        clean(frame, GUESTS)
    assert caught.value.answers == [["--customer=email"], ["--customer=customer"]]
    assert len(found(frame, GUESTS, named=frozenset({"customer"}))[0]) == 5
    everybody_new = guests(engine, ids, ["ann@x", "ben@x", "cid@x", "dan@x", "eve@x"])
    assert len(found(everybody_new, GUESTS)[0]) == 5


def test_spellings_of_one_customer(engine: Engine) -> None:
    names = ["BEN", "Ben", "Jose\u0301", "José", "17850.0", "17850", "a1", "A1"]
    frame = engine(log("xxxxxxxx", [1.0] * 8) | {"customer": names})
    customers, report = found(frame, PLAIN)
    assert customers == {"BEN": (2, 2.0), "Jose\u0301": (2, 2.0), "17850.0": (2, 2.0), "a1": (1, 1.0), "A1": (1, 1.0)}
    assert any(remark.startswith("3 customers are spelled in several ways") for remark in report.remarks)
    assert len(found(frame, PLAIN, exact_names=True)[0]) == 8


def test_the_spelling_shown_is_that_of_the_earliest_order(engine: Engine) -> None:
    lines = log("xxxxx", [-1.0, 5.0, 5.0, 5.0, 0.0])
    frame = engine(lines | {"customer": ["ANN", "ann", "Ann", "\u200bEve", "O'Neil"]})
    assert found(frame, PLAIN)[0] == {"ann": (2, 9.0), "Eve": (1, 5.0)}
    assert found(engine(log("xx", [1.0, 2.0]) | {"customer": ["O'NEIL", "o'neil"]}), PLAIN)[0] == {"O'NEIL": (2, 3.0)}


def test_names_of_nothing_but_signs_without_width_are_missing(engine: Engine) -> None:
    frame = engine(log("xxx", [1.0, 2.0, 3.0]) | {"customer": ["Ann", "\u200b", "ann"]})
    customers, report = found(frame, PLAIN)
    assert customers == {"Ann": (2, 4.0)}
    assert report.left_out[0].step == "Customer missing"


def test_among_the_lines_kept_are_lines_that_are_kept(engine: Engine) -> None:
    frame = engine(log("ABBAAC", [84.0, -36.0, -2.0, -4.0, 0.0, 0.0]))
    customers, report = found(frame, PLAIN)
    assert customers == {"A": (1, 80.0)}
    assert [(r.step.split(" (")[0], r.lines, r.amount) for r in report.rows if r.role == "note"] == [
        ("Refunds", 1, -4.0),
        ("Free items", 1, 0.0),
    ]


def test_money_that_could_not_be_read_is_unknown(engine: Engine) -> None:
    frame = engine(log("AB", [None, None]) | {"amount": ["5.00", "five"]})
    assert found(frame, PLAIN)[1].unknown == 1


def test_statuses_that_are_numbers_can_be_stated(engine: Engine) -> None:
    frame = engine(log("ABC", [1.0, 2.0, 4.0], status=[1, 2, None]))
    customers, report = found(frame, STATUS)
    assert len(customers) == 3
    assert '"1" (1 line, 1.00)' in " ".join(report.remarks)
    assert found(frame, STATUS, status=("2",))[0] == {"B": (1, 2.0)}


def test_an_email_that_is_new_with_every_order_is_no_question(engine: Engine) -> None:
    lines = {"customer": [f"{c}@x" for c in "abcde"], "Customer name": ["Ann", "Ann", "Ben", "Cid", "Dan"]}
    frame = engine(log("abcde", [1.0] * 5, order=list("12345")) | lines)
    renamed = {
        ("E-mail" if name == "customer" else name): values for name, values in (log("abcde", [1.0] * 5) | lines).items()
    }
    assert (
        len(found(engine(renamed | {"order": list("12345")}), Columns("E-mail", "date", "amount", order="order"))[0])
        == 5
    )
    with pytest.raises(OpenQuestion, match="--customer=Customer name"):
        clean(frame, Columns("customer", "date", "amount", order="order"))


def test_order_numbers_that_come_again_are_of_several_customers(engine: Engine) -> None:
    """Two shops count their orders from 1; each line repeats the total of its order."""
    orders = [(who, order) for who, n in (("a", 3), ("b", 2)) for order in range(1, n + 1)]
    lines = {
        "customer": [f"{who}{order}" for who, order in orders for _ in range(2)],
        "order": [str(order) for _, order in orders for _ in range(2)],
        "date": [DAYS[0]] * 10,
        "amount": [30.0] * 10,
        "quantity": [1] * 10,
        "price": [10.0, 20.0] * 5,
    }
    customers, _ = found(engine(lines), PER_ORDER)
    assert len(customers) == 5
    assert set(customers.values()) == {(1, 30.0)}


def test_one_odd_order_makes_a_question_of_proven_totals(engine: Engine) -> None:
    lines = lines_of("11223344", amount=[30.0] * 6 + [8.0] * 2, quantity=[1] * 8, price=[10.0, 20.0] * 3 + [8.0, 8.0])
    with pytest.raises(OpenQuestion, match=r"106\.00 if it is that of each line|196\.00 if it is that of each line"):
        clean(engine(lines), PER_ORDER)


def test_a_refund_line_is_none_of_the_total_of_its_order(engine: Engine) -> None:
    lines = lines_of("111", amount=[30.0, 30.0, -10.0], quantity=[1, 1, -1], price=[10.0, 20.0, 10.0])
    assert found(engine(lines), PER_ORDER, amount_per="order")[0] == {"c1": (1, 20.0)}


def test_a_total_whose_customer_stands_on_the_first_line_only(engine: Engine) -> None:
    lines = lines_of("11", amount=[30.0, 30.0], quantity=[1, 1], price=[10.0, 20.0]) | {"customer": ["a", None]}
    customers, report = found(engine(lines), PER_ORDER, amount_per="order")
    assert customers == {"a": (1, 30.0)}
    assert report.row("total").amount == 30.0


def test_refunds_beside_amounts_that_may_be_net_are_asked_about(engine: Engine) -> None:
    columns = Columns("customer", "date", "amount", refunded="back")
    rows_of_refunds = log("abbc", [30.0, 20.0, -20.0, 50.0], back=[0.0, 0.0, 20.0, 0.0])
    net = log("ab", [50.0, 0.0], back=[50.0, 30.0])
    for lines in (rows_of_refunds, net):
        with pytest.raises(OpenQuestion, match="the amounts may be net of refunds already") as caught:
            clean(engine(lines), columns)
        assert caught.value.answers == [["--refunded=none"], ["--refunded=back"]]


def test_a_refund_of_a_cancelled_order_is_not_left_alone(engine: Engine) -> None:
    columns = Columns("customer", "date", "amount", order="order", status="status")
    lines = log("abbb", [100.0, 50.0, -50.0, 80.0], order=["1", "2", "2", "3"])
    frame = engine(lines | {"status": ["completed", "cancelled", "refunded", "completed"]})
    with pytest.raises(OpenQuestion, match="refunds of orders that did not happen"):
        clean(frame, columns)
    assert found(frame, columns, status=("all",))[0] == {"a": (1, 100.0), "b": (1, 80.0)}


def test_a_stated_status_leaves_the_other_columns_to_their_words(engine: Engine) -> None:
    lines = log("abcd", [100.0, 40.0, 60.0, 5.0], status=["paid", "paid", "paid", "pending"])
    frame = engine(lines | {"order_state": ["shipped", "cancelled", "shipped", "shipped"]})
    assert found(frame, STATUS, status=("paid",))[0] == {"a": (1, 100.0), "c": (1, 60.0)}


def test_blank_statuses_can_be_stated(engine: Engine) -> None:
    frame = with_status(engine, ["paid", None, "pending"])
    with pytest.raises(OpenQuestion) as caught:
        clean(frame, STATUS)
    assert caught.value.answers[0] == ["--status=paid", "--status=blank"]
    assert found(frame, STATUS, status=("paid", "blank"))[0] == {"A": (1, 100.0), "B": (1, 80.0)}


def test_returns_with_positive_amounts_are_asked_about(engine: Engine) -> None:
    frame = engine(log("ab", [100.0, 40.0], type=["Sale", "Return"]))
    with pytest.raises(OpenQuestion, match="pay money back, and the amounts are positive"):
        clean(frame, PLAIN)
    negative = engine(log("aab", [100.0, -40.0, 1.0], type=["Sale", "Credit Note", "Sale"]))
    assert found(negative, PLAIN)[0] == {"a": (1, 60.0), "b": (1, 1.0)}


@pytest.mark.parametrize("name", ["subscription_status", "customer status", "E-mail status", "return reason", "size"])
def test_columns_on_something_else_than_orders_decide_nothing(engine: Engine, name: str) -> None:
    assert found(engine(log("ab", [100.0, 40.0]) | {name: ["active", "cancelled"]}), PLAIN)[0] == {
        "a": (1, 100.0),
        "b": (1, 40.0),
    }


def test_orders_that_did_not_happen_do_not_set_the_last_day(engine: Engine) -> None:
    frame = engine(log("ab", [1.0, 2.0], status=["paid", "cancelled"]))
    assert str(clean(frame, STATUS).as_of) == DAYS[0]


def test_a_guest_in_two_spellings_of_one_email_is_one(engine: Engine) -> None:
    frame = guests(engine, [0, 7, 0], ["a@x", "b@x", "A@x"])
    assert found(frame, GUESTS)[0] == {"0": (2, 159.0), "7": (1, 40.0)}


def test_what_stands_for_nothing_is_no_order_number_and_no_customer(engine: Engine) -> None:
    columns = Columns("customer", "date", "amount", order="order")
    frame = engine(log("aab", [1.0, 2.0, 4.0], order=["n/a", "-", "NULL"]) | {"customer": ["a", "a", "N/A"]})
    customers, report = found(frame, columns)
    assert customers == {"a": (2, 3.0)}
    assert report.left_out[0].step == "Customer missing"


@pytest.mark.parametrize("words", [["no", "yes"], ["false", "true"], [None, "2025-01-08"]])
def test_a_refund_column_of_words_is_no_money(engine: Engine, words: list[str | None]) -> None:
    frame = engine(log("AB", [35.0, 40.0], Refunded=words))
    columns = Columns("customer", "date", "amount", refunded="Refunded")
    with pytest.raises(OpenQuestion, match="which is no money paid back") as caught:
        clean(frame, columns)
    assert caught.value.answers[0] == ["--refunded=none"]


def test_money_that_stands_on_another_line_of_the_order_is_known(engine: Engine) -> None:
    columns = Columns("customer", "date", "amount", order="order")
    lines = log("AABB", [None] * 4, order=["1", "1", "2", "2"]) | {"amount": ["5.00", None, "six", None]}
    assert found(engine(lines), columns)[1].unknown == 2
