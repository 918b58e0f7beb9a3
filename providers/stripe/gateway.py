"""Sends money back through Stripe."""

import asyncio
from datetime import timedelta
from typing import Literal

import stripe
from stripe.params import RefundCreateParams, RefundListParams

from providers.refunding import NotExecuted, RefundOrder, RefundOutcome, RefundState
from providers.stripe.account import Account
from providers.stripe.amounts import stripe_amount
from providers.stripe.refund_objects import KEY, key, outcome_of

PAGE = 100
NOT_FOUND = 404


Parameter = Literal["charge", "payment_intent"]
PARAMETERS: dict[str, Parameter] = {"ch": "charge", "py": "charge", "pi": "payment_intent"}


class StripeRefunds:
    """Refunds of charges (ch_, py_) and PaymentIntents (pi_).

    Stripe repeats its first answer to a key for 24 hours, and may then take the key for a new one. Definite are a decline
    (402) and a request that Stripe says is wrong (400, 404) while it has no refund of ours; NotExecuted tells the rest
    that is certain. Every other exception is let out as it is: nobody knows.
    """

    settles_immediately = True
    needs_payer_account = False
    key_ttl = timedelta(hours=24)

    def __init__(self, account: Account) -> None:
        self._account = account

    async def refund(self, order: RefundOrder, /) -> RefundOutcome:
        """Raises NotExecuted; `RefundNotUnderstood` and the library's errors where nobody knows."""
        try:
            parameter, reference = _payment(order.payment_reference)
            asked: RefundCreateParams = {"amount": stripe_amount(order.amount), "metadata": {KEY: order.key}}
        except ValueError as wrong:
            return RefundOutcome(state=RefundState.FAILED, failure_reason=str(wrong))
        asked[parameter] = reference
        try:
            async with asyncio.timeout(self._account.deadline_seconds):
                with self._account.writing():
                    refund = await self._account.client.v1.refunds.create_async(asked, {"idempotency_key": order.key})
        except stripe.CardError as declined:
            return _failed(declined)
        except stripe.InvalidRequestError as invalid:
            return await self._carried_out_before(order, invalid) or _failed(invalid)
        return outcome_of(order, refund)

    async def _carried_out_before(
        self, order: RefundOrder, refused: stripe.InvalidRequestError
    ) -> RefundOutcome | None:
        """A refusal may come of our own earlier try, whose answer was lost. Where that cannot be asked, nobody knows."""
        try:
            return await self.find(order)
        except NotExecuted:
            raise refused from None

    async def find(self, order: RefundOrder, /) -> RefundOutcome | None:
        """Looks through all refunds of the payment for the order's key. Raises NotExecuted."""
        try:
            parameter, reference = _payment(order.payment_reference)
        except ValueError:
            return None
        asked: RefundListParams = {"limit": PAGE}
        asked[parameter] = reference
        try:
            async with asyncio.timeout(self._account.deadline_seconds):
                return await self._found(asked, order)
        except TimeoutError as late:
            raise NotExecuted("Stripe did not answer in time.") from late
        except stripe.InvalidRequestError as invalid:
            if invalid.http_status != NOT_FOUND and invalid.code != "resource_missing":
                raise
            return None

    async def _found(self, asked: RefundListParams, order: RefundOrder) -> RefundOutcome | None:
        with self._account.reading():
            page = await self._account.client.v1.refunds.list_async(asked)
            async for refund in page.auto_paging_iter():
                if key(refund) == order.key:
                    return outcome_of(order, refund)
        return None


def _payment(reference: str | None) -> tuple[Parameter, str]:
    """The parameter that names the payment, and what it says. Raises ValueError."""
    parameter = PARAMETERS.get((reference or "").partition("_")[0])
    if reference is None or parameter is None:
        raise ValueError(f"{reference or 'Nothing'} names no charge and no PaymentIntent at Stripe.")
    return parameter, reference


def _failed(error: stripe.StripeError) -> RefundOutcome:
    return RefundOutcome(state=RefundState.FAILED, failure_reason=f"Stripe declined: {error.user_message}")
