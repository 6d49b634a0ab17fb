"""Text that was meant as a value although no cell kind reads it: "5 years", "unknown", "½", "ten", "31.3.26".

In a column of numbers or dates such text is wrong data, and no heading. The words are those of the languages in which
logs are kept most; what is not known here and holds no number is taken for a heading.
"""

from __future__ import annotations

import re
import unicodedata

_CURRENCIES = (
    "usd eur gbp chf jpy cny rmb inr krw aud cad nzd sgd hkd twd thb try sek nok dkk pln czk huf ron brl mxn zar rub "
    "idr vnd aed sar rs r kr kč zł zl ft fr lei tl baht dollars? euros? yen pounds? [a-z]{1,3}\\s*(?=[$/€£¥])"
)
_UNITS = (
    "k m mn mio mrd bn millions? thousand tsd percent pct prozent points? x times mal fois veces kez kere years? yrs? "
    "yr y months? mos? weeks? wks? w days? d hours? hrs? h minutes? mins? sec seconds? jahre? monate? wochen? tage? "
    "stunden? ans? années? mois semaines? jours? años? anos? mes mesi meses semanas? días? dias? giorni anni settimane "
    "yıl ay hafta gün jaar maanden weken dagen visits? orders? purchases? customers? users? people persons? pcs? "
    "pieces? units? items? stück stk kunden besuche käufe"
)
_COUNTERS = "年 月 週 周 天 日 個 个 次 元 円 圓 บาท ปี เดือน สัปดาห์ วัน ครั้ง คน"
_SIGNS = "minus plus negative moins menos meno eksi 負 负 ลบ"
_ABOUT = (
    "ca circa about approx approximately around roughly nearly almost over under above below between up to at least "
    "most than less more min max only just etwa rund ungefähr über unter bis environ unos aprox yaklaşık 約 约 ประมาณ "
    f"a an {_SIGNS}"
)
_NUMBER_WORDS = (
    # A language's words that are written in one: zweiunddreißig, quarantadue, vijfentwintig, 三百.
    "(?:hundred|thousand|half) "
    "(?:eine?s?|zwei|zwo|drei|vier|fünf|fuenf|sechs?|sieb(?:en)?|acht|neun|zehn|elf|zwölf|zwoelf|zwanzig|drei(?:ß|ss)ig|"
    "(?:vier|fünf|fuenf|sech|sieb|acht|neun)zig|hundert|tausend|und)+ "
    "(?:een|één|twee|drie|vier|vijf|zes|zeven|acht|negen|tien|elf|twaalf|[dv]ertien|veertien|(?:twin|der|veer|vijf|zes|zeven|tach|negen)tig|honderd|"
    "duizend|en|ën)+ "
    "(?:uno?|due|tre|quattro|cinque|sei|sette|otto|nove|dieci|(?:un|do|tre|quattor|quin|se)dici|dici(?:assette|otto|annove)|vent[io]?|trent[ao]?|"
    "(?:quar|cinqu|sess|sett|ott|nov)ant[ao]?|cento|mill?[ea]|mila)+ "
    "[零〇一二三四五六七八九十百千萬万兩两半]+ (?:หนึ่ง|เอ็ด|สอง|ยี่|สาม|สี่|ห้า|หก|เจ็ด|แปด|เก้า|สิบ|ร้อย|พัน|หมื่น|แสน|ล้าน|ศูนย์)+ "
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety million dozen halves thirds? quarters "
    "fifths? tenths? several few many some and null eins une? deux trois quatre cinq six sept huit neuf dix onze douze "
    "treize quatorze quinze seize vingts? trente quarante cinquante soixante septante nonante cents? et una dos tres "
    "cuatro cinco seis siete ocho nueve diez once doce trece catorce quince veint(?:e|i[a-zéóú]+) treinta cuarenta "
    "cincuenta sesenta setenta ochenta noventa cien(?:to)? [a-z]+cientos mil y uma? dois duas três quatro sete oito "
    "nove dez "
    "vinte cem demi meia halb(?:e[sr]?)? bir iki üç dört beş altı yedi sekiz dokuz yirmi otuz kırk elli altmış "
    "yetmiş seksen doksan yüz yarım"
)
_MISSING = (
    r"n/a|na|n\.?\s*a|n\.?\s*[bdv]|n\.?\s*v\.?\s*t|nan|null|none|nil|nothing|no|[ko]\.?\s*a|k\.?\s*[wd]|tba|tbc|tbd|"
    "void|invalid|error|err|(?:error|fehler|erreur) \\d+|blank|empty|unknown|unk|unclear|unavailable|missing|undefined|"
    "unspecified|unassigned|anonymous|guest|walk-in|free|gratis|true|false|wahr|falsch|inf|infinite|infinity|unlimited|"
    "unendlich|endless|endlos|forever|"
    "not (?:\\w+|yet \\w+)|nicht (?:\\w+)|to be (?:\\w+)|pending|yes|"
    "no (?:data|value|entry|info|information|answer|record)|unbekannt|fehlt|leer|keine?r?|nein|ja|keine angabe|"
    "kostenlos|inconnue?|vide|aucune?|non|oui|non disponible|gratuit|desconocid[oa]|vac[ií][oa]|ningun[oa]|"
    "sin datos?|no disponible|sconosciut[oa]|vuot[oa]|nessun[oa]?|mancante|bilinmiyor|yok|boş|onbekend|leeg|geen|"
    "ไม่ทราบ|ไม่มี|ไม่ระบุ|未知|不明|不详|不詳|無|无|沒有|没有|無資料|なし"
)
_STATES = (
    "cancell?ed refund refunded charge-?back declined rejected failed voided open closed ongoing "
    "(?:still|currently)\\s\\w+ never once twice storniert storno erstattet gutschrift offen laufend nie niemals "
    "einmal annulée? remboursée? avoir jamais cancelad[oa] anulad[oa] reembolsad[oa] nunca "
    "annullat[oa] rimborsat[oa] mai iptal "
    "hiç geannuleerd terugbetaald nooit credit.note 已取消 已退款 取消 退款 ยกเลิก คืนเงิน"
)
_MONTHS_AND_DAYS = (
    "jan feb mar apr jun jul aug sep sept oct nov dec january february march april may june july august september "
    "october november december januar februar märz mai juni juli oktober dezember janvier février mars avril juin "
    "juillet août septembre octobre novembre décembre enero febrero marzo abril mayo junio julio agosto septiembre "
    "octubre noviembre diciembre ocak şubat nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık mon tue wed thu "
    "fri sat sun monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag "
    "samstag sonntag lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miércoles jueves viernes sábado "
    "domingo today yesterday tomorrow now heute gestern morgen aujourd'hui hier hoy ayer bugün dün"
)
_DIGIT_KINDS = ("Nd", "No", "Nl")


