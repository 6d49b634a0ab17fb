"""Declarations: what a customer is worth over the relationship."""

from __future__ import annotations

from clv_xl.worksheet.kinds import Count, DiscountRate, Margin, Money, Periods, Share
from clv_xl.worksheet.registry import Argument, Example, Function

FAMILY = "Lifetime value"

KISSMETRICS = 'KISSmetrics, "How to calculate lifetime value: the Starbucks case study"'
IDENTITY = "Arithmetic identity; used in the same sense in most texts on customer value"

AVERAGE_SALE = Argument(
    "average_sale", Money(), "currency per purchase", "Average amount of one purchase. Revenue, before any cost."
)
TRANSACTIONS = Argument(
    "transactions",
    Count(),
    "purchases per period",
    "Average number of purchases of one customer per period. The period (week, month, year) is that of retention.",
)
RETENTION_PERIODS = Argument(
    "retention",
    Periods(),
    "periods",
    "How long a customer is kept, as a number of periods, such as 20 years. Not a retention rate: 0.8 would mean 0.8 "
    "periods.",
)
PURCHASE_VALUES = Argument(
    "purchase_values",
    Money(),
    "currency per purchase",
    "Column with each customer's average amount per purchase, or one overall average. Same rows as "
    "purchase_frequencies.",
    shape="column",
)
PURCHASE_FREQUENCIES = Argument(
    "purchase_frequencies",
    Count(),
    "purchases per period",
    "Column with each customer's number of purchases per period (Starbucks: visits per week), or one overall average.",
    shape="column",
)
LIFESPAN = Argument(
    "lifespan", Periods(), "years", "How long a customer stays, in years. LIFESPAN gives it from a yearly churn rate."
)
PERIODS_PER_YEAR = Argument(
    "periods_per_year",
    Count(above=0.0),
    "periods per year",
    "How many periods of purchase_frequencies make a year: 52 for weeks (if omitted), 12 for months, 1 for years.",
    default=52.0,
)
ACQUISITION_COST = Argument(
    "acquisition_cost",
    Money(minimum=0.0),
    "currency per customer",
    "Cost of winning the customer, taken off at the end and not discounted. 0 if omitted: the value is before "
    "acquisition cost.",
    default=0.0,
)

_NATIVE_CUSTOMER_VALUE = "SUMPRODUCT(purchase_values,purchase_frequencies)/COUNT(purchase_values)"
_MEAN_OF_PRODUCTS = (
    "The customer value is the mean of the products, customer by customer, not the product of the two averages. In the "
    "Starbucks case these are 24.30 and 24.78."
)


