"""The files that can be imported, each after those that its rows refer to."""

from procedures.import_books.cancellations import CANCELLATIONS
from procedures.import_books.costs import BALANCES, COSTS
from procedures.import_books.fx_rates import FX_RATES
from procedures.import_books.invoice_lines import INVOICE_LINES
from procedures.import_books.invoices import INVOICES
from procedures.import_books.payments import PAYMENTS
from procedures.import_books.plan_history import PLAN_HISTORY
from procedures.import_books.plans import PLANS
from procedures.import_books.refunds import REFUNDS
from procedures.import_books.subscriptions import SUBSCRIPTIONS
from procedures.import_books.tenants import TENANTS

SOURCES = (
    FX_RATES, TENANTS, PLANS, SUBSCRIPTIONS, PLAN_HISTORY, CANCELLATIONS, INVOICES, INVOICE_LINES, PAYMENTS, REFUNDS,
    COSTS, BALANCES,
)  # fmt: skip
