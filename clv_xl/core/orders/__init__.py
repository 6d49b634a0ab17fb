"""From an order log to customers, at any size: pandas, Polars, DuckDB and Spark by the same code.

    cleaned = clean(frame, Columns(customer="CustomerID", date="InvoiceDate", amount="Amount"))
    customers = customer_summary(cleaned.orders, cleaned.as_of)

`cleaned.report` accounts for every line of the log.
"""

from clv_xl.core.orders.clean import Cleaned, clean
from clv_xl.core.orders.cohorts import MEASURES, CohortTable, cohort_table
from clv_xl.core.orders.customers import Kpis, customer_summary, kpis, kpis_of
from clv_xl.core.orders.engines import PERIODS, first_order, number_of, rows, settled
from clv_xl.core.orders.groups import Group, group_summary
from clv_xl.core.orders.report import DataReport, ReportRow
from clv_xl.core.orders.rules import PARTS, Columns, OpenQuestion, OrderRules, OrdersError

__all__ = [
    "MEASURES",
    "PARTS",
    "PERIODS",
    "Cleaned",
    "CohortTable",
    "Columns",
    "DataReport",
    "Group",
    "Kpis",
    "OpenQuestion",
    "OrderRules",
    "OrdersError",
    "ReportRow",
    "clean",
    "cohort_table",
    "customer_summary",
    "first_order",
    "group_summary",
    "kpis",
    "kpis_of",
    "number_of",
    "rows",
    "settled",
]