def _any(words: str) -> str:
    return "|".join(words.split())


_UNIT = re.compile(_any(_UNITS))
_VALUE = re.compile(
    rf"(?:(?:{_any(_CURRENCIES)}|k)\b)?[\W_]*\d[\d\W_]*(?:e[+-]?\d+)?\s*(?:{_any(_CURRENCIES)}|{_any(_UNITS)}|"
    rf"{_any(_COUNTERS)})?\.?"
)
"""Nothing but a number or a date, perhaps with a currency or a unit."""
_LEADS = re.compile(rf"(?:(?:{_any(_ABOUT)}|{_any(_CURRENCIES)})(?=[\W\d])|\W)*\d")
"""A number comes first, perhaps after words such as "about"."""
_YEAR = re.compile(r"(?:19|20)\d\d(?:\s*[/–-]\s*\d\d(?:\d\d)?)?\s+([^\W\d_]{2,})")
_NUMBER_WORD = re.compile(
    rf"(?:(?:{_any(_ABOUT)})\W+)*(?:{_any(_NUMBER_WORDS)})(?:[\s-]+(?:{_any(_NUMBER_WORDS)}))*"
    rf"(?:\s*(?:{_any(_COUNTERS)})|\s+(?:an?\s+)?(?:{_any(_UNITS)}|{_any(_CURRENCIES)})(?!\w).*|\s*\(.*)?"
)
_NOT_KNOWN = re.compile(
    rf"(?:{_MISSING}|{_any(_STATES)})[.?!]*(?:\s*[(,;:].*|\s+[–-]\s.*)?|.*\W(?:unknown|missing|unbekannt)\W*"
)
_AROUND = " \t()[]{}<>\"'«»„“”‘’*_~=-–—−+"
"""What stands around a word without changing it: (blank), <NA>, - five."""
_DAY_WORD = re.compile(rf"(?<!\w)(?:{_any(_MONTHS_AND_DAYS)})(?!\w)")


def means_a_value(text: str) -> bool:
    """Whether text stands for a number, an amount, a length of time or a missing value, and so is no heading."""
    text = _digits_of_ascii(unicodedata.normalize("NFC", text)).casefold().strip()
    if text.startswith("#") or not any(c.isalnum() for c in text) or _VALUE.fullmatch(text):
        return True
    words = text.strip(_AROUND)
    if words != "no." and (_NOT_KNOWN.fullmatch(words) or _NUMBER_WORD.fullmatch(words)):
        return True
    year = _YEAR.match(text)
    if year is not None:
        return _UNIT.fullmatch(year[1]) is not None
    return _LEADS.match(text) is not None


def means_a_date(text: str) -> bool:
    """Whether text stands for a day, however spelled, or for a missing one."""
    text = unicodedata.normalize("NFC", text)
    return has_digits(text) or means_a_value(text) or _DAY_WORD.search(text.casefold()) is not None


def has_digits(text: str) -> bool:
    """Whether any sign in the text is a digit or a number, of any script."""
    return any(unicodedata.category(c) in _DIGIT_KINDS for c in text)


def _digits_of_ascii(text: str) -> str:
    """Every sign for a number as digits: ½ and ⅔ as 0, Thai and full-width digits as their own."""
    if text.isascii():
        return text
    return "".join(c if unicodedata.category(c) not in _DIGIT_KINDS else str(unicodedata.decimal(c, 0)) for c in text)
