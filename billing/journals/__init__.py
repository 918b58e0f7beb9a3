"""The table of events: what each thing that happens does to the books of the platform and of its tenants.

The platform collects for its tenants: money for a tenant's invoice lands in the platform's book and is owed to the
tenant (2899 there, 1689 in the tenant's own book). Every function is one row of that table and gives the postings of all
books that the event touches; postings without legs (an amount of zero) are left out.
"""

from billing.journals.bank import cost as cost
from billing.journals.bank import debited as debited
from billing.journals.bank import opening_balance as opening_balance
from billing.journals.bank import received as received
from billing.journals.bank import returned as returned
from billing.journals.facts import InvoiceRef as InvoiceRef
from billing.journals.facts import MovementRef as MovementRef
from billing.journals.facts import PaymentRef as PaymentRef
from billing.journals.gateways import fee_taken as fee_taken
from billing.journals.gateways import paid_out as paid_out
from billing.journals.gateways import payout_arrived as payout_arrived
from billing.journals.invoices import issued as issued
from billing.journals.invoices import rest_credited as rest_credited
from billing.journals.invoices import voided as voided
from billing.journals.invoices import written_off as written_off
from billing.journals.payments import charged as charged
from billing.journals.payments import credit_applied as credit_applied
from billing.journals.payments import disputed as disputed
from billing.journals.payments import matched as matched
from billing.journals.payments import refunded as refunded
from billing.journals.reversal import reversal as reversal
