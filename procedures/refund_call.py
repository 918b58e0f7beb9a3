"""Telling a provider to send money back: never inside a transaction, always with the refund's own key.

What is definite is what the contract lists; everything else that can happen during a call means that nobody knows.
"""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from billing.money import Money
from procedures.keep_lines import kept_text
from procedures.plugin_answers import outcome_of
from procedures.settle_refund import CONFIRMED_EVERY, Unknown
from providers.plugin_code import PluginFailed, plugin_code
from providers.refunding import (
    NotExecuted,
    PayerAccount,
    PayerAccountNeeded,
    RefundOrder,
    RefundOutcome,
    Refunds,
    RefundState,
)
from storage.payments import Payment
from storage.refunds import Refund

CALL_SECONDS: Final = 20
LEASE: Final = timedelta(seconds=75)
"""Longer than the calls of one attempt take together."""

WAITS: Final = tuple(timedelta(seconds=seconds) for seconds in (2, 10, 60, 300, 1800, 7200))
WAIT_LONGEST: Final = timedelta(hours=1)
KEY_MARGIN: Final = timedelta(hours=1)
LOOKED_UP_FOR: Final = timedelta(days=2)
"""How long after its key is worn out a refund is still looked up before a person is asked."""

log = logging.getLogger(__name__)


def provider_order(payment: Payment, refund: Refund) -> RefundOrder:
    """The order as the provider gets it, the same at every attempt."""
    return RefundOrder(
        key=refund.id.hex,
        payment_reference=payment.provider_reference,
        amount=Money(refund.amount_cents, payment.currency),
        reason=refund.reason,
        ordered_at=refund.created_at,
        payer_account=PayerAccount(**refund.payer_account) if refund.payer_account else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """The `number`th attempt at an order to `provider`, at `at`; `accepted`: the provider has confirmed the order, so that it
    is only asked what became of it."""

    provider: str
    order: RefundOrder
    number: int
    accepted: bool
    at: datetime


async def attempt(refunds: Refunds, this: Attempt) -> RefundOutcome | Unknown:
    """Call the provider: from the second attempt on it is first asked what it knows of the order."""
    try:
        with plugin_code(this.provider, NotExecuted, PayerAccountNeeded, level=logging.WARNING):
            return await _told(refunds, this)
    except PayerAccountNeeded as needed:
        return RefundOutcome(state=RefundState.FAILED, failure_reason=kept_text(str(needed)))
    except NotExecuted as problem:
        return again(this, kept_text(str(problem.problem)) or "", key_ttl=refunds.key_ttl)
    except PluginFailed as failed:
        return unknown(this, failed, key_ttl=refunds.key_ttl)


def unknown(this: Attempt, failed: PluginFailed, *, key_ttl: timedelta) -> RefundOutcome | Unknown:
    """The call ended in a way that tells nothing of its outcome."""
    log.warning("refund %s: the outcome of attempt %d is unknown: %s", this.order.key, this.number, failed.kind)
    return again(this, f"The provider's answer did not arrive or cannot be read ({failed.kind}).", key_ttl=key_ttl)


def again(this: Attempt, why: str, *, key_ttl: timedelta = timedelta(0)) -> Unknown:
    """Try later; or not any more, when that has been tried for so long that a person must find out."""
    if this.accepted:
        return Unknown(why=why, next_at=this.at + CONFIRMED_EVERY)
    if this.at >= _worn_out_at(this.order, key_ttl) + LOOKED_UP_FOR:
        return Unknown(why=why, next_at=None)
    wait = WAITS[this.number - 1] if this.number <= len(WAITS) else WAIT_LONGEST
    return Unknown(why=why, next_at=this.at + wait)


async def _told(refunds: Refunds, this: Attempt) -> RefundOutcome | Unknown:
    if this.number == 1:
        return await _ordered(refunds, this.order)
    known = await _found(refunds, this.order)
    if known is not None:
        return known
    if this.accepted:
        return again(this, "The provider does not know the order that it accepted.")
    if this.at >= _worn_out_at(this.order, refunds.key_ttl):
        why = "Its key is worn out, and the provider does not know the order: it may or may not have sent the money."
        return again(this, why, key_ttl=refunds.key_ttl)
    outcome = await _ordered(refunds, this.order)
    if outcome.state is RefundState.FAILED:  # an earlier attempt may be what stands in the way of this one
        return await _found(refunds, this.order) or outcome
    return outcome


def _worn_out_at(order: RefundOrder, key_ttl: timedelta) -> datetime:
    """From when on the order is not repeated: its key may be forgotten soon, and would then send money twice."""
    return order.ordered_at + max(key_ttl - KEY_MARGIN, timedelta(0))


async def _ordered(refunds: Refunds, order: RefundOrder) -> RefundOutcome:
    async with asyncio.timeout(CALL_SECONDS):
        return outcome_of(await refunds.refund(order))


async def _found(refunds: Refunds, order: RefundOrder) -> RefundOutcome | None:
    async with asyncio.timeout(CALL_SECONDS):
        found = await refunds.find(order)
    return None if found is None else outcome_of(found)
