"""Assigning a transfer of the inbox: its money pays invoices, or becomes tenants' credit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from billing.allocation import (
    Allocation,
    CurrencyMismatch,
    InvoiceNotPayable,
    TransferNotUnmatched,
    check_sum,
    check_within,
)
from billing.journals import PaymentRef, matched
from billing.money import Money
from billing.periods import day_start
from billing.refusals import NotFound
from procedures.books import Books, Order, sign
from procedures.rows import invoice_ref, locked, locked_invoices
from storage.invoices import Invoice
from storage.journals import post
from storage.payments import Payment
from storage.rates import rates_for
from storage.tenants import Tenant
from storage.transfers import BankDeposit, BankTransfer


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """What the assignment made."""

    transfer_id: UUID
    payment_ids: list[UUID]
    invoice_ids: list[UUID]
    journal_ids: list[UUID]


async def assign(transfer_id: UUID, *, to: UUID | Sequence[Allocation], order: Order, books: Books) -> Assigned:
    """Use the whole transfer: for one invoice (`to` its id; a surplus becomes credit), or for `to` several parts.

    Raises: NotFound, TransferNotUnmatched, InvoiceNotPayable, CurrencyMismatch, AllocationMismatch, BadInput, FxRateMissing.
    """
    named = [to] if isinstance(to, UUID) else [part.invoice_id for part in to if part.invoice_id is not None]
    async with books.transaction() as session:
        invoices = await locked_invoices(session, named)
        transfer = await locked(session, BankTransfer, transfer_id, what="bank transfer")
        if transfer.status != "UNMATCHED":
            raise TransferNotUnmatched(status=transfer.status)
        whole = Money(transfer.amount_cents, transfer.currency)
        parts = [Allocation(invoice_id=to, cents=whole.cents)] if isinstance(to, UUID) else to
        check_sum(parts, whole)
        for invoice in invoices.values():
            _check_payable(invoice, whole.currency)
        payments = [
            await _payment(session, transfer, part, invoices, exact=not isinstance(to, UUID), books=books)
            for part in parts
        ]
        session.add_all(payments)
        await session.flush()
        today = books.day(order.at)
        refs = [_ref(payment, invoices, transfer, on=today) for payment in payments]
        rates = await rates_for(session, transfer.currency, transfer.booked_on)
        journal_ids = await post(session, [posting for ref in refs for posting in matched(ref)], rates)
        transfer.status = "ASSIGNED"
        await sign(session, order.done("transfer.assigned", "bank_transfer", transfer_id, _details(payments)))
    return Assigned(
        transfer_id=transfer_id,
        payment_ids=[payment.id for payment in payments],
        invoice_ids=list(invoices),
        journal_ids=journal_ids,
    )


def _check_payable(invoice: Invoice, currency: str) -> None:
    """Money in `currency` may be allocated to the invoice.

    Raises: InvoiceNotPayable, CurrencyMismatch.
    """
    if invoice.outstanding_cents <= 0:
        advice = "Use the tenant's credit instead."
        raise InvoiceNotPayable(number=invoice.number, status=invoice.status, advice=advice)
    if invoice.currency != currency:
        raise CurrencyMismatch(number=invoice.number, invoice_currency=invoice.currency, currency=currency)


async def _payment(
    session: AsyncSession,
    transfer: BankTransfer,
    part: Allocation,
    invoices: dict[UUID, Invoice],
    *,
    exact: bool,
    books: Books,
) -> Payment:
    tenant_id, allocated = part.tenant_id, 0
    if part.invoice_id is not None:
        invoice = invoices[part.invoice_id]
        tenant_id, allocated = invoice.tenant_id, min(part.cents, invoice.outstanding_cents)
        if exact:
            asked = Money(part.cents, invoice.currency)
            left = Money(invoice.outstanding_cents, invoice.currency)
            advice = "allocate the rest to the tenant's credit"
            check_within(asked=asked, outstanding=left, number=invoice.number, advice=advice)
    elif await session.get(Tenant, tenant_id) is None:
        raise NotFound("tenant", key=str(tenant_id))
    assert tenant_id is not None
    deposit = await session.get_one(BankDeposit, transfer.deposit_id)
    return Payment(
        id=uuid7(),
        tenant_id=tenant_id,
        invoice_id=part.invoice_id,
        bank_transfer_id=transfer.id,
        method=method_of(deposit),
        provider=transfer.provider,
        provider_reference=transfer.bank_reference,
        amount_cents=part.cents,
        allocated_cents=allocated,
        currency=transfer.currency,
        paid_at=day_start(transfer.booked_on, books.zone),
        outcome="SUCCEEDED",
    )


def method_of(deposit: BankDeposit) -> str:
    """How the money came: to a bankgiro number, or straight to the bank account."""
    return "BANKGIRO" if (deposit.payee or "").startswith("BG ") else "BANK_TRANSFER"


def _ref(payment: Payment, invoices: dict[UUID, Invoice], transfer: BankTransfer, *, on: date) -> PaymentRef:
    invoice = invoices[payment.invoice_id] if payment.invoice_id else None
    return PaymentRef(
        id=payment.id,
        tenant_id=payment.tenant_id,
        currency=payment.currency,
        allocated_cents=payment.allocated_cents,
        credited_cents=payment.amount_cents - payment.allocated_cents,
        occurred_on=on,
        rated_on=transfer.booked_on,
        invoice=invoice_ref(invoice) if invoice else None,
        bank_transfer_id=transfer.id,
        provider=payment.provider,
        provider_reference=payment.provider_reference,
    )


def _details(payments: Sequence[Payment]) -> dict[str, object]:
    parts = [
        {
            "payment": payment.id,
            "invoice": payment.invoice_id,
            "tenant": payment.tenant_id,
            "amount_cents": payment.amount_cents,
            "allocated_cents": payment.allocated_cents,
        }
        for payment in payments
    ]
    return {"status": ["UNMATCHED", "ASSIGNED"], "currency": payments[0].currency, "parts": parts}
