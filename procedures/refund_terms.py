"""What a refund of a payment would do, as the books stand: the preview shows it, and the order is held to it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from billing import journals
from billing.journals import PaymentRef
from billing.ledger import Posting
from billing.money import Money
from billing.refunds import (
    PaymentNotRefundable,
    Position,
    invoice_status_after,
    paid_into,
    payment_status_after,
    share,
)
from billing.vat import VatPart, by_rate, single_part
from procedures.rows import credit_left, invoice_ref
from providers.refunding import Refunds
from providers.registry import Registry
from storage.accounting import AccountingEntry, Journal
from storage.credit import CREDIT
from storage.invoices import Invoice, InvoiceLine
from storage.payments import Payment
from storage.refunds import Refund
from storage.tenants import Tenant

Undoing, Undone = aliased(Journal), aliased(Journal)  # made once: it takes longer than most statements


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A refund of `amount`, `surplus_cents` of it out of the tenant's credit, and what it does if nothing else happens."""

    payment: Payment
    invoice: Invoice | None
    amount: Money
    refundable_before: Money
    surplus_cents: int
    parts: tuple[VatPart, ...]

    @property
    def rest_cents(self) -> int:
        """What takes back revenue and VAT."""
        return self.amount.cents - self.surplus_cents

    @property
    def payment_status_after(self) -> str:
        refunded = self.payment.refunded_cents + self.amount.cents
        return payment_status_after(amount_cents=self.payment.amount_cents, refunded_cents=refunded)

    @property
    def invoice_status_after(self) -> str | None:
        if self.invoice is None:
            return None
        return invoice_status_after(
            status=self.invoice.status,
            declared=self.invoice.declared_status is not None,
            paid_cents=self.invoice.paid_cents,
            refunded_cents=self.invoice.refunded_cents + self.rest_cents,
        )

    @property
    def version(self) -> str:
        """Stands for every figure that a preview shows: it moves when one of them does."""
        facts = [
            self.payment.refunded_cents, self.payment.pending_refund_cents, self.refundable_before.cents,
            self.surplus_cents, [[str(part.rate), part.net_cents, part.vat_cents] for part in self.parts],
            self.payment_status_after, self.invoice_status_after,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]

    def postings(self, refund_id: UUID, *, on: date) -> list[Posting]:
        return refund_postings(self.payment, self.invoice, refund_id, self.surplus_cents, self.parts, on=on)


async def terms_of(session: AsyncSession, payment: Payment, amount_cents: int | None) -> Terms:
    """The terms of a refund now (`amount_cents` None: of all that can go back).

    Raises: PaymentNotRefundable, BadInput, RefundExceedsBalance, CreditExceeded.
    """
    await _check_refundable(session, payment)
    position = await position_of(session, payment)
    cents, surplus_cents = position.surplus_of(amount_cents)
    invoice = await session.get(Invoice, payment.invoice_id) if payment.invoice_id else None
    return Terms(
        payment=payment,
        invoice=invoice,
        amount=Money(cents, payment.currency),
        refundable_before=Money(position.refundable_cents, payment.currency),
        surplus_cents=surplus_cents,
        parts=await refund_share(session, invoice, cents - surplus_cents),
    )


def refunds_of(registry: Registry, payment: Payment) -> Refunds:
    """Who sends the money of this payment back.

    Raises: PaymentNotRefundable, ProviderUnknown, ProviderNotConfigured.
    """
    if payment.provider == CREDIT:
        raise PaymentNotRefundable("It was paid out of the tenant's credit: no money came in that could go back.")
    refunds = registry.refunds(payment.provider)
    if refunds is None:
        raise PaymentNotRefundable(f"Provider {payment.provider} cannot send money back.")
    return refunds


