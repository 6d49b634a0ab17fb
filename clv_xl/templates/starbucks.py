"""The Starbucks case: five customers, five steps, a lifetime value of 25,272, and what to think of the rest.

KISSmetrics' study asks five customers for a week's visits and spend and multiplies up to a lifetime. The model is
taught everywhere, so this workbook shows it as published, proves each figure twice, and says where it goes wrong.
"""

from __future__ import annotations

from typing import NamedTuple

from clv_xl.builder import common
from clv_xl.builder.book import Book, Built
from clv_xl.builder.charts import Cells, Placed, bars
from clv_xl.builder.editions import Edition
from clv_xl.builder.grid import two_way
from clv_xl.builder.rules import above, at_least, between, one_of, words
from clv_xl.builder.sheet import Formula, Line, Place, Sheet

TITLE = "Customer lifetime value: the Starbucks case"
STUDY = "KISSmetrics, the Starbucks case study"
SOURCE = "KISSmetrics, “How to Calculate Lifetime Value”, the Starbucks case study"
CUSTOMERS = (
    ("Customer 1", 3.50, 4.0),
    ("Customer 2", 8.50, 3.0),
    ("Customer 3", 5.00, 5.0),
    ("Customer 4", 6.50, 6.0),
    ("Customer 5", 6.00, 3.0),
)
CHANGES = (-0.20, -0.10, 0.0, 0.10, 0.20)
SPARE_ROWS = 10  # room for more customers in the printed area
VALUE_A_WEEK = Formula("Customers[[#This Row],[Spend]]*Customers[[#This Row],[Visits]]")


HEADINGS = ("Value", "Unit", "Name in formulas", "Source or note")
NOT_25 = "25 typed for 25 % would count as 2,500 %."
# Name, label, value, unit, source or note, what is allowed, style.
TIME = (
    ("in_lifespan_from", "Which lifespan counts", "lifespan", "choice",
     "“lifespan” takes the years below, “churn” takes 1 ÷ churn. As published both give 20 years.",
     one_of("lifespan", "churn", why="Anything but “churn” would count as “lifespan”."), "Input text"),
    ("in_lifespan", "Customer lifespan", 20, "years", f"{STUDY}: how long an average customer stays.",
     above(0, "a number of years above 0, up to 1,000", up_to=1000), "Input tenths"),
    ("in_churn", "Customers lost a year", 0.05, "share of customers",
     "Not in the study. 5 % is the churn that is consistent with 20 years (1 ÷ 20).",
     above(0, "a share above 0 %, up to 100 %", "The lifespan is 1 ÷ churn.", up_to=1),
     "Input %"),
    ("in_weeks", "Weeks a year", 52, "weeks", "Calendar. Lower it for a shop that closes for part of the year.",
     between(1, 53, "a number of weeks from 1 to 53"), "Input whole"),
)  # fmt: skip
RATES = (
    ("in_margin", "Profit margin", 0.213, "share of revenue", f"{STUDY}.",
     between(0, 1, "a share from 0 % to 100 %", NOT_25), "Input %"),
    ("in_retention", "Customers kept a year", 0.75, "share of customers",
     f"{STUDY}. As published it contradicts the lifespan: see Results.",
     at_least(0, "a share from 0 % to below 100 %", "At 100 % nobody leaves: 1 ÷ 0 years.", below=1),
     "Input %"),
    ("in_discount", "Discount rate a year", 0.10, "rate a year", f"{STUDY}.",
     between(0, 1, "a rate from 0 % to 100 %", NOT_25), "Input %"),
)  # fmt: skip
TOLERANCE = (
    "in_tolerance", "Largest difference that passes", 1e-9, "share of the figure",
    "Chosen: far below a cent, far above rounding in the last of 15 digits. Below 1, an absolute difference.",
    between(0, 1e-6, "a number from 0 to 0.000001", "More would let every check pass."),
    "Input tiny",
)  # fmt: skip


