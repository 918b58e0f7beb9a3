"""Signing a link to an export. The audit trail keeps who asked for what."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from uuid_utils.compat import uuid7

from billing.export_links import VALID_FOR, ExportClaim
from procedures.books import Books, sign
from storage.audit import Done
from storage.signing import EXPORT_LINK, signing_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """The secret part of a link's address, and until when it is good."""

    link: str
    expires_at: datetime


async def issue(file: str, asked: dict[str, Any], *, actor: str, at: datetime, books: Books) -> Issued:
    """Sign a link to `file` for what was `asked`, as JSON: the filters are the reason in the audit trail.

    Raises: BadInput where they are too long for an address.
    """
    claim = ExportClaim(file=file, asked=asked, actor=actor, expires_at=at.replace(microsecond=0) + VALID_FOR)
    async with books.transaction() as session:
        link = claim.signed(await signing_key(session, EXPORT_LINK))
        details: dict[str, object] = {"file": file, "expires_at": claim.expires_at.isoformat()}
        await sign(session, _done("export.linked", asked, details, actor=actor, at=at))
    return Issued(link=link, expires_at=claim.expires_at)


async def note_written(file: str, asked: dict[str, Any], *, actor: str, at: datetime, books: Books) -> None:
    """Record that somebody wrote an export on the command line."""
    async with books.transaction() as session:
        await sign(session, _done("export.written", asked, {"file": file}, actor=actor, at=at))


def _done(action: str, asked: dict[str, Any], details: dict[str, object], *, actor: str, at: datetime) -> Done:
    return Done(
        at=at,
        actor=actor,
        action=action,
        subject_type="export",
        subject_id=uuid7(),
        reason=json.dumps(asked, ensure_ascii=False, sort_keys=True),
        details=details,
    )
