"""Dates with words become dates of numbers: names of months and weekdays in eight languages, 2025年1月5日."""

from __future__ import annotations

import narwhals.stable.v2 as nw

from clv_xl.core.orders.dates_in_text import TIME, YEAR, in_full
from clv_xl.core.orders.engines import Frame

# English, German, French, Spanish, Italian, Portuguese, Dutch, Turkish; in small letters without accents.
_MONTHS = (
    "january januar janner jaenner janvier enero gennaio janeiro januari ocak jan janv ene gen oca",
    "february februar feber fevrier febrero febbraio fevereiro februari subat feb febr fevr fev sub",
    "march marz maerz mars marzo marco maart mart mar mrz mrt maa",
    "april avril abril aprile nisan apr avr abr nis",
    "may mai mayo maggio maio mei mayis mag",
    "june juni juin junio giugno junho haziran jun giu haz",
    "july juli juillet julio luglio julho temmuz jul juil lug tem",
    "august aout agosto augustus agustos aug ago aou agu",
    "september septembre septiembre setiembre settembre setembro eylul sep sept set eyl",
    "october oktober octobre octubre ottobre outubro ekim oct okt ott out eki",
    "november novembre noviembre novembro kasim nov kas",
    "december dezember decembre diciembre dicembre dezembro aralik dec dez dic ara",
)
_WEEKDAYS = (
    "monday mon montag mo lundi lun lunes lunedi segunda-feira segunda seg maandag ma pazartesi pzt "
    "tuesday tues tue dienstag di mardi martes martedi terca-feira terca ter dinsdag sali sal "
    "wednesday wed mittwoch mi mercredi mer miercoles mie mercoledi quarta-feira quarta qua woensdag wo carsamba car "
    "thursday thurs thur thu donnerstag do jeudi jeu jueves jue giovedi gio quinta-feira quinta qui donderdag persembe "
    "per friday fri freitag fr vendredi ven viernes vie venerdi sexta-feira sexta sex vrijdag vr cuma cum "
    "saturday sat samstag sonnabend sa samedi sam sabado sab sabato zaterdag za cumartesi cmt "
    "sunday sun sonntag so dimanche dim domingo dom domenica zondag zo pazar paz"
).split()

_PLAIN_LETTERS = {
    "a": "àáâãäåÀÁÂÃÄÅ",
    "c": "çÇ",
    "e": "èéêëÈÉÊË",
    "g": "ğĞ",
    "i": "ìíîïıÌÍÎÏİI",
    "o": "òóôõöÒÓÔÕÖ",
    "s": "şŞ",
    "u": "ùúûüÙÚÛÜ",
    "": "\u0300-\u036f\u200b-\u200f\ufeffº°ª",
    " ": "\u00a0\u2000-\u200a\u202f\u3000\t\r\n",
    "-": "年月년월",
}
_MONTH = "(?:" + "|".join(sorted({w for m in _MONTHS for w in m.split()}, key=lambda w: (-len(w), w))) + ")"
_WEEKDAY = "(?:" + "|".join(sorted(_WEEKDAYS, key=lambda w: (-len(w), w))) + ")"
_GAP = "[-/., ]"
_ORDINAL = "(?:st|nd|rd|th|er)?"
_DAY = f"[0-9]{{1,2}}{_ORDINAL}"
_ARTICLES = "le|el|il|den|der|the|de|del|of"
_OF = "(?:(?:del?|of|the) )?"
_DAY_MONTH = f"(?:(?:{_ARTICLES}) )?{_DAY}{_GAP}*{_OF}{_MONTH}{_GAP}*{_OF}"
_MONTH_DAY = f"{_MONTH}{_GAP}*{_OF}{_DAY}{_GAP}+{_OF}"
_NAMED = f"(?:{_DAY_MONTH}{YEAR}|{_MONTH_DAY}{YEAR}|[0-9]{{4}}{_GAP}*{_MONTH}{_GAP}*{_DAY}),?{TIME}"
_SHORT = f"^(?:{_DAY_MONTH}|{_MONTH_DAY})[0-9]{{2}},?{TIME}"
_IN_NUMBERS = "[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}"

MONTH_ALONE = (
    f"^(?:[0-9]{{4}}[-/. ]+(?:0?[1-9]|1[0-2])-?|(?:0?[1-9]|1[0-2])[-/. ]+[0-9]{{4}}|(?:19|20)[0-9]{{2}}(?:0[1-9]|1[0-2])"
    f"|(?i:{_MONTH}{_GAP}*{_OF}(?:[0-9]{{4}}|[0-9]{{2}})|[0-9]{{4}}{_GAP}*{_MONTH}))$"
)
YEAR_ALONE = "^(?:19|20)[0-9]{2}$"