class Steps(NamedTuple):
    """The lines of the calculation that other sheets refer to."""

    apv: Line
    apf: Line
    week: Line
    year: Line
    from_churn: Line
    lifespan: Line
    cltv: Line
    product: Line
    covariance: Line
    custom: Line
    traditional: Line
    mean: Line
    implied: Line
    apart: Line


def build(edition: Edition) -> Built:
    """The workbook in an edition."""
    book = Book(TITLE, f"The lifetime value of a coffee-shop customer, step by step. After {SOURCE}.", edition)
    book.add_in_cell = common.ADD_IN_CELL
    cover = book.sheet("Cover", (26, 98))
    head, last = _inputs(book.sheet("Inputs", (32, 14, 18, 18, 56)))
    steps = _calculation(book.sheet("Calculation", (38, 15, 17, 19, 70)))
    grid = _results(book.sheet("Results", (36, 15, 15, 15, 15, 15), notes="D"), steps, head, last)
    _checks(book.sheet("Checks", (50, 16, 17, 16, 10, 15, 62)), steps, grid)
    common.functions_sheet(book)
    _cover(cover, steps)
    book.summarise("Average purchase value (APV)", steps.apv.value, "$ a visit")
    book.summarise("Average purchase frequency (APF)", steps.apf.value, "visits a week")
    book.summarise("Customer value", steps.week.value, "$ a week")
    book.summarise("Customer value a year", steps.year.value, "$ a year")
    book.summarise("Customer lifetime value (CLTV)", steps.cltv.value, "$ over the lifespan")
    return book.finish()


def _inputs(sheet: Sheet) -> tuple[Place, Place]:
    """Returns the corners of the table of customers."""
    sheet.head("Inputs", "Everything that the model assumes. Change the blue cells; all else follows.")
    sheet.section("How long and how often", "Input", *HEADINGS, space=False)
    for line in TIME:
        sheet.input(*line)
    sheet.section("Profit and retention, for KISSmetrics’ other figures", "Input", *HEADINGS)
    for line in RATES:
        sheet.input(*line)
    _changes(sheet)
    sheet.section("Checks", "Input", *HEADINGS)
    sheet.input(*TOLERANCE)
    customers = _customers(sheet)
    sheet.close("portrait", SPARE_ROWS, protected=False)
    return customers


def _changes(sheet: Sheet) -> None:
    """The levels that the sensitivity table tries."""
    sheet.section(
        "Changes to try in the sensitivity table", "Level", "Spend (%)", "Visits (%)", *HEADINGS[2:], right="BC"
    )
    top = first = second = Place(sheet.title, "B", sheet.row)
    for number, change in enumerate(CHANGES, 1):
        sheet.put("A", f"Level {number}", "Label")
        first, second = sheet.put("B", change, "Input change"), sheet.put("C", change, "Input change")
        sheet.put("D", {1: "in_spend_changes", 2: "in_visit_changes"}.get(number), "Unit")
        sheet.put("E", "Chosen for this workbook; any five changes will do." if number == 1 else "As above.", "Note")
        sheet.next()
    sheet.book.name("in_spend_changes", top, first)
    sheet.book.name("in_visit_changes", top._replace(column="C"), second)
    rule = above(-1, "a change of more than -100 %", "At -100 % nothing would be left to multiply.")
    checked = {"Changes of spend to try": "in_spend_changes", "Changes of visits to try": "in_visit_changes"}
    sheet.allow(f"{top.here}:{second.here}", "Change to try", "A relative change.", rule, checked)