FUNCTIONS = (
    Function(
        name="LTV",
        family=FAMILY,
        summary="Revenue over the relationship: average sale × purchases per period × periods kept.",
        arguments=(AVERAGE_SALE, TRANSACTIONS, RETENTION_PERIODS),
        core="lifetime:ltv",
        formula="average sale × transactions per period × periods kept",
        source=f"{KISSMETRICS}, without its margin",
        examples=(Example("=LTV(50,4,5)", 1000.0, "50 per purchase, 4 purchases a year, 5 years."),),
        native="average_sale*transactions*retention",
        notes=(
            "retention is a number of periods, not a rate. With a retention rate, use CLV_RETENTION.",
            "This is revenue. CLV takes the margin into account.",
        ),
    ),
    Function(
        name="CLV",
        family=FAMILY,
        summary="Profit over the relationship: LTV × margin, on request discounted and net of acquisition cost.",
        arguments=(
            AVERAGE_SALE,
            TRANSACTIONS,
            RETENTION_PERIODS,
            Argument(
                "margin",
                Margin(),
                "share of revenue",
                "Profit as a share of revenue, as 21.3% or 0.213. At most 1; negative if the customer loses money.",
            ),
            Argument(
                "discount_rate",
                DiscountRate(),
                "rate per period",
                "Discount rate per period of retention (a year's rate for years), applied at each period's end. Below "
                "3 (300%). 0 if omitted: nothing is discounted.",
                default=0.0,
            ),
            ACQUISITION_COST,
        ),
        core="lifetime:clv",
        formula="average sale × transactions × margin × (1 − (1 + d)^−n) ÷ d − acquisition cost, with d the discount "
        "rate and n the periods kept; at d = 0 the fraction is n, which gives LTV × margin − acquisition cost",
        source=f"{KISSMETRICS} (undiscounted); discounted as by Excel's PV",
        examples=(
            Example("=CLV(5.9,218.4,20,0.213)", 5489.2656, "Starbucks: 4.2 × 52 visits a year; printed as 5,489."),
            Example("=CLV(5.9,218.4,20,0.213,0.1)", 2336.6606230139364, "The same, discounted at 10% a year."),
            Example("=CLV(100,12,3,0.25,0,200)", 700.0, "Net of an acquisition cost of 200."),
        ),
        native="PV(discount_rate,retention,-average_sale*transactions*margin)-acquisition_cost",
        notes=(
            "retention is a number of periods, not a rate. With a retention rate, use CLV_RETENTION.",
            "margin, discount_rate and transactions must belong to the same period as retention.",
        ),
    ),
    Function(
        name="CLTV",
        family=FAMILY,
        summary="Revenue per customer over the lifespan, from columns: customer value × periods per year × years.",
        arguments=(PURCHASE_VALUES, PURCHASE_FREQUENCIES, LIFESPAN, PERIODS_PER_YEAR),
        core="lifetime:cltv",
        formula="mean of (purchase value × purchase frequency) × periods per year × lifespan",
        source=KISSMETRICS,
        examples=(
            Example("=CLTV({3.5;8.5;5;6.5;6},{4;3;5;6;3},20,52)", 25272.0, "Starbucks: five customers, weekly."),
            Example("=CLTV(10,2,5,1)", 100.0, "Two averages instead of columns; periods are years."),
        ),
        native=f"{_NATIVE_CUSTOMER_VALUE}*periods_per_year*lifespan",
        notes=(
            _MEAN_OF_PRODUCTS,
            "This is revenue before any margin, and not discounted. Multiply by the margin for profit.",
        ),
    ),
    Function(
        name="CLTV_STEPS",
        family=FAMILY,
        summary="CLTV step by step in a table: the averages, value per period and year, lifespan, result, and how.",
        arguments=(PURCHASE_VALUES, PURCHASE_FREQUENCIES, LIFESPAN, PERIODS_PER_YEAR),
        core="lifetime:cltv_steps",
        formula="the steps of CLTV; the customer value is the mean of (purchase value × purchase frequency)",
        source=KISSMETRICS,
        examples=(
            Example(
                "=CLTV_STEPS({3.5;8.5;5;6.5;6},{4;3;5;6;3},20,52)",
                (
                    ("Step", "Value", "How it is computed"),
                    (
                        "Average purchase value (APV)",
                        5.9,
                        "mean purchase value of 5 customers; shown, not used below",
                    ),
                    (
                        "Average purchase frequency (APF)",
                        4.2,
                        "mean number of purchases per period; shown, not used below",
                    ),
                    (
                        "Customer value per period",
                        24.3,
                        "mean of value × frequency, customer by customer; this is used below",
                    ),
                    (
                        "APV × APF, for comparison",
                        24.78,
                        "product of the two averages; not used: too high, because customers who spend more per "
                        "purchase buy less often",
                    ),
                    ("Customer value per year", 1263.6, "customer value per period × 52"),
                    ("Lifespan in years", 20.0, "as given"),
                    ("CLTV", 25272.0, "customer value per year × lifespan; revenue, before any margin"),
                ),
                "Starbucks: five customers, weekly.",
            ),
        ),
        result="table",
        notes=(_MEAN_OF_PRODUCTS,),
    ),
    Function(
        name="CUSTOMER_VALUE",
        family=FAMILY,
        summary="Average revenue per customer and period: the mean of purchase value × purchase frequency.",
        arguments=(PURCHASE_VALUES, PURCHASE_FREQUENCIES),
        core="lifetime:customer_value",
        formula="mean of (purchase value × purchase frequency), customer by customer",
        source=KISSMETRICS,
        examples=(Example("=CUSTOMER_VALUE({3.5;8.5;5;6.5;6},{4;3;5;6;3})", 24.3, "Starbucks, per week."),),
        native=_NATIVE_CUSTOMER_VALUE,
        notes=(_MEAN_OF_PRODUCTS,),
    ),
    Function(
        name="APV",
        family=FAMILY,
        summary="Average purchase value: revenue per order.",
        arguments=(
            Argument("revenue", Money(), "currency", "Revenue of the period."),
            Argument("orders", Count(), "orders", "Orders in the same period."),
        ),
        core="lifetime:apv",
        formula="revenue ÷ orders",
        source=IDENTITY,
        examples=(Example("=APV(10000,1000)", 10.0),),
        native="revenue/orders",
    ),
    Function(
        name="APF",
        family=FAMILY,
        summary="Average purchase frequency: orders per customer in the period.",
        arguments=(
            Argument("orders", Count(), "orders", "Orders in the period."),
            Argument("customers", Count(), "customers", "Different customers who ordered in the same period."),
        ),
        core="lifetime:apf",
        formula="orders ÷ customers",
        source=IDENTITY,
        examples=(Example("=APF(1000,500)", 2.0),),
        native="orders/customers",
    ),
    Function(
        name="ACL",
        family=FAMILY,
        summary="Average customer lifespan: the mean of a column of lifespans.",
        arguments=(
            Argument(
                "lifespans",
                Periods(),
                "periods",
                "Column with the time that each customer stayed, all in the same unit, such as years.",
                shape="column",
            ),
        ),
        core="lifetime:acl",
        formula="mean of the lifespans",
        source=IDENTITY,
        examples=(Example("=ACL({1;2;4;5})", 3.0),),
        native="AVERAGE(lifespans)",
        notes=("Customers who are still there have not lived their lifespan yet; with them the mean is too low.",),
    ),
    Function(
        name="LIFESPAN",
        family=FAMILY,
        summary="Average lifespan of a customer at a constant churn rate: 1 ÷ churn, in the periods of the churn rate.",
        arguments=(
            Argument(
                "churn_rate",
                Share(),
                "share per period",
                "Share of customers who leave per period, as 5% or 0.05. Per month gives months, per year years.",
            ),
        ),
        core="lifetime:lifespan",
        formula="1 ÷ churn rate",
        source="Mean of the geometric distribution",
        examples=(Example("=LIFESPAN(0.05)", 20.0, "20 years at 5% a year."),),
        native="1/churn_rate",
        notes=("A churn rate of 0 is #DIV/0!: nobody ever leaves, so there is no average lifespan.",),
    ),
)
