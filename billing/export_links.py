"""Signed links: what a person asked to export, good for a short while, for this one export and no other."""

import binascii
import hashlib
import hmac
import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self

from billing.authority import Forbidden
from billing.refusals import BadInput

VALID_FOR: Final = timedelta(minutes=15)
LENGTH_MAX: Final = 6_000


class LinkAltered(Forbidden):
    """The link is not one that this service signed, or not for what it is used for."""


class LinkExpired(Forbidden):
    """The link was good until `expired_at`."""

    def __init__(self, expired_at: datetime) -> None:
        self.expired_at = expired_at
        super().__init__(f"This link was good until {expired_at:%Y-%m-%d %H:%M:%S} UTC; ask exportLink for a new one.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportClaim:
    """What a link is for: `file` is the name of its path (`invoices.csv`), `asked` the input that asked for it."""

    file: str
    asked: dict[str, Any]
    actor: str
    expires_at: datetime

    def signed(self, key: bytes) -> str:
        """Raises: BadInput where the filters are too long for an address."""
        facts = [self.file, self.asked, self.actor, int(self.expires_at.timestamp())]
        body = zlib.compress(json.dumps(facts, separators=(",", ":"), ensure_ascii=False).encode(), 9)
        text = f"{_text(body)}.{_text(_signature(body, key))}"
        if len(text) > LENGTH_MAX:
            raise BadInput("The filters are too long for a link: name fewer tenants.", argument="input")
        return text

    @classmethod
    def read(cls, text: str, key: bytes, *, file: str, at: datetime) -> Self:
        """The claim of a link that is used for `file` at an instant.

        Raises: LinkAltered, LinkExpired.
        """
        try:
            body, signature = (urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in _parts(text))
        except (ValueError, binascii.Error):
            raise LinkAltered("This link was not made here, or was cut short: ask exportLink for a new one.") from None
        if not hmac.compare_digest(signature, _signature(body, key)):
            raise LinkAltered("This link has been altered: ask exportLink for a new one.")
        signed_file, asked, actor, expires = json.loads(zlib.decompress(body))
        if signed_file != file:
            raise LinkAltered(f"This link is for {signed_file}, not for {file}: ask exportLink for one.")
        expires_at = datetime.fromtimestamp(expires, UTC)
        if at >= expires_at:
            raise LinkExpired(expires_at)
        return cls(file=signed_file, asked=asked, actor=actor, expires_at=expires_at)


def _parts(text: str) -> list[str]:
    parts = text.split(".")
    if len(parts) != len(("body", "signature")) or len(text) > LENGTH_MAX:
        raise ValueError(len(text))
    return parts


def _signature(body: bytes, key: bytes) -> bytes:
    return hmac.digest(key, body, hashlib.sha256)


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