def _customers(sheet: Sheet) -> tuple[Place, Place]:
    """The table that grows: formulas and the chart refer to it by its name, so that new rows count at once."""
    sheet.skip()
    sheet.heading("Customers")
    sheet.remarks(
        "To add one in Excel, type in the row below the table. If the table does not grow, drag its corner down.",
        "In LibreOffice, where tables do not grow, insert a row above the last customer and fill in all four cells.",
        f"Source: {SOURCE}. Spend in $ a visit, visits a week, value in $ a week.",
    )
    head = Place(sheet.title, "A", sheet.row)
    sheet.columns("Customer", "Spend", "Visits", "Value a week", right="BCD")
    for name, spend, visits in CUSTOMERS:
        sheet.put("A", name, "Input name")
        sheet.put("B", spend, "Input")
        sheet.put("C", visits, "Input tenths")
        sheet.put("D", VALUE_A_WEEK, "Formula")
        sheet.next()
    start, end = head.row + 1, sheet.row - 1
    blank = "A blank would count as a customer worth nothing."
    names = words(100, "a text of 1 to 100 characters", "Results finds a customer by the name.")
    for column, heading, meaning, allowed in (
        ("A", "Customer", "A name for the customer.", names),
        ("B", "Spend", "Average spend a visit, in $.", at_least(0, "an amount of 0 or more", blank)),
        ("C", "Visits", "Visits in a week.", between(0, 1000, "a number from 0 to 1,000", blank)),
    ):
        checked = {f"Table of customers: {heading}": f"Customers[{heading}]"}
        sheet.allow(f"{column}{start}:{column}{end}", heading, meaning, allowed, checked)
    last = Place(sheet.title, "D", end)
    columns = {"Customer": None, "Spend": None, "Visits": None, "Value a week": VALUE_A_WEEK}
    sheet.book.table(sheet, "Customers", head, last, columns)
    return head, last


def _calculation(sheet: Sheet) -> Steps:
    beside = ", and beside each the function that does it" if sheet.book.edition.has_functions else ""
    sheet.head("Calculation", f"The five steps as native formulas{beside}.")
    five = apv, apf, *_, lifespan, cltv = _five_steps(sheet)
    steps = Steps(*five, *_two_averages(sheet, apv, apf), *_other_figures(sheet, apv, apf, lifespan, cltv))
    sheet.close("landscape")
    return steps


def _five_steps(sheet: Sheet) -> tuple[Line, ...]:
    call = sheet.book.call
    sheet.section("From a visit to a lifetime", "Step", *_result_headings(sheet), right="BD", space=False)
    apv = sheet.line(
        "1  Average purchase value (APV)", Formula("AVERAGE(Customers[Spend])"), "$ a visit",
        "Mean of what the customers spend a visit. Shown, but not used below.",
        call("APV", "SUM(Customers[Spend])", "ROWS(Customers[Spend])"),
    )  # fmt: skip
    apf = sheet.line(
        "2  Average purchase frequency (APF)", Formula("AVERAGE(Customers[Visits])"), "visits a week",
        "Mean of how often they come. Shown, but not used below.",
        call("APF", "SUM(Customers[Visits])", "ROWS(Customers[Visits])"),
    )  # fmt: skip
    week = sheet.line(
        "3  Customer value", Formula("SUMPRODUCT(Customers[Spend]*Customers[Visits])/ROWS(Customers[Spend])"),
        "$ a week", "Mean of spend × visits, customer by customer. This is used below.",
        call("CUSTOMER_VALUE", "Customers[Spend]", "Customers[Visits]"),
    )  # fmt: skip
    year = sheet.line(
        "4  Customer value a year", Formula(f"{week.value.here}*in_weeks"), "$ a year",
        "Customer value × weeks a year.",
        call("CLTV", "Customers[Spend]", "Customers[Visits]", "1", "in_weeks"),
    )  # fmt: skip
    from_churn = sheet.line(
        "    Lifespan that follows from churn", Formula("1/in_churn"), "years", "1 ÷ customers lost a year.",
        call("LIFESPAN", "in_churn"),
    )  # fmt: skip
    chosen = Formula(f'IF(in_lifespan_from="churn",{from_churn.value.here},in_lifespan)')
    lifespan = sheet.line("    Lifespan used", chosen, "years", "The one that the sheet Inputs chooses.")
    cltv = sheet.line(
        "5  Customer lifetime value (CLTV)", Formula(f"{year.value.here}*{lifespan.value.here}"), "$",
        "Customer value a year × lifespan. Revenue, before any margin, not discounted.",
        call("CLTV", "Customers[Spend]", "Customers[Visits]", lifespan.value.here, "in_weeks"),
        style="Result", bold=True,
    )  # fmt: skip
    return apv, apf, week, year, from_churn, lifespan, cltv


