"""Stripe's refund objects in the words of no particular provider."""

from datetime import UTC, datetime

import stripe

from providers.refunding import RefundOrder, RefundOutcome, RefundState
from providers.stripe.amounts import money
from providers.webhooks import RefundFact

KEY = "refund_id"

STATES = {
    "succeeded": RefundState.SUCCEEDED,
    "pending": RefundState.PENDING,
    "requires_action": RefundState.PENDING,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}

REASONS = {
    "charge_for_pending_refund_disputed": "The payer disputed the payment while the refund was under way.",
    "declined": "The bank declined the refund.",
    "expired_or_canceled_card": "The card has expired or was closed.",
    "insufficient_funds": "The balance at Stripe does not suffice for the refund.",
    "lost_or_stolen_card": "The card was reported lost or stolen.",
    "merchant_request": "The refund was called off at our request.",
}


class RefundNotUnderstood(Exception):
    """Stripe answered with a refund that is not the one that was ordered, or in a state that nobody knows."""


def outcome(refund: stripe.Refund) -> RefundOutcome:
    """What became of it. Raises `RefundNotUnderstood`."""
    state = STATES.get(refund.status or "")
    if state is None:
        raise RefundNotUnderstood(f"Stripe says that refund {refund.id} is {refund.status!r}.")
    failed = state is RefundState.FAILED
    return RefundOutcome(
        state=state,
        provider_reference=refund.id,
        failure_reason=_reason(refund) if failed else None,
    )


def outcome_of(order: RefundOrder, refund: stripe.Refund) -> RefundOutcome:
    """What became of our order. Raises `RefundNotUnderstood` where the refund is of other money than was ordered."""
    refunded = money(refund.amount, refund.currency)
    if refunded != order.amount:
        raise RefundNotUnderstood(f"Refund {refund.id} is of {refunded}; {order.amount} was ordered.")
    return outcome(refund)


def key(refund: stripe.Refund) -> str | None:
    """The key of the order of ours that it carries out, if it does."""
    return getattr(refund.metadata, KEY, None)


def fact(refund: stripe.Refund) -> RefundFact | None:
    """What it is by now; None where it gives back no payment (an unapplied customer balance)."""
    names = [name for name in map(reference, (_field(refund, "payment_intent"), _field(refund, "charge"))) if name]
    if not names:
        return None
    return RefundFact(
        provider_reference=refund.id,
        payment_reference=names[0],
        payment_aliases=tuple(names[1:]),
        amount=money(refund.amount, refund.currency),
        outcome=outcome(refund),
        occurred_at=datetime.fromtimestamp(refund.created, UTC),
        key=key(refund),
    )


def reference(related: object) -> str | None:
    """The id of a related object, whether it came expanded or not."""
    return related if isinstance(related, str) or related is None else str(getattr(related, "id", "")) or None


def _field(refund: stripe.Refund, name: str) -> object:
    return getattr(refund, name, None)


def _reason(refund: stripe.Refund) -> str:
    code = getattr(refund, "failure_reason", None) or ("merchant_request" if refund.status == "canceled" else "")
    return REASONS.get(code, f"Stripe could not carry the refund out ({code or 'no reason given'}).")