async def refund_share(session: AsyncSession, invoice: Invoice | None, rest_cents: int) -> tuple[VatPart, ...]:
    """The net and VAT that a refund or dispute takes back, by rate, if it were the next to be booked."""
    if invoice is None or not rest_cents:
        return ()
    lines = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id).order_by(InvoiceLine.ordinal)
    rows = (await session.scalars(lines)).all()
    parts = by_rate(VatPart(line.vat_rate, line.net_cents, line.vat_cents) for line in rows)
    if not parts:
        tenant = await session.get_one(Tenant, invoice.tenant_id)
        parts = single_part(total_cents=invoice.total_cents, tax_cents=invoice.tax_cents, country=tenant.country)
    taken = await _taken_back(session, invoice)
    return share(parts, refunded_after=sum(taken.values()) + rest_cents, taken=taken)


def refund_postings(
    payment: Payment,
    invoice: Invoice | None,
    refund_id: UUID,
    surplus_cents: int,
    parts: Sequence[VatPart],
    *,
    on: date,
    reference: str | None = None,
) -> list[Posting]:
    """The journals of a refund, in all books that it touches; `reference`: the provider's of the refund, if it has one."""
    ref = PaymentRef(
        id=payment.id,
        tenant_id=payment.tenant_id,
        currency=payment.currency,
        allocated_cents=payment.allocated_cents,
        credited_cents=payment.credited_cents,
        occurred_on=on,
        invoice=invoice_ref(invoice) if invoice else None,
        bank_transfer_id=payment.bank_transfer_id,
        provider=payment.provider,
        provider_reference=reference or payment.provider_reference,
    )
    return journals.refunded(
        ref, refund_id=refund_id, surplus_cents=surplus_cents, parts=parts, on=on, out_of=paid_into(payment.method)
    )


async def _check_refundable(session: AsyncSession, payment: Payment) -> None:
    if payment.undone_at is not None:
        raise PaymentNotRefundable("The payment was undone: its transfer is not assigned any more.")
    if payment.outcome != "SUCCEEDED":
        raise PaymentNotRefundable(f"The payment is {payment.outcome}: no money has come in.")
    disputed = select(Journal.id).where(
        Journal.payment_id == payment.id,
        Journal.kind == "DISPUTE",
        ~select(Undoing.id).where(Undoing.reverses_id == Journal.id).exists(),
    )
    if (await session.scalars(disputed.limit(1))).first() is not None:
        raise PaymentNotRefundable("The payment is disputed: its money is with the payer's bank already.")


async def position_of(session: AsyncSession, payment: Payment) -> Position:
    """The payment as refunds see it now."""
    taken = select(func.coalesce(func.sum(Refund.surplus_cents), 0).cast(BigInteger)).where(
        Refund.payment_id == payment.id, Refund.status != "FAILED"
    )
    credit = Money(0, payment.currency)
    if payment.credited_cents:
        credit = await credit_left(session, payment.tenant_id, payment.currency)
    return Position(
        currency=payment.currency,
        allocated_cents=payment.allocated_cents,
        credited_cents=payment.credited_cents,
        credit_left_cents=credit.cents,
        refunded_cents=payment.refunded_cents,
        pending_cents=payment.pending_refund_cents,
        surplus_taken_cents=(await session.execute(taken)).scalar_one(),
    )


async def _taken_back(session: AsyncSession, invoice: Invoice) -> dict[str, int]:
    """What refunds and disputes of the invoice have taken back of revenue and VAT, by account of its issuer's book; those
    reversed count for nothing."""
    sums = (
        select(AccountingEntry.account, func.sum(AccountingEntry.amount_cents).cast(BigInteger))
        .join(Journal, Journal.id == AccountingEntry.journal_id)
        .outerjoin(Undone, Undone.id == Journal.reverses_id)
        .where(
            Journal.invoice_id == invoice.id,
            func.coalesce(Undone.kind, Journal.kind).in_(("REFUND", "DISPUTE")),
            or_(AccountingEntry.account.startswith("3"), AccountingEntry.account.startswith("26")),
            AccountingEntry.book_id.is_not_distinct_from(invoice_ref(invoice).book_id),
        )
        .group_by(AccountingEntry.account)
    )
    return dict((await session.execute(sums)).all())
