"""What undoes a journal: none is ever changed."""

from datetime import date
from uuid import UUID

from billing.ledger import Leg, Posting


def reversal(journal: Posting, *, journal_id: UUID, on: date) -> Posting:
    """The journal that undoes `journal`: the same legs with the other sign."""
    return Posting(
        kind="REVERSAL",
        subject_id=journal_id,
        book_id=journal.book_id,
        currency=journal.currency,
        occurred_on=on,
        description=f"Reversal: {journal.description}",
        legs=tuple(Leg(leg.account, -leg.cents) for leg in journal.legs),
        tenant_id=journal.tenant_id,
        invoice_id=journal.invoice_id,
        payment_id=journal.payment_id,
        refund_id=journal.refund_id,
        bank_transfer_id=journal.bank_transfer_id,
        provider=journal.provider,
        provider_reference=journal.provider_reference,
        reverses_id=journal_id,
        rated_on=journal.rated_on or journal.occurred_on,
    )
