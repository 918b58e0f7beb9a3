"""Our balance at a gateway: fees, and payouts on their way to the bank."""

from billing import chart
from billing.journals.facts import MovementRef, PaymentRef
from billing.ledger import Leg, Posting, kept, legs


def fee_taken(movement: MovementRef, *, payment: PaymentRef | None = None) -> list[Posting]:
    """A gateway keeps a fee (`movement.cents` negative), or gives one back; `payment`: whose fee it is, if it is one's."""
    taken = legs((chart.GATEWAY_FEES, -movement.cents), (chart.CLEARING, movement.cents))
    return _of_movement(movement, kind="FEE", description="Gateway fee", legs=taken, payment=payment)


def paid_out(movement: MovementRef) -> list[Posting]:
    """A gateway sends what is due to our bank (`movement.cents` negative), or a payout comes back."""
    sent = legs((chart.IN_TRANSIT, -movement.cents), (chart.CLEARING, movement.cents))
    return _of_movement(movement, kind="PAYOUT", description="Gateway payout", legs=sent)


def payout_arrived(movement: MovementRef) -> list[Posting]:
    """A payout of a gateway (`movement.cents` negative, as there) is on the bank account."""
    arrived = legs((chart.BANK, -movement.cents), (chart.IN_TRANSIT, movement.cents))
    return _of_movement(movement, kind="PAYOUT_ARRIVAL", description="Gateway payout received", legs=arrived)


def _of_movement(
    movement: MovementRef, *, kind: str, description: str, legs: tuple[Leg, ...], payment: PaymentRef | None = None
) -> list[Posting]:
    about = payment.facts() if payment else {}
    said = about | {
        "currency": movement.currency,
        "provider": movement.provider,
        "provider_reference": movement.reference,
        "occurred_on": movement.occurred_on,
    }
    posting = Posting(
        kind=kind,
        subject_id=movement.id,
        book_id=None,
        legs=legs,
        description=f"{description} {movement.reference}",
        **said,
    )
    return kept(posting)