def _result_headings(sheet: Sheet) -> tuple[str, ...]:
    return ("Result", "Unit", "By function" if sheet.book.edition.has_functions else "", "How")


def _two_averages(sheet: Sheet, apv: Line, apf: Line) -> tuple[Line, ...]:
    """Why step 3 does not multiply steps 1 and 2."""
    sheet.section("Why not APV × APF?", "For comparison", "Result", "Unit", "", "How")
    product = sheet.line(
        "Product of the two averages", Formula(f"{apv.value.here}*{apf.value.here}"), "$ a week",
        "APV × APF. It pairs everyone’s spend with everyone’s visits, as if the two had nothing to do with each other.",
    )  # fmt: skip
    covariance = sheet.line(
        "Covariance of spend and visits", Formula("COVAR(Customers[Spend],Customers[Visits])"), "$ a week",
        "What that leaves out: below zero where customers who spend more come less often. Added, it gives step 3.",
    )  # fmt: skip
    return product, covariance


def _other_figures(sheet: Sheet, apv: Line, apf: Line, lifespan: Line, cltv: Line) -> tuple[Line, ...]:
    """The second half of the study, as published."""
    call = sheet.book.call
    sheet.section("KISSmetrics’ other figures", "Figure", *_result_headings(sheet), right="BD")
    custom = sheet.line(
        "Custom formula", Formula(f"in_weeks*{apv.value.here}*{apf.value.here}*{lifespan.value.here}*in_margin"), "$",
        "Weeks × APV × APF × lifespan × margin: a profit, but from the product of the two averages.",
        call("CLV", apv.value.here, f"{apf.value.here}*in_weeks", lifespan.value.here, "in_margin"),
    )  # fmt: skip
    margin = sheet.line("Margin over the lifetime (m)", Formula(f"{cltv.value.here}*in_margin"), "$", "CLTV × margin.")
    traditional = sheet.line(
        "Traditional formula", Formula(f"{margin.value.here}*in_retention/(1+in_discount-in_retention)"), "$",
        "m × r ÷ (1 + i − r), with r the share kept and i the discount rate.",
        call("CLV_RETENTION", margin.value.here, "in_retention", "in_discount", '"excluded"'),
    )  # fmt: skip
    mean = sheet.line(
        "Mean of the three",
        Formula(f"AVERAGE({cltv.value.here},{custom.value.here},{traditional.value.here})"), "$",
        "CLTV, custom and traditional. Printed as 14,099 in the study.",
    )  # fmt: skip
    implied = sheet.line(
        "Lifetime that retention implies", Formula("1/(1-in_retention)"), "years",
        "1 ÷ (1 − r): how long a customer stays if that share is kept each year.",
    )  # fmt: skip
    apart = sheet.line(
        "    less the lifespan used", Formula(f"ROUND({implied.value.here},1)-ROUND({lifespan.value.here},1)"), "years",
        "Both to a tenth of a year. Unless it is 0, the two contradict each other.",
    )  # fmt: skip
    return custom, traditional, mean, implied, apart


