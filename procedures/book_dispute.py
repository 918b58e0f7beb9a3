"""A payer's bank takes a payment back, or gives it back once the dispute is won."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from billing.chart import CLEARING
from billing.journals import PaymentRef, disputed, reversal
from procedures.books import Books, Order, sign
from procedures.paid_through import locked_payment
from procedures.refund_terms import position_of, refund_share
from procedures.rows import invoice_ref, locked, locked_invoices, posted
from storage.accounting import Journal
from storage.invoices import Invoice
from storage.journals import post
from storage.movements import ProviderMovement
from storage.payments import Payment
from storage.rates import rates_for
from storage.tenants import Tenant


async def book_dispute(movement: ProviderMovement, *, order: Order, books: Books) -> str | None:
    """Book a line of kind DISPUTE, once; gives why it could not be booked.

    Raises: FxRateMissing.
    """
    async with books.transaction() as session:
        payment = await locked_payment(session, movement.provider, movement.payment_references)
        if payment is None:
            return "The payment that it is about is not known here."
        if payment.currency != movement.paid.currency:
            return f"It settles in {movement.currency}, and the payment is in {payment.currency}."
        if movement.amount_cents > 0:
            return await _win(session, payment, movement, order)
        return await _lose(session, payment, movement, order)


async def _lose(session: AsyncSession, payment: Payment, movement: ProviderMovement, order: Order) -> str | None:
    booked = select(Journal.id).where(Journal.subject_id == movement.id, Journal.kind == "DISPUTE")
    if (await session.scalars(booked)).first() is not None:
        return None
    if payment.outcome != "SUCCEEDED":
        return f"The payment is {payment.outcome}: no money has come in."
    invoices = await locked_invoices(session, [payment.invoice_id] if payment.invoice_id else [])
    invoice = next(iter(invoices.values()), None)
    if payment.credited_cents:
        await locked(session, Tenant, payment.tenant_id, what="tenant")
    taken, position = -movement.paid.cents, await position_of(session, payment)
    surplus = min(taken, position.surplus_left_cents)
    rest = min(taken - surplus, position.paid_left_cents)
    postings = disputed(
        _ref(payment, invoice, movement),
        movement_id=movement.id,
        surplus_cents=surplus,
        parts=await refund_share(session, invoice, rest),
        loss_cents=taken - surplus - rest,
        on=movement.occurred_on,
    )
    await post(session, postings, await rates_for(session, payment.currency, movement.occurred_on))
    await sign(session, order.done("payment.disputed", "payment", payment.id, _figures(movement)))
    return None


async def _win(session: AsyncSession, payment: Payment, movement: ProviderMovement, order: Order) -> str | None:
    """What is given back undoes the dispute that took exactly as much."""
    undoing = aliased(Journal)
    taken = await posted(
        session,
        Journal.payment_id == payment.id,
        Journal.kind == "DISPUTE",
        Journal.provider_reference == movement.subject_reference,
        ~select(undoing.id).where(undoing.reverses_id == Journal.id).exists(),
    )
    postings = [reversal(posting, journal_id=key, on=movement.occurred_on) for key, posting in taken]
    given_back = sum(leg.cents for posting in postings for leg in posting.legs if leg.account == CLEARING)
    if given_back != movement.paid.cents:
        return "What was given back is not what was taken: a person has to book it."
    await post(session, postings, await rates_for(session, payment.currency, movement.occurred_on))
    await sign(session, order.done("payment.dispute_won", "payment", payment.id, _figures(movement)))
    return None


def _ref(payment: Payment, invoice: Invoice | None, movement: ProviderMovement) -> PaymentRef:
    return PaymentRef(
        id=payment.id,
        tenant_id=payment.tenant_id,
        currency=payment.currency,
        allocated_cents=payment.allocated_cents,
        credited_cents=payment.credited_cents,
        occurred_on=movement.occurred_on,
        invoice=invoice_ref(invoice) if invoice else None,
        provider=movement.provider,
        provider_reference=movement.subject_reference or movement.reference,
    )


def _figures(movement: ProviderMovement) -> dict[str, object]:
    return {
        "amount_cents": movement.paid.cents,
        "currency": movement.paid.currency,
        "provider_reference": movement.subject_reference,
    }
