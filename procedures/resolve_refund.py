"""A person tells the outcome of a refund that no machine can tell any more."""

from dataclasses import dataclass
from uuid import UUID

from billing.refunds import RefundNotOpen
from billing.refusals import BadInput
from procedures.books import Books, Order
from procedures.settle_refund import locked_refund, settle_locked
from providers.refunding import RefundOutcome, RefundState
from storage.jobs import Jobs
from storage.refunds import RefundEvent

REFERENCE_LENGTH_MAX = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """The refund that was resolved."""

    refund_id: UUID
    payment_id: UUID


async def resolve(
    refund_id: UUID, *, succeeded: bool, provider_reference: str | None, order: Order, books: Books, jobs: Jobs
) -> Resolved:
    """Settle a refund that needs review, as the person who asked the provider says.

    Raises: NotFound, RefundNotOpen, BadInput.
    """
    if provider_reference is not None and not 0 < len(provider_reference.strip()) <= REFERENCE_LENGTH_MAX:
        raise BadInput(f"A reference has 1 to {REFERENCE_LENGTH_MAX} characters.", argument="providerReference")
    outcome = RefundOutcome(
        state=RefundState.SUCCEEDED if succeeded else RefundState.FAILED,
        provider_reference=provider_reference,
        failure_reason=None if succeeded else order.reason,
    )
    async with books.transaction() as session:
        payment, refund = await locked_refund(session, refund_id)
        if refund.status != "PENDING" or not refund.needs_review:
            raise RefundNotOpen(status=refund.status)
        session.add(RefundEvent(refund_id=refund_id, kind="RESOLVED", at=order.at))
        await settle_locked(session, payment, refund, outcome, order=order, books=books, jobs=jobs)
    return Resolved(refund_id=refund_id, payment_id=payment.id)