def _results(sheet: Sheet, steps: Steps, head: Place, last: Place) -> str:
    """The answers. Returns the address of the sensitivity table."""
    sheet.head("Results", "What a customer is worth, what moves it, and which of the study’s figures to leave alone.")
    sheet.section("What a customer is worth", "Figure", "Value", "Unit", "Note", "", "", space=False)
    cltv, year, week = (Formula(line.value.there) for line in (steps.cltv, steps.year, steps.week))
    sheet.line("Customer lifetime value (CLTV)", cltv, "$", "Revenue over the lifespan used.", bold=True)
    sheet.line("A year", year, "$ a year", "Customer value × weeks a year.")
    sheet.line("A week, mean of all customers", week, "$ a week", "Spend × visits, customer by customer.")
    for label, function in (("A week, best customer", "MAX"), ("A week, lowest customer", "MIN")):
        who = Formula(f"INDEX(Customers[Customer],MATCH(B{sheet.row},Customers[Value a week],0))")
        sheet.line(label, Formula(f"{function}(Customers[Value a week])"), "$ a week", who)
    sheet.skip()
    _chart(sheet, head, last)
    sheet.heading("CLTV if spend and visits change, in $")
    lifespan = steps.lifespan.value.there
    grid = two_way(
        sheet, "Visits (down), spend (across)", "in_visit_changes", "in_spend_changes", len(CHANGES),
        lambda visits, spend: f"SUMPRODUCT(Customers[Spend]*(1+{spend}),Customers[Visits]*(1+{visits}))"
        f"/ROWS(Customers[Spend])*in_weeks*{lifespan}", "Formula whole",
    )  # fmt: skip
    _warnings(sheet, steps)
    sheet.close("portrait")
    return grid


def _chart(sheet: Sheet, head: Place, last: Place) -> None:
    inputs = sheet.book.sheets["Inputs"].worksheet
    names = Cells(inputs, 1, head.row + 1, last.row)
    values = Cells(inputs, 4, head.row, last.row)
    chart = bars("Value of each customer", "Customer", "$ a week", names, values, (22.0, 8.0))
    alt_text = "Columns: what each customer of the table is worth in $ a week, spend a visit times visits a week."
    sheet.book.chart(sheet, chart, Placed(f"A{sheet.row}", alt_text, "Value of each customer"))
    sheet.skip(15)


def _warnings(sheet: Sheet, steps: Steps) -> None:
    headings = ("Figure", "Value", "Unit", "What to know about it", "", "")
    sheet.section("The other figures that KISSmetrics prints, and why not to use them", *headings)
    agree, lifespan = f"IFERROR({steps.apart.value.there}=0,FALSE)", steps.lifespan.value.there
    lifetime = Formula(f'IF({agree},"Agrees with the lifespan used","Contradicts the lifespan used")')
    lines = [
        sheet.line(label, Formula(line.value.there), unit, known)
        for label, line, unit, known in (
            ("Custom formula", steps.custom, "$", "A profit, but from the product of the averages"),
            ("Traditional formula", steps.traditional, "$", "Multiplies by a lifetime twice"),
            ("Mean of the three", steps.mean, "$", "Mixes revenue with profit"),
            ("Lifetime that retention implies", steps.implied, "years", lifetime),
        )
    ]
    implied, said = lines[-1]
    sheet.skip()
    sheet.remarks(
        "The mean adds a revenue (CLTV) to two profits (custom, traditional). It is neither; do not budget with it.",
        "The traditional formula expects the margin of one year. The study puts in the margin of a whole lifetime,",
        "and the formula multiplies it by a second one. With a year’s margin, m ÷ lifespan, it would make sense.",
        Formula(
            '"Who keeps "&ROUND(in_retention*100,1)&" % of customers a year keeps one for "'
            f'&IFERROR(ROUND({implied.here},1)&" years.","ever.")'
        ),
        Formula(
            f'"That "&LOWER({said.here})&", "&ROUND({lifespan},1)&" years. '
            'Where they differ, choose one and derive the other."'
        ),
        "CLTV is revenue: multiply it by the margin before comparing it with a cost.",
    )


def _checks(sheet: Sheet, steps: Steps, grid: str) -> None:
    checks = common.Checks(sheet)
    checks.head("Each figure reached in two ways, and inputs that the model can work with. All must say PASS.")
    if sheet.book.edition.has_functions:
        _function_checks(checks, steps)
    _model_checks(checks, steps, grid)
    _input_checks(checks)
    checks.finish()


