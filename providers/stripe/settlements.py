"""Stripe's own ledger: the transactions of our balance there."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import stripe

from billing.money import Money
from providers.ledger_lines import LedgerLine, MovementKind
from providers.stripe.account import Account
from providers.stripe.amounts import money
from providers.stripe.refund_objects import key, reference

PAGE = 100
SECOND = timedelta(seconds=1)
EPOCH = datetime.fromtimestamp(0, UTC)

# Reporting categories say what `type` hides: an adjustment may be a dispute, its reversal or a refund that failed.
KINDS = {
    "charge": MovementKind.CHARGE,
    "charge_failure": MovementKind.CHARGE,
    "partial_capture_reversal": MovementKind.CHARGE,
    "refund": MovementKind.REFUND,
    "refund_failure": MovementKind.REFUND,
    "fee": MovementKind.FEE,
    "network_cost": MovementKind.FEE,
    "dispute": MovementKind.DISPUTE,
    "dispute_reversal": MovementKind.DISPUTE,
    "payout": MovementKind.PAYOUT,
    "payout_reversal": MovementKind.PAYOUT,
    "topup": MovementKind.DEPOSIT,
    "topup_reversal": MovementKind.DEPOSIT,
    "other_adjustment": MovementKind.ADJUSTMENT,
    "risk_reserved_funds": MovementKind.ADJUSTMENT,
    "connect_reserved_funds": MovementKind.ADJUSTMENT,
    "connect_collection_transfer": MovementKind.ADJUSTMENT,
}


class StripeLedger:
    """Balance transactions by the second in which they were created, in the currency in which they settle."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def lines(self, start: datetime, end: datetime, /) -> AsyncIterator[LedgerLine]:
        """Newest first, page by page. Raises NotExecuted."""
        window = {"gte": whole_seconds(start), "lt": whole_seconds(end)}
        with self._account.reading():
            page = await self._account.client.v1.balance_transactions.list_async(
                {"created": {"gte": window["gte"], "lt": window["lt"]}, "limit": PAGE, "expand": ["data.source"]}
            )
            async for transaction in page.auto_paging_iter():
                for line in lines_of(transaction):
                    yield line


def lines_of(transaction: stripe.BalanceTransaction, source: object = None) -> Iterator[LedgerLine]:
    """The movement, gross, and the fee taken off it. A fee that is a movement of its own is one line, net.

    `source`: what moved, where the transaction does not bring it whole.
    """
    kind = KINDS.get(transaction.reporting_category, MovementKind.UNCLASSIFIED)
    is_fee = kind is MovementKind.FEE
    source = source or transaction.source
    names = tuple(_names(source))
    movement = LedgerLine(
        reference=transaction.id,
        kind=kind,
        amount=money(transaction.amount - (transaction.fee if is_fee else 0), transaction.currency),
        occurred_at=datetime.fromtimestamp(transaction.created, UTC),
        description=_description(transaction),
        subject_reference=names[0] if names else None,
        subject_aliases=names[1:],
        payment_references=tuple(_payment_names(source)),
        payout_reference=names[0] if names and kind is MovementKind.PAYOUT else None,
        presented=_presented(transaction, source),
    )
    yield movement
    if transaction.fee and not is_fee:
        fee = money(-transaction.fee, transaction.currency)
        said = f"Fee of {movement.description}"
        yield replace(movement, kind=MovementKind.FEE, amount=fee, description=said, presented=None)


def _names(source: object) -> Iterator[str]:
    """What the books may call the subject: a charge of a PaymentIntent by the latter first, a refund of ours by its order."""
    own = reference(source)
    if own is None:
        return
    if own.startswith(("ch_", "py_")) and (intent := reference(getattr(source, "payment_intent", None))):
        yield intent
    yield own
    if isinstance(source, stripe.Refund) and (order := key(source)):
        yield order


def _payment_names(source: object) -> Iterator[str]:
    """The payment that a refund or dispute is about."""
    if isinstance(source, stripe.Refund | stripe.Dispute):
        yield from filter(None, map(reference, (getattr(source, "payment_intent", None), source.charge)))


def _presented(transaction: stripe.BalanceTransaction, source: object) -> Money | None:
    """What moved in the payer's currency, where it settles in another: Stripe tells it of the subject, without a sign."""
    if (
        not isinstance(source, stripe.Charge | stripe.Refund | stripe.Dispute)
        or source.currency == transaction.currency
    ):
        return None
    captured = source.amount_captured if isinstance(source, stripe.Charge) else source.amount
    presented = money(captured, source.currency)
    return -presented if transaction.amount < 0 else presented


def _description(transaction: stripe.BalanceTransaction) -> str:
    return transaction.description or transaction.reporting_category.replace("_", " ").capitalize()


def whole_seconds(instant: datetime) -> int:
    """The first whole second that is not before `instant`: Stripe knows no parts of seconds."""
    return -((EPOCH - instant) // SECOND)
