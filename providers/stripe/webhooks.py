"""Checks that a call is Stripe's, and asks Stripe what is true by now."""

import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from providers.stripe.account import Account
from providers.stripe.facts import facts_of
from providers.webhooks import Event, Fact, WebhookRefused

TOLERANCE_SECONDS = 300
BODY_BYTES_MAX = 1_000_000


class StripeWebhooks:
    """Calls signed with our endpoint's secret (header Stripe-Signature, scheme v1), at most 300 s old or ahead."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def verify(self, headers: Mapping[str, str], body: bytes, /, *, now: datetime) -> Event:
        """The event, checked on the bytes as they came. Raises WebhookRefused."""
        if not self._account.webhook_secret:
            raise WebhookRefused("BILLING_STRIPE_WEBHOOK_SECRET is not set, so nobody can tell whose call this is.")
        if len(body) > BODY_BYTES_MAX:
            raise WebhookRefused(f"The call is larger than {BODY_BYTES_MAX} bytes.")
        header = {name.lower(): value for name, value in headers.items()}.get("stripe-signature", "")
        _check_signature(header, body, self._account.webhook_secret, now)
        return _event(body, is_live=self._account.is_live)

    async def facts(self, event: Event, /) -> Sequence[Fact]:
        """What the event's subject is by now, asked anew. Raises NotExecuted."""
        return await facts_of(self._account, event)


def _check_signature(header: str, body: bytes, secret: str, now: datetime) -> None:
    """Any of several signatures will do: while a secret is replaced, Stripe signs with both. Raises WebhookRefused."""
    parts = [part.strip().partition("=") for part in header.split(",")]
    stamps = [value for name, _, value in parts if name == "t" and value.isascii() and value.isdigit()]
    if len(stamps) != 1:
        raise WebhookRefused("The call has no Stripe-Signature with one time stamp.")
    expected = hmac.new(secret.encode(), f"{stamps[0]}.".encode() + body, sha256).hexdigest().encode()
    signatures = [value.encode() for name, _, value in parts if name == "v1"]
    if not any([hmac.compare_digest(expected, signature) for signature in signatures]):  # noqa: C419 - no early way out
        raise WebhookRefused("No signature of the call is made with our endpoint's secret.")
    if abs(now.timestamp() - int(stamps[0])) > TOLERANCE_SECONDS:
        raise WebhookRefused(f"The call was signed more than {TOLERANCE_SECONDS} seconds before or after now.")


def _event(body: bytes, *, is_live: bool) -> Event:
    """Raises WebhookRefused where it is not an event of Stripe's API v1, or of the other mode than our key."""
    try:
        said = json.loads(body)
        event = Event(id=said["id"], kind=said["type"], subject=said["data"]["object"].get("id", ""))
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        raise WebhookRefused("The call is signed, but it is no event.") from None
    if said.get("object") != "event" or not all(isinstance(s, str) for s in (event.id, event.kind, event.subject)):
        raise WebhookRefused("The call is signed, but it is no event.")
    if bool(said.get("livemode")) is not is_live:
        raise WebhookRefused("The event is of test mode and our key is live, or the other way round.")
    return event
