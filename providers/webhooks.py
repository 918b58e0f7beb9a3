"""The capability to be told: a provider calls us, we check that it was it, and then ask it what is true by now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from billing.money import Money
from providers.ledger_lines import LedgerLine
from providers.refunding import RefundOutcome


class WebhookRefused(Exception):
    """The call is not the provider's, is too old or from the future, or is not what it says it is: answered 400."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A verified call: `id` is unique within the provider; `kind` and `subject` say what to ask the provider about."""

    id: str
    kind: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFact:
    """What a refund is by now. `key` is our order's where it was ours; a refund made elsewhere has none.

    `payment_aliases`, here and below: other references of the payment under which the books may know it.
    """

    provider_reference: str
    payment_reference: str
    amount: Money
    outcome: RefundOutcome
    occurred_at: datetime
    key: str | None = None
    payment_aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFact:
    """A payment that succeeded. `fee`: None where it is not known yet, or is kept in another currency."""

    provider_reference: str
    amount: Money
    fee: Money | None
    occurred_at: datetime
    payment_aliases: tuple[str, ...] = ()


Fact = RefundFact | PaymentFact | LedgerLine
"""Of disputes and payouts, the lines of the provider's own ledger are told: each has its reference, and counts once."""


class Webhooks(Protocol):
    """Checks calls and tells facts."""

    def verify(self, headers: Mapping[str, str], body: bytes, /, *, now: datetime) -> Event:
        """The event, from the raw bytes. Raises WebhookRefused for whatever is wrong with the call."""
        ...

    async def facts(self, event: Event, /) -> Sequence[Fact]:
        """What is true now of the event's subject, fetched anew; nothing for kinds that mean nothing here.

        Raises NotExecuted where the provider cannot be asked right now.
        """
        ...
