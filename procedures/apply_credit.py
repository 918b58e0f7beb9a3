"""Paying an invoice out of the tenant's credit."""

from dataclasses import dataclass
from uuid import UUID

from uuid_utils.compat import uuid7

from billing.allocation import CreditExceeded, InvoiceNotPayable, check_within
from billing.journals import PaymentRef, credit_applied
from billing.money import Money
from billing.refusals import BadInput
from procedures.books import Books, Order, sign
from procedures.rows import invoice_ref, locked, locked_credit
from storage.credit import CREDIT
from storage.invoices import Invoice
from storage.journals import post
from storage.payments import Payment
from storage.rates import rates_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What the credit paid."""

    payment_id: UUID
    invoice_id: UUID
    tenant_id: UUID


async def apply(*, tenant_id: UUID, invoice_id: UUID, cents: int, order: Order, books: Books) -> Applied:
    """Pay `cents` of the tenant's invoice out of the tenant's credit in the invoice's currency.

    Raises: NotFound, BadInput, InvoiceNotPayable, AllocationMismatch (more than is outstanding), CreditExceeded,
    FxRateMissing.
    """
    async with books.transaction() as session:
        invoice = await locked(session, Invoice, invoice_id, what="invoice")
        asked = Money(cents, invoice.currency)
        if cents <= 0:
            raise BadInput(f"{asked} is not an amount above zero.", argument="amountCents")
        if invoice.tenant_id != tenant_id:
            raise BadInput(f"Invoice {invoice.number} is another tenant's.", argument="invoiceId")
        outstanding = Money(invoice.outstanding_cents, invoice.currency)
        if not outstanding:
            raise InvoiceNotPayable(number=invoice.number, status=invoice.status)
        check_within(asked=asked, outstanding=outstanding, number=invoice.number)
        available = await locked_credit(session, tenant_id, invoice.currency)
        if available < asked:
            raise CreditExceeded(asked=asked, available=available)
        payment = Payment(
            id=uuid7(),
            tenant_id=tenant_id,
            invoice_id=invoice_id,
            method="OTHER",
            provider=CREDIT,
            amount_cents=cents,
            allocated_cents=cents,
            currency=invoice.currency,
            paid_at=order.at,
            outcome="SUCCEEDED",
        )
        session.add(payment)
        await session.flush()
        today = books.day(order.at)
        ref = PaymentRef(
            id=payment.id,
            tenant_id=tenant_id,
            currency=invoice.currency,
            allocated_cents=cents,
            credited_cents=0,
            occurred_on=today,
            invoice=invoice_ref(invoice),
        )
        await post(session, credit_applied(ref), await rates_for(session, invoice.currency, today))
        details: dict[str, object] = {"tenant": tenant_id, "payment": payment.id, "amount_cents": cents}
        await sign(session, order.done("credit.applied", "invoice", invoice_id, details))
    return Applied(payment_id=payment.id, invoice_id=invoice_id, tenant_id=tenant_id)
