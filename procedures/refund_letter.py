"""The letter that tells a tenant of its refund."""

from email.message import EmailMessage
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from billing.money import Money
from procedures.letters import amount_in_words, language_of, letter
from storage.invoices import Invoice
from storage.notices import Notice
from storage.payments import Payment
from storage.refunds import Refund
from storage.tenants import Tenant

TEXTS: Final = {
    "en": (
        "Refund of {amount}",
        (
            "Hello {name},\n\nwe have sent {amount} back to you{invoice}. "
            "Depending on your bank it takes a few days to arrive.{credit_note}\n"
        ),
        " for invoice {number}",
        "\n\nCredit note: {number}",
    ),
    "sv": (
        "Återbetalning av {amount}",
        (
            "Hej {name},\n\nvi har betalat tillbaka {amount} till er{invoice}. "
            "Beroende på er bank kan det ta några dagar innan pengarna kommer fram.{credit_note}\n"
        ),
        " för faktura {number}",
        "\n\nKreditnota: {number}",
    ),
}


async def refund_letter(session: AsyncSession, notice: Notice) -> EmailMessage:
    """What was sent back, for which invoice, and the credit note's number."""
    refund = await session.get_one(Refund, notice.subject_id)
    payment = await session.get_one(Payment, refund.payment_id)
    tenant = await session.get_one(Tenant, notice.tenant_id)
    invoice = await session.get(Invoice, payment.invoice_id) if payment.invoice_id else None
    subject, body, for_invoice, with_credit_note = TEXTS[language_of(tenant)]
    amount = amount_in_words(Money(refund.amount_cents, payment.currency), language_of(tenant))
    return letter(
        tenant,
        subject=subject.format(amount=amount),
        body=body.format(
            name=tenant.name,
            amount=amount,
            invoice=for_invoice.format(number=invoice.number) if invoice else "",
            credit_note=with_credit_note.format(number=refund.credit_note) if refund.credit_note else "",
        ),
    )