def _function_checks(checks: common.Checks, steps: Steps) -> None:
    checks.section("Native formula and function agree")
    for name, label, line, unit in (
        ("check_apv", "APV", steps.apv, "$ a visit"),
        ("check_apf", "APF", steps.apf, "visits a week"),
        ("check_customer_value", "Customer value", steps.week, "$ a week"),
        ("check_year", "Customer value a year", steps.year, "$ a year"),
        ("check_lifespan", "Lifespan that follows from churn", steps.from_churn, "years"),
        ("check_cltv", "CLTV", steps.cltv, "$"),
        ("check_custom", "Custom formula", steps.custom, "$"),
        ("check_traditional", "Traditional formula", steps.traditional, "$"),
    ):
        there = (Formula(line.value.there), Formula(line.beside.there))
        checks.function(name, label, *there, unit, "Left the native formula, right the function.")


def _model_checks(checks: common.Checks, steps: Steps, grid: str) -> None:
    checks.section("The model holds together")
    week, cltv = steps.week.value.there, steps.cltv.value.there
    checks.equal(
        "check_averages", "Mean of products = product of means + covariance", Formula(week),
        Formula(f"{steps.product.value.there}+{steps.covariance.value.there}"), "$ a week",
        "An identity; it fails only if a formula was changed.",
    )  # fmt: skip
    checks.equal(
        "check_parts", "The customers add up", Formula(f"{cltv}*ROWS(Customers[Spend])"),
        Formula(f"SUM(Customers[Value a week])*in_weeks*{steps.lifespan.value.there}"), "$",
        "CLTV × customers = the sum of all customers over the lifespan.",
    )  # fmt: skip
    checks.equal(
        "check_sensitivity", "The sensitivity table adds up",
        Formula(f"{cltv}*SUMPRODUCT(1+in_spend_changes)*SUMPRODUCT(1+in_visit_changes)"), Formula(f"SUM({grid})"), "$",
        "The cells of the table together equal CLTV × all the changes.",
    )  # fmt: skip
    checks.no_errors("Calculation", "Results")


def _input_checks(checks: common.Checks) -> None:
    checks.new_page()
    checks.section("The inputs can be used", "Input", "Cells", "Within bounds", "What is allowed, and why")
    checks.inputs()
    checks.nothing_below(
        "Customers", "No customer stands below the table",
        "Rows below the table do not count. Excel: drag the table’s lower right corner over them. LibreOffice: insert "
        "a row above the last customer and fill in all four cells.",
    )  # fmt: skip


def _cover(sheet: Sheet, steps: Steps) -> None:
    page = common.Cover(sheet)
    page.head("What a coffee-shop customer is worth over a lifetime, in five steps that can be followed back.")
    page.headline("Customer lifetime value, $", Formula(steps.cltv.value.there))
    page.master_check()
    page.about(
        "Shows how the lifetime value of a customer follows from spend, visits and lifespan, on the case that most "
        "textbooks use, and what the other published figures are worth. Replace the inputs with your own.",
        source=f"{SOURCE}.", change="First version.",
    )  # fmt: skip
    page.sheets(
        Inputs="Customers, lifespan, weeks, rates: the only sheet to type in.",
        Calculation="The five steps from a visit to a lifetime, and the study’s other figures.",
        Results="CLTV, value per customer, sensitivity, and warnings on the other figures.",
        Checks="Every figure reached twice; everything must say PASS.",
        Functions="What the functions of the add-in give, and how to call them.",
    )
    page.colour_key()
    page.limitations(
        "CLTV is revenue, before any margin, and is not discounted. It is not the price to pay for a customer.",
        "As published, five customers are an illustration, not a sample. Spend and visits are taken as constant.",
        "As published, retention (75 % a year) contradicts the lifespan (20 years). Results says if they still do.",
        "The sheet Inputs is not protected, because a table cannot grow on a protected sheet. Its calculated column is "
        "locked; Review > Protect Sheet shields it. The other sheets are protected without a password.",
        "No array formulas, no macros, no links to other files. Amounts are in US dollars.",
    )
    page.finish()
