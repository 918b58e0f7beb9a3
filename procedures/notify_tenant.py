"""Telling tenants, by mail and once: that their money was sent back, that an invoice is overdue."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Final, Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from procedures.books import Books
from procedures.dunning_letter import dunning_letter
from procedures.letters import Withdrawn, Write
from procedures.refund_letter import refund_letter
from procedures.rows import locked
from procedures.stopping import Stopped, never, until
from storage.jobs import Jobs
from storage.notices import Notice
from storage.tenants import Tenant

NOTIFY: Final = "notify_tenant"
LEASE: Final = timedelta(minutes=2)
"""Longer than a mail takes to be handed over."""
ATTEMPTS_MAX: Final = 12
WAIT_LONGEST: Final = timedelta(hours=6)
BATCH: Final = 100

LETTERS: Final[Mapping[str, Write]] = {
    "REFUND": refund_letter,
    "REMINDER": dunning_letter,
    "FINAL_NOTICE": dunning_letter,
}

log = logging.getLogger(__name__)


class MailNotTaken(Exception):
    """The mail could not be handed over; it may be tried again. The message names no recipient."""


class Postbox(Protocol):
    """Hands mails over. `key` names a mail: one that was handed over under it before may be left out."""

    async def hand_over(self, mail: EmailMessage, *, key: UUID) -> None:
        """Raises: MailNotTaken."""
        ...


async def put_up(session: AsyncSession, refund_id: UUID, tenant_id: UUID, *, at: datetime, jobs: Jobs) -> None:
    """Have the tenant told of the refund once this transaction has committed; one without an address is not."""
    tenant = await session.get_one(Tenant, tenant_id)
    if not tenant.email:
        return
    notice = Notice(id=uuid7(), kind="REFUND", subject_id=refund_id, tenant_id=tenant_id, created_at=at, due_at=at)
    session.add(notice)
    await session.flush()
    await jobs.defer(session, NOTIFY, notice_id=str(notice.id))


async def notify(notice_id: UUID, *, at: datetime, books: Books, postbox: Postbox) -> bool:
    """Send one notice that is due, unless somebody else does; tells whether it was sent now."""
    mail = await _claim(notice_id, at=at, books=books)
    if mail is None:
        return False
    try:
        await postbox.hand_over(mail, key=notice_id)
    except MailNotTaken as problem:
        log.warning("notice %s was not taken: %s", notice_id, problem)
        return False
    async with books.transaction() as session:
        notice = await locked(session, Notice, notice_id, what="notice")
        notice.sent_at, notice.due_at, notice.withdrawn_because = at, None, None
    return True


async def notify_all(*, at: datetime, books: Books, postbox: Postbox, stopped: Stopped = never) -> int:
    """Send every notice that is due; gives how many were sent."""
    sent = 0
    while not stopped() and (keys := await _due(at, books)):
        for key in until(stopped, keys):
            sent += await notify(key, at=at, books=books, postbox=postbox)
    return sent


async def _due(at: datetime, books: Books) -> list[UUID]:
    async with books.transaction() as session:
        due = select(Notice.id).where(Notice.due_at <= at).order_by(Notice.due_at, Notice.id).limit(BATCH)
        return list(await session.scalars(due))


async def _claim(notice_id: UUID, *, at: datetime, books: Books) -> EmailMessage | None:
    """Write the letter, and lease the notice to this process until it is sent or tried again later."""
    async with books.transaction() as session:
        notice = await locked(session, Notice, notice_id, what="notice")
        if notice.due_at is None or notice.due_at > at:
            return None
        mail = await LETTERS[notice.kind](session, notice)
        if isinstance(mail, Withdrawn):
            notice.due_at, notice.withdrawn_because = None, mail.because
            return None
        mail["Date"] = at
        notice.attempts += 1
        wait = min(LEASE * 2 ** (notice.attempts - 1), WAIT_LONGEST)
        notice.due_at = at + wait
        if notice.attempts == ATTEMPTS_MAX:
            notice.due_at = None
            notice.withdrawn_because = f"It was not taken in {ATTEMPTS_MAX} attempts."
        return mail
