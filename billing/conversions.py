"""Money that a gateway settles in another currency than the payer's: it moves between the clearing accounts of both.

A journal has one currency, so it takes two: one empties the clearing account of what was booked in the payer's currency, at
the weight with which that was booked, the other books what the gateway settled, at the rate of its day. Both meet on the
exchange account, on which nothing but the difference in EUR stays.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from billing import chart
from billing.fx import Rates
from billing.journals import MovementRef
from billing.ledger import Posting, legs


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A leg of the clearing account in the payer's currency (debit positive), booked at the rates of `rated_on`; whose
    payment or refund it is."""

    entry_id: UUID
    cents: int
    currency: str
    rated_on: date
    tenant_id: UUID
    payment_id: UUID
    refund_id: UUID | None


def converted(held: Held, settled: MovementRef, rates: Rates) -> list[Posting]:
    """The gateway settles `held` as `settled`, in another currency.

    Raises: FxRateMissing.
    """
    weight = rates.eur_cents(held.cents, held.currency, held.rated_on)
    has_gained = rates.eur_cents(settled.cents, settled.currency, settled.occurred_on) >= weight
    exchange = chart.EXCHANGE_GAINS if has_gained else chart.EXCHANGE_LOSSES
    said: dict[str, Any] = {
        "book_id": None,
        "occurred_on": settled.occurred_on,
        "description": f"Settled in {settled.currency}: {settled.reference}",
        "tenant_id": held.tenant_id,
        "payment_id": held.payment_id,
        "refund_id": held.refund_id,
        "provider": settled.provider,
        "provider_reference": settled.reference,
    }
    return [
        Posting(
            kind="CONVERSION_OUT",
            subject_id=held.entry_id,
            currency=held.currency,
            legs=legs((exchange, held.cents), (chart.CLEARING, -held.cents)),
            rated_on=held.rated_on,
            **said,
        ),
        Posting(
            kind="CONVERSION_IN",
            subject_id=settled.id,
            currency=settled.currency,
            legs=legs((chart.CLEARING, settled.cents), (exchange, -settled.cents)),
            **said,
        ),
    ]
