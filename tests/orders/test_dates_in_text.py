"""Dates in text: zones, weekdays, months in eight languages, in every engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import narwhals.stable.v2 as nw
import pytest

from clv_xl.core.orders import Cleaned, Columns, OrderRules, OrdersError, clean, rows
from clv_xl.core.orders.dates_in_text import exact_form, with_exact_moment, with_moment
from clv_xl.core.orders.engines import opened

Engine = Callable[[dict[str, list[Any]]], Any]
TODAY = dt.date(2025, 12, 31)
COLUMNS = Columns("who", "when", "money")


def cleaned(engine: Engine, *dates: str | None, **rules: Any) -> Cleaned:
    frame = engine({"who": [d or "" for d in dates], "when": list(dates), "money": [1.0] * len(dates)})
    result = clean(frame, COLUMNS, OrderRules(today=TODAY, exact_names=True, **rules))
    assert result.report.reconciles
    return result


def moments(engine: Engine, *dates: str, **rules: Any) -> dict[str, dt.datetime]:
    return {row["customer"]: row["moment"] for row in rows(cleaned(engine, *dates, **rules).orders)}


MORNING = dt.datetime(2025, 1, 5, 9, 59)
ZONES = {
    "2025-01-05 09:59:00 -0500": dt.datetime(2025, 1, 5, 15, 59),
    "2025-01-05T09:59:00+05:30": dt.datetime(2025, 1, 5, 5, 29),
    "2025-01-05T09:59:00.000Z": dt.datetime(2025, 1, 5, 10, 59),
    "2025-01-05 09:59 UTC": dt.datetime(2025, 1, 5, 10, 59),
    "2025-01-05 09:59:00 GMT": dt.datetime(2025, 1, 5, 10, 59),
    "2025-01-05 09:59:00+00": dt.datetime(2025, 1, 5, 10, 59),
    "5 de jan. de 2025 09:59:00 GMT-3": dt.datetime(2025, 1, 5, 13, 59),
    "Jan 5, 2025 9:59:00 AM PST": dt.datetime(2025, 1, 5, 18, 59),
    "Jan 5, 2025, 9:59 AM MST": dt.datetime(2025, 1, 5, 17, 59),
    "5 janv. 2025 09:59:00 UTC": dt.datetime(2025, 1, 5, 10, 59),
    "Sun, 05 Jan 2025 09:59:00 +0000": dt.datetime(2025, 1, 5, 10, 59),
    "Sun Jan 05 2025 09:59:00 GMT+0100 (Central European Standard Time)": MORNING,
    "2025-01-05T09:59:00+01:00[Europe/Paris]": MORNING,
    "2025-01-05 09:59": MORNING,
}


class TestZones:
    def test_the_clock_is_kept_as_written(self, engine: Engine) -> None:
        result = cleaned(engine, *ZONES)
        assert {row["moment"] for row in rows(result.orders)} == {MORNING}
        assert not result.report.left_out
        assert any("taken as written; --time-zone moves it" in remark for remark in result.report.remarks)

    def test_a_stated_zone_moves_text(self, engine: Engine) -> None:
        assert moments(engine, *ZONES, time_zone="Europe/Paris") == ZONES
        remarks = cleaned(engine, *ZONES, time_zone="Europe/Paris").report.remarks
        assert (
            "13 dates in text with a zone became clock times in Europe/Paris; 1 without a zone stayed as written."
            in remarks
        )

    def test_summer_time_is_heeded(self, engine: Engine) -> None:
        expected = {
            "2025-03-09 06:59:59Z": dt.datetime(2025, 3, 9, 1, 59, 59),
            "2025-03-09 07:00:00Z": dt.datetime(2025, 3, 9, 3),
            "2025-11-02 05:30:00Z": dt.datetime(2025, 11, 2, 1, 30),
            "2025-11-02 06:30:00 +0000": dt.datetime(2025, 11, 2, 1, 30),
            "2025-07-01 00:30:00 +1400": dt.datetime(2025, 6, 30, 6, 30),
            "2025-01-01 01:00 CDT": dt.datetime(2025, 1, 1, 1),
            "2024-02-28 23:30 -11:00": dt.datetime(2024, 2, 29, 5, 30),
        }
        assert moments(engine, *expected, time_zone="America/New_York") == expected

    def test_an_unknown_zone_is_refused(self, engine: Engine) -> None:
        with pytest.raises(OrdersError, match='"Mars" is no time zone'):
            cleaned(engine, "2025-01-05 09:59:00 -0500", time_zone="Mars")

    def test_zones_that_are_none(self, engine: Engine) -> None:
        odd = ("2025-01-05 09:59:00 +1900", "2025-01-05 09:59:00 XYZ", "2025-01-05 09:59 -05:75")
        result = cleaned(engine, "2025-01-05", *odd)
        assert [(row.step, row.lines) for row in result.report.left_out] == [("Date missing or unreadable", len(odd))]


WORDS = {
    "Mon 06/01/2025": dt.datetime(2025, 1, 6),
    "06.01.2025 Mo": dt.datetime(2025, 1, 6),
    "Montag, den 6. Januar 2025": dt.datetime(2025, 1, 6),
    "Monday, January 6th, 2025 at 9:59 AM": dt.datetime(2025, 1, 6, 9, 59),
    "2025/1/6 (Mon) 10:30": dt.datetime(2025, 1, 6, 10, 30),
    "lun. 6 janv. 2025": dt.datetime(2025, 1, 6),
    "lunes, 6 de enero de 2025": dt.datetime(2025, 1, 6),
    "6 gennaio 2025": dt.datetime(2025, 1, 6),
    "segunda-feira, 6 de janeiro de 2025": dt.datetime(2025, 1, 6),
    "maandag 6 januari 2025": dt.datetime(2025, 1, 6),
    "6 OCAK 2025 Pazartesi": dt.datetime(2025, 1, 6),
    "05/02/2025, 09:59": dt.datetime(2025, 2, 5, 9, 59),
    "mar. 4 mars 2025": dt.datetime(2025, 3, 4),
    "mar 4 2025": dt.datetime(2025, 3, 4),
    "mar 04/03/2025": dt.datetime(2025, 3, 4),
    "mar. 8 abr. 2025": dt.datetime(2025, 4, 8),
    "5. März 2025": dt.datetime(2025, 3, 5),
    "5. MÄR 2025": dt.datetime(2025, 3, 5),
    "5 Ma\u0308rz 2025": dt.datetime(2025, 3, 5),
    "5 mrt. 2025": dt.datetime(2025, 3, 5),
    "5 Şubat 2025": dt.datetime(2025, 2, 5),
    "5 Kasım 2025": dt.datetime(2025, 11, 5),
    "5 ARALIK 2025": dt.datetime(2025, 12, 5),
    "5 NİSAN 2025": dt.datetime(2025, 4, 5),
    "1er août 2025": dt.datetime(2025, 8, 1),
    "5 févr. 2025": dt.datetime(2025, 2, 5),
    "5 juin 2025": dt.datetime(2025, 6, 5),
    "5 juil. 2025": dt.datetime(2025, 7, 5),
    "5-Okt-25": dt.datetime(2025, 10, 5),
    "5 out. 2025": dt.datetime(2025, 10, 5),
    "5 de mayo del 2025": dt.datetime(2025, 5, 5),
    "sáb, 5 abr 2025, 9:59 p. m.": dt.datetime(2025, 4, 5, 21, 59),
    "5\u202fdic\u00a02025": dt.datetime(2025, 12, 5),
    "2025年1月5日": dt.datetime(2025, 1, 5),
    "2025年01月05日 09:59": MORNING,
    "2025年1月5日(日) 9時59分30秒": dt.datetime(2025, 1, 5, 9, 59, 30),
    "2025-01-05t09:59:00z": MORNING,
    "13/02/2025": dt.datetime(2025, 2, 13),
}


class TestWords:
    def test_forms_that_are_read(self, engine: Engine) -> None:
        assert moments(engine, *WORDS) == WORDS

    def test_every_month_in_every_language(self, engine: Engine) -> None:
        languages = [
            "January February March April May June July August September October November December",
            "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
            "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
            "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
            "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
            "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
            "januari februari maart april mei juni juli augustus september oktober november december",
            "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık",
            "jan. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
            "gen feb mar apr mag giu lug ago set ott nov dic",
            "Oca Şub Mar Nis May Haz Tem Ağu Eyl Eki Kas Ara",
        ]
        expected = {
            f"7 {month} 2025": dt.datetime(2025, number, 7)
            for language in languages
            for number, month in enumerate(language.split(), 1)
        }
        assert moments(engine, *expected) == expected

    @pytest.mark.parametrize(
        "date", ["3 Mayor 2025", "3 Avx 2025", "31 avr. 2025", "Tag 3", "2025年13月1日", "3 de 2025"]
    )
    def test_what_only_looks_like_a_date(self, engine: Engine, date: str) -> None:
        (out,) = cleaned(engine, date, "2025-01-05").report.left_out
        assert (out.step, out.lines) == ("Date missing or unreadable", 1)
        assert f'"{date}"' in out.done


class TestWhatIsNoDate:
    @pytest.mark.parametrize("month", ["Jan 2025", "2025-01", "01/2025", "enero de 2025", "202501", "2025年1月"])
    def test_months_alone_are_no_dates(self, engine: Engine, month: str) -> None:
        with pytest.raises(OrdersError, match="1 month without a day") as caught:
            cleaned(engine, month)
        message = str(caught.value)
        assert f'"{month}"' in message
        assert "2025-04-03" in message
        assert "--date" in message

    def test_each_kind_is_counted(self, engine: Engine) -> None:
        (out,) = cleaned(engine, "2025-01-05", "2021", "Jan 2025", "Feb 2025", "45662", "12.50", "soon").report.left_out
        for words in (
            "2 months without a day",
            "1 year without",
            "1 number of a day, as Excel",
            "1 number, as amounts",
        ):
            assert words in out.done

    def test_every_reason_of_a_line_is_named(self, engine: Engine) -> None:
        lines = [("a", "2025-01-05", "10"), ("a", "", ""), (None, "2025-01-06", ""), (None, None, "5"), ("b", "x", "1")]
        frame = engine({name: [line[i] for line in lines] for i, name in enumerate(("who", "when", "money"))})
        report = clean(frame, COLUMNS, OrderRules(today=TODAY)).report
        done = {row.step: (row.lines, row.done) for row in report.left_out}
        assert done["Amount missing or unreadable"][0] == 2
        assert (
            "1 of them also without a readable date; 1 of them also without a customer"
            in done["Amount missing or unreadable"][1]
        )
        assert done["Date missing or unreadable"][0] == 2
        assert "1 of them also without a customer" in done["Date missing or unreadable"][1]
        assert report.reconciles
        assert report.row("kept").amount == 10.0

    def test_a_log_without_a_usable_line_names_all_reasons(self, engine: Engine) -> None:
        frame = engine({"who": ["a", "b", "c"], "when": ["soon", "later", "2025-01-05"], "money": ["1", "2", "?"]})
        with pytest.raises(OrdersError) as caught:
            clean(frame, COLUMNS, OrderRules(today=TODAY))
        message = str(caught.value)
        assert 'Date missing or unreadable: 2 lines, for example "later", "soon"' in message
        assert 'Amount missing or unreadable: 1 line, for example "?"' in message


@pytest.mark.parametrize(
    ("texts", "form"),
    [
        (["2025-01-05", "2024-02-29", "2000-02-29", "", None, "0001-01-01", "2025-12-31"], "%Y-%m-%d"),
        (["2025-01-05 23:59:59", "1996-02-29 00:00:00"], "%Y-%m-%d %H:%M:%S"),
        (["2025-01-05", "2025-02-29"], None),
        (["2025-01-05", "2100-02-29"], None),
        (["2025-01-05", "1900-02-29"], None),
        (["2025-01-05", "2025-04-31"], None),
        (["2025-01-05", "0000-01-01"], None),
        (["2025-01-05", "2025-01-05 10:00:00"], None),
        (["2025-01-05 24:00:00"], None),
        (["2025-1-5"], None),
        (["", None], None),
    ],
)
def test_an_exact_form_is_read_at_once_and_to_the_same_moments(
    engine: Engine, texts: list[str | None], form: str | None
) -> None:
    frame = opened(engine({"date": ["", *texts]}))
    assert exact_form(frame) == form
    if form is None:
        return
    slow = sorted(str(r["moment"]) for r in rows(with_moment(frame, nw.col("date"), True)))
    assert sorted(str(r["moment"]) for r in rows(with_exact_moment(frame, form))) == slow
    assert slow.count("None") == len([t for t in ["", *texts] if not t])
