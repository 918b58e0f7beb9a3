"""A payment that was pending here has succeeded at its provider."""

from sqlalchemy.ext.asyncio import AsyncSession

from billing.journals import PaymentRef, charged
from billing.money import Money
from procedures.books import Books, Order, sign
from procedures.paid_through import locked_payment
from procedures.rows import invoice_ref, locked_invoices
from providers.webhooks import PaymentFact
from storage.invoices import Invoice
from storage.journals import post
from storage.payments import Payment
from storage.rates import rates_for


async def take_in_payment(fact: PaymentFact, *, provider: str, order: Order, books: Books) -> str | None:
    """Book the payment, once; gives why it could not be booked. One that nobody knows here is not invented.

    Raises: FxRateMissing.
    """
    async with books.transaction() as session:
        payment = await locked_payment(session, provider, (fact.provider_reference, *fact.payment_aliases))
        if payment is None:
            return f"No payment {fact.provider_reference} is known here."
        if payment.outcome == "SUCCEEDED":
            return None
        if payment.undone_at is not None:
            return "The payment was undone here: a person has to look at it."
        here = Money(payment.amount_cents, payment.currency)
        if fact.amount != here:
            return f"It is of {fact.amount} there, and of {here} here."
        await _succeed(session, payment, fact, order, books)
    return None


async def _succeed(session: AsyncSession, payment: Payment, fact: PaymentFact, order: Order, books: Books) -> None:
    """It pays its invoice as far as that is open; the rest is the tenant's credit."""
    invoices = await locked_invoices(session, [payment.invoice_id] if payment.invoice_id else [])
    invoice = next(iter(invoices.values()), None)
    is_payable = invoice is not None and invoice.currency == payment.currency
    was, on = payment.outcome, books.day(fact.occurred_at)
    payment.outcome, payment.paid_at = "SUCCEEDED", fact.occurred_at
    payment.allocated_cents = min(payment.amount_cents, invoice.outstanding_cents) if invoice and is_payable else 0
    payment.fee_cents = fact.fee.cents if fact.fee is not None and fact.fee.currency == payment.currency else None
    postings = charged(_ref(payment, invoice, fact, books), fee_cents=payment.fee_cents or 0)
    await session.flush()
    await post(session, postings, await rates_for(session, payment.currency, on))
    details = {"status": [was, "SUCCEEDED"], "allocated_cents": payment.allocated_cents, "fee_cents": payment.fee_cents}
    await sign(session, order.done("payment.succeeded", "payment", payment.id, details))


def _ref(payment: Payment, invoice: Invoice | None, fact: PaymentFact, books: Books) -> PaymentRef:
    return PaymentRef(
        id=payment.id,
        tenant_id=payment.tenant_id,
        currency=payment.currency,
        allocated_cents=payment.allocated_cents,
        credited_cents=payment.amount_cents - payment.allocated_cents,
        occurred_on=books.day(fact.occurred_at),
        invoice=invoice_ref(invoice) if invoice is not None and payment.allocated_cents else None,
        provider=payment.provider,
        provider_reference=payment.provider_reference,
    )
