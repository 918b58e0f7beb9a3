"""The capability to send money back: values and rules that every provider keeps to.

The host commits its intent first, calls `refund` with no database transaction open, and books the outcome after. It may call
again with the same `key`, at any time and from any process: a provider must never send money twice for one key while it is
younger than `key_ttl`. Only what is definite is told: every exception but the two below means that nobody knows.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol, runtime_checkable

from billing.money import Money
from billing.refusals import ErrorCode, Refusal


class RefundState(Enum):
    """SUCCEEDED: the money is on its way and nothing is left to confirm. PENDING: accepted, its confirmation comes later.
    FAILED: declined or returned; no money moved in the end."""

    SUCCEEDED = "SUCCEEDED"
    PENDING = "PENDING"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerAccount:
    """Where money goes back to, where the provider cannot know: exactly one of IBAN, bankgiro, plusgiro, or clearing and
    account number; digits as people write them, check digits validated by the host."""

    iban: str | None = None
    bankgiro: str | None = None
    plusgiro: str | None = None
    clearing: str | None = None
    account: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundOrder:
    """What is asked of a provider. `key` names this order for ever: it is the refund's own id, at most 35 characters.

    `payment_reference` is the provider's own reference of the payment. `ordered_at` is when the intent was committed.
    """

    key: str
    payment_reference: str | None
    amount: Money
    reason: str
    ordered_at: datetime
    payer_account: PayerAccount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundOutcome:
    """What became of an order. `failure_reason` is a sentence for finance people, with FAILED only."""

    state: RefundState
    provider_reference: str | None = None
    failure_reason: str | None = None


class NotExecuted(Exception):
    """The provider certainly did not carry the order out (not reached, throttled, credentials refused): the same key may be
    tried again later. `problem` is a sentence."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(problem)


class PayerAccountNeeded(Refusal):
    """The money can only go back to an account that somebody names. Raised before anything is sent."""

    code = ErrorCode.PAYER_ACCOUNT_NEEDED


class Refunds(Protocol):
    """Sends money back.

    `settles_immediately`: a successful `refund` is SUCCEEDED at once, else PENDING first. `key_ttl`: how long a key is kept.
    `needs_payer_account`: orders must name one.
    """

    @property
    def settles_immediately(self) -> bool: ...

    @property
    def needs_payer_account(self) -> bool: ...

    @property
    def key_ttl(self) -> timedelta: ...

    async def refund(self, order: RefundOrder, /) -> RefundOutcome:
        """Carry the order out, or repeat the answer given to its key before. Raises NotExecuted, PayerAccountNeeded."""
        ...

    async def find(self, order: RefundOrder, /) -> RefundOutcome | None:
        """What the provider knows of the order, by its key; None when it has never seen it. Raises NotExecuted."""
        ...


@runtime_checkable
class ForeseesRefusals(Protocol):
    """What `Refunds` may have besides: it tells beforehand what it would refuse, so that a preview can warn of it."""

    def objection(self, amount: Money, payer_account: PayerAccount | None, /) -> str | None:
        """Why this amount could not go to this account (None: to one that is named later), as a sentence; None if it could.
        Nothing is sent or asked for it."""
        ...
