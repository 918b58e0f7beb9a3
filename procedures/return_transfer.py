"""Sending a transfer of the inbox back to its payer, exactly once: an intent first, as a refund is.

From the order on the transfer is RETURNED and nobody else can use it; its money stays in unmatched receipts until the
bank confirms. A return that fails puts it back into the inbox.
"""

from dataclasses import asdict, dataclass, replace
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from billing.allocation import TransferNotUnmatched
from billing.money import Money
from billing.refusals import BadInput
from procedures.books import Books, Order, sign
from procedures.payer_account import NAME_LENGTH_MAX, account_of, checked
from procedures.refund_call import LEASE, Attempt, attempt
from procedures.rows import locked
from procedures.settle_return import settle_return
from providers.refunding import PayerAccount, PayerAccountNeeded, RefundOrder, Refunds
from providers.registry import ProviderNotConfigured, Registry
from storage.accounting import Journal
from storage.payouts import TransferReturn
from storage.rates import rates_for
from storage.transfers import BankTransfer

FIRST: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """The transfer, and the journals of its return: none until it is confirmed."""

    transfer_id: UUID
    journal_ids: list[UUID]


async def send_back(
    transfer_id: UUID, *, to: PayerAccount | None, order: Order, books: Books, registry: Registry
) -> Returned:
    """Order the whole transfer to be sent to `to`, or (None) to the account that the bank's file names.

    Once the order is committed the answer is the transfer, whatever the provider did.

    Raises: NotFound, TransferNotUnmatched, BadInput, PayerAccountNeeded, ProviderUnknown, ProviderNotConfigured,
    FxRateMissing.
    """
    async with books.transaction() as session:
        transfer = await locked(session, BankTransfer, transfer_id, what="bank transfer")
        refunds = _refunds(registry, transfer)
        made = await _order(session, transfer, to, order)
    this = Attempt(
        provider=transfer.provider,
        order=provider_order(transfer, made),
        number=FIRST,
        accepted=False,
        at=order.at,
    )
    learnt = await attempt(refunds, this)
    await settle_return(made.id, learnt, order=order, books=books)
    async with books.transaction() as session:
        journals = await session.scalars(select(Journal.id).where(Journal.subject_id == made.id))
        return Returned(transfer_id=transfer_id, journal_ids=list(journals))


def provider_order(transfer: BankTransfer, made: TransferReturn) -> RefundOrder:
    """The order as the provider gets it, the same at every attempt."""
    return RefundOrder(
        key=made.id.hex,
        payment_reference=transfer.bank_reference,
        amount=Money(transfer.amount_cents, transfer.currency),
        reason=made.reason,
        ordered_at=made.created_at,
        payer_account=PayerAccount(**made.payer_account),
    )


def _refunds(registry: Registry, transfer: BankTransfer) -> Refunds:
    refunds = registry.refunds(transfer.provider)
    if refunds is None:
        raise ProviderNotConfigured(transfer.provider, problem="It only reads files, and sends no money.")
    return refunds


async def _order(
    session: AsyncSession, transfer: BankTransfer, to: PayerAccount | None, order: Order
) -> TransferReturn:
    """Reserve the transfer: PENDING, and leased to this process."""
    if transfer.status != "UNMATCHED":
        raise TransferNotUnmatched(status=transfer.status)
    if transfer.amount_cents <= 0:
        amount = Money(transfer.amount_cents, transfer.currency)
        raise BadInput(
            f"The transfer is a deduction of {amount}: no money came that could go back.", argument="transferId"
        )
    account = _account(transfer, to)
    rates = await rates_for(session, transfer.currency, transfer.booked_on)
    rates.eur_cents(
        transfer.amount_cents, transfer.currency, transfer.booked_on
    )  # what cannot be booked is not ordered
    made = TransferReturn(
        id=uuid7(),
        bank_transfer_id=transfer.id,
        status="PENDING",
        payer_account=asdict(account),
        actor=order.actor,
        reason=order.reason,
        attempts=FIRST,
        due_at=order.at + LEASE,
        created_at=order.at,
    )
    session.add(made)
    transfer.status = "RETURNED"
    details: dict[str, object] = {
        "return": made.id,
        "status": ["UNMATCHED", "RETURNED"],
        "amount_cents": transfer.amount_cents,
        "currency": transfer.currency,
        "account_named": to is not None,
    }
    await sign(session, order.done("transfer.return_ordered", "bank_transfer", transfer.id, details))
    return made


def _account(transfer: BankTransfer, to: PayerAccount | None) -> PayerAccount:
    """Raises: BadInput, PayerAccountNeeded."""
    if to is not None:
        named = checked(to)
        return (
            named if named.name else replace(named, name=(transfer.counterparty_name or "")[:NAME_LENGTH_MAX] or None)
        )
    known = account_of(transfer)
    if known is None:
        raise PayerAccountNeeded("The bank's file does not say whose account the money came from: name payerAccount.")
    return known