def in_numbers(frame: Frame, column: str) -> Frame:
    """The column with its dates in numbers, and `_short_named`: whether a year had two digits beside a month's name."""
    before = frame.collect_schema().names()
    frame = frame.with_columns(_plain=_plain(nw.col(column)))
    frame = frame.with_columns(_plain=_without_weekday(nw.col("_plain")))
    mar = nw.col("_plain").str.contains(rf"^mar\.?[,. ]+(?:{_IN_NUMBERS}|{_DAY_MONTH}[0-9]{{2}})").fill_null(False)
    shorter = nw.col("_plain").str.replace_all(r"^mar\.?[,. ]+", "")
    frame = frame.with_columns(_plain=nw.when(mar).then(shorter).otherwise(nw.col("_plain")))
    frame = _spelled(frame)
    frame = frame.with_columns(_short_named=nw.col("_plain").str.contains(_SHORT).fill_null(False))
    return frame.with_columns(nw.col("_spelled").alias(column)).select(*before, "_short_named")


def _plain(text: nw.Expr) -> nw.Expr:
    """Small letters without accents, plain spaces, signs of East Asia as ours."""
    for letter, others in _PLAIN_LETTERS.items():
        text = text.str.replace_all(f"[{others}]", letter)
    text = text.str.to_lowercase().str.replace_all(r" *[(（][日月火水木金土][)）]", "")
    text = text.str.replace_all("[日일] *", " ").str.replace_all("[時时点] *", ":").str.replace_all("分 *", ":")
    text = text.str.replace_all("[秒]|:$", "").str.replace_all("- +", "-").str.replace_all(" +", " ")
    text = text.str.replace_all(r"a\. ?m\.", "am").str.replace_all(r"p\. ?m\.", "pm")
    return text.str.replace_all(",? at ", " ").str.strip_chars(" ")


def _without_weekday(text: nw.Expr) -> nw.Expr:
    """Mar. is a month too, and stays."""
    first = text.str.replace_all(rf"^{_WEEKDAY}(?:\.?,? |[.,])+ *", "")
    return first.str.replace_all(rf"[ ,(]+(?:{_WEEKDAY}|mar)\.?\)?,?$", "").str.replace_all(
        rf"[ ,(]+{_WEEKDAY}\.?\)?,? ", " "
    )


def _spelled(frame: Frame) -> Frame:
    """Dates with the name of a month as year-month-day, what follows them as it is; all other text unchanged."""
    text, digits, second = nw.col("_plain"), nw.col("_digits"), nw.col("_second")
    words = rf"^[^a-z]*(?:(?:st|nd|rd|th|er|{_ARTICLES})[^a-z]+)*"
    frame = frame.with_columns(
        _named=text.str.contains(f"^{_NAMED}").fill_null(False),
        _name=text.str.replace_all(words, "").str.replace_all("[^a-z].*$", ""),
        _digits=text.str.replace_all("^[^0-9]+", ""),
    )
    frame = frame.with_columns(
        _first=digits.str.replace_all("[^0-9].*$", ""), _second=digits.str.replace_all("^[0-9]+[^0-9]+", "")
    )
    frame = frame.with_columns(
        _second=second.str.replace_all("[^0-9].*$", ""), _rest=second.str.replace_all(f"^[0-9]+{_ORDINAL},?", "")
    )
    year_first = nw.col("_first").str.contains("^[0-9]{4}$").fill_null(False)
    frame = frame.with_columns(
        _year=nw.when(year_first).then(nw.col("_first")).otherwise(second),
        _day=nw.when(year_first).then(second).otherwise(nw.col("_first")),
        _month=_number_of_month(nw.col("_name")),
    )
    frame = frame.with_columns(_year=in_full(nw.col("_year")))
    date = nw.concat_str([nw.col("_year"), nw.col("_month"), nw.col("_day")], separator="-")
    frame = frame.with_columns(_date=nw.concat_str([date, nw.col("_rest")]))
    return frame.with_columns(_spelled=nw.when(nw.col("_named")).then(nw.col("_date")).otherwise(text))


def _number_of_month(name: nw.Expr) -> nw.Expr:
    number = nw.when(name.is_in(_MONTHS[0].split()).fill_null(False)).then(nw.lit("01"))
    for position, words in enumerate(_MONTHS[1:], 2):
        number = number.when(name.is_in(words.split()).fill_null(False)).then(nw.lit(f"{position:02}"))
    return number
