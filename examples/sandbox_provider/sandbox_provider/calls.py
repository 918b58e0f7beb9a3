"""The calls of the gateway: a JSON body, and a header `sandbox-signature: <seconds>.<HMAC-SHA256>`."""

import hmac
import json
from asyncio import to_thread
from collections.abc import Mapping, Sequence
from datetime import datetime

from providers import Event, Fact, Money, PaymentFact, RefundFact, RefundOutcome, RefundState, WebhookRefused
from sandbox_provider.gateway import Gateway, Movement, Refund
from sandbox_provider.ledger import line

TOLERANCE_SECONDS = 300


def outcome(refund: Refund) -> RefundOutcome:
    state = RefundState.SUCCEEDED if refund.is_settled else RefundState.PENDING
    return RefundOutcome(state=state, provider_reference=refund.id)


def signed(secret: str, body: bytes, stamp: str) -> dict[str, str]:
    """The headers of a call that is made at `stamp`, in seconds since 1970."""
    return {
        "sandbox-signature": f"{stamp}.{hmac.digest(secret.encode(), stamp.encode() + b'.' + body, 'sha256').hex()}"
    }


class SandboxWebhooks:
    secret = ""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def verify(self, headers: Mapping[str, str], body: bytes, /, *, now: datetime) -> Event:
        header = {name.lower(): value for name, value in headers.items()}.get("sandbox-signature", "")
        stamp = header.partition(".")[0]
        if not self.secret or not stamp.isdecimal() or not stamp.isascii():
            raise WebhookRefused("The call is not signed, or BILLING_SANDBOX_WEBHOOK_SECRET is not set.")
        expected = signed(self.secret, body, stamp)["sandbox-signature"]
        if not hmac.compare_digest(expected.encode(), header.encode()):  # on the bytes as they came
            raise WebhookRefused("The signature is not the sandbox's.")
        if abs(now.timestamp() - int(stamp)) > TOLERANCE_SECONDS:  # both ways: neither replayed nor kept for later
            raise WebhookRefused("The call is too old, or from the future.")
        try:
            said = json.loads(body)
            return Event(id=str(said["id"]), kind=str(said["kind"]), subject=str(said["subject"]))
        except (ValueError, LookupError, TypeError, RecursionError):
            raise WebhookRefused("The call is signed, but it is no event.") from None

    async def facts(self, event: Event, /) -> Sequence[Fact]:
        """What is true now: the event only says what to ask about."""
        match event.kind:
            case "refund":
                refund = await to_thread(self._gateway.find, id=event.subject)
                return [_refunded(refund)] if refund else ()
            case "payment":
                charge = await to_thread(self._gateway.charged, event.subject)
                return [_paid(charge)] if charge else ()
            case "dispute":
                return [line(moved) for moved in await to_thread(self._gateway.moved, event.subject)]
            case _:
                return ()


def _refunded(refund: Refund) -> RefundFact:
    return RefundFact(
        provider_reference=refund.id,
        payment_reference=refund.payment,
        amount=Money(refund.cents, refund.currency),
        outcome=outcome(refund),
        occurred_at=refund.made_at,
        key=refund.key,
    )


def _paid(charge: Movement) -> PaymentFact:
    """Without its fee: the ledger has a line of it."""
    amount = Money(charge.cents, charge.currency)
    return PaymentFact(provider_reference=charge.subject, amount=amount, fee=None, occurred_at=charge.at)
