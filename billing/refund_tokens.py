"""Preview tokens: what a person saw before ordering a refund, signed, so that nothing else can be ordered with it."""

import binascii
import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self
from uuid import UUID

from billing.refunds import StalePreview
from billing.refusals import BadInput

VALID_FOR: Final = timedelta(minutes=15)
LENGTH_MAX: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewToken:
    """One preview, `id`: of `amount_cents` of a payment, for an actor; `version` stands for the figures that were shown."""

    id: UUID
    payment_id: UUID
    amount_cents: int
    actor: str
    version: str
    expires_at: datetime

    def signed(self, key: bytes) -> str:
        facts = [
            self.id.hex,
            self.payment_id.hex,
            self.amount_cents,
            self.actor,
            self.version,
            self.expires_at.timestamp(),
        ]
        body = json.dumps(facts, separators=(",", ":"), ensure_ascii=False).encode()
        return f"{_text(body)}.{_text(_signature(body, key))}"

    @classmethod
    def read(cls, text: str, key: bytes) -> Self:
        """Raises: BadInput for what this service never signed."""
        try:
            body, signature = (
                urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in text[:LENGTH_MAX].split(".")
            )
        except (ValueError, binascii.Error):
            raise _forged() from None
        if not hmac.compare_digest(signature, _signature(body, key)):
            raise _forged()
        key_, payment, cents, actor, version, expires = json.loads(body)
        return cls(
            id=UUID(key_),
            payment_id=UUID(payment),
            amount_cents=cents,
            actor=actor,
            version=version,
            expires_at=datetime.fromtimestamp(expires, UTC),
        )

    def check(self, *, payment_id: UUID, amount_cents: int, actor: str, version: str, at: datetime) -> None:
        """The preview is of this very refund, and of the figures as they are.

        Raises: StalePreview.
        """
        if (self.payment_id, self.amount_cents, self.actor) != (payment_id, amount_cents, actor):
            raise StalePreview("The preview is of another payment, amount or person: preview this refund first.")
        if at >= self.expires_at:
            raise StalePreview("The preview is older than 15 minutes: preview the refund again.")
        if self.version != version:
            raise StalePreview("The figures have moved since the preview: preview the refund again.")


def _forged() -> BadInput:
    return BadInput("The preview token was not made here: take it from refundPreview.", argument="previewToken")


def _signature(body: bytes, key: bytes) -> bytes:
    return hmac.digest(key, body, hashlib.sha256)


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
