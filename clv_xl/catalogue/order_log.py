"""What the functions on order logs share: the columns of a log, how its lines become orders, a log for examples."""

from __future__ import annotations

from clv_xl.worksheet.kinds import Date, Money, Text
from clv_xl.worksheet.registry import Argument

FAMILY = "Segments and orders"
COUNTING = "Counting; the definitions that reports on customers share"

CUSTOMERS = Argument(
    "customers",
    Text(),
    "names or numbers",
    "Column with the customer of each line of the log: a name, an e-mail address or a number. Names that differ only "
    "in case or in spaces around them are one customer.",
    shape="column",
    headings="customer",
)
DATES = Argument(
    "dates",
    Date(),
    "dates",
    "Column with the date of each line, on the same rows. Lines of one customer with the same date (and time, if there "
    "is one) are one order.",
    shape="column",
    headings="date",
)
AMOUNTS = Argument(
    "amounts",
    Money(),
    "currency",
    "Column with the amount of each line, on the same rows. Refunds are negative: they are taken off the revenue and "
    "are not orders.",
    shape="column",
    headings="amount",
)

ORDER = (
    "Lines of one customer with the same date and time are one order; with dates alone, that is one order a day. An "
    "order of 0 or less is no order, but its amount counts. Customers without any order are left out, and a note "
    "behind the headers says so; without a customer who has one, the result is #NUM!."
)
SPELLINGS = (
    "Two names are one customer where they are equal after outer spaces, zero-width characters, the Unicode form of "
    "letters and case; so are 17850 and 17850.0. Leading zeros count, and of numbers with more than 15 digits every "
    "digit; a code of letters and digits (no space, no @) keeps its case. Shown is the spelling of the earliest order "
    "without spaces around it, a number as a number; a note behind the headers says where spellings were merged."
)
LOG = '{"Ann";"Ben";"Ann";"Eve"},{"2025-01-05";"2025-01-20";"2025-02-10";"2025-03-01"}'
LOG_WITH_AMOUNTS = f"{LOG},{{50;20;70;10}}"
